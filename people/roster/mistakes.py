"""Roster mistakes: each wrong cell in its author's words, and the error that refuses the file with all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from foundation.errors import Refused
from foundation.workbooks.cells import Cells, column_letters

#: Errors that are listed, and those that are marked in the file; further ones are only counted.
TOLD, MARKS = 200, 20_000


@dataclass
class Errors:
    """Mistakes of a roster: all are counted, many marked, some told."""

    count: int = 0
    lines: list[str] = field(default_factory=list)
    #: By row, the columns and what is wrong in them.
    marks: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, number: int, at: int, column: str, what: str) -> None:
        self.count += 1
        if self.count <= TOLD:
            self.lines.append(f"{column_letters(at)}{number} {column}{what}")
        if self.count <= MARKS:
            self.marks.setdefault(number, []).append((at, f"{column}{what}"))


class WrongRoster(Refused):
    """Error: a roster that cannot be imported, with `lines` for its author, one for each mistake, and their number;
    and its rows, with what is wrong in which cell of them."""

    def __init__(self, errors: Errors, rows: Callable[[], Iterator[tuple[int, Cells]]], header: int) -> None:
        lines, count = errors.lines, errors.count
        more = [f"还有 {count - len(lines)} 处没有列出。"] if count > len(lines) else []
        self.lines, self.count = [*lines, *more], count
        self.marks, self.rows, self.header = errors.marks, rows, header
        super().__init__("\n".join([*self.lines, f"共 {count} 处要改，什么都没有导入。"]))
