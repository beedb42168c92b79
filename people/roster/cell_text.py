"""Roster cell text: the text of a cell, whatever the type of its value."""

import re
from datetime import timedelta

from foundation.text import bare
from foundation.workbooks.cells import Cell, NumberCell

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
#: Pattern of most cells, which need no cleaning: words of letters and digits with single blanks.
_CLEAN = re.compile(r"[0-9A-Za-z一-鿿]+(?: [0-9A-Za-z一-鿿]+)*")


def text_of(value: Cell | None) -> str:
    """The text of a cell without invisible characters; of a number the digits as its format shows them.

    >>> text_of(350802100001), text_of(" 城南 \\n便利\\u200b店 "), text_of("'0123"), text_of(NumberCell(7, "007"))
    ('350802100001', '城南 便利店', '0123', '007')
    """
    if isinstance(value, str):
        if _CLEAN.fullmatch(value):
            return value
        return " ".join(_CONTROL.sub(" ", bare(value)).split()).removeprefix("'")
    if isinstance(value, NumberCell):
        return value.shown or ""
    return "" if value is None else str(value)


def hours(span: timedelta) -> str:
    """A duration formatted as [h]:mm:ss.

    >>> hours(timedelta(days=1, minutes=70))
    '25:10:00'
    """
    seconds = int(span.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def is_rounded(value: Cell | None) -> bool:
    """Whether a number has more digits than Excel stores: those from the 16th on are lost.

    >>> is_rounded(3508021000010001), is_rounded(350802100001), is_rounded("3508021000010001")
    (True, False, False)
    """
    number = value.value if isinstance(value, NumberCell) else value
    return isinstance(number, int | float) and not isinstance(number, bool) and abs(number) >= 1e15
