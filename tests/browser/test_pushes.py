"""A push in a browser: written, approved by another, opened and answered on a phone, reported, and whom it missed
told by their manager."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.broadcasts.town import PushTown
from tests.browser.conftest import Town
from tests.browser.test_articles import PASTE
from tests.browser.test_pages import look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
TITLE = "元旦备货提醒"
PASTED = {"text/html": "<h2>怎么订</h2><ul><li>先看去年</li></ul>", "text/plain": "怎么订\n先看去年"}


def seen(page: Page, *, narrow: int = 0) -> Page:
    """A page that axe finds nothing wrong with, on a narrow screen too."""
    assert look(page) == []
    if narrow:
        size = page.viewport_size
        page.set_viewport_size({"width": narrow, "height": 844})
        assert look(page) == []
        page.set_viewport_size(size)
    return page


def written(town: Town, page: Page) -> None:
    """An article, typed and pasted, is published."""
    page.goto(f"{town.web}/console/broadcasts/articles/new")
    page.get_by_label("货源策略").check()
    page.get_by_role("button", name="开始写").click()
    page.locator("#title").fill(TITLE)
    page.locator("#add-text").click()
    page.locator("[id='b1.text']").fill("元旦前还有两次到货。")
    page.evaluate(PASTE, ["b1.text", PASTED, None])
    expect(page.locator(".block")).to_have_count(3)
    page.locator("#do-publish").click()
    expect(page.get_by_role("status").filter(has_text="第 1 版已发布")).to_be_visible()


def composed(town: Town, page: Page) -> None:
    """A push of the article to all shops, with a button, is submitted."""
    page.goto(f"{town.web}/console/broadcasts/pushes/new")
    page.locator("#article").select_option(label=f"{TITLE}（货源策略）")
    # The phone shows what is being written.
    expect(page.locator("#push-phone .chat-card b")).to_have_text(TITLE)
    page.get_by_label("第 1 个按钮上的字").fill("联系我")
    expect(page.locator("#push-phone .chat-said")).to_contain_text("1 联系我")
    page.get_by_label("第 1 个按钮通到哪里").select_option("message:")
    page.locator("#kind").select_option("service")
    page.locator("input[name=whom][value=all]").check()
    expect(page.locator("#reach")).to_contain_text("3 家，会收到 1 家")
    seen(page, narrow=390)
    page.locator("#at").fill("2026-12-10 11:00")
    page.locator("#at").press("Escape")
    # Whoever leaves what is not saved is asked first.
    page.once("dialog", lambda asked: asked.dismiss())
    page.get_by_role("link", name="日历").click(no_wait_after=True)
    expect(page).to_have_url(re.compile("/pushes/new$"))
    page.get_by_role("button", name="提交审批").click()
    expect(page).to_have_url(re.compile(r"/pushes/\d+$"))


def test_a_push_goes_from_the_editor_to_the_errand_of_whom_it_missed(town) -> None:
    shops = PushTown(town.house)
    shops.settle(["王建国"])
    chen = shops.manager("陈志强", "13900002201")
    market = town.desk("market")
    written(town, market)
    composed(town, market)
    expect(market.get_by_role("button", name="批准")).to_have_count(0)

    sun = town.desk("sun")
    expect(sun.get_by_text(f"推送《{TITLE}》等您审批")).to_be_visible()
    sun.get_by_role("link", name="去审批").click()
    expect(sun.locator("#reach")).to_contain_text("会收到 1 家")
    seen(sun, narrow=390)
    sun.get_by_role("button", name="批准").click()
    expect(sun.get_by_role("status").filter(has_text="已批准")).to_be_visible()
    town.house.later(hours=1)
    town.house.tick()

    phone = town.window(390, 844)
    phone.goto(town.platform)
    phone.click("a.person[data-name=王建国]")
    expect(phone.locator(".card.news").last).to_contain_text(TITLE)
    shop = town.pocket("王建国", shops.address(1))
    expect(shop.get_by_text("元旦前还有两次到货。")).to_be_visible()
    seen(shop, narrow=320)
    shop.get_by_role("link", name="联系我").click()
    shop.wait_for_url("**/m/visits/**")

    market = town.desk("market")
    market.goto(f"{town.web}/console/broadcasts/pushes/1/report")
    expect(market.get_by_text("打开 1 / 可知 1（100%）")).to_be_visible()
    assert (shops.report(1)["acted"], shops.report(1)["missed"]) == (1, 2)
    market.get_by_role("button", name="把没有收到的交给客户经理").click()
    expect(market.get_by_role("status").filter(has_text="已交给客户经理 2 件")).to_be_visible()
    seen(market, narrow=390)
    market.get_by_role("link", name="没有收到的店").first.click()
    expect(market.get_by_role("row", name="老李食杂店")).to_contain_text("还没有办")
    seen(market, narrow=390)

    pocket = town.pocket("陈志强", "/m/visits/due?tell=1")
    assert chen.openid
    expect(pocket.get_by_text("老李食杂店")).to_be_visible()
    seen(pocket, narrow=320)
    pocket.get_by_role("button", name="老李食杂店").first.click()
    expect(pocket.get_by_text("已记下")).to_be_visible()
    market.reload()
    expect(market.get_by_role("row", name="老李食杂店")).to_contain_text("办完")
