"""`make run`: what it started is kept running, and does not outlive it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests import processes
from tools import servers

#: Laying out the demo takes the most of it.
UP_WITHIN, BACK_WITHIN, GONE_WITHIN = 180.0, 60.0, 60.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone, with the environment of this one."""
    home = tmp_path_factory.mktemp("home") / "wuwei"
    subprocess.run(["git", "clone", "--quiet", str(processes.ROOT), str(home)], check=True)
    for part in (".venv", "build"):
        (home / part).symlink_to((processes.ROOT / part).resolve())
    return home


class Run:
    """`make run` without the making: what it starts, and what it says."""

    def __init__(self, home: Path, said: Path) -> None:
        self.port = servers.free_port()
        ports = {"PORT": str(self.port), "SIMULATOR_PORT": str(servers.free_port())}
        self.said = said
        command = [str(processes.BIN / Path(sys.executable).name), "-m", "config.run"]
        with said.open("w") as file:
            self.process = subprocess.Popen(command, cwd=home, env={**os.environ, **ports}, stdout=file, stderr=file)

    def is_well(self) -> bool:
        return bool(requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).json()["ok"])

    def part(self, *words: str) -> int:
        """The process it started itself whose command has these words; 0 where there is none just now."""
        return next((pid for pid in children(self.process.pid) if all(word in command(pid) for word in words)), 0)

    def all(self) -> list[int]:
        """Every process it started, and those these started."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found[1:]


def children(pid: int) -> list[int]:
    """The processes a process started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(each) for each in found.stdout.split()]


def command(pid: int) -> str:
    """How a process was started; nothing where it is gone or only waits for its parent to look."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
    except FileNotFoundError:
        return ""


@contextmanager
def running(home: Path, said: Path) -> Iterator[Run]:
    """It, up and well; whatever becomes of it, nothing is left."""
    run = Run(home, said)
    parts: list[int] = []
    try:
        processes.until(lambda: "Ctrl-C ends" in said.read_text(), UP_WITHIN)
        processes.until(run.is_well, BACK_WITHIN)
        parts = run.all()
        yield run
    finally:
        if run.process.poll() is None:
            run.process.kill()
        run.process.wait()
        for pid in filter(command, parts):
            os.kill(pid, signal.SIGKILL)


def test_what_was_killed_is_started_anew(home: Path, tmp_path: Path, tell: Callable[[str], None]) -> None:
    with running(home, tmp_path / "said") as run:
        for words in (("wsgi", "worker"), ("gunicorn",), ("simulator",)):
            old, began = run.part(*words), time.monotonic()
            os.kill(old, signal.SIGKILL)
            processes.until(
                lambda words=words, old=old: run.part(*words) not in (0, old) and run.is_well(), BACK_WITHIN
            )
            tell(f"{words[-1]} well again after {time.monotonic() - began:.1f} s")
        assert run.said.read_text().count("ended by itself (exit code -9)") == 3
        # A second one in this folder would lay its demo out over this one's.
        second = Run(home, tmp_path / "second")
        assert second.process.wait(BACK_WITHIN) == 1 and "runs already" in second.said.read_text()
        assert run.is_well()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_it(home: Path, tmp_path: Path, tell: Callable[[str], None], end: signal.Signals) -> None:
    with running(home, tmp_path / "said") as run:
        parts, began = run.all(), time.monotonic()
        assert len(parts) == 4  # simulator, gunicorn, its one web process, worker
        os.kill(run.process.pid, end)
        processes.until(lambda: not any(map(command, parts)), GONE_WITHIN)
        tell(f"all gone {time.monotonic() - began:.1f} s after {end.name}")
        assert run.process.wait(10) == (-signal.SIGKILL if end == signal.SIGKILL else 0)
