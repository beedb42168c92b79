"""Pictures of the documentation: the most used pages of the demo, wide and narrow.

`make pictures` begins a demo of its own in an empty folder, looks at each page in Chromium and writes
`docs/images/<page>-1440.png` and `-390.png`. How the pages looked before their new shell stands in
`docs/images/before/`.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import requests
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tools import servers

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images"
#: Ports of the demo that is looked at.
WEB, PLATFORM = 8190, 8290
#: Heights of the windows by their widths: a desk and a phone.
DESK, PHONE = 1440, 390
WINDOWS = {DESK: 900, PHONE: 844}
#: Longest picture in pixels of a page; the rest is cut off.
LONGEST = 1800
#: Colours of a picture: enough for flat pages, and a third of the bytes.
COLOURS = 224
#: Seconds until the demo must be up.
PATIENCE = 240


@dataclass(frozen=True, slots=True)
class Shot:
    """Page to be pictured: its name, its address, and whose phone it is opened on; the console's where empty."""

    name: str
    path: str
    phone: str = ""


SHOTS = (
    Shot("home", "/console/"),
    Shot("surveys", "/console/surveys"),
    Shot("results", "/console/surveys/1"),
    Shot("editor", "/console/surveys/3/edit"),
    Shot("inbox", "/console/visits"),
    Shot("thread", "/console/visits/103"),
    Shot("statistics", "/console/visits/reports?from=2026-01-01&until=2028-12-31"),
    Shot("roster", "/console/people"),
    Shot("shop", "/console/people/shops/350802100003"),
    Shot("manager", "/m/visits", phone="陈志强"),
    Shot("article", "/console/broadcasts/articles/14/edit"),
    Shot("composer", "/console/broadcasts/pushes/3/edit"),
    Shot("calendar", "/console/broadcasts/calendar"),
    Shot("report", "/console/broadcasts/pushes/2/report"),
    Shot("library", "/m/library", phone="黄丽萍"),
    Shot("quiz", "/console/quizzes/1"),
    Shot("question", "/console/quizzes/1/questions/16"),
    Shot("bank", "/console/quizzes/bank"),
    Shot("regrade", "/console/quizzes/2/regrades/1"),
    Shot("ranking", "/console/quizzes/4/ranking"),
    Shot("test", "/m/quizzes/1", phone="沈祥云"),
    Shot("score", "/m/quizzes/1", phone="黄丽萍"),
    Shot("mistakes", "/m/quizzes/mistakes", phone="黄丽萍"),
    Shot("course", "/console/courses/1"),
    Shot("certificates", "/console/courses/1/certificates"),
    Shot("lesson", "/m/lessons/1", phone="黄丽萍"),
    # And two more for the README.
    Shot("survey", "/m/surveys/1", phone="黄丽萍"),
    Shot("talk", "/m/visits/106", phone="陈志强"),
)


def main() -> None:
    """Begin the demo, look at every page, end the demo."""
    with tempfile.TemporaryDirectory() as folder:
        town = Path(folder) / "wuwei"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(town)], check=True)
        for made in (".venv", "build"):
            (town / made).symlink_to(ROOT / made)
        demo = subprocess.Popen(
            [".venv/bin/python", "-m", "config.run"],
            cwd=town,
            env={**os.environ, "PORT": str(WEB), "SIMULATOR_PORT": str(PLATFORM)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _await(demo, town / "var/demo.done")
            accounts = dict(line.split() for line in (town / "var/demo.accounts").read_text("utf-8").splitlines())
            with sync_playwright() as player:
                chromium = player.chromium.launch(executable_path=servers.CHROMIUM, args=["--no-sandbox"])
                for width, height in WINDOWS.items():
                    _look(chromium, width, height, accounts["boss"])
        finally:
            os.killpg(demo.pid, signal.SIGINT)
            demo.wait()


def _await(demo: subprocess.Popen[bytes], done: Path) -> None:
    """Wait until the demo was played and its pages are served."""
    for _ in range(PATIENCE):
        if demo.poll() is not None:
            sys.exit("The demo ended by itself.")
        try:
            if done.exists() and requests.get(f"http://127.0.0.1:{WEB}/healthz", timeout=2):
                return
        except requests.ConnectionError:
            pass
        time.sleep(1)
    sys.exit(f"The demo was not up after {PATIENCE} seconds.")


def _look(chromium: Browser, width: int, height: int, password: str) -> None:
    web = f"http://127.0.0.1:{WEB}"
    desk = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
    desk.goto(f"{web}/console/sign-in")
    desk.get_by_label("用户名").fill("boss")
    desk.get_by_label("密码").fill(password)
    desk.get_by_role("button", name="登录").click()
    desk.wait_for_url(f"{web}/console/")
    for shot in SHOTS:
        page = desk
        if shot.phone and width != PHONE:
            continue
        if shot.phone:
            page = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
        page.goto(f"{web}{shot.path}")
        if shot.phone:
            page.get_by_role("button", name=shot.phone).click()
            page.wait_for_url(f"{web}/**")
        page.wait_for_load_state("networkidle")
        # The tab bar stands at the foot of a phone's screen, and not in the middle of a long page.
        _store(page, PICTURES / f"{shot.name}-{width}.png", is_whole=not shot.phone)


def _store(page: Page, path: Path, *, is_whole: bool) -> None:
    picture = Image.open(BytesIO(page.screenshot(full_page=is_whole)))
    picture = picture.crop((0, 0, picture.width, min(picture.height, LONGEST)))
    picture.quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    if not shutil.which(servers.CHROMIUM):
        sys.exit("Chromium is missing: run `make servers`.")
    main()
