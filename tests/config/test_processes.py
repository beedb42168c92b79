"""The parts as real processes: they start, serve over HTTP, tell how they are, and stop without losing anything."""

import csv
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import processes
from tests.forking import Part


@pytest.fixture
def town(stores, tmp_path):
    # Fewer connections than the slow clients want: the oldest of them have to go.
    few = {"GUNICORN_CMD_ARGS": "--worker-connections=20"}
    with processes.town(tmp_path, stores["database_url"], stores["redis_url"], **few) as running:
        yield running


# On SQLite the demo, the browser and the kills start the same parts.
@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_web_and_worker_serve_whoever_else_is_slow_report_their_health_and_stop_when_asked(town, tmp_path) -> None:
    with slow_clients(town.web, 60):
        serve_and_stop(town, tmp_path)


def serve_and_stop(town: processes.Town, tmp_path: Path) -> None:
    assert town.health()[0] == 503  # no worker yet
    worker = town.start(str(processes.BIN / "flask"), "--app", "wsgi", "worker")
    processes.until(lambda: town.health()[0] == 200)
    town.flask("people", "import", "config/demo/roster.csv")
    assert town.flask("surveys", "load", "config/demo/survey.yaml").strip() == "1"
    town.flask("surveys", "publish", "1")
    town.do("王建国", "follow")
    assert "已绑定" in town.do("王建国", "say", text="绑定 350802100001 8899")
    for text in ("调查", "2", "13", "5", "10"):
        town.do("王建国", "say", text=text)
    assert "已提交" in town.do("王建国", "say", text="30")
    out = tmp_path / "out.csv"
    town.flask("surveys", "export", "1", "--format", "csv", "--out", str(out))
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 2
    # What no door gets to see is told in words too.
    parts = urlsplit(town.web)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as client:
        client.sendall(b"POST /console/people/import HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n")
        told = client.makefile("rb").read().decode()
    assert told.startswith("HTTP/1.1 413 ")
    assert told.endswith("文件太大，没有存。请返回上一页，换一个小一点的再试。")
    # Nobody else on the machine reads what any of them writes.
    assert out.stat().st_mode & 0o077 == 0
    for part in town.running:
        assert "Umask:\t0077" in Path(f"/proc/{part.pid}/status").read_text(encoding="utf-8")
    for part in (worker, town.running[1]):
        part.terminate()
        assert part.wait(30) == 0


#: What a client has sent when it falls silent: nothing, half a heading, half a form; a question whose answer it leaves.
BEGUN = (
    b"",
    b"POST /wechat HTTP/1.1\r\nHost: x\r\n",
    b"POST /console/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nname=",
    b"GET /static/echarts/echarts.min.js HTTP/1.1\r\nHost: x\r\n\r\n",
)


@contextmanager
def slow_clients(web: str, count: int) -> Iterator[None]:
    """So many open connections whose clients send no further and read nothing."""
    address = web.rpartition("/")[2].split(":")
    with ExitStack() as stack:
        for number in range(count):
            client = stack.enter_context(socket.create_connection((address[0], int(address[1]))))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(BEGUN[number % len(BEGUN)])
        yield


STARTS = (("flask", "--app", "wsgi", "worker"), ("gunicorn", "-c", "config/gunicorn.py", "wsgi:app"))


def refusal(said: Path, env: dict[str, str], name: str, *arguments: str) -> str:
    """What a command says that cannot start."""
    said.touch()
    assert Part([str(processes.BIN / name), *arguments], env, said).wait(60) != 0
    return said.read_text(encoding="utf-8")


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_wrong_setting_stops_every_start_with_its_name(stores, tmp_path) -> None:
    town = processes.idle_town(tmp_path, stores["database_url"], None)
    for start in STARTS:
        said = refusal(tmp_path / start[0], {**town.env, "PORT": "eighty"}, *start)
        assert "PORT: " in said and "Traceback" not in said


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_web_and_worker_demand_the_newest_schema(stores, tmp_path) -> None:
    town = processes.idle_town(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}", None)
    for start in STARTS:
        assert "db upgrade" in refusal(tmp_path / start[0], town.env, *start)
    town.flask("db", "upgrade")
    town.flask("people", "import", "config/demo/roster.csv")
