"""WeChat's limits of an article (wechat-platform.md §7), said at the block or field where they are passed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from blocks import inline, rendering
from blocks.blocks import ArticleFault, Block, ButtonBlock, PictureBlock
from broadcasts.rules.article import ReadDraft, WrittenArticle

TITLE, AUTHOR, DIGEST = 32, 16, 128
#: Characters and bytes of the content with its marks: it must stay below both.
CONTENT, CONTENT_BYTES = 20_000, 1 << 20
#: Bytes of a picture inside an article, and its types.
PICTURE_BYTES, PICTURE_TYPES = 1 << 20, ("image/jpeg", "image/png")
#: Characters that WeChat's address of a picture may have more than our placeholder.
_LONGER_ADDRESS = 100


@dataclass(frozen=True, slots=True)
class ShelvedPicture:
    """Picture on the shelf, as far as its limits go."""

    content_type: str
    size: int


def faults(
    draft: ReadDraft,
    shelf: Mapping[str, ShelvedPicture],
    fetching: Mapping[str, str],
    knows: Callable[[str], bool],
) -> tuple[ArticleFault, ...]:
    """Every fault of a draft: what cannot be read, and what WeChat would refuse.

    `shelf` holds those of its pictures that are there; `fetching` the addresses of others, each with the reason why it
    was given up or an empty text; `knows` says whether a link of a button leads anywhere.
    """
    article = draft.article
    found = [*draft.faults, *head(article)]
    if article.cover and (said := _of_picture(shelf.get(article.cover))):
        found.append(ArticleFault(said, field="cover"))
    for place, block in zip(draft.places, article.blocks, strict=True):
        said = _of_block(block, shelf, fetching, knows)
        if said:
            found.append(ArticleFault(said, place))
    return (*found, *_of_length(draft))


def head(article: WrittenArticle) -> tuple[ArticleFault, ...]:
    """The faults of an article's head.

    >>> [str(each) for each in head(WrittenArticle("题" * 65, "", "", "", ()))]
    ['标题有 65 字，微信最多 32 字。']
    """
    limits = (("title", "标题", TITLE), ("author", "作者", AUTHOR), ("digest", "摘要", DIGEST))
    return tuple(
        ArticleFault(f"{called}有 {len(getattr(article, field))} 字，微信最多 {most} 字。", field=field)
        for field, called, most in limits
        if len(getattr(article, field)) > most
    )


def size(blocks: tuple[Block, ...]) -> tuple[int, int]:
    """Characters and bytes of WeChat's article, with its pictures' addresses at their longest."""
    content = rendering.wechat(blocks)
    more = sum(isinstance(each, PictureBlock) for each in blocks) * _LONGER_ADDRESS
    return len(content) + more, len(content.encode(errors="replace")) + more


def _of_length(draft: ReadDraft) -> tuple[ArticleFault, ...]:
    blocks = draft.article.blocks
    if _fits(blocks):
        return ()
    low, high = 0, len(blocks)  # the first `low` blocks fit, the first `high` do not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fits(blocks[:middle]) else (low, middle)
    length, _ = size(blocks)
    said = f"写到这一块就超过微信的长度了：全文连格式 {length:,} 字，最多 {CONTENT - 1:,} 字。请删短，或分成几篇。"
    return (ArticleFault(said, draft.places[high - 1]),)


def _fits(blocks: tuple[Block, ...]) -> bool:
    length, weight = size(blocks)
    return length < CONTENT and weight < CONTENT_BYTES


def _of_block(
    block: Block, shelf: Mapping[str, ShelvedPicture], fetching: Mapping[str, str], knows: Callable[[str], bool]
) -> str:
    if isinstance(block, ButtonBlock) and not inline.is_address(block.link) and not knows(block.link):
        return f"按钮“{block.words}”去的地方（{block.link}）不存在，请另选一个。"
    if not isinstance(block, PictureBlock):
        return ""
    if block.picture:
        return _of_picture(shelf.get(block.picture))
    return fetching.get(block.origin) or "这张图片还在从原来的网站取，取到以前不能发布。"


def _of_picture(found: ShelvedPicture | None) -> str:
    if found is None:
        return "这张图片不在了，请重新选一张。"
    if found.content_type not in PICTURE_TYPES or found.size > PICTURE_BYTES:
        return "这张图片微信不收，请重新选一张。"
    return ""
