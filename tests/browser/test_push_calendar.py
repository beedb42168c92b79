"""The calendar of pushes in a browser: one is dragged to another day, and back with one press."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.broadcasts.conftest import Library
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]


def drag(page: Page, to: str) -> None:
    """Drag the one push of the month to a day, as a hand does."""
    here, there = (page.locator(each).bounding_box() for each in (".ev[data-move]", f"[data-day='{to}']"))
    assert here
    assert there
    page.mouse.move(here["x"] + 20, here["y"] + 8)
    page.mouse.down()
    page.mouse.move(here["x"] + 30, here["y"] + 16, steps=4)
    page.mouse.move(there["x"] + 40, there["y"] + 60, steps=12)
    page.mouse.up()


def test_a_push_is_dragged_to_another_day_and_put_back(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    month = (town.house.clock().replace(day=1) + timedelta(days=32)).strftime("%Y-%m")
    article = Library(town.house).published("节日问候")
    words = ("push", str(article), "--audience", "all", "--at", f"{month}-10 09:00", "--kind", "greeting")
    assert town.house.flask("broadcasts", *words, "--by", "market").exit_code == 0
    page = town.desk("market")
    page.goto(f"{town.web}/console/broadcasts/calendar?month={month}")
    expect(page.locator("#month-days.can-drag")).to_be_visible()
    drag(page, f"{month}-18")
    expect(page.locator(f"[data-day='{month}-18'] .ev")).to_contain_text("节日问候")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(f"[data-day='{month}-10'] .ev")).to_contain_text("节日问候")
