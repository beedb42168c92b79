"""Grid of a table that is being read: where each cell stands, also below and beside those that reach over others."""

from dataclasses import dataclass, field

from blocks.blocks import MOST_CELLS, MOST_ROWS

#: Columns that are counted.
WIDEST = 50


@dataclass
class CellGrid:
    """Grid of cells, filled row by row; a cell that another reaches over is empty."""

    rows: list[list[str]] = field(default_factory=list)
    #: Cells of its first row that are headings.
    heads: int = 0
    #: The paragraphs of the open cell; None between cells.
    lines: list[str] | None = None
    _span: tuple[int, int] = (1, 1)
    #: In how many of the next rows a column is taken by a cell above.
    _taken: dict[int, int] = field(default_factory=dict)

    @property
    def filled(self) -> list[list[str]]:
        """The rows in which something stands."""
        return [row for row in self.rows if any(row)]

    def row_begins(self) -> None:
        """Begin a row."""
        if self.rows:
            self._fill()
        self.rows.append([])
        self._fill(begins=True)

    def cell_begins(self, columns: int, rows: int, *, is_head: bool) -> None:
        """Begin a cell that reaches over so many columns and rows.

        >>> grid = CellGrid()
        >>> for text, rows in (("年", 2), ("月", 1), ("", 0), ("日", 1)):
        ...     if not rows:
        ...         grid.row_begins()
        ...         continue
        ...     grid.cell_begins(1, rows, is_head=False)
        ...     grid.lines.append(text)
        ...     grid.cell_ends()
        >>> grid.rows
        [['年', '月'], ['', '日']]
        """
        if not self.rows:
            self.row_begins()
        self.lines, self._span = [], (min(columns, MOST_CELLS), min(rows, MOST_ROWS))
        self.heads += is_head and len(self.rows) == 1

    def cell_ends(self) -> None:
        """End a cell."""
        if self.lines is None:
            return
        row, (columns, rows) = self.rows[-1], self._span
        for number in range(min(columns, WIDEST - len(row))):
            if rows > 1:
                self._taken[len(row)] = rows - 1
            row.append("\n".join(self.lines) if number == 0 else "")
        self.lines = None
        self._fill(begins=True)

    def _fill(self, *, begins: bool = False) -> None:
        """Leave cells empty into which one above reaches: those that come next, and at a row's end all."""
        row = self.rows[-1]
        while len(row) < WIDEST and self._taken:
            if len(row) not in self._taken and (begins or len(row) > max(self._taken)):
                return
            left = self._taken.get(len(row), 0)
            if left > 1:
                self._taken[len(row)] = left - 1
            elif left:
                del self._taken[len(row)]
            row.append("")
