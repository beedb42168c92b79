"""By eye: whom an invitation is for is chosen with the picker, and the page brings how many that would be."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Town
from tests.browser.test_journey import publish
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]


def test_whom_an_invitation_is_for_is_counted_anew_with_every_choice(town: Town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    for name, said in (("王建国", "绑定 350802100001 8899"), ("李福生", "绑定 350802100002 1234")):
        phone = town.house.phone(name)
        phone.follow()
        phone.say(said)
    publish(town)
    page = town.desk("market")
    page.goto(f"{town.web}/console/surveys/1/invitations")
    counted = page.locator("#reach dt", has_text=re.compile("^会邀请$")).locator("+ dd")
    expect(counted).to_have_text("2")
    page.get_by_label("只给符合下面条件的店").check()
    expect(page.locator("#reach")).to_contain_text("请选择邀请谁。")
    page.get_by_text("客户类型", exact=True).click()
    page.get_by_label("现代终端").check()
    expect(counted).to_have_text("1")
    page.get_by_label("普通终端").check()
    expect(counted).to_have_text("2")
    page.get_by_label("普通终端").uncheck()
    expect(counted).to_have_text("1")
    page.get_by_role("button", name="安排邀请").click()
    expect(page.get_by_text("已安排第 1 次邀请，只给客户类型：现代终端。")).to_be_visible()
    expect(page.locator("tbody").first).to_contain_text("只给：客户类型：现代终端")
