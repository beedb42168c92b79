"""The console's shell in a real browser: menu, head, toasts, keys, counts; by mouse, by keys, and without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.addresses import lay_out
from tests.browser.conftest import Town
from tests.browser.test_pages import look, weight_of
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
#: Compressed, with page, styles, scripts and icons; the chart library, which few pages load, apart.
LIGHT = 400_000


def width_of(page: Page, what: str) -> float:
    return page.locator(what).bounding_box()["width"]


def without_script(town: Town, page: Page, width: int) -> Page:
    """Another window of the same person, in which no script runs."""
    context = town.chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": 844})
    context.add_cookies(page.context.cookies())
    town.contexts.append(context)
    plain = context.new_page()
    plain.goto(page.url)
    return plain


def test_the_menu_is_a_drawer_on_a_phone_and_a_rail_where_somebody_folds_it(town) -> None:
    Office(town.house).settle()
    page = town.desk("admin", width=390)
    box, shops = page.get_by_label("打开菜单"), page.locator(".side").get_by_text("零售户", exact=True)
    expect(shops).not_to_be_visible()
    box.check()
    expect(shops).to_be_visible()
    expect(page.locator(".side-link").first).to_be_focused()
    assert look(page) == []
    for _ in range(12):  # round and round inside the drawer
        page.keyboard.press("Tab")
        assert page.evaluate("document.getElementById('menu').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(shops).not_to_be_visible()
    expect(box).to_be_focused()
    plain = without_script(town, page, 390)
    plain.get_by_label("打开菜单").check()
    plain.locator(".side summary", has_text="零售户").click()
    plain.get_by_role("link", name="片区").click()
    expect(plain.locator("h1")).to_have_text("片区")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{town.web}/console/people")
    expect(page.locator(".side [aria-current]")).to_have_text("店铺")
    assert width_of(page, ".side") > 200
    page.get_by_role("button", name="收起菜单").click()
    assert width_of(page, ".side") < 70
    page.reload()  # it stays as it was chosen
    assert width_of(page, ".side") < 70
    assert look(page) == []
    tags = page.get_by_role("link", name="标签", exact=True)
    expect(tags).not_to_be_visible()
    page.locator(".side details.here summary").hover()
    expect(tags).to_be_visible()
    tags.click()
    expect(page.locator("h1")).to_have_text("标签")
    page.context.clear_cookies(name="wuwei_menu")
    page.set_viewport_size({"width": 1100, "height": 800})
    page.reload()  # a laptop folds it by itself
    assert width_of(page, ".side") < 70
    page.locator("#fold").click()
    assert width_of(page, ".side") > 200


def test_what_was_done_can_be_taken_back_by_a_toast_by_a_key_and_without_script(town) -> None:
    office = Office(town.house)
    office.settle()
    page = town.desk("admin")

    def disable(page: Page) -> None:
        page.goto(f"{town.web}/console/users")
        page.get_by_role("link", name=re.compile("修改.*intern")).click()
        page.get_by_role("button", name="停用").click()

    disable(page)
    toast = page.locator(".toasts .toast-bar")
    expect(toast).to_contain_text("已停用")
    assert look(page) == []
    toast.get_by_role("button", name="撤销").click()
    expect(toast).to_contain_text("可以登录了")
    disable(page)
    expect(toast).to_contain_text("已停用")
    page.keyboard.press("z")
    expect(toast).to_contain_text("可以登录了")

    page.clock.install()
    disable(page)
    toast.hover()
    page.clock.fast_forward(30_000)  # it waits for whoever points at it
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.fast_forward(11_000)
    expect(toast).to_have_count(0)
    page.goto(f"{town.web}/console/users")
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)

    plain = without_script(town, page, 1440)
    plain.get_by_role("link", name=re.compile("修改.*intern")).click()
    plain.get_by_role("button", name="恢复").click()
    disable(plain)
    plain.get_by_role("button", name="撤销").click()
    expect(plain.locator("main").get_by_role("status")).to_contain_text("可以登录了")
    assert [entry.who for entry in office.audited("user.enable")] == ["admin"] * 4


def test_keys_go_through_a_list_and_the_panel_names_those_that_work_here(town) -> None:
    lay_out(town.house)
    page = town.desk("admin")
    page.goto(f"{town.web}/console/people")
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="快捷键")
    expect(panel).to_contain_text("下一行")
    expect(panel).not_to_contain_text("发送")
    assert look(page) == []
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_text("350802100002")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("城南便利店")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copies='350802100001']").click()
    expect(page.locator(".toasts")).to_contain_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == "350802100001"
    page.keyboard.press("/")
    page.keyboard.type("?j")  # where somebody types, keys are letters
    expect(page.locator("#find-box")).to_have_value("?j")
    expect(panel).not_to_be_visible()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/console/")
    page.get_by_role("button", name="快捷键").click()
    expect(panel).to_contain_text("回首页")


def test_the_title_and_the_menu_count_what_waits_and_are_renewed_quietly(town) -> None:
    lay_out(town.house)
    page = town.desk("admin")
    page.clock.install()
    page.goto(f"{town.web}/console/people/tags")
    waits = page.locator(".side summary", has_text="微拜访").locator(".count")
    first, every = (int(each.inner_text() or 0) for each in (waits, page.locator(".round .count")))
    assert page.title().startswith(f"({every}) 标签 · ")
    town.house.phone("路人").say("送货单少了一条，帮我查查")
    page.clock.fast_forward(61_000)
    expect(waits).to_have_text(str(first + 1))
    expect(page).to_have_title(f"({every + 1}) 标签 · 五微服务号")
    expect(page.locator(".round .count")).to_have_text(str(every + 1))
    page.context.clear_cookies()  # signed out meanwhile: what is on the page stays
    page.clock.fast_forward(61_000)
    page.wait_for_timeout(500)
    expect(page.locator("h1")).to_have_text("标签")
    expect(page.locator("#failed")).to_have_count(0)


def test_a_sound_tells_of_a_new_request_where_somebody_chose_it(town) -> None:
    lay_out(town.house)
    page = town.desk("admin")
    page.add_init_script("""window.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };""")
    page.clock.install()
    page.goto(f"{town.web}/console/people/tags")
    page.locator("summary.me").click()
    choice = page.get_by_label("来新留言时响一声")
    expect(choice).not_to_be_checked()
    choice.check()
    assert page.evaluate("tones") == 2  # as it will sound
    town.house.phone("路人").say("送货单少了一条，帮我查查")
    page.clock.fast_forward(61_000)
    while page.evaluate("tones") < 4:
        page.wait_for_timeout(50)
    page.clock.fast_forward(61_000)
    page.wait_for_timeout(300)
    assert page.evaluate("tones") == 4, "once for each"


def test_a_page_of_the_console_is_light(town) -> None:
    lay_out(town.house)
    page = town.desk("admin")
    heaviest = {
        path: weight_of(page, f"{town.web}{path}") for path in ("/console/", "/console/visits", "/console/people")
    }
    assert max(heaviest.values()) < LIGHT, heaviest
