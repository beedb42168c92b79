"""Development runner (`make run`): web, worker and simulator with a small demo in one terminal, or the real account.

Without `WECHAT_APP_ID` in the environment or `.env` the WeChat platform is the simulator, and a demo is created once;
with it, the same command serves the real account. Ctrl-C ends all of it; the data is kept in `var/`.
"""

import fcntl
import json
import os
import secrets
import signal
import socket
import string
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

import requests
from dotenv import dotenv_values

from config.demo import templates
from config.demo.story import DAYS
from config.settings import DEMO_ENV, ROOT, Settings, WrongSettings, is_real_account, load
from foundation.clock import system_clock

VAR = ROOT / "var"
#: The demo's accounts for the console, with their passwords.
ACCOUNTS = VAR / "demo.accounts"
#: Seconds for a part to start; generous, for on a busy machine a slow start is no fault.
STARTS_WITHIN = 300.0
STOPS_WITHIN = 40.0
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: Prefix of a command: if this process is killed, the kernel sends the command SIGTERM.
WITH_US = ("setpriv", "--pdeathsig", "TERM")
#: Seconds before a part that ended by itself is restarted, longer each time; once it has run for longer than the last
#: of them, the count begins anew.
PAUSES = (1, 2, 4, 8, 16, 32, 60)


def main() -> None:
    """Start all parts and keep them running until a signal, then stop them."""
    os.umask(0o077)
    VAR.mkdir(exist_ok=True)
    # The folder's own mode also protects files that an earlier version left readable.
    VAR.chmod(0o700)
    with (VAR / "run.lock").open("w") as lock:
        _be_alone(lock)
        _run()


def _run() -> None:
    try:
        simulator = "" if is_real_account() else f"http://127.0.0.1:{_simulator_port()}"
        if simulator:
            _write_demo_env(simulator)
        settings = load()
    except WrongSettings as error:
        sys.exit(str(error))
    if simulator and settings.port == _simulator_port():
        sys.exit(f"PORT and SIMULATOR_PORT are both {settings.port}: set them to two free ones.")
    for port in (settings.port, *([_simulator_port()] if simulator else [])):
        _refuse_busy(port)
    parts = Parts()
    try:
        _start(parts, settings, simulator)
        print(_guide(settings, simulator), flush=True)
        parts.wait()
    finally:
        parts.stop()


def _start(parts: "Parts", settings: Settings, simulator: str) -> None:
    if simulator and not (VAR / "demo.done").exists():
        _lay_out_demo(parts, settings, simulator)
    else:
        parts.run_to_end("flask", "--app", "wsgi", "db", "upgrade")
    if simulator:
        parts.start("simulator", [*_simulator_command(settings, simulator), "--moved", str(settings.clock_path)])
        _wait_for(f"{simulator}/", parts)
    parts.start("web", [_bin("gunicorn"), "-c", "config/gunicorn.py", "wsgi:app"])
    parts.start("worker", [_bin("flask"), "--app", "wsgi", "worker"])
    # It is enough that the web answers: what WeChat refused lately can be mended while it runs.
    _wait_for(f"http://{settings.address}/healthz", parts, lambda health: health.json().get("worker") == "ok")


@dataclass(slots=True)
class Part:
    """Started process, with what is needed to restart it."""

    command: list[str]
    process: subprocess.Popen[bytes]
    started: float
    #: Number of times in a row that it ended by itself soon after its start.
    ended: int = 0
    #: When to restart it; None while it runs.
    again: float | None = None


