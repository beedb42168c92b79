"""Writing a survey in the browser on a slow line: what is typed before the server has answered stands where it was
meant to."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
SURVEY = """
title: 送货调查
questions:
  - {code: q1, type: single, text: 满意吗?, options: [满意, 一般]}
  - {code: q2, type: text, text: 还有什么要说的?, required: false}
"""


@contextmanager
def held(page: Page) -> Iterator[None]:
    """The server's answer to the form comes only behind this block."""
    waiting: list[Route] = []
    page.route("**/edit", lambda route: waiting.append(route))
    with page.expect_request("**/edit"):
        yield
    with page.expect_response("**/edit"):
        waiting.pop().continue_()
    page.unroute("**/edit")


def test_keys_typed_while_a_row_is_on_its_way_are_carried_to_it(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    path = town.house.settings.media_path.parent / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        assert town.house.flask("surveys", *command).exit_code == 0
    page = town.desk("market")
    page.goto(f"{town.web}/console/surveys/1/edit")
    options = page.locator("#card-q1 .choice .form-control")
    key = page.keyboard

    def labels() -> list[str]:
        return options.evaluate_all("all => all.map((each) => each.value)")

    options.nth(1).click()
    key.press("End")
    with held(page):
        key.press("Enter")
        key.type("不满")
    expect(options).to_have_count(3)
    expect(options.nth(2)).to_be_focused()
    key.type("意")
    assert labels() == ["满意", "一般", "不满意"]
    # Who went on to another field meanwhile stays there, at the same place of its text.
    with held(page):
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
    with page.expect_response("**/edit"):
        page.click("#do-save")
    page.reload()
    assert labels() == ["满意", "一般", "不满意", "说不清"]
    expect(page.locator("[id='q2.text']")).to_have_value("您还还有什么要说的?")
