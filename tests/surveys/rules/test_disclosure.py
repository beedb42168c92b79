"""What an anonymous cross-tab shows gives away no small cell: every other table that fits is tried."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.rules.disclosure import disclosed_table, merged

LEAST = 3
TABLES = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 5), min_size=width, max_size=width), min_size=2, max_size=3)
)


def others(table, shown):
    """Every table with the same totals and the same shown cells, hidden ones from 0 up."""
    hidden = [(r, c) for r, row in enumerate(shown) for c, value in enumerate(row) if value is None]
    by_row = [[place for place in hidden if place[0] == r] for r in range(len(table))]

    def ways(places, total):
        if not places:
            return [()] if total == 0 else []
        return [(n, *rest) for n in range(total + 1) for rest in ways(places[1:], total - n)]

    rows = [ways(places, sum(table[r][c] for r, c in places)) for r, places in enumerate(by_row)]
    for choice in product(*rows):
        filled = dict(
            zip((place for places in by_row for place in places), (n for row in choice for n in row), strict=True)
        )
        if all(
            sum(filled[r, c] for r, c in hidden if c == column) == sum(table[r][c] for r, c in hidden if c == column)
            for column in range(len(table[0]))
        ):
            yield filled


@settings(max_examples=300)
@given(table=TABLES)
def test_no_small_cell_can_be_worked_out_from_the_totals_and_what_is_shown(table) -> None:
    shown = disclosed_table(table, least=LEAST)
    for r, row in enumerate(table):
        for c, value in enumerate(row):
            assert shown[r][c] in (None, value)
            assert value >= LEAST or shown[r][c] is None
    if all(value is None for row in shown for value in row):
        return
    possible = list(others(table, shown))
    for r, row in enumerate(table):
        for c, value in enumerate(row):
            # A line hidden whole may be nothing but small ones: then its total, which is shown, says it.
            is_whole = all(each is None for each in shown[r]) and all(each[c] is None for each in shown)
            if value < LEAST and not is_whole:
                assert len({way[r, c] for way in possible}) > 1, (table, shown)


@given(sizes=st.dictionaries(st.integers(1, 30), st.integers(0, 12), max_size=12))
def test_small_groups_stand_together_and_are_enough(sizes) -> None:
    together = merged(sizes, least=5)
    assert all(size >= 5 for group, size in sizes.items() if group not in together)
    assert not together or together == set(sizes) or sum(sizes[group] for group in together) >= 5
