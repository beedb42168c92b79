"""Sentences to staff about articles: what is said of reading one in."""

MAY_NOT_WRITE = "您现在没有写文章的权限。"


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
