"""Clients that send a byte a second, and beside them the callback."""

import hashlib
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests

from tests import processes
from tests.drills.conftest import new_sqlite

LASTS = 4.0
#: Connections the web process keeps: fewer than the most clients want.
KEPT = 500
#: What WeChat allows an answer; and what half of them take at most, on a machine that also plays the clients.
CUT_OFF, MOSTLY = 5.0, 0.1

#: How a request begins, and what is sent of it every second.
WAYS = {
    "nothing": (b"", b""),
    "a line of heading": (b"POST /wechat HTTP/1.1\r\nHost: x\r\n", b"X-Slow: yes\r\n"),
    "a byte of a message": (b"POST /wechat?nonce=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"<"),
    "a byte of a form": (b"POST /console/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"n"),
}


@contextmanager
def dripping(web: str, count: int, way: str) -> Iterator[None]:
    """So many clients that never finish their request."""
    host, port = web.rpartition("/")[2].split(":")
    begun, piece = WAYS[way]
    over = threading.Event()

    def drip() -> None:
        # Suppressed: the web closes it, to have room for somebody else.
        with socket.create_connection((host, int(port))) as client, suppress(OSError):
            client.sendall(begun)
            while not over.wait(1.0):
                client.sendall(piece)

    clients = [threading.Thread(target=drip) for _ in range(count)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        over.set()
        for client in clients:
            client.join()


def ask(town: processes.Town) -> float:
    """The seconds WeChat's check of the address takes; it must be answered rightly."""
    stamp = str(int(time.time()))
    signature = hashlib.sha1("".join(sorted((town.env["WECHAT_TOKEN"], stamp, "1"))).encode()).hexdigest()
    query = {"signature": signature, "timestamp": stamp, "nonce": "1", "echostr": "hello"}
    begun = time.monotonic()
    answer = requests.get(f"{town.web}/wechat", params=query, timeout=CUT_OFF)
    assert answer.text == "hello"
    return time.monotonic() - begun


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Town]:
    """The platform and one web process, on SQLite; 老李 is a follower."""
    folder = tmp_path_factory.mktemp("slow")
    with processes.town(folder, new_sqlite(folder), None, GUNICORN_CMD_ARGS=f"--worker-connections={KEPT}") as running:
        running.do("老李", "follow")
        yield running


@pytest.mark.parametrize("count", [8, 60, 600])
@pytest.mark.parametrize("way", WAYS)
def test_the_callback_is_answered_beside_clients_that_drip(
    town: processes.Town, tell: Callable[[str], None], way: str, count: int
) -> None:
    with dripping(town.web, count, way):
        took, until = [], time.monotonic() + LASTS
        while time.monotonic() < until:
            took.append(ask(town))
        began = time.monotonic()
        assert "没有" in town.do("老李", "say", text="继续")
        said = time.monotonic() - began
    tell(f"{len(took)} checks, median {statistics.median(took) * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms")
    assert statistics.median(took) < MOSTLY and max(took) < CUT_OFF and said < CUT_OFF
