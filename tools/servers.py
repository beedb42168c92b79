"""Throw-away servers for tests and benchmarks: PostgreSQL and Redis, on free ports, gone at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

STARTS_WITHIN = 30.0


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL of our own; gives the address of its database `wuwei`.

    `durable` leaves fsync on, for figures; a test needs no power-cut safety.
    """
    folder = Path(tempfile.mkdtemp(prefix="wuwei-pg-"))
    port = free_port()
    as_user = _not_root(folder)
    try:
        data = folder / "data"
        _run(
            [
                *as_user,
                _binary("initdb"),
                "-D",
                str(data),
                "-U",
                "wuwei",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-N",
            ]
        )
        options = [
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "max_connections=200",
        ]
        options += (
            ["shared_buffers=256MB", "max_wal_size=2GB"]
            if durable
            else ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        )
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [*as_user, _binary("postgres"), "-D", str(data), *(f"--{option}" for option in options)],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=folder,
            )
        try:
            with _connected(port, folder) as connection:
                connection.execute("CREATE DATABASE wuwei")
            yield f"postgresql://wuwei@127.0.0.1:{port}/wuwei"
        finally:
            server.send_signal(signal.SIGINT)  # at once, whoever is still connected
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


def _connected(port: int, folder: Path) -> "psycopg.Connection[tuple[object, ...]]":
    address = f"postgresql://wuwei@127.0.0.1:{port}/postgres"
    found: list[psycopg.Connection[tuple[object, ...]]] = []

    def attempt() -> bool:
        found.append(psycopg.connect(address, autocommit=True))
        return True

    _until(attempt, psycopg.OperationalError)
    return found[0]


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
