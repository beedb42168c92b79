"""Word document writer (.docx): plain paragraphs under a title, the same bytes every time."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MIME = "application/vnd.openxmlformats"
_TITLE = '<w:pPr><w:jc w:val="center"/></w:pPr>', '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr>'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_MIME}-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MIME}-officedocument.wordprocessingml.document.main+xml"/>'
    "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
}


def packed(title: str, paragraphs: Sequence[str]) -> bytes:
    """A document with a title and paragraphs, as an .docx file."""
    body = _paragraph(title, *_TITLE) + "".join(map(_paragraph, paragraphs))
    parts = {**_PARTS, "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            # A fixed day, as every new entry of an archive has it.
            archive.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return file.getvalue()


def _paragraph(text: str, of_paragraph: str = "", of_run: str = "") -> str:
    return f'<w:p>{of_paragraph}<w:r>{of_run}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
