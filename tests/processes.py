"""Real processes for a test: the platform as a server, the web under gunicorn, a worker."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from foundation.clock import system_clock
from tests.forking import Part
from tools import servers

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass
class Town:
    """Where the parts listen, and the parts themselves."""

    platform: str
    web: str
    env: dict[str, str]
    running: list[Part] = field(default_factory=list)

    def start(self, *command: str, **more: str) -> Part:
        """Start a part, with more in its environment."""
        part = Part(command, {**self.env, **more})
        self.running.append(part)
        return part

    def worker(self, **more: str) -> Part:
        """A worker, in haste where the town is."""
        if "HASTE" in self.env:
            return self.start(sys.executable, "-m", "tests.programs.hasty", **more)
        return self.start(str(BIN / "flask"), "--app", "wsgi", "worker", **more)

    def flask(self, *command: str) -> str:
        """The output of a command that must succeed."""
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as said:
            part = Part([str(BIN / "flask"), "--app", "wsgi", *command], self.env, Path(said.name))
            assert part.wait(120) == 0, said.read()
            return said.read()

    def do(self, who: str, action: str, **what: object) -> str:
        """Let somebody do something on the phone; gives what they then saw."""
        self.control("followers", name=who)
        seen = self.control(f"followers/{who}/{action}", wait=True, **what)["entries"]
        return "\n".join(entry["text"] for entry in seen if entry["source"] == "account")

    def control(self, path: str, **what: object) -> Any:
        """Ask something of the platform; see `simulator/control.py`."""
        answer = requests.post(f"{self.platform}/simulator/{path}", json=what, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def chat(self, who: str) -> list[dict[str, Any]]:
        """All that was ever seen in somebody's chat with the account."""
        url = f"{self.platform}/simulator/followers/{who}/entries"
        entries: list[dict[str, Any]] = requests.get(url, params={"after": "0"}, timeout=30).json()["entries"]
        return entries

    def health(self) -> tuple[int, dict[str, object]]:
        answer = requests.get(f"{self.web}/healthz", timeout=10)
        return answer.status_code, answer.json()


@dataclass
class Pocket:
    """A browser with cookies of its own: inside WeChat that of a phone, else one at a desk. Nothing is followed but the
    way to WeChat and back."""

    town: Town
    who: str = ""
    page: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        """Open a page."""
        url = urljoin(self.town.web, path)
        for _ in range(8):
            answer = self.session.get(url, allow_redirects=False, timeout=20)
            if not answer.is_redirect:
                break
            url = urljoin(url, answer.headers["Location"])
            if url.startswith(self.town.platform):
                url = self.town.control(f"followers/{self.who}/open", url=url)["url"]
        self.page = answer.text
        return answer

    def post(self, path: str, **fields: str) -> requests.Response:
        """Fill in the form of the page that is open."""
        form = self.hidden() | fields
        return self.session.post(urljoin(self.town.web, path), data=form, allow_redirects=False, timeout=20)

    def hidden(self) -> dict[str, str]:
        """What the page's forms carry."""
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.page))


def kill(*processes: int) -> None:
    """End processes without a word."""
    for process in processes:
        os.kill(process, signal.SIGKILL)


def children(of: Part) -> list[int]:
    """The processes a process started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(of.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def until(question: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for something outside this process to become true: long, for the machine may be busy."""
    waiting = threading.Event()
    for _ in range(int(seconds / 0.1)):
        try:
            if question():
                return
        except (requests.ConnectionError, requests.Timeout):
            pass  # it does not listen yet, or is still loading
        waiting.wait(0.1)
    raise AssertionError("it did not come about")


#: Of a worker in haste: so many calls may be on their way when it is killed.
SENDERS = 3


def haste(began: datetime, speed: int) -> dict[str, str]:
    """The setting by which the product's time begins at a moment and passes so much faster."""
    return {"HASTE": f"{began.isoformat()}|{system_clock().isoformat()}|{speed}", "WECHAT_CALLBACK_MAX_AGE": "0"}


def idle_town(folder: Path, database_url: str, redis_url: str | None, **more: str) -> Town:
    """Addresses and settings on a migrated database; nothing runs yet."""
    ports = servers.free_port(), servers.free_port()
    platform, web = (f"http://127.0.0.1:{port}" for port in ports)
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url or "",
        "SECRET_KEY": "0123456789abcdef0123",
        "DEVELOPMENT": "1",
        "WECHAT_APP_ID": "wx1",
        "WECHAT_APP_SECRET": "s" * 32,
        "WECHAT_TOKEN": "token",
        "WECHAT_ENCODING_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "WECHAT_API_BASE": platform,
        "WECHAT_OAUTH_BASE": platform,
        "WECHAT_MP_BASE": platform,
        "PORT": str(ports[1]),
        "MEDIA_PATH": str(folder / "media"),
        "FILES_PATH": str(folder / "files"),
        "CLOCK_PATH": str(folder / "clock"),
        "PUBLIC_URL": web,
    }
    return Town(platform, web, {**os.environ, **settings, **more})


@contextmanager
def town(
    folder: Path, database_url: str, redis_url: str | None, *, has_web: bool = True, **more: str
) -> Iterator[Town]:
    """The platform and the web, started on a migrated database; the worker is the test's to start."""
    town = idle_town(folder, database_url, redis_url, **more)
    try:
        town.start(
            sys.executable,
            "-m",
            "simulator",
            "--port",
            town.platform.rpartition(":")[2],
            "--callback",
            f"{town.web}/wechat",
            "--app-id",
            "wx1",
            "--secret",
            "s" * 32,
            "--token",
            "token",
            "--aes-key",
            town.env["WECHAT_ENCODING_AES_KEY"],
            "--mode",
            "safe",
            "--state",
            str(folder / "platform.json"),
            "--moved",
            town.env["CLOCK_PATH"],
        )
        if has_web:
            served = "tests.programs.hasty:app()" if "HASTE" in more else "wsgi:app"
            town.start(str(BIN / "gunicorn"), "-c", "config/gunicorn.py", served)
        until(lambda: requests.get(f"{town.platform}/simulator/account", timeout=5).ok)
        if has_web:
            until(lambda: requests.get(f"{town.web}/healthz", timeout=5).status_code > 0)
        yield town
    finally:
        for process in reversed(town.running):
            process.terminate()
        try:
            for process in town.running:
                process.wait(40)
        finally:
            for process in town.running:
                process.kill()
