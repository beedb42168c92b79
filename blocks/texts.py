"""Sentences that stand beside the words of blocks where WeChat shows less than our own pages."""

#: Below an article in WeChat, whose pages lead to no other address: the addresses of its links by their numbers.
ADDRESSES = "文中的网址"
READ_FULL = "全文：{address}"


def button(words: str) -> str:
    """A button in an article of WeChat, where nothing but 阅读原文 leads to our pages.

    >>> button("填写调查")
    '填写调查：请点文末左下角的“阅读原文”'
    """
    return f"{words}：请点文末左下角的“阅读原文”"


def video(title: str) -> str:
    """A video in an article of WeChat.

    >>> video("怎么看防伪")
    '视频：怎么看防伪'
    """
    return f"视频：{title}"
