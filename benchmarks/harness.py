"""What every benchmark needs: the machine's name, servers to load, a load generator, paired rounds, tables."""

import json
import multiprocessing
import os
import platform
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from foundation.database import Database
from tools import servers

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN = 30.0
_fork = multiprocessing.get_context("fork")


# The machine


def machine() -> str:
    """CPU, cores, memory, Python: figures mean nothing without them."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cpu}, {cores} cores, {memory:.0f} GB; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}"
    )


def postgresql_version(url: str) -> str:
    """The server's version and whether it waits for the disk: without that, a commit costs nothing."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')"
        ).fetchone()
    assert row is not None
    return f"PostgreSQL {row[0].split()[0]} (fsync {row[1]}, synchronous_commit {row[2]})"


@contextmanager
def stores() -> Iterator[dict[str, str]]:
    """Addresses of a fresh SQLite file and a fresh, durable PostgreSQL, by name."""
    with tempfile.TemporaryDirectory(prefix="wuwei-bench-") as folder, servers.postgresql(durable=True) as postgresql:
        yield {"SQLite": f"sqlite:///{folder}/wuwei.db", "PostgreSQL": postgresql}


# Saying it


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> None:
    """Print a Markdown table, readable as it is."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    print(f"\n### {title}\n")
    for row in (head, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    for note in notes:
        print(f"\n{note}")
    sys.stdout.flush()


@dataclass(frozen=True)
class Spread:
    """A median, and the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of three values or more the quartiles, of fewer the least and the greatest."""
        if len(values) < 3:
            return cls(statistics.median(values), min(values), max(values))
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.low:.2f}–{self.high:.2f}]"


def verdict(value: float, limit: float, *, at_least: bool = False) -> str:
    """`ok` or `MISSED`, with the limit.

    >>> verdict(1.02, 1.5), verdict(0.4, 0.5, at_least=True)
    ('ok (at most 1.5)', 'MISSED (at least 0.5)')
    """
    good = value >= limit if at_least else value <= limit
    return f"{'ok' if good else 'MISSED'} ({'at least' if at_least else 'at most'} {limit:g})"


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """The ratio of what was measured side by side, round by round: a slow minute of the machine hits both."""
    return Spread.of([mine / other for mine, other in zip(ours, theirs, strict=True)])


def rotate(runs: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[Any]]:
    """A B C, A B C, …: what each run gave in each round, without the first round, which only warms up."""
    results: dict[str, list[Any]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            result = run()
            if number:
                results[name].append(result)
    return results


# A process of its own, for memory


def apart(call: Callable[..., Any], *given: Any) -> Any:
    """Run a function in a fresh interpreter, and give what it returned: nothing we did before weighs on it."""
    code = (
        "import importlib, json, sys\n"
        "module, name, given = json.loads(sys.argv[1])\n"
        "print(json.dumps(getattr(importlib.import_module(module), name)(*given)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps([call.__module__, call.__qualname__, given])],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def peak() -> float:
    """The most memory this program has held, in MB.

    Not getrusage's ru_maxrss: on Linux a program inherits that from whoever started it.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


class Cpu:
    """CPU time of this process, and of the PostgreSQL processes that work in a database, as many as there are now."""

    def __init__(self, database: Database) -> None:
        self._of_server: list[Path] = []
        if not database.is_sqlite:
            with database.reading() as session:
                found = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
                self._of_server = [Path(f"/proc/{pid}/schedstat") for pid in session.scalars(found)]

    def spent(self) -> float:
        """Seconds so far; a process that has ended meanwhile counts no more."""
        ticks = sum(int(each.read_text().split()[0]) for each in self._of_server if each.exists())
        return time.process_time() + ticks / 1e9


# Servers


@dataclass(frozen=True)
class Web:
    """A web server that runs."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that the server and its workers took since they were started."""
        ticks = 0
        for pid in (self.pid, *_children(self.pid)):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def gunicorn(app: str, environment: Mapping[str, str], *options: str) -> Iterator[Web]:
    """Serve an app as we serve ours: with `config/gunicorn.py`, whatever the options change."""
    port = servers.free_port()
    command = [
        str(Path(sys.executable).parent / "gunicorn"),
        "-c",
        "config/gunicorn.py",
        "--log-level",
        "error",
        *options,
        app,
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment, "HOST": "127.0.0.1", "PORT": str(port)}
    )
    try:
        wait_for_port(port, process)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        process.wait(40)


