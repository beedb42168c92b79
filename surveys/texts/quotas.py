"""Texts for a shop that comes when a quota (名额) is full."""

FULL = "这份调查要的份数已经收满，谢谢您愿意填。有事可直接留言。"
FULL_KEPT = "刚刚别家先交，这份调查要的份数已经收满。您填过的都还留着，有了空的名额可以接着交，谢谢您。"
