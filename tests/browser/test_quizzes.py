"""A test in a browser, from a bank with faults to a changed key that is told."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import press
from tests.browser.test_pages import look
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
FAULTY = """1. 封签应贴在哪一面？
A. 正面
B. 背面
C. 顶部
标签：封签

2. 许可证可以转借给别人。（判断题）
答案：错
标签：封签"""


def test_from_a_bank_with_faults_to_a_changed_key_that_is_told(town) -> None:
    house, office = town.house, Office(town.house)
    office.settle()
    wang = house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    page = town.desk("market")
    put_into_bank(town, page)
    page.goto(f"{town.web}/console/quizzes/new")
    page.get_by_label("标题", exact=True).fill("封签小测试")
    page.get_by_role("button", name="建好草稿").click()
    assert look(page) == []
    page.get_by_role("button", name="保存设置").click()
    page.get_by_role("link", name="从题库挑").first.click()
    page.get_by_role("checkbox", name="挑上").first.check()
    assert look(page) == []
    page.get_by_role("button", name="加进试卷").click()
    expect(page.get_by_text("1 题，共")).to_be_visible()
    assert look(page) == []
    page.get_by_role("link", name="每人抽题").click()
    page.get_by_label("第 1 行的标签").fill("封签")
    page.get_by_label("第 1 行抽几题").fill("2")
    page.on("dialog", lambda asked: asked.accept())  # the question that was picked goes
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("每家店 2 题")).to_be_visible()
    assert look(page) == []
    page.get_by_role("link", name="去发布").click()
    assert look(page) == []
    page.get_by_role("button", name="确认发布").click()
    expect(page.get_by_role("heading", name="二维码")).to_be_visible()
    # The first question in the chat, the second on the page: one attempt.
    wang.say("测试")
    asked = wang.say("开始").text
    wang.say("1" if "哪一面" in asked else "2")
    phone = town.pocket("王建国", "/m/quizzes/1")
    phone.get_by_role("button", name="正面" if "转借" in asked else "错").click()
    phone.get_by_role("button", name="交卷").click()
    expect(phone.get_by_text("10 分", exact=False).first).to_be_visible()
    assert look(phone) == []
    house.tick()
    page.goto(f"{town.web}/console/quizzes/1")
    page.get_by_role("link", name="封签应贴在哪一面？").first.click()
    page.get_by_role("link", name="更正答案").click()
    page.get_by_label("正面").check()
    page.get_by_label("顶部").uncheck()
    page.get_by_label("为什么改").fill("新规定贴在正面")
    page.get_by_role("button", name="先算给我看").click()
    assert look(page) == []
    expect(page.get_by_text("城南便利店")).to_be_visible()
    page.get_by_role("button", name="提交，请人批准").click()
    other = town.desk("admin")
    other.goto(page.url)
    press(other, "批准")
    house.tick()
    assert "20 分" in wang.unread().text


def put_into_bank(town, page: Page) -> None:
    """Two questions, pasted, the first without its key at first."""
    page.goto(f"{town.web}/console/quizzes/bank/import")
    page.get_by_label("题目的文字").fill(FAULTY)
    press(page, "检查")
    town.house.tick()
    page.reload()
    expect(page.get_by_text("缺少答案")).to_be_visible()
    assert look(page) == []
    page.goto(f"{town.web}/console/quizzes/bank/import")
    page.get_by_label("题目的文字").fill(FAULTY.replace("C. 顶部", "C. 顶部\n答案：C"))
    press(page, "检查")
    town.house.tick()
    page.reload()
    press(page, "导入", exact=False)
    town.house.tick()