def wait_for_port(port: int, process: "subprocess.Popen[Any]") -> None:
    """Wait until somebody listens there; raises where the process ends before."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.args!r} does not answer") from None
        time.sleep(0.1)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def another_database(url: str, name: str) -> str:
    """A second, empty database on the same server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return make_url(url).set(database=name).render_as_string(hide_password=False)


# Load


@dataclass(frozen=True)
class Shot:
    """One slice of load on one server."""

    requests: int
    seconds: float
    #: Seconds a request took, in order of size.
    latencies: list[float]
    #: Number of the request in what was sent, and its answer's body: one in `keep`.
    samples: list[tuple[int, bytes]]
    #: Answers that were not 200.
    bad: int
    #: CPU of the server, and of the load generator.
    cpu: float
    load_cpu: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        return 1000 * self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]


def http(path: str, query: str, body: bytes, content_type: str) -> bytes:
    """A POST as bytes, ready to be written to a socket."""
    head = (
        f"POST {path}?{query} HTTP/1.1\r\nHost: bench\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def fire(web: Web, requests: Sequence[bytes], *, connections: int = 32, processes: int = 2, keep: int = 50) -> Shot:
    """Send requests that were built before over kept-open sockets, each connection one at a time, in order.

    Several processes, so that the generator is never what is measured; they begin together.
    """
    start = _fork.Barrier(processes)
    pipes, children = [], []
    for number in range(processes):
        receiver, sender = _fork.Pipe(duplex=False)
        mine = range(number, len(requests), processes)
        child = _fork.Process(
            target=_shoot, args=(web.port, requests, mine, connections // processes, keep, start, sender)
        )
        child.start()
        sender.close()
        pipes.append(receiver)
        children.append(child)
    before = web.cpu()
    parts = [receiver.recv() for receiver in pipes]
    for child in children:
        child.join()
    begun, ended = min(part["begun"] for part in parts), max(part["ended"] for part in parts)
    return Shot(
        requests=len(requests),
        seconds=ended - begun,
        cpu=web.cpu() - before,
        latencies=sorted(each for part in parts for each in part["latencies"]),
        samples=sorted(each for part in parts for each in part["samples"]),
        bad=sum(part["bad"] for part in parts),
        load_cpu=sum(part["cpu"] for part in parts),
    )


def _shoot(
    port: int, requests: Sequence[bytes], mine: range, connections: int, keep: int, start: Any, sender: Any
) -> None:
    """One process of the load generator: as little as can be done between two requests."""
    latencies: list[float] = []
    samples: list[tuple[int, bytes]] = []
    bad = 0
    poll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    waiting: dict[int, tuple[int, float, bytearray]] = {}
    numbers = iter(mine)

    def connect() -> int:
        opened = socket.create_connection(("127.0.0.1", port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(opened, select.EPOLLIN)
        sockets[opened.fileno()] = opened
        return opened.fileno()

    def close(name: int) -> None:
        poll.unregister(name)
        sockets.pop(name).close()

    def send(name: int) -> None:
        number = next(numbers, None)
        if number is None:
            close(name)
            return
        waiting[name] = (number, time.perf_counter(), bytearray())
        sockets[name].sendall(requests[number])

    opened = [connect() for _ in range(connections)]
    start.wait()
    begun, cpu = time.monotonic(), time.process_time()
    for name in opened:
        send(name)
    while waiting:
        for name, _ in poll.poll(10):
            chunk = sockets[name].recv(65536)
            asked = waiting.get(name)
            if asked is None or not chunk:
                close(name)
                if asked is None:
                    continue
                # Closed by the server before the answer was whole: only a connection kept open too long ends so.
                waiting.pop(name)
                bad += 1
                send(connect())
                continue
            number, since, got = asked
            got += chunk
            end = got.find(b"\r\n\r\n")
            if end < 0:
                continue
            head = bytes(got[:end]).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(got) < end + 4 + length:
                continue
            latencies.append(time.perf_counter() - since)
            del waiting[name]
            if not head.startswith(b"http/1.1 200"):
                bad += 1
            elif number % keep == 0:
                samples.append((number, bytes(got[end + 4 :])))
            if b"connection: close" in head:
                close(name)
                name = connect()
            send(name)
    result = {
        "begun": begun,
        "ended": time.monotonic(),
        "latencies": latencies,
        "samples": samples,
        "bad": bad,
        "cpu": time.process_time() - cpu,
    }
    sender.send(result)
    sender.close()
