"""Real processes for a test: the platform as a server, the web under gunicorn, a worker."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tools import servers

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass
class Town:
    """Where the parts listen, and the parts themselves."""

    platform: str
    web: str
    env: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.running.append(process)
        return process

    def flask(self, *command: str) -> str:
        """The output of a command that must succeed."""
        done = subprocess.run(
            [str(BIN / "flask"), "--app", "wsgi", *command],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def do(self, who: str, action: str, **what: object) -> str:
        """Let somebody do something on the phone; gives what they then saw."""
        requests.post(f"{self.platform}/simulator/followers", json={"name": who}, timeout=30).raise_for_status()
        url = f"{self.platform}/simulator/followers/{who}/{action}"
        answer = requests.post(url, json={"wait": True, **what}, timeout=30)
        answer.raise_for_status()
        return "\n".join(entry["text"] for entry in answer.json()["entries"] if entry["source"] == "account")

    def health(self) -> tuple[int, dict[str, object]]:
        answer = requests.get(f"{self.web}/healthz", timeout=10)
        return answer.status_code, answer.json()


def until(question: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something outside this process to become true."""
    waiting = threading.Event()
    for _ in range(int(seconds / 0.1)):
        try:
            if question():
                return
        except (requests.ConnectionError, requests.Timeout):
            pass  # it does not listen yet, or is still loading
        waiting.wait(0.1)
    raise AssertionError("it did not come about")


def idle_town(folder: Path, database_url: str, redis_url: str | None) -> Town:
    """Addresses and settings on a migrated database; nothing runs yet."""
    ports = servers.free_port(), servers.free_port()
    platform, web = (f"http://127.0.0.1:{port}" for port in ports)
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url or "",
        "SECRET_KEY": "0123456789abcdef0123",
        "WECHAT_APP_ID": "wx1",
        "WECHAT_APP_SECRET": "s" * 32,
        "WECHAT_TOKEN": "token",
        "WECHAT_ENCODING_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "WECHAT_API_BASE": platform,
        "WECHAT_OAUTH_BASE": platform,
        "PORT": str(ports[1]),
        "MEDIA_PATH": str(folder / "media"),
        "FILES_PATH": str(folder / "files"),
        "PUBLIC_URL": web,
    }
    return Town(platform, web, {**os.environ, **settings})


@contextmanager
def town(folder: Path, database_url: str, redis_url: str | None) -> Iterator[Town]:
    """The platform and the web, started on a migrated database; the worker is the test's to start."""
    town = idle_town(folder, database_url, redis_url)
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
        )
        town.start(str(BIN / "gunicorn"), "-c", "config/gunicorn.py", "wsgi:app")
        until(lambda: requests.get(f"{town.platform}/simulator/account", timeout=5).ok)
        until(lambda: requests.get(f"{town.web}/healthz", timeout=5).status_code > 0)
        yield town
    finally:
        for process in reversed(town.running):
            process.terminate()
        for process in town.running:
            process.wait(40)
