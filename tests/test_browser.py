"""By eye, as a shopkeeper does it: a phone in a real browser, from the follow to the tally."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests import processes

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        yield page
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_shopkeeper_follows_binds_and_answers_on_the_phone_and_the_tally_moves(page, stores, tmp_path) -> None:
    with processes.town(tmp_path, stores["database_url"], None) as town:
        town.flask("people", "import", "config/demo/roster.csv")
        town.flask("surveys", "load", "config/demo/survey.yaml")
        town.flask("surveys", "publish", "1")
        town.flask("menu", "publish")
        page.goto(town.platform)
        page.fill("#new-name", "王建国")
        page.click("#add-person")
        page.click("#follow")
        last = page.locator('.bubble[data-from="account"]').last
        expect(last).to_contain_text("绑定")

        def say(text: str, answer: str) -> None:
            if not page.locator("#say").is_visible():
                page.click("#keyboard")
            page.fill("#say", text)
            page.click("#send")
            expect(last).to_contain_text(answer, timeout=10_000)

        say("绑定 350802100001 8899", "已绑定")
        say("调查", "1/")
        say("2", "2/")
        say("13", "已选:送货时间、上门拜访")
        say("5", "4/")
        say("10", "5/")
        say("跳过", "已提交")
        found = json.loads(town.flask("surveys", "tally", "1", "--json"))
    assert (found["returned"], found["valid"]) == (1, 1)
    q2 = next(question for question in found["questions"] if question["code"] == "q2")
    assert [option["count"] for option in q2["options"]] == [1, 0, 1, 0]
