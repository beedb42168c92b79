"""Writing a survey in the browser: pasted, ordered, illustrated; and on a slow line, where what is typed before the
server has answered stands where it was meant to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_pages import look
from tests.office import Office
from tests.pictures import png

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
SURVEY = """
title: 送货调查
questions:
  - {code: q1, type: single, text: 满意吗?, options: [满意, 一般]}
  - {code: q2, type: text, text: 还有什么要说的?, required: false}
"""


class Line:
    """Line to the server on which the form's answers come at once, or only behind a block that holds them.

    It is tapped once for the whole test: a request sent while Chromium is just told to tap it is seen by nobody.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.is_held, self.waiting = page, False, []
        page.route("**/edit", self._take)

    def _take(self, route: Route) -> None:
        if self.is_held:
            self.waiting.append(route)
        else:
            route.continue_()

    @contextmanager
    def held(self) -> Iterator[None]:
        self.is_held = True
        yield
        while not self.waiting:  # heard of the request is not yet holding it
            self.page.wait_for_timeout(10)
        self.is_held = False
        with self.page.expect_response("**/edit"):
            self.waiting.pop().continue_()
        expect(self.page.locator("#editor")).not_to_have_attribute("aria-busy", "true")


def does(page: Page, press: Callable[[], object]) -> None:
    """The form as it is drawn from the server's answer to a press, with the focus where the next key belongs."""
    with page.expect_response("**/edit"):
        press()
    expect(page.locator("#editor")).not_to_have_attribute("aria-busy", "true")


def test_keys_typed_while_a_row_is_on_its_way_are_carried_to_it(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    path = town.house.settings.media_path.parent / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        assert town.house.flask("surveys", *command).exit_code == 0
    page = town.desk("market")
    line = Line(page)
    page.goto(f"{town.web}/console/surveys/1/edit")
    options = page.locator("#card-q1 .choice .form-control")
    key = page.keyboard

    def labels() -> list[str]:
        return options.evaluate_all("all => all.map((each) => each.value)")

    options.nth(1).click()
    key.press("End")
    with line.held():
        key.press("Enter")
        key.type("不满")
    expect(options).to_have_count(3)
    expect(options.nth(2)).to_be_focused()
    key.type("意")
    assert labels() == ["满意", "一般", "不满意"]
    # Who went on to another field meanwhile stays there, at the same place of its text.
    with line.held():
        key.press("Enter")
        page.locator("[id='q2.text']").click()
        key.press("Home")
        key.type("您")
    expect(options).to_have_count(4)
    key.type("还")  # at the same place
    expect(page.locator("[id='q2.text']")).to_have_value("您还还有什么要说的?")
    assert labels() == ["满意", "一般", "不满意", ""]
    # And all of it is what is saved.
    options.nth(3).fill("说不清")
    does(page, lambda: page.click("#do-save"))
    page.reload()
    assert labels() == ["满意", "一般", "不满意", "说不清"]
    expect(page.locator("[id='q2.text']")).to_have_value("您还还有什么要说的?")


PASTED = """1. 您的店型[单选题]
便利店
超市

2. 还想说什么？
3. 外观[矩阵题]
"""


def test_a_survey_is_pasted_ordered_illustrated_and_brought_back_without_a_reload(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    path = town.house.settings.media_path.parent / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    assert town.house.flask("surveys", "load", str(path)).exit_code == 0
    page = town.desk("market")
    page.goto(f"{town.web}/console/surveys/1/edit")
    titles = page.locator("#items .question-text")
    lines = page.locator("#contents-lines a")

    def texts() -> list[str]:
        return titles.evaluate_all("all => all.map((each) => each.value)")

    # Several lines pasted into one option are several options; doubles are told.
    options = page.locator("#card-q1 .choice .form-control")
    options.nth(1).focus()
    paste = """(field) => {
      const data = new DataTransfer();
      data.setData("text/plain", "A. 不满意\\nB. 说不清\\nC. 满意");
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    does(page, lambda: options.nth(1).evaluate(paste))
    expect(options).to_have_count(4)
    expect(page.locator("#told")).to_contain_text("加了 2 个选项。“满意”已经有了")
    # A questionnaire is seen read before it is taken.
    page.locator("#paste-all > summary").click()
    page.fill("#pasted", PASTED)
    does(page, lambda: page.click("#do-read"))
    expect(page.locator(".read")).to_contain_text("没有“矩阵题”")
    assert look(page) == []
    does(page, lambda: page.click("#do-take"))
    expect(titles).to_have_count(4)
    expect(page.locator("#pasted")).to_have_value("3. 外观[矩阵题]")
    # One is inserted between two, and written at once.
    does(page, lambda: page.locator("#insert-q1").dispatch_event("click"))
    page.keyboard.type("多久来一次？")
    assert texts() == ["满意吗?", "多久来一次？", "还有什么要说的?", "您的店型", "还想说什么？"]
    # The contents jump to a card, and move it.
    lines.nth(3).click()
    expect(page.locator("#card-q3 h3")).to_be_in_viewport()
    does(page, lambda: lines.nth(3).drag_to(lines.nth(0)))
    assert texts()[0] == "您的店型"
    expect(lines.nth(0)).to_contain_text("您的店型")
    # What is deleted comes back with one press, which has the focus.
    does(page, lambda: page.locator("#delete-q2").click())
    expect(titles).to_have_count(4)
    expect(page.locator("#do-undo")).to_be_focused()
    does(page, lambda: page.keyboard.press("Enter"))
    expect(titles).to_have_count(5)
    assert "还有什么要说的?" in texts()
    # A picture is chosen, described, and seen on the telephone beside it.
    picture = {"name": "shelf.png", "mimeType": "image/png", "buffer": png()}
    does(page, lambda: page.set_input_files("input[name='q1.file']", picture))
    page.fill("[id='q1.alt']", "货架第二层")
    page.locator("[id='q1.text']").click()
    shown = page.frame_locator("#preview-frame").get_by_alt_text("货架第二层")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 8
    assert look(page) == []
