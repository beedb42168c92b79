"""In-process transport: a requests.Session reaches the simulator without any network."""

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from simulator.api import Answer
from simulator.simulator import Simulator


class InProcess(BaseAdapter):
    """A transport of requests that hands each request to a simulator.

    A slow answer does not take real time: one slower than the caller's timeout is a ReadTimeout at once, done or not.
    """

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.simulator = simulator

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer the request, or raise what a broken connection would raise."""
        answer = self.simulator.answer(_incoming(request))
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if answer.is_lost:
            raise requests.ConnectionError("the connection died before the answer", request=request)
        if patience is not None and answer.delay > patience:
            raise requests.ReadTimeout(f"no answer within {patience} s", request=request)
        return _outgoing(request, answer)

    def close(self) -> None:
        """There is nothing to close."""


def _incoming(request: requests.PreparedRequest) -> Request:
    parts = urlsplit(request.url or "")
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = b"".join(body)
    builder = EnvironBuilder(
        path=parts.path or "/",
        query_string=parts.query,
        base_url=f"{parts.scheme}://{parts.netloc}",
        method=request.method or "GET",
        input_stream=io.BytesIO(body),
        headers=[(key, value) for key, value in request.headers.items() if key.lower() != "content-length"],
    )
    builder.content_length = len(body)
    return Request(builder.get_environ())


def _outgoing(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.url = request.url or ""
    response.request = request
    response.headers.update({"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))})
    response.headers.update(answer.headers)
    response.raw = io.BytesIO(answer.body)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    return response


def mount(session: requests.Session, simulator: Simulator, *bases: str) -> requests.Session:
    """Let this session reach the simulator under these base addresses, or under the simulator's own."""
    desk = simulator.desk
    for base in bases or (desk.api_base, desk.oauth_base, desk.page_base, desk.film_base):
        session.mount(base, InProcess(simulator))
    return session
