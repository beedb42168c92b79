"""Balanced HTML: pasted HTML written anew so that every element is closed where it was opened.

A sanitiser mends HTML as a browser does: it begins a formatting that was left open again in every paragraph behind it,
and its time grows with the square of the depth. What looks like an end tag, in a comment or in a cell of a table, ends
nothing for it; so how much work a text is can be told only of one that leaves it nothing to mend.
"""

import re
from collections import Counter
from collections.abc import Collection
from html import escape
from html.parser import HTMLParser

from foundation.errors import Refused

#: How deep elements nest, and how many elements a sanitiser may have to begin again.
DEEPEST, MOST_REPEATED = 500, 300_000
FORMATTING = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
_EMPTY = {"br", "img", "hr", "input", "meta", "link", "col", "source", "area", "base", "embed", "param", "track"}
_CELLS = {"td", "th", "caption"}
_IN_TABLES = {*_CELLS, "tr", "thead", "tbody", "tfoot"}
#: Elements that one like them ends, where nobody wrote the end: those it ends, and what they are looked for within.
_IMPLIED: dict[str, tuple[set[str], set[str]]] = {
    "p": ({"p"}, {"div", "section", "article", "li", "blockquote", "dd", "table", *_CELLS}),
    "li": ({"li"}, {"ul", "ol", "table", *_CELLS}),
    **dict.fromkeys(("dt", "dd"), ({"dt", "dd"}, {"dl", "table", *_CELLS})),
    "option": ({"option"}, {"select"}),
    **dict.fromkeys(("td", "th", "caption"), (_CELLS, {"table", "tr"})),
    "tr": ({"tr"}, {"table"}),
    **dict.fromkeys(("thead", "tbody", "tfoot"), ({"thead", "tbody", "tfoot"}, {"table"})),
}
_TAG = re.compile(r"[a-z][a-z0-9:_-]*")
#: By this the parser sees that a last character such as `&` stands for itself.
_END = "<wbr>"
_TOO_DEEP = "粘贴的内容一层套一层，太深了，没有读。请先粘贴到 Word 里，再从那里复制。"


def written(html: str, told: Collection[str] = ()) -> str:
    """Return HTML with every element closed, without comments; before one of the `told` elements stands its name in a
    `var`, and no other `var` is left. Raises Refused for what nests too deep.

    >>> written("<p>a<b x='<'>b<p>c<!--</b>--><br/></b>d&lt;<li>e<li>f", {"li"})
    '<p>a<b x="&lt;">b</b></p><p>c<br>d&lt;<var>li</var><li>e</li><var>li</var><li>f</li></p>'
    >>> written("<table><tr><td><b>a</table></b><svg/>")
    '<table><tr><td><b>a</b></td></tr></table><svg></svg>'
    """
    writer = _Writer(told)
    # What is left behind it is a tag or a comment that never ends, and no text of anybody.
    writer.feed(html + _END)
    writer.end(0)
    return "".join(writer.written)


class _Writer(HTMLParser):
    """Writer of what it reads, with the elements that are open."""

    def __init__(self, told: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self._told, self._open = told, list[str]()
        self._opened = Counter[str]()
        self._formatting = self._repeated = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("var", "wbr") or not _TAG.fullmatch(tag):
            return
        if tag in _IMPLIED:
            self._end_last(*_IMPLIED[tag])
        if tag in self._told:
            self._write(f"<var>{tag}</var>")
        given = (f' {name}="{escape(value or "")}"' for name, value in attrs if _TAG.fullmatch(name))
        self._write(f"<{tag}{''.join(given)}>")
        if tag not in _EMPTY:
            self._open.append(tag)
            self._opened[tag] += 1
            self._formatting += tag in FORMATTING
        if len(self._open) > DEEPEST:
            raise Refused(_TOO_DEEP)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY and self._open[-1:] == [tag]:
            self.end(len(self._open) - 1)

    def handle_endtag(self, tag: str) -> None:
        if tag == "br":
            self._write("<br>")
        within = {"table"} if tag in _IN_TABLES else set() if tag == "table" else {"table", *_CELLS}
        self._end_last({tag}, within)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip `<![if …]>` as a browser does, up to the next `>`."""
        return self.parse_bogus_comment(i)

    def handle_data(self, data: str) -> None:
        self.written.append(escape(data, quote=False))

    def end(self, left: int) -> None:
        """End the elements that are open, but so many."""
        while len(self._open) > left:
            tag = self._open.pop()
            self._opened[tag] -= 1
            self._formatting -= tag in FORMATTING
            self._write(f"</{tag}>")

    def _end_last(self, tags: set[str], within: set[str]) -> None:
        if not any(self._opened[tag] for tag in tags):
            return
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] in tags:
                self.end(place)
                return
            if self._open[place] in within:
                return

    def _write(self, tag: str) -> None:
        self.written.append(tag)
        self._repeated += self._formatting
        if self._repeated > MOST_REPEATED:
            raise Refused(_TOO_DEEP)
