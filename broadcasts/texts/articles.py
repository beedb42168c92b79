"""Sentences of articles: what one says to retailers beside its author's words, and what is said of reading one in."""

#: Below an article in WeChat, whose pages lead to no other address: the addresses of its links by their numbers.
ADDRESSES = "文中的网址"
MAY_NOT_WRITE = "您现在没有写文章的权限。"
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


def read(title: str, blocks: int) -> str:
    """A document that was read.

    >>> read("看证", 12)
    '《看证》已读成草稿，共 12 块，还没有发布。请看一遍再发布。'
    """
    return f"《{title}》已读成草稿，共 {blocks} 块，还没有发布。请看一遍再发布。"


def not_fetched(why: str) -> str:
    """A picture of another site that did not come.

    >>> not_fetched("")
    '这张图片取不到：原来的网站没有给。请另存到电脑，再传上来。'
    """
    return f"这张图片取不到：{why or '原来的网站没有给。请另存到电脑，再传上来。'}"
