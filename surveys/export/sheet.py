"""A worksheet that takes whole rows: XlsxWriter's, with the writing of cells made short.

XlsxWriter writes a cell through ten calls, most of which ask what we know already. An export has ten million cells, so
a row is put together here in one go and appended to the same file XlsxWriter keeps the rows in; all the rest of the
workbook stays XlsxWriter's. It also takes a text between <r> and </r> for XML of its own making: somebody's answer
could bring formulas into the file.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from surveys.export.cells import Cell

_COLUMNS = [xl_col_to_name(column) for column in range(16_384)]
# Excel reads the letters _x0041_ as A, unless their first is written so itself.
_READ_AS_CODE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet in constant memory, filled from top to bottom by `write_cells` alone."""

    #: What the file says of its own extent.
    dim_rowmin: int | None
    dim_rowmax: int | None
    dim_colmin: int | None
    dim_colmax: int | None

    def write_cells(self, row: int, cells: Sequence[Cell], styles: Mapping[type, int]) -> None:
        """Write a row (from 0), below all rows written before; None leaves a cell empty.

        `styles` maps the classes of marked values to their formats' numbers.
        """
        place = row + 1
        parts = [f'<row r="{place}">']
        add = parts.append
        for letters, value in zip(_COLUMNS, cells, strict=False):
            kind = value.__class__
            if kind is str:
                add(f'<c r="{letters}{place}"{_inline(value)}')
            elif kind is int or kind is float:
                add(f'<c r="{letters}{place}"><v>{value!r}</v></c>')
            elif value is not None:
                add(f'<c r="{letters}{place}" s="{styles[kind]}"')
                add(_inline(str(value)) if isinstance(value, str) else f"><v>{float(value)!r}</v></c>")
        add("</row>")
        self.row_data_fh.write("".join(parts))
        self.dim_rowmin = self.dim_colmin = 0
        self.dim_rowmax, self.dim_colmax = row, max(self.dim_colmax or 0, len(cells) - 1)

    def abandon(self) -> None:
        """Close the file of the rows, which only a finished workbook closes by itself."""
        self.row_data_fh.close()


@lru_cache(maxsize=8192)
def _inline(text: str) -> str:
    """The rest of a cell that holds a text. Most texts are labels, so most are found here again.

    >>> _inline("好 & <坏>")
    ' t="inlineStr"><is><t>好 &amp; &lt;坏&gt;</t></is></c>'
    >>> _inline(" \\x07")
    ' t="inlineStr"><is><t xml:space="preserve"> \ufffd</t></is></c>'
    """
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    text = _NO_XML.sub("\ufffd", _READ_AS_CODE.sub("_x005F_", text))
    return f' t="inlineStr"><is><t{kept}>{text}</t></is></c>'


def styled(book: Any, formats: Mapping[type, Mapping[str, Any]]) -> dict[type, int]:
    """Add a format to a workbook for each class of marked values; gives their numbers, as `write_cells` wants them."""
    return {kind: book.add_format(dict(properties))._get_xf_index() for kind, properties in formats.items()}
