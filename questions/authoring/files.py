"""Reader of an author's uploaded file: a workbook or YAML, told apart by its content."""

from pathlib import PurePath

from foundation.workbooks import reading
from questions.authoring import excel_file, yaml_file
from questions.authoring.layout import AuthoredFile, FileLayout


def parse(content: bytes, name: str, layout: FileLayout) -> AuthoredFile:
    """Read a file. Its name only tells what was meant where the content is neither. Raises Refused."""
    is_excel = reading.is_workbook(content) or PurePath(name).suffix.lower() in (".xlsx", ".xlsm", ".xls")
    return excel_file.parse(content, layout) if is_excel else yaml_file.parse(content, layout)
