"""Texts of 陈列秀 to shops: how to send a photo, what is asked before it may be shown, and what becomes of it."""

from collections.abc import Sequence

from people.texts import HOW_TO_BIND

WORD = "陈列秀"
ONLY_SHOPS = f"陈列秀是给零售户的，先绑定您的店就能参加。\n请{HOW_TO_BIND}"
SEND_PHOTO = "请发一张您店里的陈列照片，一次一张。\n先不发了，回复“退出”。"
PHOTO_TAKEN = "照片收到了。请用一句话说说是怎么摆的，没有要说的回复“跳过”。"
PHOTO_AGAIN = "换成这一张了。请用一句话说说是怎么摆的，没有要说的回复“跳过”。"
ASK_WORDS = "请用一句话说说是怎么摆的，没有要说的回复“跳过”。"
SKIP_WORDS = {"跳过", "没有", "无"}
LEFT_OVER = "刚才的陈列照片还没有发完，"
THANKS = "收到了，谢谢您。选上了会告诉您。"
NOT_KEPT = "好的，照片不给别人看，已经删除。"
NO_PHOTO = "还没有选照片，请先选一张。"
NO_CONSENT = "要登出来给别的店看，需要您同意。请在“我同意”前面打勾，再发一次。"
CONSENT = "我同意把照片和店名登在资料里，给别的店看"
TAKEN_BACK = "已经撤回，照片删除了。"
#: To staff.
CHOSEN_MEANWHILE = "有一张照片刚刚被别人选进了文章。请刷新这一页，再选一次。"
NONE_CHOSEN = "请先选照片。"
PHOTO_GONE = "有一张照片还没有取到，或已经删除。请过一会儿再选。"
COLUMN_GONE = "没有在用的“陈列展示”栏目，请先建一个，再选照片。"
STATES = {"new": "已收到，还没选", "chosen": "选上了", "shown": "登出来了", "passed": "这次没选上，谢谢您"}


def title(month: int, shops: Sequence[str]) -> str:
    """The first title of an article of display photos.

    >>> title(12, ["城南便利店"]), title(12, ["城南便利店", "老李食杂店"])
    ('陈列秀：城南便利店', '12 月陈列秀')
    """
    return f"{WORD}：{shops[0]}" if len(shops) == 1 else f"{month} 月{WORD}"


def consent(shop: str) -> str:
    """The question before a photo is kept.

    >>> print(consent("城南便利店"))
    可以把照片登在资料里，写上“城南便利店”，给别的店看吗？
    1 可以
    2 不可以
    """
    return f"可以把照片登在资料里，写上“{shop}”，给别的店看吗？\n1 可以\n2 不可以"


def too_many(most: int) -> str:
    """A day's photos are used up.

    >>> too_many(3)
    '今天已经收到您店里 3 张照片，明天再发吧，谢谢您。'
    """
    return f"今天已经收到您店里 {most} 张照片，明天再发吧，谢谢您。"


def too_long(most: int) -> str:
    """Words are too long.

    >>> too_long(60)
    '话太长了，请写在 60 个字以内。照片还在。'
    """
    return f"话太长了，请写在 {most} 个字以内。照片还在。"


def shown(title: str, link: str) -> str:
    """To the shop whose photo was published.

    >>> shown("十二月陈列秀", "看看")
    '您店里的陈列照片登出来了：《十二月陈列秀》。\\n看看'
    """
    return f"您店里的陈列照片登出来了：《{title}》。\n{link}"
