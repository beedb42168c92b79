"""Differences between two versions of an article, in words: its head, and which block was added, removed or changed."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from blocks.blocks import Block, PictureBlock, called, words
from broadcasts.rules.article import FIELDS, WrittenArticle
from foundation.text import shortened

_SHOWN, _AROUND = 30, 6


def changes(before: WrittenArticle, after: WrittenArticle) -> tuple[str, ...]:
    """What an edit changed, one sentence each; empty where nothing did.

    >>> from blocks.blocks import LineBlock, TextBlock
    >>> first, second = TextBlock("先看有效期。"), TextBlock("再看章。")
    >>> old = WrittenArticle("看证", "", "", "", (first, second))
    >>> new = (TextBlock("先看清有效期。"), LineBlock(), second)
    >>> changes(old, WrittenArticle("看证", "", "", "", new))
    ('第 1 块（文字）改了：“先看有效期。”改为“先看清有效期。”', '加了第 2 块（分隔线）')
    >>> changes(old, WrittenArticle("查证", "", "", "", (TextBlock("再看章。"),)))
    ('标题“看证”改为“查证”', '删了原来的第 1 块（文字）：“先看有效期。”')
    """
    return (*_of_head(before, after), *_of_blocks(before.blocks, after.blocks))


def _of_head(before: WrittenArticle, after: WrittenArticle) -> Iterator[str]:
    for field, name in FIELDS.items():
        old, new = getattr(before, field), getattr(after, field)
        if old == new:
            continue
        if field == "cover":
            yield "换了封面" if old and new else "加了封面" if new else "去掉了封面"
        elif old and new:
            yield f"{name}{_turned(old, new)}"
        else:
            yield f"加了{name}“{shortened(new, _SHOWN)}”" if new else f"去掉了{name}"


def _of_blocks(before: tuple[Block, ...], after: tuple[Block, ...]) -> Iterator[str]:
    matched = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    gone = [old for kind, a, b, c, d in matched if kind in ("replace", "delete") for old in range(a, b)]
    come = [new for kind, a, b, c, d in matched if kind in ("replace", "insert") for new in range(c, d)]
    moved: dict[int, int] = {}  # by the new place
    for new in come:
        old = next((each for each in gone if before[each] == after[new]), None)
        if old is not None:
            moved[new] = old
            gone.remove(old)
    for kind, a, b, c, d in matched:
        if kind == "equal":
            continue
        old_ones = [each for each in range(a, b) if each in gone]
        new_ones = [each for each in range(c, d) if each not in moved]
        # What stands in the place of a block of the same kind is that block, changed.
        pairs = {}
        for new in new_ones:
            old = next((each for each in old_ones if type(before[each]) is type(after[new])), None)
            if old is not None:
                pairs[new] = old
                old_ones.remove(old)
        for old in old_ones:
            yield f"删了原来的第 {old + 1} 块（{_named(before[old])}"
        for new in range(c, d):
            if new in moved:
                yield f"原来的第 {moved[new] + 1} 块移到第 {new + 1} 块（{_named(after[new])}"
            elif new in pairs:
                yield _changed(new, before[pairs[new]], after[new])
            else:
                yield f"加了第 {new + 1} 块（{_named(after[new])}"


def _changed(place: int, old: Block, new: Block) -> str:
    start, then, now = f"第 {place + 1} 块（{called(new)}）", words(old), words(new)
    if isinstance(old, PictureBlock) and isinstance(new, PictureBlock) and old.picture != new.picture:
        return f"{start}换了一张"
    if then == now:
        return f"{start}的文字没变，格式改了"
    return f"{start}改了：{_turned(then, now)}"


def _named(block: Block) -> str:
    said = " ".join(words(block).split())
    return f"{called(block)}）" + (f"：“{shortened(said, _SHOWN)}”" if said else "")


def _turned(then: str, now: str) -> str:
    """What became of a text: the part that differs, with a few characters before it."""
    then, now = " ".join(then.split()), " ".join(now.split())
    same = 0
    while same < min(len(then), len(now)) and then[same] == now[same]:
        same += 1
    start = max(same - _AROUND, 0)
    lead = "…" if start else ""
    return f"“{lead}{shortened(then[start:], _SHOWN)}”改为“{lead}{shortened(now[start:], _SHOWN)}”"
