"""Sharing and results in a browser: the link is copied, the poster taken away, a chart exchanged for its table while
the page goes on reloading."""

import pytest
from playwright.sync_api import expect

from tests.addresses import lay_out
from tests.browser.test_pages import EVERY_KIND, look, publish

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
#: What the page does by itself every ten seconds.
RELOAD = """() => {
  const live = document.querySelector("#live");
  htmx.ajax("GET", live.getAttribute("hx-get"), { target: "#live", swap: "outerHTML" });
}"""


def test_a_survey_is_shared_by_link_code_and_poster(town) -> None:
    lay_out(town.house)
    number = publish(town, EVERY_KIND)
    page = town.desk("admin")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=town.web)
    page.goto(f"{town.web}/console/surveys")
    page.get_by_role("row", name="三季度服务满意度调查").get_by_role("link", name="分享").click()
    expect(page.get_by_role("heading", name="链接")).to_be_visible()
    page.get_by_role("button", name="复制", exact=True).click()
    page.wait_for_function(
        "async (link) => await navigator.clipboard.readText() === link", arg=f"{town.web}/m/surveys/{number}"
    )
    page.get_by_role("button", name="换成扫了就关注的二维码").click()
    expect(page.get_by_text("扫了先关注公众号")).to_be_visible()
    assert look(page) == []
    with page.expect_download() as found:
        page.get_by_role("link", name="下载 PDF").click()
    assert found.value.suggested_filename == "三季度服务满意度调查_海报.pdf"
    page.get_by_role("link", name="全屏").click()
    expect(page.get_by_role("img", name="这份调查的二维码")).to_be_visible()
    assert look(page) == []
    page.go_back()
    page.get_by_role("link", name="发出邀请").click()
    expect(page.get_by_text("会邀请")).to_be_visible()


def test_a_result_goes_on_reloading_and_leaves_what_somebody_looks_at(town) -> None:
    lay_out(town.house)
    number = publish(town, EVERY_KIND)
    wang = town.house.phone("王建国")
    wang.click(f"survey:{number}")
    for reply in ("1", "1", "5", "10", "30", "都好", "跳过"):
        wang.say(reply)
    page = town.desk("admin")
    page.goto(f"{town.web}/console/surveys/{number}")
    card = page.locator("#ask-q1-card")
    card.get_by_role("button", name="看表格").click()
    card.locator("summary").click()
    expect(card.get_by_role("row", name="非常满意 1 100.0%")).to_be_visible()
    with page.expect_response("**/live*"):
        page.evaluate(RELOAD)
    expect(card.get_by_role("row", name="非常满意 1 100.0%")).to_be_visible()
    expect(card.get_by_text("如果问遍所有的店")).to_be_visible()
    expect(page.locator("#returns-chart canvas").first).to_be_visible()
    assert look(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
