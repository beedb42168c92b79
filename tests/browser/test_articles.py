"""An article written in a browser: typed, pasted, illustrated, its cover cut, saved by itself, published."""

import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from broadcasts.queries import articles as queries
from tests.browser.test_pages import look
from tests.office import Office
from tests.pictures import png, written

pytestmark = [
    pytest.mark.browser,
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


#: How many copies of unsaved articles this browser keeps.
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('article-')).length"
#: The size of a picture once it is there.
SIZE = "async (each) => { await each.decode(); return [each.naturalWidth, each.naturalHeight]; }"
#: HTML as a browser writes it.
AS_WRITTEN = """(frame, html) => {
  const page = document.implementation.createHTMLDocument();
  page.body.innerHTML = html;
  return page.body.innerHTML;
}"""


def wide_png() -> bytes:
    """A picture that is higher than a cover."""
    return written("PNG", Image.new("RGB", (900, 900), "green"))


def blocks(page: Page) -> list[str]:
    """The kinds of the cards, in their order."""
    return page.locator(".block").evaluate_all("all => all.map((each) => each.dataset.kind)")


def test_an_article_is_written_pasted_illustrated_saved_by_itself_and_published_as_it_was_seen(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    page = town.desk("market")
    page.goto(f"{town.web}/console/broadcasts/articles/new")
    page.get_by_label("货源策略").check()
    page.get_by_role("button", name="开始写").click()
    expect(page).to_have_url(re.compile("/edit$"))
    page.locator("#title").fill("元旦备货提醒")
    expect(page.locator("#counted-title")).to_have_text("6 / 32 字")
    page.locator("#add-heading").click()
    page.locator("[id='b1.text']").fill("今年元旦怎么备货")
    page.locator("#add-text").click()
    page.locator("[id='b2.text']").fill("元旦前还有两次到货。")
    page.locator("[id='b2.text']").select_text()
    page.keyboard.press("Control+b")
    expect(page.locator("[id='b2.text']")).to_have_value("**元旦前还有两次到货。**")
    # Saved while somebody types, and the form stays as it is.
    expect(page.locator("#kept")).to_contain_text("market 自动保存")
    expect(page.locator("[id='b2.text']")).to_be_focused()
    assert page.evaluate(KEPT) == 0
    # Pasted from Word, with a picture from the clipboard behind it.
    html = "<h2>怎么订</h2><ul><li>先看去年</li><li>再订两周的量</li></ul><script>alert(1)</script>"
    page.evaluate(PASTE, ["b2.text", {"text/html": html, "text/plain": "怎么订\n先看去年\n再订两周的量"}, None])
    expect(page.locator(".block")).to_have_count(4)
    assert blocks(page) == ["heading", "text", "heading", "list"]
    page.evaluate(PASTE, ["b1.text", {}, list(png(1))])
    expect(page.locator(".block-shot")).to_have_count(1)
    assert blocks(page) == ["heading", "picture", "text", "heading", "list"]
    # Moved by the keyboard, deleted and brought back.
    page.locator("[id='b1.text']").press("Alt+ArrowDown")
    expect(page.locator(".block").first).to_have_attribute("data-kind", "picture")
    page.locator("[id='b2.text']").focus()
    page.locator("#delete-b2").click()
    expect(page.locator(".block")).to_have_count(4)
    page.locator("#do-undo").click()
    expect(page.locator(".block")).to_have_count(5)
    # The cover is cut before it is sent.
    page.set_input_files("#cover-file", {"name": "a.png", "mimeType": "image/png", "buffer": wide_png()})
    expect(page.locator("#cutting")).to_be_visible()
    page.locator("#cutting canvas").press("ArrowRight")
    page.locator("#zoom").fill("2")
    page.locator("#cut").click()
    cover = page.locator(".cover-wide")
    expect(cover).to_be_visible()
    width, height = cover.evaluate(
        "async (each) => { await each.decode(); return [each.naturalWidth, each.naturalHeight]; }"
    )
    assert abs(width / height - 2.35) < 0.01
    expect(page.locator("#kept")).to_contain_text("有没存的改动")
    frame = page.frame_locator("#preview-frame")
    expect(frame.locator("#content")).to_contain_text("先看去年")
    assert look(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    seen = frame.locator("#content").inner_html()
    page.locator("#author").fill("营销科")
    page.evaluate(f"new Promise((done) => {{ const look = () => ({KEPT} ? done() : setTimeout(look, 50)); look(); }})")
    page.locator("#do-publish").click()
    expect(page.get_by_role("status").filter(has_text="第 1 版已发布")).to_be_visible()
    # Published with it went the copy in this browser: an old text is never offered back.
    assert page.evaluate(KEPT) == 0
    with office.house.look() as session:
        sent = queries.drafted(queries.version(session, 1, 1))
    assert sent.cover
    shown = re.sub("/console/broadcasts/pictures/", "picture:", seen)
    assert shown == frame.locator("body").evaluate(AS_WRITTEN, sent.content)


def test_two_tabs_that_write_one_article_are_both_shown_what_the_other_wrote(town) -> None:
    office = Office(town.house)
    office.import_roster()
    office.staff()
    first, second = town.desk("admin"), town.desk("market")
    first.goto(f"{town.web}/console/broadcasts/articles/new")
    first.get_by_role("button", name="开始写").click()
    expect(first).to_have_url(re.compile("/edit$"))
    second.goto(first.url)
    first.locator("#title").fill("先写的标题")
    expect(first.locator("#kept")).to_contain_text("admin 自动保存")
    second.locator("#title").fill("后写的标题")
    expect(second.get_by_role("heading", name="两个人同时改")).to_be_visible()
    expect(second.locator(".theirs-card")).to_contain_text("先写的标题")
    expect(second.locator("#title")).to_have_value("后写的标题")
    second.get_by_role("button", name="用我写的盖掉对方的").click()
    expect(second.locator("#kept")).to_contain_text("market 保存")
    with office.house.look() as session:
        assert queries.find(session, 1).title == "后写的标题"
