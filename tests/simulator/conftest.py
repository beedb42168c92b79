"""A simulator on a hand clock, a session that reaches it, and the smallest app that can be its other side."""

import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import requests
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from simulator import crypto, in_process
from simulator.clock import HandClock
from simulator.server import Server
from simulator.simulator import Simulator
from simulator.world import Account

TEXT = (
    "<xml><ToUserName>{to}</ToUserName><FromUserName>{me}</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>text</MsgType><Content>{content}</Content></xml>"
)


class Shop:
    """An app that answers every callback: `answer` takes the message's fields and gives a text, a body or nothing."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.heard: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.status = 200
        self.answer: Callable[[dict[str, Any]], str | bytes | None] = lambda message: f"听到{message['MsgType']}"

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        if request.method == "GET":
            return Response(request.args["echostr"])(environ, start_response)
        message = self.open(request.get_data())
        self.heard.append(message)
        self.queries.append(request.args.to_dict())
        self.bodies.append(request.get_data())
        return Response(self.sealed(self.answer(message), message), status=self.status)(environ, start_response)

    def open(self, body: bytes) -> dict[str, Any]:
        """The fields of a callback, whatever its mode and format."""
        fields = self.read(body)
        if "Encrypt" in fields and "MsgType" not in fields:
            fields = self.read(crypto.decrypt(self.account.aes_key, self.account.app_id, fields["Encrypt"]))
        return fields

    def read(self, body: bytes) -> dict[str, Any]:
        if body.startswith(b"{"):
            return dict(json.loads(body))
        return {child.tag: child.text if len(child) == 0 else child for child in ET.fromstring(body)}

    def text(self, content: str, message: dict[str, Any]) -> str:
        """The plain XML of a text to whoever sent this message."""
        return TEXT.format(to=message["FromUserName"], me=message["ToUserName"], content=content)

    def sealed(self, answer: str | bytes | None, message: dict[str, Any]) -> bytes:
        """Bytes go as they are, a text becomes a reply, encrypted unless the account is in plain mode."""
        if answer is None:
            return b"success"
        if isinstance(answer, bytes):
            return answer
        plain = answer if answer.startswith("<xml>") else self.text(answer, message)
        return plain.encode() if self.account.mode == "plain" else self.encrypted(plain)

    def encrypted(self, plain: str, key: str | None = None) -> bytes:
        cipher = crypto.encrypt(key or self.account.aes_key, self.account.app_id, plain.encode())
        signature = crypto.signature(self.account.token, "1", "n", cipher)
        return (
            f"<xml><Encrypt>{cipher}</Encrypt><MsgSignature>{signature}</MsgSignature>"
            "<TimeStamp>1</TimeStamp><Nonce>n</Nonce></xml>"
        ).encode()


class Api:
    """The calls an app makes."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.session = in_process.mount(requests.Session(), simulator)
        self.base = simulator.desk.api_base
        self.token: str | None = None

    def fetch_token(self, **more: Any) -> dict[str, Any]:
        account = self.simulator.account
        given = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret} | more
        return dict(self.session.post(f"{self.base}/cgi-bin/stable_token", json=given).json())

    def __call__(self, path: str, data: Any = None, *, raw: bytes | None = None, timeout: float | None = None) -> Any:
        """POST JSON as WeChat wants it, GET without data."""
        if self.token is None:
            self.token = self.fetch_token()["access_token"]
        url, params = f"{self.base}/cgi-bin/{path}", {"access_token": self.token}
        if data is None and raw is None:
            return self.session.get(url, params=params, timeout=timeout).json()
        body = raw if raw is not None else json.dumps(data, ensure_ascii=False).encode()
        return self.session.post(url, params=params, data=body, timeout=timeout).json()

    def get(self, path: str, **params: str) -> requests.Response:
        """GET with these parameters, the token too for the API proper."""
        if path == "/cgi-bin/showqrcode":
            return self.session.get(self.simulator.desk.page_base + path, params=params)
        if path.startswith("/cgi-bin/"):
            self.token = self.token or self.fetch_token()["access_token"]
            params = {"access_token": self.token} | params
        return self.session.get(self.base + path, params=params)

    def upload(self, path: str, name: str, content: bytes, **params: str) -> Any:
        """A file as multipart, with more form fields under `form_…`."""
        self.token = self.token or self.fetch_token()["access_token"]
        form = {key.removeprefix("form_"): value for key, value in params.items() if key.startswith("form_")}
        query = {"access_token": self.token} | {k: v for k, v in params.items() if not k.startswith("form_")}
        files = {"media": (name, content, "application/octet-stream")}
        return self.session.post(f"{self.base}/cgi-bin/{path}", params=query, files=files, data=form).json()

    def say(self, openid: str, content: str = "您好") -> int:
        """Send a customer-service text; its errcode."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": content}}
        return int(self("message/custom/send", body)["errcode"])


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def make(clock: HandClock) -> Iterator[Callable[..., tuple[Simulator, Shop, Api]]]:
    """Another account: `make(mode="plain", kind="subscription")` gives simulator, app and API."""
    sessions: list[requests.Session] = []

    def build(**account: Any) -> tuple[Simulator, Shop, Api]:
        sim = Simulator(Account(**account), clock=clock)
        shop = Shop(sim.account)
        sim.connect(shop)
        api = Api(sim)
        sessions.append(api.session)
        return sim, shop, api

    yield build
    for session in sessions:
        session.close()


@pytest.fixture
def desk(make: Callable[..., tuple[Simulator, Shop, Api]]) -> tuple[Simulator, Shop, Api]:
    return make()


@pytest.fixture
def sim(desk: tuple[Simulator, Shop, Api]) -> Simulator:
    return desk[0]


@pytest.fixture
def shop(desk: tuple[Simulator, Shop, Api]) -> Shop:
    return desk[1]


@pytest.fixture
def api(desk: tuple[Simulator, Shop, Api]) -> Api:
    return desk[2]


@pytest.fixture
def li(sim: Simulator) -> Any:
    """老李, who follows."""
    phone = sim.phone("老李")
    phone.follow()
    return phone


@pytest.fixture
def draft(api: Api) -> Callable[..., str]:
    """Makes a draft of so many articles; its media id."""

    def build(count: int = 1, api: Api = api, **more: Any) -> str:
        cover = api.upload("material/add_material", "cover.jpg", b"jpg", type="image")["media_id"]
        article = {"title": "三月新品", "content": "<p>货源策略</p>", "thumb_media_id": cover} | more
        return str(api("draft/add", {"articles": [article] * count})["media_id"])

    return build


class Quiet(WSGIRequestHandler):
    def log(self, type, message, *args):
        pass


@pytest.fixture
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def served(make):
    """A simulator on a free port whose callbacks go over HTTP to the app on another."""
    _, shop, _ = make()
    app = make_server("127.0.0.1", 0, shop, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=app.serve_forever, args=(0.02,))
    thread.start()
    sim = Simulator(Account(), clock=HandClock(running=True), workers=4)
    sim.connect_url(f"http://127.0.0.1:{app.port}/wechat")
    server = Server(sim, "127.0.0.1", 0)
    server.start()
    yield server, shop
    server.stop()
    app.shutdown()
    thread.join()
    app.server_close()


@pytest.fixture
def control(served, session):
    def call(path, data=None, method=None):
        method = method or ("GET" if data is None else "POST")
        return session.request(method, f"{served[0].base}/simulator/{path}", json=data)

    return call
