"""A year in small: what months hold against a plain recount of the rows, which shares no statement with the product."""

from benchmarks import year
from tests.conftest import House


def test_every_figure_of_simulated_months_is_what_a_plain_recount_of_their_rows_says(house: House) -> None:
    """Shops change their manager in mid-month, answers and sheets set aside come late, people leave and are erased, and
    a closed month is corrected: company, areas, classes and managers, and the months added up."""
    books = year.live(house.services, house.clock, shops=150, managers=6, many=3, first=202604)
    assert books.compared > 1_200
    assert books.differing == []
    assert {name for _, name in books.shown} == {measure.name for measure in house.services.measures}
    assert all(any(books.shown[month, name] for month in (202604, 202605, 202606)) for _, name in books.shown)
