"""Processes of the product for a test, forked from one that has imported it already: that is most of a start.

One such process for each that runs tests (Python's own fork server); what is forked from it knows nothing of the test's
threads and connections, and is ended and waited for like any other process.
"""

import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    [
        "config.app",
        "config.commands",
        "config.front",
        "flask.cli",
        "gunicorn.app.wsgiapp",
        "gunicorn.workers.gthread",
        "simulator.server",
        "tests.forking",
        "tests.processes",
    ]
)


class Part:
    """A process that runs a command of ours: `flask`, `gunicorn`, or `python -m` a module."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], said: Path | None = None) -> None:
        """Begin; what it says goes into a file, or nowhere."""
        self._process = _SERVER.Process(target=_become, args=(list(command), dict(env), said))
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """The exit code, as far as it has ended."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """The exit code, once it has ended."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise TimeoutError(f"{self.pid} goes on after {seconds} s")
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _become(command: list[str], env: dict[str, str], said: Path | None) -> None:
    os.environ.clear()
    os.environ.update(env)
    into = os.open(said or os.devnull, os.O_RDWR | os.O_CREAT)
    for number in (0, 1, 2):
        os.dup2(into, number)
    name, *arguments = command
    if name == sys.executable:
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = command
        runpy.run_path(name, run_name="__main__")
