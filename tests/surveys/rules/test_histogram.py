"""Histograms: every value in one column, few columns, and the names say which values are in them."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.histogram import MOST, OWN, histogram

WHOLE = st.dictionaries(st.integers(-10_000, 10_000_000).map(Decimal), st.integers(1, 50), min_size=1, max_size=60)
FRACTIONS = st.dictionaries(
    st.decimals(-1000, 100_000, places=2, allow_nan=False), st.integers(1, 50), min_size=1, max_size=60
)


@given(values=st.one_of(WHOLE, FRACTIONS))
def test_every_answer_stands_in_one_column_and_there_are_few(values) -> None:
    columns = histogram(values)
    assert sum(column.count for column in columns) == sum(values.values())
    assert len(columns) <= max(MOST, OWN)
    assert len({column.label for column in columns}) == len(columns)


def test_one_far_off_answer_does_not_flatten_the_others() -> None:
    values = {Decimal(n): 10 for n in range(1, 61)} | {Decimal(50_000): 1}
    columns = histogram(values)
    assert columns[-1].label.endswith("以上")
    assert columns[-1].count == 11  # with the ten who said 60
    assert max(column.count for column in columns) < 610 / 4


def test_fractions_go_from_one_bound_up_to_the_next() -> None:
    values = {Decimal("0.5"): 1, Decimal("1.25"): 2, Decimal("7.75"): 1}
    columns = histogram(values)
    assert [(column.label, column.count) for column in columns if column.count] == [
        ("0 到 1", 1),
        ("1 到 2", 2),
        ("7 到 8", 1),
    ]
