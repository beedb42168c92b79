"""The desk of visits in a browser: in bulk and back, the next request, a kept filter, a shop all around."""

import pytest
from playwright.sync_api import expect

from simulator.phone import PIXEL
from tests.browser.test_pages import look
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
SHOPS = {"王建国": "350802100001 8899", "老李": "350802100002 1234", "小王": "350802100003 5678"}


def test_requests_are_done_in_bulk_and_one_by_one_and_their_shop_stands_beside_them(town) -> None:
    Office(town.house).settle()
    for name, binding in SHOPS.items():
        phone = town.house.phone(name)
        phone.follow()
        phone.say(f"绑定 {binding}")
        phone.say(f"{name}的扫码枪坏了，请帮我看看")
    page = town.desk("market")
    page.goto(f"{town.web}/console/visits?search=扫码枪")
    expect(page.locator("mark").first).to_have_text("扫码枪")
    page.get_by_text("存下现在的筛选").click()
    page.get_by_label("名字").fill("扫码枪")
    page.get_by_role("button", name="存下", exact=True).click()
    expect(page.get_by_role("link", name="扫码枪", exact=True)).to_be_visible()
    expect(page.locator("#bulk")).not_to_be_visible()
    page.locator("input[name=n]").first.check()
    expect(page.locator("#ticked")).to_have_text("已选 1 条")
    page.locator("#bulk summary", has_text="稍后").click()
    assert look(page) == []
    page.get_by_role("button", name="稍后处理").click()
    expect(page.get_by_text("已推后 1 条")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已放回待办 1 条")).to_be_visible()

    first = page.locator("a.row-link").first
    first.click()
    expect(page.locator("#words")).to_be_in_viewport()
    expect(page.locator("#timeline")).to_contain_text("就是这一条")
    assert look(page) == []
    here = page.url
    page.locator("body").press("Alt+ArrowDown")
    page.wait_for_url(lambda url: url != here)
    page.locator("#timeline").get_by_role("link", name="变动").click()
    expect(page.locator("#timeline")).to_contain_text("绑定了微信")
    expect(page.locator("#timeline")).not_to_contain_text("扫码枪")
    page.locator("#shop a.strong").first.click()
    expect(page.locator("#timeline")).to_contain_text("扫码枪坏了")
    assert look(page) == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        for path in (page.url, here, f"{town.web}/console/visits"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
            assert look(page) == []


def test_what_many_will_be_sent_is_seen_on_a_phone_as_it_is_written(town) -> None:
    Office(town.house).settle()
    page = town.desk("chen")
    page.goto(f"{town.web}/console/visits/groups/new")
    expect(page.get_by_role("button", name="看一看")).not_to_be_visible()
    page.get_by_label("说什么").fill("周四送货，请留人签收。")
    phone = page.locator(".phone")
    expect(phone).to_contain_text("陈志强：周四送货，请留人签收。")
    expect(phone.get_by_role("img")).not_to_be_visible()
    page.get_by_label("照片（可以不选）").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(phone.get_by_role("img")).to_be_visible()
    page.get_by_role("button", name="发给我试试").click()
    expect(page.get_by_role("alert")).to_contain_text("没有绑定客户经理")
    expect(phone).to_contain_text("周四送货")
    expect(phone.get_by_role("img")).to_be_visible()
    page.get_by_label("不要这张").check()
    expect(phone.get_by_role("img")).not_to_be_visible()
    assert look(page) == []
