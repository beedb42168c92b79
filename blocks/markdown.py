"""Markdown read into blocks: CommonMark with tables; HTML in it goes through the sanitiser."""

from markdown_it import MarkdownIt

from blocks import pasted
from blocks.building import ReadDocument
from foundation.errors import Refused

#: Characters of a file with its pictures, and of it without them: the reader takes as long as the square of some texts.
LARGEST, LARGEST_WITHOUT = 1 << 20, 1 << 17


def read(text: str) -> ReadDocument:
    """Read Markdown; its first heading is the title. Raises Refused for what is too large.

    >>> found = read("# 看证\\n\\n先看**日期**。\\n\\n- 年\\n  - 月\\n- 日\\n\\n> 第五十条\\n> —— 许可法\\n")
    >>> found.title, found.blocks[1:]
    ('看证', (ListBlock(items=(ListItem(text='年', items=('月',)), ListItem(text='日', items=())), numbered=False),
      QuoteBlock(text='第五十条', source='许可法')))
    """
    if len(text) > LARGEST or pasted.length(text) > LARGEST_WITHOUT:
        raise Refused("这个 Markdown 文件太大，没有读。请分成几篇。")
    reader = MarkdownIt("commonmark", {"html": True, "maxNesting": 50, "breaks": True}).enable(
        ["table", "strikethrough"]
    )
    # What must not stay is for the sanitiser to say, and would stand in the article as Markdown otherwise.
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    return pasted.read(reader.render(text))
