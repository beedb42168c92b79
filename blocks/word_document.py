"""Word document (.docx) read into blocks: within the limits of office packages first, then by mammoth as HTML."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import mammoth

from blocks import pasted
from blocks.blocks import ArticleFault
from blocks.building import ReadDocument
from foundation.errors import Refused
from foundation.ooxml import package
from foundation.ooxml.kinds import FileKind, megabytes
from foundation.ooxml.parser import Attributes, Parser

DOCUMENT = FileKind(
    main="word/document.xml",
    whole="文档",
    called="文档",
    unreadable="打不开这个文件：这不是 Word 文档，请另存为 .docx 再试",
    old="这是旧式的 Word 文件（.doc），请用 Word 或 WPS 另存为 .docx 再试",
    shrink="请分成几个文档",
)
#: Bytes of the file; unpacked, of one part of text, of one picture, and of all parts together.
LARGEST, LARGEST_TEXT, LARGEST_PICTURE, LARGEST_WHOLE = 100 << 20, 24 << 20, 24 << 20, 256 << 20
MOST_PICTURES = 100
_TOO_MANY = f"文档里的图片超过 {MOST_PICTURES} 张，后面的没有取。"
_PART = "part:"
#: Kinds of parts that mammoth parses as XML, whatever the part is called.
_PARSED = {"officeDocument", "styles", "numbering", "comments", "footnotes", "endnotes"}
#: How mammoth writes what we keep; the rest as it does by itself.
_STYLES = """
comment-reference => !
p[style-name='Title'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""


@dataclass(frozen=True, slots=True)
class ReadWord:
    """Word document as it was read, with the bytes of its pictures by their origins."""

    document: ReadDocument
    pictures: Mapping[str, bytes]


@dataclass
class _Pictures:
    """Pictures taken out while mammoth reads."""

    found: dict[str, bytes] = field(default_factory=dict)
    is_full: bool = False

    def take(self, image: Any) -> dict[str, str]:
        if len(self.found) >= MOST_PICTURES:
            self.is_full = True
            return {}
        origin = f"{_PART}{len(self.found) + 1}"
        with image.open() as stream:
            self.found[origin] = stream.read(LARGEST_PICTURE + 1)
        return {"src": origin}


def read(content: bytes) -> ReadWord:
    """Read a .docx; macros, comments, headers and footers are not read. It takes seconds: a task does it.

    Raises Refused for what is no such document, has a password, or is too large when unpacked.
    """
    DOCUMENT.weigh(len(content), LARGEST)
    _check(content)
    pictures = _Pictures()
    try:
        html = mammoth.convert_to_html(
            io.BytesIO(content),
            convert_image=mammoth.images.img_element(pictures.take),
            style_map=_STYLES,
            external_file_access=False,
        ).value
    except (KeyError, ValueError, AttributeError, IndexError, TypeError, OSError, zipfile.BadZipFile):
        raise Refused(DOCUMENT.unreadable) from None
    found = pasted.read(html)
    notes = (*found.notes, *([ArticleFault(_TOO_MANY)] if pictures.is_full else []))
    return ReadWord(replace(found, notes=notes), pictures.found)


def _check(content: bytes) -> None:
    """Look through the whole package within limits, before a library unpacks it without any."""
    opened = package.opened(content, DOCUMENT, unpacked=LARGEST_PICTURE)
    if not opened.main:
        raise Refused(DOCUMENT.unreadable)
    whole = sum(part.file_size for part in opened.parts.values())
    if whole > LARGEST_WHOLE:
        raise Refused(DOCUMENT.too_large(f"展开后有 {megabytes(whole)}", f"最多 {megabytes(LARGEST_WHOLE)}"))
    if len(opened.parts) != len(opened.archive.infolist()):
        raise Refused(DOCUMENT.unreadable)  # two parts of one name: which one a reader takes is anybody's guess
    for part in opened.parts:
        if part.endswith(".rels"):
            _check_names(opened.elements(part))
        elif part.endswith(".xml"):
            for _ in opened.parse(part, Parser({}, {}, DOCUMENT), LARGEST_TEXT):
                pass
        else:
            for _ in opened.pieces(part):
                pass


def _check_names(elements: Sequence[tuple[str, Attributes]]) -> None:
    """Refuse a relationship by which a part of another name would be parsed, for only those named .xml were looked
    through."""
    for _, each in elements:
        is_parsed = each.get("Type", "").rpartition("/")[2] in _PARSED
        if is_parsed and not each.get("Target", "").lower().endswith(".xml"):
            raise Refused(DOCUMENT.unreadable)
