"""Word documents written by hand, as Word, WPS, other programs and ill will write them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from tests.pictures import png

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = "http://schemas.openxmlformats.org/package/2006/relationships"


def run(said: str, of_run: str = "") -> str:
    """A run of text; tabs and line breaks as Word has them."""
    inside = escape(said).replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">').replace("\n", "</w:t><w:br/><w:t>")
    return f'<w:r>{f"<w:rPr>{of_run}</w:rPr>" if of_run else ""}<w:t xml:space="preserve">{inside}</w:t></w:r>'


def paragraph(said: str, *, numbered: tuple[int, int] | None = None, style: str = "", inside: str = "") -> str:
    """A paragraph; `numbered` is its list and level, `inside` stands behind its text as it is."""
    of_list = f'<w:numPr><w:ilvl w:val="{numbered[1]}"/><w:numId w:val="{numbered[0]}"/></w:numPr>' if numbered else ""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{of_list}</w:pPr>{run(said) if said else ''}{inside}</w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table of cells, each of paragraphs one below the other."""
    lines = "".join(
        "<w:tr>" + "".join(f"<w:tc>{''.join(map(paragraph, cell.split(chr(10))))}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl><w:tblPr/>{lines}</w:tbl>"


def level(at: int, form: str, pattern: str, start: int = 1) -> str:
    """A level of a list."""
    inside = f'<w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/>'
    return f'<w:lvl w:ilvl="{at}">{inside}</w:lvl>'


def numbering(lists: Mapping[int, str], numbers: Mapping[int, tuple[int, str]]) -> str:
    """The numbering part: levels by abstract list, and for each numbering its list and what it overrides."""
    abstract = "".join(f'<w:abstractNum w:abstractNumId="{n}">{each}</w:abstractNum>' for n, each in lists.items())
    used = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="{of}"/>{more}</w:num>' for n, (of, more) in numbers.items()
    )
    return f'<w:numbering xmlns:w="{_WORD}">{abstract}{used}</w:numbering>'


def document(
    *blocks: str,
    parts: Mapping[str, str] = {},
    head: str = "",
    kept: int = zipfile.ZIP_DEFLATED,
    root: str = "document",
) -> bytes:
    """A document of paragraphs (a text alone is one) and tables; `parts` beside, or over, what is made."""
    body = "".join(each if each.startswith("<w:") else paragraph(each) for each in blocks)
    related = "".join(
        f'<Relationship Id="r-{each}" Type="{_KINDS}/{each}" Target="{each}.xml"/>' for each in ("styles", "numbering")
    )
    made = {
        "_rels/.rels": f'<Relationships xmlns="{_PARTS}"><Relationship Id="a" Type="{_KINDS}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PARTS}">{related}</Relationships>',
        "word/document.xml": f'{head}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", kept) as archive:
        for name, content in {**made, **parts}.items():
            archive.writestr(name, content)
    return packed.getvalue()


def illustrated(*paragraphs: str, pictures: int = 0, parts: Mapping[str, str] = {}) -> bytes:
    """A document with a title, a table, paragraphs and pictures."""
    shown = (
        '<w:p><w:r><w:drawing xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:p="http://schemas.openxmlformats.org/drawingml/2006/picture"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><wp:inline><a:graphic>'
        '<a:graphicData><p:pic><p:blipFill><a:blip r:embed="p{0}"/></p:blipFill></p:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )
    body = [paragraph("证件管理", style="Heading1"), table(["年", "月"], ["2027", "1"]), *paragraphs]
    made = document(*body, *(shown.format(number) for number in range(pictures)), parts=parts)
    out, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(made))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "word/_rels/document.xml.rels":
                rows = "".join(
                    f'<Relationship Id="p{number}" Type="{kind}" Target="media/{number}.png"/>'
                    for number in range(pictures)
                )
                text = text.replace(b"</Relationships>", rows.encode() + b"</Relationships>")
            target.writestr(name, text)
        for number in range(pictures):
            target.writestr(f"word/media/{number}.png", png(number))
    return out.getvalue()