class Parts:
    """Process supervisor: keeps the started processes running, and stops them together."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        for number in STOPS:
            signal.signal(number, self._asked)

    def start(self, name: str, command: list[str]) -> None:
        """Start a part."""
        self._parts[name] = Part(command, _begun(command), time.monotonic())

    def run_to_end(self, *command: str) -> str:
        """The output of a command that must succeed."""
        done = subprocess.run(
            [*WITH_US, _bin(command[0]), *command[1:]], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed.")
        return done.stdout

    def check(self) -> None:
        """Exit if a part has ended by itself: during the start this is an error to report, not something to retry."""
        for name, part in self._parts.items():
            if (code := part.process.poll()) is not None:
                sys.exit(f"The {name} ended by itself (exit code {code}).")

    def wait(self) -> NoReturn:
        """Wait for a signal, restarting parts that end by themselves."""
        while True:
            time.sleep(0.5)
            for name, part in self._parts.items():
                self._keep(name, part, time.monotonic())

    def stop(self) -> None:
        """Ask every part to finish its work, last started first; kill those that do not."""
        for name in reversed(list(self._parts)):
            self.end(name)

    def end(self, name: str) -> None:
        """Ask one part to finish; kill it and its child processes if it does not."""
        process = self._parts.pop(name).process
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            _end_all_of(process)

    def _keep(self, name: str, part: Part, now: float) -> None:
        if part.again is not None:
            if now >= part.again:
                part.process, part.started, part.again = _begun(part.command), now, None
        elif (code := part.process.poll()) is not None:
            _end_all_of(part.process)  # its child processes would keep its port
            part.ended = 0 if now - part.started > PAUSES[-1] else part.ended
            pause = PAUSES[min(part.ended, len(PAUSES) - 1)]
            part.ended, part.again = part.ended + 1, now + pause
            print(f"The {name} ended by itself (exit code {code}); it is started anew in {pause} s.", flush=True)

    def _asked(self, number: int, frame: FrameType | None) -> NoReturn:
        for each in STOPS:  # once is enough
            signal.signal(each, signal.SIG_IGN)
        print("\nStopping ...", flush=True)
        sys.exit(0)  # `main` stops the parts on its way out


def _begun(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a part in its own process session, so that Ctrl-C reaches it only through us, once and in our order."""
    return subprocess.Popen([*WITH_US, *command], cwd=ROOT, start_new_session=True)


def _end_all_of(process: subprocess.Popen[bytes]) -> None:
    """Kill a part and its child processes, ignoring those that are gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _write_demo_env(simulator: str) -> None:
    """Write the demo's settings: secrets are generated once and kept, addresses are those of today."""
    kept = dotenv_values(DEMO_ENV) if DEMO_ENV.exists() else {}
    letters = string.ascii_letters + string.digits
    made = {
        "SECRET_KEY": secrets.token_hex(32),
        "ACCOUNT_NAME": "新罗烟草服务号",
        "WECHAT_APP_ID": "wx" + secrets.token_hex(8),
        "WECHAT_APP_SECRET": secrets.token_hex(16),
        "WECHAT_TOKEN": secrets.token_hex(12),
        "WECHAT_ENCODING_AES_KEY": "".join(secrets.choice(letters) for _ in range(43)),
    }
    port = os.environ.get("PORT") or dotenv_values(ROOT / ".env").get("PORT") or "8000"
    today = {
        "WECHAT_API_BASE": simulator,
        "WECHAT_OAUTH_BASE": simulator,
        "WECHAT_MP_BASE": simulator,
        "DEVELOPMENT": "1",
        "WECHAT_TEMPLATES": templates.setting(),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",  # links in messages use today's port
    }
    values = {**made, **kept, **today}
    DEMO_ENV.touch(mode=0o600)
    DEMO_ENV.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")


def _simulator_command(settings: Settings, simulator: str) -> list[str]:
    key = settings.wechat_encoding_aes_key
    command = [
        sys.executable,
        "-m",
        "simulator",
        "--port",
        simulator.rpartition(":")[2],
        "--callback",
        f"http://{settings.address}/wechat",
        "--app-id",
        settings.wechat_app_id,
        "--secret",
        settings.wechat_app_secret.get_secret_value(),
        "--token",
        settings.wechat_token.get_secret_value(),
        "--account",
        settings.wechat_account_type,
        "--name",
        settings.account_name,
        "--state",
        str(VAR / "simulator.json"),
    ]
    return [*command, "--mode", "safe", "--aes-key", key.get_secret_value()] if key else [*command, "--mode", "plain"]


