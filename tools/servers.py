"""Throw-away servers for tests and benchmarks: PostgreSQL, PgBouncer and Redis, on free ports, gone at the end."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from redis import Redis
from redis.exceptions import RedisError

STARTS_WITHIN = 30.0
#: The shell that only draws takes half of the CPU of the whole browser, which does where the shell cannot be had.
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"


#: Below those that Linux lends to whoever connects: one of them may be lent before our server listens on it.
PORTS = range(18_000, 32_000)


def free_port() -> int:
    """A TCP port nobody listens on."""
    while True:
        port = secrets.choice(PORTS)  # whatever a test has set the dice to
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Postgresql:
    """A PostgreSQL of our own that can be stopped and started again; `url` is the address of its database `wuwei`.

    `durable` leaves fsync on, for figures; a test needs no power-cut safety.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder, self._port, self._as_user = folder, free_port(), _not_root(folder)
        self.url = f"postgresql://wuwei@127.0.0.1:{self._port}/wuwei"
        self._options = [
            f"port={self._port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "max_connections=200",
        ]
        self._options += (
            ["shared_buffers=256MB", "max_wal_size=2GB"]
            if durable
            else ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        )
        data = ["-D", str(folder / "data")]
        how = ["-U", "wuwei", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        _run([*self._as_user, _binary("initdb"), *data, *how])
        self.start()
        with psycopg.connect(self._any, autocommit=True) as connection:
            connection.execute("CREATE DATABASE wuwei")

    def start(self) -> None:
        """Start it; it takes connections when this is over."""
        options = [f"--{option}" for option in self._options]
        with (self._folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [*self._as_user, _binary("postgres"), "-D", str(self._folder / "data"), *options],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self._folder,
            )
        _until(lambda: not psycopg.connect(self._any).close(), psycopg.OperationalError)

    def stop(self) -> None:
        """Stop it at once, whoever is still connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """All its processes stand still: it takes connections and says nothing."""
        found = ["ps", "-o", "pid=", "--ppid", str(self.process.pid)]
        self.process.send_signal(signal.SIGSTOP)  # first: no more are begun
        children = [int(pid) for pid in subprocess.run(found, capture_output=True, text=True).stdout.split()]
        try:
            for pid in children:
                _signal(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in (*children, self.process.pid):
                _signal(pid, signal.SIGCONT)

    @property
    def _any(self) -> str:
        return self.url.removesuffix("wuwei") + "postgres"


@contextmanager
def restartable_postgresql(*, durable: bool = False) -> Iterator[Postgresql]:
    """A PostgreSQL of our own, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="wuwei-pg-"))
    try:
        server = Postgresql(folder, durable=durable)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """The address of a PostgreSQL of our own, gone at the end."""
    with restartable_postgresql(durable=durable) as server:
        yield server.url


@contextmanager
def pgbouncer(database_url: str, *, most: int = 4) -> Iterator[str]:
    """A PgBouncer of our own in transaction mode before a PostgreSQL; gives its address of the same database.

    `most` connections to the server are all it has to lend.
    """
    folder, port, behind = Path(tempfile.mkdtemp(prefix="wuwei-pgbouncer-")), free_port(), urlsplit(database_url)
    as_user = _not_root(folder)
    try:
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            "[databases]\n"
            f"wuwei = host={behind.hostname} port={behind.port} dbname=wuwei user={behind.username}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {most}\nmax_client_conn = 500\n"
        )
        settings.chmod(0o644)
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [*as_user, _pgbouncer(), str(settings)], stdout=subprocess.DEVNULL, stderr=log, cwd="/"
            )
        try:
            url = f"postgresql://{behind.username}@127.0.0.1:{port}/wuwei"
            _until(lambda: not psycopg.connect(url).close(), psycopg.OperationalError)
            yield url
        finally:
            server.send_signal(signal.SIGTERM)  # at once
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of our own that keeps nothing; gives its address."""
    port = free_port()
    server = start_redis(port)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def start_redis(port: int) -> subprocess.Popen[bytes]:
    """A Redis that keeps nothing, once it listens."""
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
    )
    client = Redis(port=port)
    _until(lambda: bool(client.ping()), RedisError)
    client.close()
    return server


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it ended meanwhile
        os.kill(pid, number)


def _not_root(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: give the folder to an account without rights, and run as that."""
    if os.geteuid() != 0:
        return []
    account = next(name for name in ("postgres", "nobody") if _known(name))
    shutil.chown(folder, account)
    return ["setpriv", f"--reuid={account}", f"--regid={pwd.getpwnam(account).pw_gid}", "--clear-groups", "--"]


def _known(account: str) -> bool:
    return any(entry.pw_name == account for entry in pwd.getpwall())


def _binary(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]))
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name} is not installed; `make test` installs it")
    return found


def _pgbouncer() -> str:
    # Debian installs it in a folder that is only in root's PATH.
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if not found:
        raise FileNotFoundError("pgbouncer is not installed; `make test` installs it")
    return found


def _until(attempt: Callable[[], bool], failure: type[Exception]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            if attempt():
                return
        except failure:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")
