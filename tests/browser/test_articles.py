"""An article written in a browser: typed, pasted, illustrated, its cover cut, saved by itself, published, seen as sent."""

import re

import pytest
from playwright.sync_api import Page, expect

from broadcasts.queries import articles as queries
from broadcasts.rules import rendering
from tests.browser.test_pages import look
from tests.office import Office
from tests.pictures import png

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
#: Puts something onto the clipboard of a field, as a copy in Word or on a page, or a screenshot, does.
PASTE = """([id, kinds, picture]) => {
  const data = new DataTransfer();
  for (const [kind, said] of Object.entries(kinds)) data.setData(kind, said);
  if (picture) data.items.add(new File([Uint8Array.from(picture)], "shot.png", { type: "image/png" }));
  const field = document.getElementById(id);
  field.focus();
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def blocks(page: Page) -> list[str]:
    """The kinds of the cards, in their order."""
    return page.locator(".block").evaluate_all("all => all.map((each) => each.dataset.kind)")


def test_an_article_is_written_illustrated_saved_by_itself_and_published_as_it_was_seen(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    page = town.desk("market")
    page.context.set_default_timeout(6000)
    page.on("response", lambda r: print("RESP", r.status, r.url, r.request.method, (r.request.post_data or "")[-300:].encode()[-200:]))
    page.goto(f"{town.web}/console/broadcasts/articles/new")
    page.get_by_label("货源策略").check()
    page.get_by_role("button", name="开始写").click()
    expect(page).to_have_url(re.compile("/edit$"))
    page.locator("#title").fill("元旦备货提醒")
    page.locator("#add-heading").click()
    page.locator("[id='b1.text']").fill("今年元旦怎么备货")
    page.locator("#add-text").click()
    page.locator("[id='b2.text']").fill("元旦前还有两次到货。")
    page.locator("[id='b2.text']").select_text()
    page.keyboard.press("Control+b")
    expect(page.locator("[id='b2.text']")).to_have_value("**元旦前还有两次到货。**")
    expect(page.locator("#kept")).to_contain_text("自动保存")
    assert not page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('article-'))"), "it is saved"
    page.locator("#add-table").click()
    page.screenshot(path="/tmp/libshots/edit.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path="/tmp/libshots/edit390.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".block").nth(2).hover()
    page.screenshot(path="/tmp/libshots/hover.png", full_page=True)
    assert look(page) == []
