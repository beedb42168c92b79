"""By keyboard: the search in the head, from "/" to the page that was sought."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Town
from tests.browser.test_pages import look
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]


def test_a_shop_is_sought_and_opened_without_a_mouse(town: Town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    page = town.desk("market")
    box, panel = page.get_by_role("combobox", name="搜索"), page.get_by_role("listbox", name="搜索结果")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("王")
    options = panel.get_by_role("option")
    expect(options).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-find-said]")).to_have_text("找到 2 条，按上下键选择")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "?")
    assert look(page) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/console/people/shops/350802100001")
    page.keyboard.press("/")
    page.keyboard.type("没有这家")
    expect(panel).to_contain_text("没有找到“没有这家”")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("搜索“没有这家”")


def test_on_a_phone_the_search_is_a_page(town: Town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    page = town.desk("chen", width=320)
    page.get_by_role("link", name="搜索").click()
    page.wait_for_url("**/console/find")
    page.get_by_role("searchbox", name="搜索店铺").fill("李福生")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="老李食杂店")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert look(page) == []
