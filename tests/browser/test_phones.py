"""Pages inside WeChat by touch: one tap is one answer, with the script and without it."""

import pytest
from playwright.sync_api import Page, expect

from tests.addresses import lay_out
from tests.browser.conftest import Town, press, run_until
from tests.browser.test_journey import publish
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]

POLL = """
title: 会员日
results: live
questions: [{code: q1, type: single, text: 会员日放在哪一天好?, options: [周五, 周六]}]
"""

#: Every size of type doubled, as WeChat does where a reader asks for the largest.
TWICE = """() => {
  const twice = (rules) => { for (const rule of rules) {
    if (rule.cssRules && rule.cssRules.length) twice(rule.cssRules);
    const size = rule.style && rule.style.fontSize;
    if (size && size.endsWith("px")) rule.style.fontSize = `${2 * parseFloat(size)}px`;
  } };
  for (const sheet of document.styleSheets) twice(sheet.cssRules);
}"""


def pocket(town: Town, path: str, **options: object) -> Page:
    """A page on the keeper's phone, opened by way of the platform."""
    page = town.window(390, 700, is_mobile=True, has_touch=True, **options)
    page.goto(f"{town.web}{path}")
    page.get_by_role("button", name="王建国").click()
    page.wait_for_url(f"{town.web}/**")
    return page


