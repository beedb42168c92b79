"""Display photos as an article shows them, and an article without one that must go."""

from collections.abc import Sequence
from typing import Any

from blocks.blocks import Block, HeadingBlock, PictureBlock


def blocks_of(shop: str, picture: str, words: str) -> tuple[Block, ...]:
    """The blocks of one display: the shop's name, the photo, and what the shop says of it.

    >>> [type(each).__name__ for each in blocks_of("城南便利店", "a" * 64, "新品放在眼前。")]
    ['HeadingBlock', 'PictureBlock']
    """
    return (HeadingBlock(shop, 2), PictureBlock(picture, words))


def without(blocks: Sequence[Any], picture: str, names: Sequence[str]) -> list[Any]:
    """Blocks in JSON without a display: neither its photo, nor what stands below it, nor the heading that names its
    shop; and these names nowhere else.

    >>> blocks = [
    ...     {"kind": "heading", "text": "城南便利店"}, {"kind": "picture", "picture": "a", "words": "好看"},
    ...     {"kind": "text", "text": "城南便利店摆得好。"}, {"kind": "picture", "picture": "b", "words": ""},
    ... ]
    >>> without(blocks, "a", ["城南便利店"])
    [{'kind': 'text', 'text': '一家店摆得好。'}, {'kind': 'picture', 'picture': 'b', 'words': ''}]
    """
    gone = {place for place, each in enumerate(blocks) if _is(each, "picture") and each.get("picture") == picture}
    gone |= {place - 1 for place in gone if place and _names(blocks[place - 1], names)}
    return [_unnamed(each, names) for place, each in enumerate(blocks) if place not in gone]


def unnamed(text: str, names: Sequence[str]) -> str:
    """A text in which a shop is not named.

    >>> unnamed("看城南便利店怎么摆", ["城南便利店", ""])
    '看一家店怎么摆'
    """
    for name in names:
        if name:
            text = text.replace(name, "一家店")
    return text


def _is(block: Any, kind: str) -> bool:
    return isinstance(block, dict) and block.get("kind") == kind


def _names(block: Any, names: Sequence[str]) -> bool:
    return _is(block, "heading") and any(name and name in str(block.get("text", "")) for name in names)


def _unnamed(value: Any, names: Sequence[str]) -> Any:
    if isinstance(value, str):
        return unnamed(value, names)
    if isinstance(value, list):
        return [_unnamed(each, names) for each in value]
    return {key: _unnamed(each, names) for key, each in value.items()} if isinstance(value, dict) else value
