"""What a search of a list finds is what reading the whole list would find, whichever way it comes to it."""

import pytest
from sqlalchemy import select

from foundation import search_index
from people.models import Retailer
from tests.campaigns.conftest import settle


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("order", ["id", "-id"])
@pytest.mark.parametrize(("every", "followed"), [(2, 30), (3, 7), (11, 30), (40, 30)])
def test_a_search_finds_what_reading_it_all_would(house, monkeypatch, counts, order, every, followed) -> None:
    for name, value in (("WALKED", 4), ("COMMON", 1), ("FOLLOWED", followed)):
        monkeypatch.setattr(search_index, name, value)
    town = settle(house)
    shops = [town.shop(bound=False) for _ in range(30)]
    is_down = order.startswith("-")
    hits = [shop for shop in shops if shop % every == 0]
    hits.sort(reverse=is_down)
    with house.look() as session:
        rows = select(Retailer.id, Retailer.licence).order_by(Retailer.id.desc() if is_down else Retailer.id)

        def look_up(rest, most):
            assert most > 0
            behind = Retailer.id <= rest.id if is_down else Retailer.id >= rest.id
            return session.execute(rows.where(behind, Retailer.id % every == 0).limit(most)).all()

        for limit in (1, 5, 50):
            found, known = search_index.find(
                session, rows, [order], lambda shop: shop.id % every == 0, look_up, limit, counts=counts
            )
            assert [row[0] for row in found] == hits[:limit]
            assert known >= len(found)


def test_a_list_is_not_read_far_once_its_last_rows_hold_nothing_of_what_is_sought() -> None:
    """All that meet the conditions stand at the beginning, fewer than a page: the rest is asked of the index."""
    there, looked_up, read = range(1, 100_001), [], 0

    def walk(row, far):
        nonlocal read
        read += far
        return there[row or 0 :][:far]

    def look_up(row, most):
        looked_up.append((row, most))
        return [99_999]

    def sought(rows):
        return [each for each in rows if each <= 45 or each == 99_999]

    assert search_index.sift(walk, sought, look_up, 51) == [*range(1, 46), 99_999]
    assert looked_up == [(read, 6)]
    assert read < 2 * search_index.WALKED
