"""API call and route: what a request consists of, and how a module declares the paths it answers."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.desk import Desk
from simulator.errors import Refusal

# Only escapes of non-ASCII characters matter: \u0022 and \u000a have no other way of being written.
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[0-7])[0-9a-fA-F]{4}")


@dataclass(frozen=True)
class Upload:
    """File of a multipart body."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class File:
    """Answer that is not JSON: a file, or with a status other than 200 an error page."""

    content: bytes
    content_type: str
    name: str = ""
    status: int = 200


Payload = dict[str, Any] | File


@dataclass(frozen=True)
class Call:
    """API call: a request to the platform, and its moment."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    now: datetime
    form: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    def json(self) -> dict[str, Any]:
        """The JSON object posted, or 44002 for nothing, 47001 for bad JSON, 40033 for \\uXXXX (§4, §10)."""
        if not self.body.strip():
            raise Refusal(44002)
        if ESCAPED.search(self.body):
            raise Refusal(40033)
        try:
            data = json.loads(self.body.decode("utf-8"))
        except ValueError as error:
            raise Refusal(47001) from error
        if not isinstance(data, dict):
            raise Refusal(47001)
        return data

    def text(self, *path: str) -> str:
        """The text at this place of the JSON, or 47001 if something else is there or nothing."""
        value: Any = self.json()
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, str):
            raise Refusal(47001, f"hint: [{'.'.join(path)}]")
        return value

    def texts(self, key: str) -> list[str]:
        """The list of texts under this key, or 47001."""
        value = self.json().get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Refusal(47001, f"hint: [{key}]")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """The whole number under this key, or 47001; digits in quotes are taken as WeChat takes them."""
        value = self.json().get(key, default)
        if isinstance(value, str) and value.lstrip("-").isdigit():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refusal(47001, f"hint: [{key}]")
        return value


@dataclass(frozen=True)
class Route:
    """Route: a path, its handler, and what WeChat requires of a call."""

    path: str
    do: Callable[[Desk, Call], Payload]
    method: str = "POST"
    needs_token: bool = True
    daily: int | None = None
    certified: bool = False
    service: bool = False


def ok(**fields: Any) -> dict[str, Any]:
    """The plain success of most calls."""
    return {"errcode": 0, "errmsg": "ok"} | fields
