"""A real Chromium, and a house it can open: the app and the platform on addresses of their own, in this process."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from config.settings import ROOT
from simulator.server import Server
from tests.conftest import LONGEST, House
from tests.office import Office
from tools import servers

#: Looks for what keeps people out of a page; `tools/assets.sh` fetched it.
AXE = ROOT / "build" / "axe" / "axe.min.js"


class Quiet(WSGIRequestHandler):
    """Says nothing, and answers at once."""

    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Not a line."""

    def run_wsgi(self) -> None:
        """Answer, unless the test is over: what begins then would open the database that the next test is given."""
        me = threading.get_ident()
        with self.server.rests:
            self.server.answering.add(me)
        try:
            if not self.server.is_over:
                super().run_wsgi()
        finally:
            with self.server.rests:
                self.server.answering.discard(me)
                self.server.rests.notify_all()


@dataclass
class Town:
    """The house on the network, and the windows opened on it."""

    house: House
    chromium: Browser
    web: str
    platform: str
    contexts: list[BrowserContext] = field(default_factory=list)
    #: What a page's own scripts broke, and what its policy forbade.
    wrong: list[str] = field(default_factory=list)

    def window(self, width: int = 1440, height: int = 900, **options: object) -> Page:
        """A browser of somebody's own."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",  # a colour looked at half-way through a transition is no colour of ours
            **{"locale": "zh-CN"} | options,
        )
        context.set_default_timeout(LONGEST)
        # Into the page's own world past its policy, which shuts every other script out.
        context.add_init_script(path=AXE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._heard(page, said.text))
        return page

    def _heard(self, page: Page, said: str) -> None:
        if "Content Security" in said:
            self.wrong.append(f"{page.url}: {said}")

    def desk(self, name: str, width: int = 1440, **options: object) -> Page:
        """The console's front page, for somebody who is signed in."""
        cookie = Office(self.house).browser(name).client.get_cookie("wuwei_console", path="/console")
        page = self.window(width, **options)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": f"{self.web}/console"}])
        page.goto(f"{self.web}/console/")
        return page

    def pocket(self, name: str, path: str, width: int = 390) -> Page:
        """A page inside WeChat, opened on somebody's phone."""
        page = self.window(width, 844, is_mobile=True, has_touch=True)
        page.goto(f"{self.web}{path}")
        if page.url.startswith(self.platform):
            page.get_by_role("button", name=name).click()
            page.wait_for_url(f"{self.web}/**")
        return page


@pytest.fixture
def town(build: Callable[..., House], chromium: Browser) -> Iterator[Town]:
    """The house behind two addresses: its own, and the platform's."""
    ports = servers.free_port(), servers.free_port()
    web, platform = (f"http://127.0.0.1:{port}" for port in ports)
    house = build(public_url=web, wechat_oauth_base=platform, wechat_api_base=platform, wechat_mp_base=platform)
    desk = Server(house.sim, "127.0.0.1", ports[1])
    desk.start()
    server = make_server("127.0.0.1", ports[0], house.app, threaded=True, request_handler=Quiet)
    server.answering, server.is_over, server.rests = set(), False, threading.Condition()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    town = Town(house, chromium, web, platform)
    yield town
    for context in town.contexts:
        context.close()
    server.is_over = True
    server.shutdown()
    thread.join()
    with server.rests:
        assert server.rests.wait_for(lambda: not server.answering, LONGEST / 1000)
    server.server_close()
    desk.stop()
    assert town.wrong == []


def press(page: Page, name: str, *, exact: bool = True) -> None:
    """Press a button whose form is sent, and wait for the page behind it: only then has the server done its part."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=exact).click()


def run_until(page: Page, shown: Locator) -> None:
    """Let the page's own clock, which was installed, run until something is there: between its steps it waits for
    answers, or for none, in real time."""
    for _ in range(400):
        if shown.count():
            return
        page.clock.run_for(9_000)
        page.wait_for_timeout(50)
