"""A lesson in a real browser: the button that comes later, a line that is gone, and no script at all."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from courses import jobs
from courses.actions import authoring
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from tests.browser.conftest import Town, press, run_until
from tests.browser.test_pages import LIGHT, look, weight
from tests.courses.conftest import SEAL
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
LESSON = LessonDefinition("l1", "看封签", (Screen("封签贴在小盒顶部正中。" * 10), Screen("真的花纹清楚。")), SEAL)
HERE = "/m/lessons/1"


def teach(town: Town, lesson: LessonDefinition = LESSON, **more: bool) -> None:
    house = town.house
    Office(house).import_roster()
    with house.services.transaction() as session:
        definition = CourseDefinition("怎么辨别真假烟", lessons=(lesson,), **more)
        course = authoring.load(session, definition, who="", now=house.clock())
        authoring.publish(session, course.id, criteria=house.services.criteria, stamp=1, who="", now=house.clock())
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        house.phone(name).follow()
        house.phone(name).say(f"绑定 {licence} {ending}")


def onward(page: Page):
    return page.get_by_role("button", name="下一屏")


def let_it_come(page: Page) -> None:
    """Let the button come without waiting for it: what the style sheet moves is at its end."""
    page.evaluate("document.getAnimations().forEach((each) => each.finish())")


def test_a_screen_turns_once_it_can_have_been_read_and_stays_where_the_line_is_gone(town) -> None:
    teach(town)
    page = town.pocket("王建国", HERE, width=320)
    expect(page.locator("h1")).to_have_text("看封签")
    expect(page.get_by_text("秒后可以翻")).to_be_visible()
    expect(onward(page)).to_have_count(0)  # neither seen nor reached by the keyboard
    assert page.locator(".wait").evaluate("(it) => it.style.getPropertyValue('--wait')") == "10s"
    let_it_come(page)
    expect(onward(page)).to_be_visible()
    assert look(page) == []
    # Our clock stands still: it comes too soon for the server, which says how much is missing, and shows the same.
    onward(page).tap()
    expect(page.get_by_role("alert")).to_have_text("翻得快了一点，还差 10 秒。请把这一屏看完。")
    town.house.clock.advance(timedelta(seconds=10))
    let_it_come(page)
    page.clock.install()
    page.context.set_offline(True)
    onward(page).tap()
    expect(page.locator("#notice")).to_contain_text("正在重试")
    run_until(page, page.locator(".dock").get_by_role("alert").filter(has_text="没有翻过去"))
    expect(page.locator(".dock").get_by_role("alert")).to_have_text(
        "网络断了，没有翻过去。看到哪里都记着，过一会儿再点一次。"
    )
    expect(page.locator("article")).to_contain_text("封签贴在小盒顶部正中。")
    page.context.set_offline(False)
    onward(page).tap()
    expect(page.get_by_text("第 2 屏，共 2 屏")).to_be_visible()
    assert look(page) == []
    page.context.set_offline(True)
    page.get_by_role("link", name="上一屏").tap()
    run_until(page, page.locator(".dock").get_by_role("alert").filter(has_text="没有翻过去"))
    expect(page.locator(".dock").get_by_role("alert")).to_contain_text("没有翻过去")
    page.context.set_offline(False)
    page.get_by_role("link", name="上一屏").tap()
    expect(page.get_by_text("第 1 屏，共 2 屏")).to_be_visible()
    assert page.url.endswith(f"{HERE}?screen=1")
    assert weight(town, HERE) < LIGHT


def test_a_lesson_needs_no_script(town) -> None:
    teach(town)
    page = town.pocket("王建国", HERE)
    plain = page.context.browser.new_context(
        viewport={"width": 390, "height": 700}, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    town.contexts.append(plain)
    still = plain.new_page()
    still.goto(f"{town.web}{HERE}")
    expect(still.get_by_text("看完这一屏，约 10 秒后可以翻")).to_be_visible()
    let_it_come(still)
    town.house.clock.advance(timedelta(seconds=9))
    onward(still).click()
    expect(still.get_by_role("alert")).to_contain_text("还差 1 秒")
    town.house.clock.advance(timedelta(seconds=1))
    let_it_come(still)
    onward(still).click()
    expect(still.get_by_text("第 2 屏，共 2 屏")).to_be_visible()
    still.get_by_role("link", name="上一屏").click()
    expect(still.get_by_text("第 1 屏，共 2 屏")).to_be_visible()
    press(still, "下一屏")
    town.house.clock.advance(timedelta(seconds=3))
    still.reload()
    still.get_by_role("button", name="做一道小题").click()
    still.get_by_role("button", name="正面").click()
    expect(still.get_by_role("alert")).to_contain_text("再想想")
    still.get_by_role("link", name="回去看一眼").click()
    still.get_by_role("button", name="做一道小题").click()
    still.get_by_role("button", name="顶部").click()
    expect(still.locator("h1")).to_contain_text("恭喜您")
    assert look(page) == []


def test_a_certificate_fits_a_narrow_phone_on_its_own_page_and_where_it_is_checked(town) -> None:
    teach(town, LessonDefinition("l1", "看喷码", (Screen("看。"),)), has_certificate=True)
    for words in ("学习", "下一页", "下一页"):
        town.house.phone("王建国").say(words)
        town.house.clock.advance(timedelta(seconds=3))
    jobs.certify(town.house.services)
    page = town.pocket("王建国", "/m/courses/1", width=320)
    page.get_by_role("link", name="打开看").tap()
    picture = page.get_by_role("img", name="结业证书")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("(it) => it.naturalWidth > 1000 && it.clientWidth <= 320")
    page.get_by_role("link", name="别人怎么查真假").tap()
    expect(page.locator("h1")).to_have_text("这张证书是真的")
    line = page.locator(".row").filter(has_text="课程")
    words, value = (line.locator(each).bounding_box() for each in ("span", "b"))
    assert words and value and value["x"] + value["width"] > 250, "what it is to the left, its value to the right"
    for address in (page.url, f"{town.web}/c"):
        page.goto(address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert look(page) == []
