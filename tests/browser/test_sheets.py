"""Answer sheets in a browser: from the list to one, to the next, set aside and taken back, and the photos large."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from surveys.models import Submission
from tests.addresses import lay_out
from tests.browser.conftest import Town
from tests.browser.test_pages import look, overflows

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]


def test_a_sheet_is_found_set_aside_and_taken_back_and_its_photo_opened(town: Town) -> None:
    lay_out(town.house)
    with town.house.services.transaction() as session:
        first = session.get_one(Submission, 1)
        names = ("survey_id", "version_id", "area_id", "class_id", "answers", "source", "photos")
        same = {name: getattr(first, name) for name in names}
        later = first.submitted_at + timedelta(minutes=5)
        session.add(Submission(**same, id=2, retailer_id=2, submitted_at=later, seconds=80, is_filed=True))
    page = town.desk("market")
    page.goto(f"{town.web}/console/surveys/1/sheets")
    expect(page.get_by_role("link", name="小王超市")).to_be_visible()
    assert look(page) == []
    page.get_by_role("link", name="老李食杂店").click()
    page.wait_for_url("**/sheets/2")
    page.get_by_role("link", name="下一份").click()
    page.wait_for_url("**/sheets/1")
    expect(page.get_by_role("heading", level=1, name="答卷 1")).to_be_visible()
    assert look(page) == []
    page.get_by_text("作废这份…").click()
    page.get_by_label("原因").fill("照片不是这家店的")
    page.get_by_role("button", name="作废", exact=True).click()
    expect(page.locator(".sheet .note")).to_contain_text("照片不是这家店的")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("作废这份…")).to_be_visible()
    # Photos open large above the page, one after another, and the one that was opened is focused again.
    page.get_by_role("navigation", name="这份调查").get_by_role("link", name="照片").click()
    page.wait_for_url("**/photos")
    small = page.locator(".wall a[data-large]")
    expect(small).to_have_count(2)
    small.first.click()
    dialog = page.get_by_role("dialog", name="照片")
    expect(dialog).to_contain_text("1 / 2")
    expect(dialog.get_by_role("img")).to_have_js_property("complete", True)
    assert look(page) == []
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text(re.compile("小王超市.*2 / 2"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(small.last).to_be_focused()
    page.goto(f"{town.web}/console/surveys/1/unanswered")
    expect(page.get_by_role("link", name="群发给他们")).to_be_visible()
    assert look(page) == []
    phone = town.desk("market", width=320)
    for name in ("sheets", "sheets/1", "photos", "unanswered", "sheets/1/photos/q1/1"):
        phone.goto(f"{town.web}/console/surveys/1/{name}")
        assert not overflows(phone), name