def _lay_out_demo(parts: Parts, settings: Settings, simulator: str) -> None:
    """Create the demo on a simulator whose clock starts days ago. A run that was cut short is started afresh."""
    print("Laying out a small demo, some 40 seconds ...", flush=True)
    begun = VAR / "demo.begun"
    if begun.exists():
        for path in (VAR / "simulator.json", *VAR.glob("wuwei.db*")):
            path.unlink(missing_ok=True)
    settings.clock_path.unlink(missing_ok=True)  # the demo's days are real ones; what was moved on belonged to another
    begun.touch()
    parts.run_to_end("flask", "--app", "wsgi", "db", "upgrade")
    today = system_clock().astimezone(settings.zone).replace(hour=9, minute=0, second=0, microsecond=0)
    began = (today - timedelta(days=DAYS)).isoformat()
    parts.start("simulator", [*_simulator_command(settings, simulator), "--clock", "hand", "--begins", began])
    _wait_for(f"{simulator}/", parts)
    accounts = json.loads(parts.run_to_end(sys.executable, "-m", "config.demo", began).splitlines()[-1])
    parts.end("simulator")  # its state is saved; when it is started again, it uses the real time
    ACCOUNTS.touch(mode=0o600)
    ACCOUNTS.write_text("".join(f"{name}  {password}\n" for name, password in accounts.items()), encoding="utf-8")
    begun.rename(VAR / "demo.done")


def _wait_for(url: str, parts: Parts, is_up: Callable[[requests.Response], bool] = lambda answer: answer.ok) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        parts.check()
        try:
            if is_up(requests.get(url, timeout=5)):
                return
        except requests.RequestException:
            pass  # not listening yet, or too busy to answer
        if time.monotonic() > deadline:
            sys.exit(f"{url} did not answer within {STARTS_WITHIN:.0f} s.")
        time.sleep(0.1)


def _be_alone(lock: TextIO) -> None:
    """Hold a lock while this process lives: a second run in this folder would overwrite the demo."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"It runs already: another `make run` has the data under {VAR}.")


def _simulator_port() -> int:
    given = os.environ.get("SIMULATOR_PORT") or "8001"
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 1 << 16:
        sys.exit(f"SIMULATOR_PORT is no port: {given}")
    return int(given)


def _refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} is taken. Set PORT and SIMULATOR_PORT to free ones, for example PORT=9000 make run")


def _bin(name: str) -> str:
    return name if name == sys.executable else str(Path(sys.executable).parent / name)


def _guide(settings: Settings, simulator: str) -> str:
    own = f"http://{settings.address}"
    if not simulator:
        return f"""
五微 serves the account {settings.wechat_app_id}.
  Callback address for WeChat's console: {settings.public_url}/wechat
  Staff:   {settings.public_url}/console/  (first admin: .venv/bin/flask --app wsgi console create-admin NAME)
  Health:  {own}/healthz
Ctrl-C ends it."""
    kept = ACCOUNTS.read_text(encoding="utf-8") if ACCOUNTS.exists() else ""
    accounts = "\n            ".join(kept.splitlines())
    return f"""
五微 runs, with a WeChat platform of its own, in the sixth day of a small town.

  Phones    {simulator}/
            王建国: tap 关注公众号, send  绑定 350802100001 8899,  then 调查, or anything a shop needs
            陈志强经理: his manager, answers with  NUMBER TEXT
  Console   {own}/console/
            {accounts}
  See it    .venv/bin/flask --app wsgi surveys tally 1
  Tomorrow  .venv/bin/flask --app wsgi clock +25h, or 明天此时 on the operator's desk: time moves for all parts at once
  Health    {own}/healthz

Ctrl-C ends all of it; the next start finds its data again (var/)."""


if __name__ == "__main__":
    main()
