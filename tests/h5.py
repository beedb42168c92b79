"""A retailer's browser inside WeChat for a test: pages opened, links and forms followed, the way to WeChat walked."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from simulator.phone import Phone
from tests.conftest import House

WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8.0.49 Language/zh_CN"


@dataclass
class Browser:
    """The browser of one phone, with cookies of its own."""

    house: House
    phone: Phone
    agent: str = WECHAT
    page: TestResponse = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.house.app.test_client()

    def get(self, address: str, **more: Any) -> TestResponse:
        """One request, nothing followed."""
        return self.client.get(
            address, base_url=self.house.settings.public_url, buffered=True, **self._as(more)
        )  # buffered: a file that is sent is closed

    def post(self, address: str, data: dict[str, Any], **more: Any) -> TestResponse:
        """One form posted as it is, nothing followed."""
        if any(isinstance(value, tuple) for value in data.values()):
            # The client's own way leaves files of its own open.
            files = {name: FileStorage(*value) for name, value in data.items() if isinstance(value, tuple)}
            boundary, body = encode_multipart(data | files)
            more |= {"content_type": f"multipart/form-data; boundary={boundary}"}
            return self.client.post(address, data=body, base_url=self.house.settings.public_url, **self._as(more))
        return self.client.post(address, data=data, base_url=self.house.settings.public_url, **self._as(more))

    def open(self, address: str) -> str:
        """Open a page, and follow wherever it leads; gives what can be read on it."""
        return self._follow(self.get(address))

    def send(self, do: str = "answer", **fields: Any) -> str:
        """Fill the form on the page and press one of its buttons; gives what can be read on the next."""
        return self._follow(self.submit(do, **fields))

    def submit(self, do: str = "answer", **fields: Any) -> TestResponse:
        """The same, and nothing followed."""
        form = self.form(do) | {"do": do, **fields}
        return self.post(self.action(do), form)

    def form(self, do: str = "") -> dict[str, str]:
        """The hidden fields of the form with this button; of the page, where no form has it."""
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self._form(do)))

    def action(self, do: str = "") -> str:
        found = re.search(r'<form method="post" action="([^"]+)"', self._form(do))
        assert found, self.text
        return found[1]

    def _form(self, do: str) -> str:
        forms = re.findall(r'(?s)<form method="post".*?</form>', self.page.text)
        return next((each for each in forms if f'name="do" value="{do}"' in each), self.page.text)

    @property
    def text(self) -> str:
        """What can be read on the page."""
        screen = re.sub(r"(?s)^.*<main[^>]*>|</main>.*$", "", self.page.text)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", screen))).strip()

    def sign_in_address(self, address: str) -> str:
        """Where WeChat is asked who opened a page."""
        answer = self.get(address)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def _as(self, more: dict[str, Any]) -> dict[str, Any]:
        return more | {"headers": {"User-Agent": self.agent, **more.get("headers", {})}}

    def _follow(self, answer: TestResponse) -> str:
        for _ in range(8):
            if answer.status_code not in (302, 303):
                break
            parts = urlsplit(self.phone.open(answer.headers["Location"]))
            answer = self.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        else:
            raise AssertionError("it goes round in circles")
        self.page = answer
        return self.text
