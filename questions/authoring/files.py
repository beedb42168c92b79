"""Reader of an author's file: a workbook, a Word document or YAML, told apart by its content."""

from pathlib import Path, PurePath

from foundation import foreign
from foundation.documents import reading as documents
from foundation.workbooks import csv
from foundation.workbooks import reading as workbooks
from foundation.workbooks.cells import WORKBOOK
from questions.authoring import excel_file, word_file, yaml_file
from questions.authoring.layout import AuthoredFile, FileLayout

LARGEST = 2 << 20
"""Bytes of a file of any kind."""
_TAKES = "Word、Excel 或 YAML"
_WORD, _EXCEL = (".docx", ".docm", ".doc", ".wps"), (".xlsx", ".xlsm", ".xls")


def taken(path: Path) -> bytes:
    """Return a file's content. Raises Refused for one that is too large, before reading it."""
    kind = documents.DOCUMENT if path.suffix.lower() in _WORD else WORKBOOK
    kind.weigh(path.stat().st_size, LARGEST)
    return path.read_bytes()


def parse(content: bytes, name: str, layout: FileLayout) -> AuthoredFile:
    """Read a file. Its name only tells what was meant where the content is none of the three. Raises Refused."""
    foreign.refuse(content, name, takes=_TAKES)
    ending, is_office = PurePath(name).suffix.lower(), workbooks.is_workbook(content)
    if documents.is_document(content) or (not is_office and ending in _WORD):
        return word_file.parse(content, layout)
    return excel_file.parse(content, layout) if is_office or ending in _EXCEL else yaml_file.parse(content, layout)


def parse_questions(content: bytes, name: str, layout: FileLayout) -> AuthoredFile:
    """Read a file that holds nothing but questions: a workbook, a Word document, or a text copied out of one. Raises
    Refused."""
    foreign.refuse(content, name, takes="Word 或 Excel")
    is_office = documents.is_document(content) or workbooks.is_workbook(content)
    if is_office or PurePath(name).suffix.lower() in (*_WORD, *_EXCEL):
        return parse(content, name, layout)
    encoding = csv.encoding_of(content)
    return word_file.parse_text(content.decode(encoding).removeprefix("\ufeff"), layout)
