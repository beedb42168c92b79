"""By eye: a shop writes, its manager answers on the page and closes; it says how it was; a report shows it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import processes
from tests.conftest import LONGEST
from tests.visits.conftest import ROSTER

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a browser of somebody's own; none goes on asking when the test is over."""
    contexts = []

    def open_window(width: int = 390, height: int = 844) -> Page:
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}))
        contexts[-1].set_default_timeout(LONGEST)
        return contexts[-1].new_page()

    yield open_window
    for context in contexts:
        context.close()


def sign_in(page: Page, address: str, name: str, wrong: list[str]) -> Page:
    """A page of ours, opened from somebody's phone."""
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    with page.expect_navigation():  # with its scripts: a person does not type before they are there
        page.get_by_role("button", name=name).click()
    return page


def test_a_need_is_answered_from_the_managers_page_closed_and_rated(window, stores, tmp_path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    wrong: list[str] = []
    with processes.town(tmp_path, stores["database_url"], None) as town:
        town.flask("people", "import", str(tmp_path / "roster.csv"))
        town.start(str(processes.BIN / "flask"), "--app", "wsgi", "worker")
        code = town.flask("people", "invite-manager", "13900002201").split("绑定 ")[1].split("（")[0]
        for who, words in (("陈志强", f"绑定 {code}"), ("王建国", "绑定 350802100001 8899")):
            town.do(who, "follow")
            town.do(who, "say", text=words)
        shop = window()
        shop.goto(town.platform)
        shop.click("a.person[data-name=王建国]")
        last = shop.locator('.bubble[data-from="account"]').last
        expect(last).to_contain_text("已绑定")  # by now it is drawn whether one writes or taps the menu
        if not shop.locator("#say").is_visible():
            shop.click("#keyboard")
        shop.fill("#say", "红七匹狼这周断货了能不能先补两条")
        shop.click("#send")
        expect(last).to_contain_text("已转给客户经理陈志强")

        chat = window()
        chat.goto(town.platform)
        chat.click("a.person[data-name=陈志强]")
        notice = chat.locator('.bubble[data-from="account"]').last
        expect(notice).to_contain_text("【新留言 #101】城南便利店")

        manager = sign_in(window(), f"{town.web}/m/visits/101", "陈志强", wrong)
        manager.fill("#content", "明早配送车带两条,您签收就行")
        manager.goto(f"{town.web}/m/visits/101")  # closed by mistake: what was written is there again
        expect(manager.locator("#content")).to_have_value("明早配送车带两条,您签收就行")
        manager.get_by_role("button", name="发送").click()
        expect(manager.get_by_text("已发出")).to_be_visible(timeout=15_000)
        expect(manager.locator("#content")).to_have_value("")
        expect(last).to_contain_text("陈志强：明早配送车带两条")

        own = sign_in(window(), f"{town.web}/m/visits/mine", "王建国", wrong)
        expect(own.get_by_text("明早配送车带两条")).to_be_visible()
        own.fill("#content", "好,收到")
        own.get_by_role("button", name="发送").click()
        expect(own.locator(".bubble").last).to_contain_text("好,收到")

        manager.goto(f"{town.web}/m/visits/101")
        assert manager.evaluate("document.documentElement.scrollWidth <= innerWidth")
        manager.get_by_role("button", name="完结").click()
        expect(manager.get_by_text("已完结").first).to_be_visible(timeout=15_000)
        expect(last).to_contain_text("答复您满意吗")
        last.locator("button.option").first.click()
        expect(last).to_contain_text("谢谢")

        password = town.flask("console", "create-admin", "boss").split("初始密码 ")[1].split()[0]
        desk = window(1440, 900)
        desk.goto(f"{town.web}/console/sign-in")
        for label, words in (("用户名", "boss"), ("密码", password)):
            desk.get_by_label(label).fill(words)
        with desk.expect_navigation():
            desk.get_by_role("button", name="登录").click()
        for field in desk.locator('input[type="password"]').all():
            field.fill(
                password if field.get_attribute("autocomplete") == "current-password" else "correct horse battery"
            )
        with desk.expect_navigation():
            desk.locator('main button[type="submit"]').first.click()
        desk.goto(f"{town.web}/console/visits/reports")
        line = desk.get_by_role("row", name="陈志强")
        expect(line.get_by_text("100.0%").first).to_be_visible()
        line.get_by_role("link", name="1", exact=True).first.click()
        expect(desk.get_by_role("row", name="城南便利店")).to_contain_text("满意")
    assert wrong == []
