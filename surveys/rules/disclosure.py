"""Disclosure rules: which figures an anonymous survey may show: none that stands for fewer people than `LEAST`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

LEAST = 5
Cell = tuple[int, int]


def disclosed(counts: Sequence[int]) -> list[int | None]:
    """Return the counts, with None for each hidden one.

    A count below `LEAST` is hidden, also 0: that nobody chose it says something of everybody. One hidden count alone
    could be computed from the others and their sum, so the smallest shown one is hidden with it.

    >>> disclosed([40, 22, 9])
    [40, 22, 9]
    >>> disclosed([40, 22, 3])
    [40, None, None]
    >>> disclosed([40, 2, 0])
    [40, None, None]
    """
    shown: list[int | None] = [count if count >= LEAST else None for count in counts]
    left = [count for count in shown if count is not None]
    if shown.count(None) == 1 and left:
        shown[shown.index(min(left))] = None
    return shown


def merged(sizes: Mapping[int, int], *, least: int = LEAST, hidden: Collection[int] = ()) -> frozenset[int]:
    """Return the groups of a cross-tab that are too small to stand alone, to be shown as one; with the next larger ones
    where they would be too few together. Empty where each may stand alone. `hidden` are groups whose size is not shown
    elsewhere, and must not be shown here.

    >>> sorted(merged({1: 40, 2: 3, 3: 9, 4: 1}))
    [2, 3, 4]
    >>> merged({1: 40, 2: 8})
    frozenset()
    """
    small = sorted((size, group) for group, size in sizes.items() if size < least or group in hidden)
    if not small:
        return frozenset()
    found, total = {group for _, group in small}, sum(size for size, _ in small)
    for size, group in sorted((size, group) for group, size in sizes.items() if group not in found):
        if total >= least and len(found) > 1:
            break
        found.add(group)
        total += size
    return frozenset(found)


def disclosed_table(
    rows: Sequence[Sequence[int]], *, least: int = LEAST, hidden: Collection[int] = ()
) -> list[list[int | None]]:
    """Return a cross-tab with the cells hidden that show too much, and those from which they could be computed.

    The totals of rows and columns are known from elsewhere: from them and the shown cells no hidden cell below `least`
    can be computed. `hidden` are columns whose total is not shown elsewhere, and none of whose cells may be.

    Cell suppression as in statistical offices (Willenborg and de Waal, "Elements of Statistical Disclosure Control",
    2001, ch. 4). Whether a hidden cell can be computed is decided exactly, on the residual graph: a cell can have
    another value where a cycle of hidden cells runs through it, along which one can add and take away.

    >>> disclosed_table([[40, 22, 3], [30, 31, 9]])
    [[40, None, None], [30, None, None]]
    >>> disclosed_table([[40, 22], [30, 31]])
    [[40, 22], [30, 31]]
    """
    if not rows:
        return []
    away = {(r, c) for r, row in enumerate(rows) for c, value in enumerate(row) if value < least or c in hidden}
    small = {(r, c) for r, c in away if rows[r][c] < least}
    lines = [[(r, c) for c in range(len(rows[0]))] for r in range(len(rows))]
    lines += [[(r, c) for r in range(len(rows))] for c in range(len(rows[0]))]
    while True:
        more = _too_few(rows, away, lines, least) or _given_away(rows, away, small)
        if not more:
            break
        away |= more
    return [[None if (r, c) in away else value for c, value in enumerate(row)] for r, row in enumerate(rows)]


def _too_few(rows: Sequence[Sequence[int]], away: set[Cell], lines: Sequence[Sequence[Cell]], least: int) -> set[Cell]:
    """Return the smallest shown cell of a line whose hidden cells are one, or stand for too few together."""
    for line in lines:
        gone = [cell for cell in line if cell in away]
        shown = [cell for cell in line if cell not in away]
        if gone and shown and (len(gone) == 1 or sum(rows[r][c] for r, c in gone) < least):
            return {min(shown, key=lambda cell: (rows[cell[0]][cell[1]], cell))}
    return set()


def _given_away(rows: Sequence[Sequence[int]], away: set[Cell], small: set[Cell]) -> set[Cell]:
    """Return one more cell to hide, next to a small one that can be computed."""
    for r, c in sorted(small):
        if _may_differ(rows, away, (r, c)):
            continue
        beside = [cell for cell in ((r, n) for n in range(len(rows[0]))) if cell not in away]
        beside += [cell for cell in ((n, c) for n in range(len(rows))) if cell not in away]
        if beside:
            return {min(beside, key=lambda cell: (rows[cell[0]][cell[1]], cell))}
    return set()


def _may_differ(rows: Sequence[Sequence[int]], away: set[Cell], cell: Cell) -> bool:
    """Whether another table with the same totals and the same shown cells has another value here."""
    row, column = cell
    # One more here needs a way back from the column to the row that alternately takes and gives. One less: the reverse.
    return _leads(rows, away, ("c", column), ("r", row), cell) or (
        rows[row][column] > 0 and _leads(rows, away, ("r", row), ("c", column), cell)
    )


def _leads(
    rows: Sequence[Sequence[int]], away: set[Cell], start: tuple[str, int], end: tuple[str, int], but: Cell
) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        kind, number = waiting.pop()
        for r, c in away:
            if (r, c) == but:
                continue
            if kind == "r" and r == number:
                reached = ("c", c)  # one more in this cell is always possible
            elif kind == "c" and c == number and rows[r][c] > 0:
                reached = ("r", r)  # one less
            else:
                continue
            if reached == end:
                return True
            if reached not in seen:
                seen.add(reached)
                waiting.append(reached)
    return False
