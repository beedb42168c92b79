"""Videos of followers lie on another host, some seconds late: they are fetched, and nothing of our own network is."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from wechat_bot import media as fetching
from wechat_bot.client import videos
from wechat_bot.client.codes import Act, SendError
from wechat_bot.models import Media

FILM = b"\0\0\0\x18ftypmp42" + b"x" * 100_000


class Host:
    """A host on this machine that answers as it is told, and knows who asked."""

    def __init__(self, address: str) -> None:
        self.asked: list[str] = []
        self.status, self.headers, self.body = 200, {"Content-Type": "video/mp4"}, FILM
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(f"{self.headers['Host']}{self.path}")
                self.send_response(host.status)
                for name, value in host.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(host.body)

            def log_message(self, *_: object) -> None:
                """Not a line."""

        self.server = ThreadingHTTPServer((address, 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown(), self.server.server_close()


@pytest.fixture
def internet():
    """A host that the tests take for one of the internet."""
    host = Host("127.0.0.1")
    yield host
    host.close()


@pytest.fixture
def ours():
    """A host that stands for one of our own network."""
    host = Host("127.0.0.2")
    yield host
    host.close()


def names(*answers: list[str]) -> Callable:
    """A name server that answers so, one after the other; in the end always the same."""
    left = list(answers)

    def resolve(host, port, **_):
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(2, 1, 6, "", (address, port)) for address in found]

    return resolve


def fetch(url: str, resolve: Callable) -> tuple[bytes, str]:
    return videos.fetch(url, resolve=resolve, is_near=lambda address: address != "127.0.0.1")


def media(house) -> Media:
    with house.look() as session:
        return session.scalars(select(Media).where(Media.kind == "video")).one()


@pytest.fixture
def li(house):
    phone = house.phone("老李")
    phone.follow(), phone.say("数数")
    return phone


def film_of(house, phone) -> Media:
    with house.services.transaction() as session:
        now, kept = house.clock(), phone._keep("video", FILM, "v.mp4", "video/mp4")
        session.add(Media(key="k", openid=phone.openid, kind="video", wechat_id=kept, heard_at=now, due_at=now))
    return media(house)


def test_a_video_is_asked_for_again_while_it_is_not_there_and_holds_nobody_up(house, li) -> None:
    film_of(house, li)
    li.send_image()
    house.sim.faults.add("/simulator/media/", "http", value=404, times=2)
    house.work()
    with house.look() as session:
        fetched = {each.kind: each.fetched_at is not None for each in session.scalars(select(Media))}
    assert fetched == {"video": False, "image": True}
    assert house.sim.desk.film_base.startswith("http://")
    house.later(seconds=5), house.later(seconds=10)
    kept = media(house)
    assert (kept.content_type, kept.size, kept.attempts) == ("video/mp4", len(FILM), 3)


@pytest.mark.on_sqlite
def test_a_video_that_is_not_there_all_day_is_asked_for_every_ten_minutes(house, li) -> None:
    film_of(house, li)
    house.sim.faults.add("/simulator/media/", "http", value=404, times=100)
    for _ in range(100):
        house.later(minutes=11)
    assert media(house).attempts == 100
    house.later(minutes=11)
    assert media(house).fetched_at is not None


@pytest.mark.on_sqlite
@pytest.mark.parametrize(("fault", "value"), [("http", 200), ("bare", 0), ("errcode", -1)])
def test_a_page_in_place_of_a_voice_is_none_and_the_voice_comes_later(house, li, fault, value) -> None:
    key, voice = "v", b"#!AMR\n and a voice"
    with house.services.transaction() as session:
        kept, now = li._keep("voice", voice, "v.amr", "audio/amr"), house.clock()
        session.add(Media(key=key, openid=li.openid, kind="voice", wechat_id=kept, heard_at=now, due_at=now))
    house.sim.faults.add("/cgi-bin/media/get", fault, value=value, times=1)
    house.work()
    house.later(minutes=1)
    with house.look() as session:
        found = fetching.find(session, house.services.media_folder, key)
        assert found is not None and found.path.read_bytes() == voice


@pytest.mark.parametrize("drips", ["head", "film"])
def test_a_host_that_sends_a_byte_now_and_then_holds_nobody_up(drips) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripped = []

        def drip() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.sendall(head if drips == "head" else head + b"\r\n" + FILM[:100])
                while len(dripped) < 200 and not done.wait(0.05):
                    line.sendall(b"x")
                    dripped.append(1)

        done = threading.Event()
        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(SendError) as caught:
            videos.fetch(
                f"http://film.example:{server.getsockname()[1]}/",
                resolve=names(["127.0.0.1"]),
                is_near=lambda address: False,
                timeout=0.3,
            )
        done.set()
    assert caught.value.act is Act.RETRY and len(dripped) < 200


@pytest.mark.on_sqlite
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "0x7f000001", "2130706433"])
def test_a_real_account_never_asks_this_machine_for_a_video(house, li, internet, host) -> None:
    film_of(house, li)
    house.sim.desk.film_base = f"http://{host}:{internet.port}"
    real = house.another_process(development=False)
    while fetching.fetch_next(real):
        pass
    real.database.dispose()
    kept = media(house)
    assert not internet.asked
    assert kept.gave_up_at is not None and "our own" in kept.error


def test_a_film_comes_from_the_address_that_was_looked_at(internet, ours) -> None:
    # The second time the name leads into our own network.
    resolve = names(["127.0.0.1"], ["127.0.0.2"])
    assert fetch(f"http://film.example:{internet.port}/a?b=1", resolve) == (FILM, "video/mp4")
    assert internet.asked == [f"film.example:{internet.port}/a?b=1"]
    internet.status, internet.headers = 302, {"Location": f"http://inner.example:{ours.port}/admin"}
    for resolve in (names(["127.0.0.1", "127.0.0.2"]), names(["127.0.0.1"], ["127.0.0.2"])):
        with pytest.raises(SendError) as caught:
            fetch(f"http://film.example:{internet.port}/", resolve)
        assert caught.value.act is Act.NO
    assert not ours.asked


@pytest.mark.parametrize(
    ("status", "headers", "body", "act"),
    [
        (404, {}, b"", Act.RETRY),
        (503, {}, b"", Act.RETRY),
        (410, {}, b"", Act.NO),
        (200, {"Content-Type": "text/html"}, b"<html>" + b" " * 20, Act.NO),
        (200, {"Content-Type": "video/mp4"}, b"<script>alert(1)</script>", Act.NO),
        (200, {"Content-Type": "video/mp4", "Content-Length": str(videos.LIMIT + 1)}, FILM[:100], Act.NO),
        (200, {"Content-Type": "video/mp4"}, FILM + b"x" * videos.LIMIT, Act.NO),
        (200, {"Content-Type": "video/mp4", "Content-Length": "200"}, FILM[:100], Act.RETRY),
        (200, {"Content-Type": "text/html", "Content-Length": "9" * 5000}, b"<html>" + b" " * 20, Act.NO),
        (200, {"Content-Type": "video/mp4"}, b"", Act.RETRY),
        (302, {"Location": "/again"}, b"", Act.NO),
        (302, {"Location": "file:///etc/passwd"}, b"", Act.NO),
        (302, {"Location": "http://[nowhere/"}, b"", Act.NO),
    ],
)
def test_what_is_no_film_or_too_large_is_not_kept(internet, status, headers, body, act) -> None:
    internet.status, internet.headers, internet.body = status, headers, body
    with pytest.raises(SendError) as caught:
        fetch(f"http://film.example:{internet.port}/", names(["127.0.0.1"]))
    assert caught.value.act is act