def test_a_tap_goes_on_by_itself_with_the_script_and_without_and_all_is_looked_over(town) -> None:
    office = Office(town.house)
    office.import_roster()
    publish(town)
    phone = town.house.phone("王建国")
    phone.follow()
    phone.say("绑定 350802100001 8899")
    page = pocket(town, "/m/surveys/1")
    heading = page.locator("h1")
    page.get_by_role("button", name="开始填写").tap()
    page.get_by_role("button", name="满意", exact=True).tap()
    expect(page.get_by_role("status").first).to_contain_text("第 1 题已记下：满意")
    page.get_by_role("link", name="改").tap()
    expect(heading).to_contain_text("满意吗")
    expect(page.locator('[aria-pressed="true"]')).to_have_text("2满意")
    page.get_by_role("button", name="一般").tap()
    expect(page.get_by_role("status").first).to_contain_text("一般")
    page.get_by_text("送货时间").tap()
    page.get_by_text("上门拜访").tap()
    counted = page.locator(".ticked").evaluate("(it) => getComputedStyle(it, '::after').content")
    assert "counter(ticked)" in counted

    plain = page.context.browser.new_context(
        viewport={"width": 390, "height": 700}, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    town.contexts.append(plain)
    still = plain.new_page()
    still.goto(f"{town.web}/m/surveys/1")
    still.get_by_text("货源信息").click()
    still.get_by_label("其他的内容").fill("价格牌")
    still.get_by_label("其他的内容").press("Enter")
    expect(still.locator("h1")).to_contain_text("打分")
    still.get_by_role("button", name="5 分").click()
    expect(still.get_by_text("第 3 题已记下：5 分")).to_be_visible()
    still.get_by_role("link", name="上一题").click()
    expect(still.locator("h1")).to_contain_text("打分")
    still.get_by_role("link", name="不改了").click()
    still.get_by_role("button", name="9 分").click()
    still.get_by_role("textbox").fill("30")
    press(still, "下一题")
    press(still, "下一题")
    expect(still.locator("h1")).to_contain_text("看一遍")
    expect(still.get_by_role("listitem").nth(1)).to_contain_text("货源信息、其他（价格牌）")
    still.get_by_role("link", name="推荐").click()
    still.get_by_role("button", name="10 分").click()
    expect(still.get_by_role("listitem").nth(3)).to_contain_text("10 分")
    still.get_by_role("button", name="提交").click()
    expect(still.locator("h1")).to_contain_text("已提交，谢谢王老板")


def test_the_page_of_a_polls_result_looks_like_itself_where_the_script_brought_it(town) -> None:
    Office(town.house).import_roster()
    path = town.house.settings.media_path.parent / "poll.yaml"
    path.write_text(POLL, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        assert town.house.flask("surveys", *command).exit_code == 0
    phone = town.house.phone("王建国")
    phone.follow()
    phone.say("绑定 350802100001 8899")
    page = pocket(town, "/m/surveys/1")
    page.get_by_role("button", name="开始填写").tap()
    page.get_by_role("button", name="周五").tap()
    expect(page.locator(".results li").first).to_contain_text("您选的")
    expect(page.locator(".results")).to_have_css("list-style-type", "none")


def test_where_the_line_is_gone_what_was_not_sent_is_shown_and_sent_with_one_press(town) -> None:
    office = Office(town.house)
    office.import_roster()
    publish(town)
    phone = town.house.phone("王建国")
    phone.follow()
    phone.say("绑定 350802100001 8899")
    page = pocket(town, "/m/surveys/1")
    page.get_by_role("button", name="开始填写").tap()
    expect(page.get_by_text("第 1 题，共 6 题")).to_be_visible()
    page.clock.install()
    page.context.set_offline(True)
    page.get_by_role("button", name="一般").tap()
    expect(page.locator("#notice")).to_contain_text("正在重试")
    run_until(page, page.get_by_role("heading", name="网络断了，您写的都在"))
    expect(page.locator("h1")).to_have_text("网络断了，您写的都在")
    expect(page.locator(".card")).to_contain_text("一般")
    page.context.set_offline(False)
    # The line is back, and now it is we who fail: the page says whose fault it is, and what to name on the telephone.
    sorry = '<main id="screen"><p class="number"><strong>1129-0417</strong></p></main>'
    page.route("**/m/surveys/1", lambda route: route.fulfill(status=500, content_type="text/html", body=sorry))
    page.get_by_role("button", name="再试一次").tap()
    expect(page.locator("#notice")).to_contain_text("正在重试")
    run_until(page, page.get_by_role("heading", name="这一步没有存上，您写的都在"))
    expect(page.locator("h1")).to_have_text("这一步没有存上，您写的都在")
    expect(page.locator(".message")).to_contain_text("打电话请说编号 1129-0417")
    page.unroute("**/m/surveys/1")
    page.get_by_role("button", name="再试一次").tap()
    expect(page.get_by_text("第 1 题已记下：一般")).to_be_visible()


def test_a_managers_day_by_touch_tabs_phrases_preview_and_a_list_pulled_down(town) -> None:
    lay_out(town.house)
    page = town.pocket("陈志强", "/m/visits")
    foot = page.get_by_role("navigation", name="去哪里")
    expect(foot.get_by_role("link").first).to_have_text("留言1")
    foot.get_by_role("link", name="拜访").tap()
    expect(page.locator("h1")).to_have_text("该拜访的店")
    expect(page.get_by_role("link", name="李福生")).to_have_attribute("href", "tel:13600001234")
    page.get_by_role("button", name="老李食杂店：去过了").tap()
    done = page.locator(".done")
    expect(done).to_contain_text("已记下：上门拜访老李食杂店")
    done.get_by_role("button", name="撤销").tap()
    expect(page.get_by_role("button", name="老李食杂店：去过了")).to_be_visible()

    foot.get_by_role("link", name="留言").tap()
    page.get_by_role("link", name="城南便利店").tap()
    box = page.get_by_label("答复王老板")
    expect(box).to_be_in_viewport()
    expect(page.get_by_role("button", name="明早送")).to_be_in_viewport()
    page.get_by_role("button", name="明早送").tap()
    expect(box).to_have_value("王老板,明早送到。")
    assert page.locator(".bubble__picture").first.bounding_box()["width"] <= 168
    page.get_by_role("button", name="发送").tap()
    expect(page.get_by_text("已发出")).to_be_visible()
    expect(page.locator("#newest")).to_contain_text("明早送到")

    page.goto(f"{town.web}/m/visits/groups/new")
    page.get_by_label("我的全部店").check()
    page.get_by_role("button", name="看看发给多少家").tap()
    expect(page.get_by_text("店主看到的样子")).to_be_visible()
    page.get_by_label("说什么").fill("周四送货，请留人签收。")
    expect(page.locator("#preview")).to_have_text("周四送货，请留人签收。")
    page.get_by_role("button", name="发给我试试").tap()
    expect(page.get_by_text("只有您收到")).to_be_visible()
    expect(page.get_by_label("说什么")).to_have_value("周四送货，请留人签收。")

    page.set_viewport_size({"width": 320, "height": 844})
    page.goto(f"{town.web}/m/visits")
    page.evaluate(TWICE)
    one, two = foot.get_by_role("link").nth(0), foot.get_by_role("link").nth(1)
    page.locator(".tabs .count").evaluate("(it) => { it.textContent = '99+'; }")
    assert one.bounding_box()["height"] == two.bounding_box()["height"] < 70, "each tab keeps to its line"

    page.goto(f"{town.web}/m/visits")
    wire = page.context.new_cdp_session(page)

    def finger(kind: str, y: int) -> None:
        points = [] if kind == "touchEnd" else [{"x": 190, "y": y}]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", 200)
    for y in (240, 280, 330):
        finger("touchMove", y)
    expect(page.locator("#notice")).to_have_text("松手刷新")
    with page.expect_navigation():
        finger("touchEnd", 330)
    expect(page.locator("h1")).to_have_text("留言")
