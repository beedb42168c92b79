"""By eye: a shop writes, its manager answers on the page and closes; it says how it was; a report shows it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Town
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]


def chat(town: Town, name: str) -> Page:
    """The chat of somebody's phone with the account."""
    page = town.window(390, 844)
    page.goto(town.platform)
    page.click(f"a.person[data-name={name}]")
    return page


def test_a_need_is_answered_from_the_managers_page_closed_and_rated(town) -> None:
    house = town.house
    Office(house).import_roster()
    code = house.flask("people", "invite-manager", "13900002201").output.split("绑定 ")[1].split("（")[0]
    for who, words in (("陈志强", f"绑定 {code}"), ("王建国", "绑定 350802100001 8899")):
        house.phone(who).follow()
        house.phone(who).say(words)
    house.work()
    shop = chat(town, "王建国")
    last = shop.locator('.bubble[data-from="account"]').last
    expect(last).to_contain_text("已绑定")  # by now it is drawn whether one writes or taps the menu
    if not shop.locator("#say").is_visible():
        shop.click("#keyboard")
    shop.fill("#say", "红七匹狼这周断货了能不能先补两条")
    shop.click("#send")
    expect(last).to_contain_text("已转给客户经理陈志强")
    house.work()
    notice = chat(town, "陈志强").locator('.bubble[data-from="account"]').last
    expect(notice).to_contain_text("【新留言 #101】城南便利店")

    manager = town.pocket("陈志强", "/m/visits/101")
    manager.fill("#content", "明早配送车带两条,您签收就行")
    manager.goto(f"{town.web}/m/visits/101")  # closed by mistake: what was written is there again
    expect(manager.locator("#content")).to_have_value("明早配送车带两条,您签收就行")
    manager.get_by_role("button", name="发送").click()
    expect(manager.locator(".bubble").last).to_contain_text("明早配送车带两条")
    expect(manager.locator("#content")).to_have_value("")
    house.work()
    expect(manager.get_by_text("已发出")).to_be_visible()
    expect(last).to_contain_text("陈志强：明早配送车带两条")

    own = town.pocket("王建国", "/m/visits/mine")
    expect(own.get_by_text("明早配送车带两条")).to_be_visible()
    own.fill("#content", "好,收到")
    own.get_by_role("button", name="发送").click()
    expect(own.locator(".bubble").last).to_contain_text("好,收到")

    manager.goto(f"{town.web}/m/visits/101")
    assert manager.evaluate("document.documentElement.scrollWidth <= innerWidth")
    manager.get_by_role("button", name="完结").click()
    expect(manager.get_by_text("已完结").first).to_be_visible()
    house.work()
    expect(last).to_contain_text("答复您满意吗")
    last.locator("button.option").first.click()
    expect(last).to_contain_text("谢谢")

    password = house.flask("console", "create-admin", "boss").output.split("初始密码 ")[1].split()[0]
    desk = town.window()
    desk.goto(f"{town.web}/console/sign-in")
    for label, words in (("用户名", "boss"), ("密码", password)):
        desk.get_by_label(label).fill(words)
    with desk.expect_navigation():
        desk.get_by_role("button", name="登录").click()
    for field in desk.locator('input[type="password"]').all():
        field.fill(password if field.get_attribute("autocomplete") == "current-password" else "correct horse battery")
    with desk.expect_navigation():
        desk.locator('main button[type="submit"]').first.click()
    desk.goto(f"{town.web}/console/visits/reports")
    line = desk.get_by_role("row", name="陈志强")
    expect(line.get_by_text("100.0%").first).to_be_visible()
    line.get_by_role("link", name="1", exact=True).first.click()
    expect(desk.get_by_role("row", name="城南便利店")).to_contain_text("满意")
