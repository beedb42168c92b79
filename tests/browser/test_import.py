"""By eye: a roster of another system is brought in; its columns are named, a near name is settled, changes are seen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Town
from tests.browser.test_pages import look
from tests.office import ROSTER, Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
THEIRS = ROSTER.replace("店名,店主", "商户名称,经营者").replace("新罗区,城区一片,现代终端", "新罗区,城区1片区,现代终端")
THEIRS = THEIRS.replace("13600001234", "13600000000")


def checked(town: Town, page: Page) -> None:
    Office(town.house).work()
    page.reload()


def test_columns_are_named_a_near_name_is_settled_and_each_change_is_seen(town: Town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    page = town.desk("market")
    page.goto(f"{town.web}/console/people/import")
    file = {"name": "名单.csv", "mimeType": "text/csv", "buffer": THEIRS.encode()}
    page.get_by_label("名单文件").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    checked(town, page)
    expect(page.get_by_label("“商户名称”是")).to_have_value("店名")
    assert look(page) == []
    page.get_by_role("button", name="就这样读，再检查一遍").click()
    checked(town, page)
    expect(page.get_by_text("新片区“城区1片区”：像“城区一片”？")).to_be_visible()
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    page.get_by_label("就是它").check()
    assert look(page) == []
    page.get_by_role("button", name="就这样，再检查一遍").click()
    checked(town, page)
    page.get_by_role("link", name=re.compile("^更新 1")).click()
    expect(page.locator("del")).to_have_text("13600001234")
    expect(page.locator("ins")).to_have_text("13600000000")
    page.set_viewport_size({"width": 390, "height": 844})
    assert look(page) == []
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    checked(town, page)
    page.get_by_role("link", name="看这 1 家").click()
    expect(page.get_by_text("老李食杂店")).to_be_visible()
    assert town.wrong == []
