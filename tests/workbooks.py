"""Workbooks written by hand, as Excel, other programs and ill will write them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = "http://schemas.openxmlformats.org/package/2006/relationships"
NO_RESULT = "<f>VLOOKUP(A2,x!A:B,2,0)</f><v/>"


def text(place: str, said: str) -> str:
    """A cell with a text."""
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(said)}</t></is></c>'


def formatted(place: str, number: float) -> str:
    """A number in the one format of the workbook (`formats`)."""
    return f'<c r="{place}" s="1"><v>{number}</v></c>'


def rows(lines: Sequence[Sequence[str]], first: int = 1, left: str = "A") -> dict[str, str]:
    """Cells by their places; a text that begins with < is the inside of a cell, or the whole of it."""
    cells = {}
    for n, line in enumerate(lines, first):
        for at, said in enumerate(line):
            place = f"{chr(ord(left) + at)}{n}"
            whole = said if said.startswith("<c") else f'<c r="{place}">{said}</c>'
            cells[place] = whole if said.startswith("<") else text(place, said)
    return cells


def workbook(
    sheets: Mapping[str, Mapping[str, str]],
    *,
    number_format: str = "General",
    merged: Sequence[str] = (),
    head: str = "",
    parts: Mapping[str, str] = {},
    kept: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A workbook of sheets with their cells by place; `merged` in each; `parts` over, or beside, what is made."""
    related = [
        f'<Relationship Id="r{n}" Type="{_KINDS}/worksheet" Target="worksheets/{n}.xml"/>' for n in range(len(sheets))
    ]
    related += [
        f'<Relationship Id="{each}" Type="{_KINDS}/{each}" Target="{each}.xml"/>'
        for each in ("styles", "sharedStrings")
    ]
    named = "".join(f'<sheet name="{name}" sheetId="{n + 1}" r:id="r{n}"/>' for n, name in enumerate(sheets))
    made = {
        "_rels/.rels": f'<Relationships xmlns="{_PARTS}"><Relationship Id="a" Type="{_KINDS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PARTS}">{"".join(related)}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="164" '
        f'formatCode="{escape(number_format, {chr(34): "&quot;"})}"/></numFmts><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="164"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}"/>',
    }
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    for n, cells in enumerate(sheets.values()):
        lines: dict[int, str] = {}
        for place, cell in cells.items():
            number = int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            lines[number] = lines.get(number, "") + cell
        body = "".join(f'<row r="{number}">{line}</row>' for number, line in sorted(lines.items()))
        behind = f"<mergeCells>{ranges}</mergeCells>" if ranges else ""
        made[f"xl/worksheets/{n}.xml"] = (
            f'{head}<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData>{behind}</worksheet>'
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", kept) as archive:
        for name, content in {**made, **parts}.items():
            archive.writestr(name, content)
    return packed.getvalue()


def claiming(content: bytes, part: str, size: int) -> bytes:
    """The same archive, in which one part says that it unpacks to so many bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        at = content.rindex(b"PK\x01\x02", 0, content.rindex(part.encode()))
        assert archive.getinfo(part)
    return content[: at + 24] + size.to_bytes(4, "little") + content[at + 28 :]
