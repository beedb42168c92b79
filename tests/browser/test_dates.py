"""By eye: a day and a file are chosen in Chinese in a browser that speaks another language."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Town
from tests.browser.test_pages import look
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
PAGE = "/console/visits/settings/days?month=2026-10"


def test_a_day_is_picked_or_typed_in_chinese_whatever_language_the_browser_speaks(town: Town) -> None:
    Office(town.house).settle()
    page = town.desk("admin", locale="en-US")
    page.goto(f"{town.web}{PAGE}")
    first = page.get_by_label("从", exact=True)
    first.fill("2026-10-07")
    first.blur()
    first.focus()
    calendar = page.locator("[data-vc=calendar]")
    expect(calendar).to_be_visible()
    expect(calendar).to_contain_text("十月")
    expect(calendar).to_contain_text("一")
    assert "Mon" not in calendar.inner_text()
    assert look(page) == []
    calendar.locator("[data-vc-date='2026-10-12'] button").click()
    expect(first).to_have_value("2026-10-12")
    expect(calendar).to_have_attribute("inert", "")
    expect(first).to_be_focused()


def test_a_file_is_chosen_in_chinese_whatever_language_the_browser_speaks(town: Town) -> None:
    Office(town.house).settle()
    page = town.desk("admin", locale="en-US")
    page.goto(f"{town.web}/console/people/import")
    place = page.locator(".file", has=page.get_by_label("名单文件"))
    expect(place).to_have_text("选择文件")
    page.get_by_label("名单文件").set_input_files({"name": "名单.csv", "mimeType": "text/csv", "buffer": b"x"})
    expect(place).to_have_text("名单.csv")
    assert look(page) == []


def test_a_day_of_the_month_is_pressed_and_becomes_a_special_one(town: Town) -> None:
    Office(town.house).settle()
    page = town.desk("admin")
    page.goto(f"{town.web}{PAGE}")
    expect(page.locator(".cal_days")).to_contain_text("国庆节休")
    page.locator(".cal-day").filter(has_text="10 月 9 日").click()
    expect(page.get_by_label("从", exact=True)).to_have_value("2026-10-09")
    page.get_by_label("名称").fill("盘点")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".cal_days")).to_contain_text("盘点：不上班")
    assert look(page) == []
