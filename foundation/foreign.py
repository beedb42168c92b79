"""Foreign files: kinds that no reader of authored work reads, told by their bytes, in the words of what was given."""

from pathlib import PurePath

from foundation.errors import Refused
from foundation.ooxml.package import COMPOUND, ZIP

_PICTURE, _FILM, _WEB, _SLIDES, _PACKED = "图片", "声音或视频", "网页", "幻灯片", "压缩包"
_BEGINNINGS = {
    b"%pdf": " PDF 文件",
    b"\xff\xd8\xff": _PICTURE,
    b"\x89png": _PICTURE,
    b"gif8": _PICTURE,
    b"id3": _FILM,
    b"\xff\xfb": _FILM,
    b"#!amr": _FILM,
    b"{\\rtf": "写字板文件",
    b"<!doctype": _WEB,
    b"<html": _WEB,
    b"rar!": _PACKED,
    b"7z\xbc\xaf": _PACKED,
}
_OLD_SLIDES = "PowerPoint Document".encode("utf-16-le")
_TABLES = (".csv", ".tsv")
#: Names of files that some reader was meant to read, whose faults it tells itself.
_OURS = ("", ".yaml", ".yml", ".json", ".txt", ".md", ".markdown")
_OFFICE = (".docx", ".docm", ".doc", ".wps", ".xlsx", ".xlsm", ".xls")


def refuse(content: bytes, name: str, *, takes: str) -> None:
    """Raise Refused for content that is nothing authored work is read from; `takes` are the kinds that are, in words.

    >>> files = {"a.yaml": b"%PDF-1.7", "a.csv": b"a,b", "a.docx": b"", "a": b"GIF89a", "b.yaml": b"a: 1"}
    >>> for name, content in files.items():
    ...     try:
    ...         refuse(content, name, takes="Word、Excel 或 YAML")
    ...     except Refused as refusal:
    ...         print(refusal)
    这是 PDF 文件，读不了。请另存为 Word、Excel 或 YAML，再试。
    这是 CSV 表格，读不了。请用 Excel 打开，另存为 .xlsx，再试。
    这个文件是空的，请重新选。
    这是图片，读不了。请选 Word、Excel 或 YAML 文件。
    """
    if not content.strip():
        raise Refused("这个文件是空的，请重新选。")
    ending, is_office = PurePath(name).suffix.lower(), content.startswith((ZIP, COMPOUND))
    if ending in _TABLES and not is_office:
        raise Refused("这是 CSV 表格，读不了。请用 Excel 打开，另存为 .xlsx，再试。")
    called = _called(content)
    if called == _PACKED:
        raise Refused("这是压缩包，读不了。请先解压，再选里面的文件。")
    if called in (_PICTURE, _FILM):
        raise Refused(f"这是{called}，读不了。请选 {takes} 文件。")
    if called:
        raise Refused(f"这是{called}，读不了。请另存为 {takes}，再试。")
    if not is_office and ending not in (*_OURS, *_OFFICE):
        raise Refused(f"读不懂这个文件，请选 {takes} 文件。")


def _called(content: bytes) -> str:
    """What people call a file that nobody reads; empty where somebody may.

    >>> _called(b"PK\\x03\\x04...ppt/presentation.xml"), _called(b"PK\\x03\\x04...a.jpg"), _called(b"title: a")
    ('幻灯片', '压缩包', '')
    """
    head = content[:64].lstrip().lower()
    found = next((called for beginning, called in _BEGINNINGS.items() if head.startswith(beginning)), "")
    if found or content[4:8] == b"ftyp":
        return found or _FILM
    if content.startswith(ZIP):
        is_document = any(part in content for part in (b"xl/", b"word/", b"[Content_Types].xml"))
        return _SLIDES if b"ppt/" in content else "" if is_document else _PACKED
    return _SLIDES if content.startswith(COMPOUND) and _OLD_SLIDES in content else ""
