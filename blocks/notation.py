"""Light notation of blocks: what an author can read and change, and `markdown.read` reads back."""

import re

from blocks import inline
from blocks.blocks import (
    Block,
    ButtonBlock,
    HeadingBlock,
    LineBlock,
    ListBlock,
    PictureBlock,
    QuoteBlock,
    TableBlock,
    TextBlock,
    VideoBlock,
)

_MARKS = re.compile(r"([\\`*_\[\]<>|~&])")
_AT_START = re.compile(r"^[ \t]*(?:([-+=#])|(\d+)([.)]))", re.MULTILINE)


def write(blocks: tuple[Block, ...]) -> str:
    """Write blocks; pictures, videos and buttons stand elsewhere, and are left out.

    >>> from blocks.blocks import ListItem
    >>> print(write((HeadingBlock("看证"), TextBlock("先看**日期**。"), ListBlock((ListItem("年", ("月",)),)))))
    ## 看证
    <BLANKLINE>
    先看**日期**。
    <BLANKLINE>
    - 年
       - 月
    >>> write((TextBlock("1. 不是列表\\n# 不是标题 *"),))
    '1\\\\. 不是列表\\n\\\\# 不是标题 \\\\*'
    """
    return "\n\n".join(filter(None, map(_block, blocks)))


def _block(block: Block) -> str:
    match block:
        case HeadingBlock():
            return f"{'#' * (block.level + 1)} {_escaped(block.text)}"
        case TextBlock():
            return _text(block.text)
        case ListBlock():
            lines = []
            for number, item in enumerate(block.items, 1):
                lines.append(f"{f'{number}.' if block.numbered else '-'} {_line(item.text, '<br>')}")
                lines += [f"   - {_line(each, '<br>')}" for each in item.items]
            return "\n".join(lines)
        case QuoteBlock():
            said = "\n".join(f"> {line}" for line in _text(block.text).split("\n"))
            return f"{said}\n>\n> —— {_line(block.source, ' ')}" if block.source else said
        case TableBlock():
            head, *rows = [f"| {' | '.join(_line(cell, '<br>') for cell in row)} |" for row in block.rows]
            return "\n".join([head, f"|{' --- |' * len(block.rows[0])}", *rows])
        case LineBlock():
            return "---"
        case PictureBlock() | VideoBlock() | ButtonBlock():
            return ""


def _text(text: str) -> str:
    return _AT_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", _spans(text))


def _line(text: str, between: str) -> str:
    return between.join(line for line in _text(text).split("\n") if line)


def _spans(text: str) -> str:
    found = ""
    for span in inline.spans(text):
        words = _escaped(span.text)
        if span.is_bold:
            # Beside a Chinese full stop, asterisks would stay asterisks.
            is_word = span.text[0].isalnum() and span.text[-1].isalnum()
            words = f"**{words}**" if is_word else f"<b>{words}</b>"
        found += f"[{words}]({span.address})" if span.address else words
    return found


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
