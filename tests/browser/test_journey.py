"""By eye, from the follow to the export: a keeper's phone on one side, the console on the other."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Town, press
from tests.office import PASSWORD, Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
SURVEY = """
title: 服务满意度调查
questions:
  - {code: q1, type: single, text: 您对客户经理的服务满意吗?, options: [非常满意, 满意, 一般, 不满意]}
  - {code: q2, type: multiple, text: 您最希望改进哪些?, options: [送货时间, 货源信息, 上门拜访], other: true}
  - {code: q3, type: rating, text: 请给本季度服务打分}
  - {code: q4, type: nps, text: 您愿意向同行推荐我们的服务吗?}
  - {code: q5, type: number, text: 您店里平均每天来多少位顾客?, min: -10, max: 5000}
  - {code: q6, type: text, text: 还想对我们说什么?, required: false}
"""


def work(town: Town) -> None:
    """Let a worker do all its jobs, and send what came of them."""
    for job in town.house.app.extensions["jobs"]:
        job.run(town.house.services)
    town.house.work()


def publish(town: Town) -> None:
    path = town.house.settings.media_path.parent / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        done = town.house.flask("surveys", *command)
        assert done.exit_code == 0, done.output


class Keeper:
    """Somebody's phone, as the simulator shows it."""

    def __init__(self, page: Page, platform: str, name: str) -> None:
        self.page = page
        self.last = page.locator('.bubble[data-from="account"]').last
        page.goto(platform)
        page.fill("#new-name", name)
        page.click("#add-person")
        page.click("#follow")
        expect(self.last).to_contain_text("绑定")

    def say(self, text: str, answer: str) -> None:
        if not self.page.locator("#say").is_visible():
            self.page.click("#keyboard")
        self.page.fill("#say", text)
        self.page.click("#send")
        expect(self.last).to_contain_text(answer)


def test_from_the_follow_to_the_export_half_in_the_chat_and_half_on_the_page(town, tmp_path) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    publish(town)
    keeper = Keeper(town.window(390, 844), town.platform, "王建国")
    keeper.say("绑定 350802100001 8899", "已绑定")

    staff = town.desk("market")
    staff.goto(f"{town.web}/console/surveys/1")
    staff.get_by_role("link", name="邀请", exact=True).click()
    press(staff, "安排邀请")
    work(town)
    expect(keeper.last).to_contain_text("请您填写《服务满意度调查》")
    live = staff.context.new_page()
    live.clock.install()
    live.goto(f"{town.web}/console/surveys/1")
    step = live.locator("#live .funnel > span", has_text=re.compile("^回收$"))
    returned = step.locator("xpath=following-sibling::span[@class='n'][1]")
    expect(returned).to_have_text("0")

    keeper.say("调查", "1/6 ")
    keeper.say("2", "2/6 ")
    keeper.say("1 0 =价格牌", "3/6 ")
    page = town.pocket("王建国", "/m/surveys/1")
    heading, onward = page.locator("h1"), page.get_by_role("button", name="下一题")
    expect(heading).to_contain_text("打分")
    assert "code=" not in page.url
    lost: list[str] = []

    def lose(route: Route) -> None:
        # The answer is heard, and ours is lost on the way back: the script sends the same once more.
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/m/surveys/1", lose)
    page.get_by_role("button", name="5 分").click()
    expect(heading).to_contain_text("推荐")
    assert len(lost) == 1
    page.get_by_role("button", name="10 分").click()
    expect(page.get_by_text("第 5 题，共 6 题")).to_be_visible()
    page.get_by_role("textbox").fill("-5")
    onward.click()
    expect(page.get_by_text("第 6 题，共 6 题")).to_be_visible()
    page.get_by_role("textbox").fill("=1+1 早点送货")
    onward.click()
    expect(heading).to_contain_text("看一遍")
    page.get_by_role("button", name="提交").click()
    expect(heading).to_contain_text("已提交")
    keeper.say("调查", "已填写过")

    live.clock.fast_forward(11_000)
    expect(returned).to_have_text("1")

    staff.goto(f"{town.web}/console/surveys/1")
    press(staff, "导出 Excel")
    work(town)
    staff.reload()
    with staff.expect_download() as download:
        staff.get_by_role("link", name="下载文件").click()
    file = tmp_path / "answers.xlsx"
    download.value.save_as(file)
    shop = ["350802100001", "城南便利店", "城区一片", "现代终端", "陈志强"]
    assert cells(file)[1:6] == shop
    assert cells(file)[8:] == [
        *("网页", "是"),
        *("满意", 2),
        *("送货时间、其他", "1,0", 1, 0, 0, 1, "=价格牌"),
        *(5, 10, -5),
        "=1+1 早点送货",
    ]


def cells(file: Path) -> list[object]:
    """The one answer of an export, cell by cell; none of them may be a formula."""
    _, row = load_workbook(file)["数据"].iter_rows()
    assert all(cell.data_type != "f" for cell in row)
    return [cell.value for cell in row]


def test_the_console_is_walked_with_the_keyboard_alone(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    publish(town)
    page = town.window()
    page.goto(f"{town.web}/console/")
    press = page.keyboard

    def to(name: str) -> None:
        """Tab on until this is focused, and see that it shows."""
        for _ in range(60):
            press.press("Tab")
            focused = page.locator(":focus")
            if focused.count() and focused.inner_text().strip().startswith(name):
                assert focused.evaluate("(it) => getComputedStyle(it).outlineStyle") != "none", f"{name} shows no focus"
                return
        raise AssertionError(f"no way to {name}")

    expect(page.locator("#name")).to_be_focused()
    press.type("market")
    press.press("Tab")
    press.type(PASSWORD)
    press.press("Enter")
    page.wait_for_url("**/console/")
    press.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    press.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.goto(f"{town.web}/console/")
    to("零售户")
    press.press("Enter")  # opens the group
    to("店铺")
    press.press("Enter")
    expect(page.locator("h1")).to_have_text("零售户")
    to("350802100001")
    press.press("Enter")
    expect(page.locator("h1")).to_contain_text("城南便利店")
    to("微调查")
    press.press("Enter")
    expect(page.locator("h1")).to_have_text("微调查")
    to("服务满意度调查")
    press.press("Enter")
    expect(page.locator("h1")).to_contain_text("服务满意度调查")
