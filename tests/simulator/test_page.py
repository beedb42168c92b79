"""The page in a real browser: a phone is used as a person would."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from simulator.clock import SharedClock

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium):
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def test_a_person_follows_writes_taps_scans_and_opens_a_page(served, control, page):
    server, shop = served
    sim, base = server.simulator, server.base
    authorize = f"{base}/connect/oauth2/authorize?" + urlencode({
        "appid": sim.account.app_id,
        "redirect_uri": f"{base}/simulator/account",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "here",
    })  # fmt: skip
    sim.world.menu = [
        {"name": "服务", "sub_button": [{"type": "click", "name": "调查", "key": "s"}]},
        {"type": "view", "name": "网页", "url": authorize},
    ]
    shop.answer = lambda message: b"oops" if message.get("Content") == "坏" else f"听到{message['MsgType']}"

    page.goto(base)
    page.fill("#new-name", "老李")
    page.click("#add-person")
    page.click("#follow")
    expect(page.locator(".bubble[data-from=account]")).to_have_text(["听到event"])

    page.click(".menu-item[data-name=服务]")
    page.click(".menu-sub[data-name=调查]")
    page.click("#keyboard")
    page.fill("#say", "你好")
    page.click("#send")
    expect(page.locator(".bubble[data-from=person]")).to_have_text(["你好"])
    expect(page.locator(".bubble[data-from=account]")).to_have_text(["听到event", "听到event", "听到text"])

    page.fill("#say", "坏")
    page.click("#send")
    expect(page.locator(".note[data-kind=failure]")).to_have_text("该公众号提供的服务出现故障，请稍后再试")

    page.click("#plus")
    page.click(".tool[data-tool=scan]")
    page.fill("#scene", "shop:12")
    page.click("#scan")
    expect(page.locator(".entry[data-kind=scan]")).to_be_visible()
    expect(page.locator(".bubble[data-from=account]")).to_have_count(4)
    # Not necessarily the last: what was not answered is delivered again.
    assert "shop:12" in [each.get("EventKey") for each in shop.heard]

    page.click("#keyboard")
    page.click(".menu-item[data-name=网页]")
    frame = page.frame_locator("#browser iframe")
    expect(frame.locator("body")).to_contain_text("app_id")
    openid = page.locator("#phone").get_attribute("data-phone")
    assert [code.openid for code in sim.world.codes.values()] == [openid]
    page.click("#browser-close")

    page.click(".tab[data-tab=callbacks]")
    expect(page.locator(".callback[data-outcome=failed]")).to_have_count(1)


def test_a_page_that_sends_one_to_authorize_learns_who_it_is_from_the_frames_name(served, control, page):
    server = served[0]
    sim, base = server.simulator, server.base
    query = urlencode({
        "appid": sim.account.app_id,
        "redirect_uri": f"{base}/simulator/clock",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s",
    })  # fmt: skip
    li = sim.phone("老李")
    page.goto(base)
    page.evaluate(
        "([name, src]) => { const f = document.createElement('iframe'); f.name = name; f.src = src; f.id = 'other';"
        " document.body.append(f); }",
        [f"phone:{li.openid}", f"{base}/connect/oauth2/authorize?{query}"],
    )
    expect(page.frame_locator("#other").locator("body")).to_contain_text("has_hand_clock")
    assert [code.openid for code in sim.world.codes.values()] == [li.openid]


def test_on_a_narrow_screen_one_thing_is_shown_at_a_time(served, control, page):
    server = served[0]
    server.simulator.follow_many(300)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server.base)
    expect(page.locator(".person")).to_have_count(60)
    page.fill("#search", "00299")
    expect(page.locator(".person")).to_have_count(1)
    page.click(".person")
    expect(page.locator("#chat")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click("#back")
    expect(page.locator("#list")).to_be_visible()


def test_the_operator_moves_the_time_of_all_parts(served, page, tmp_path):
    server, _ = served
    server.simulator.desk.clock = SharedClock(tmp_path / "clock")
    page.goto(f"{server.base}/desk")
    page.get_by_role("button", name="明天此时").click()
    expect(page.locator("#moved")).to_have_text("全部程序的时间已拨快 1 天")
    page.get_by_role("button", name="+1 小时").click()
    expect(page.locator("#moved")).to_have_text("全部程序的时间已拨快 1 天 1 小时")
    assert (tmp_path / "clock").read_text("ascii") == "90000"
