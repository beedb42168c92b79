"""Control request parser."""

import json
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request


def given(request: Request) -> dict[str, Any]:
    """The JSON object of a request, empty if there is no body."""
    if not request.get_data():
        return {}
    data = json.loads(request.get_data())
    if not isinstance(data, dict):
        raise BadRequest("a JSON object is wanted")
    return data


def number(request: Request, name: str, default: int) -> int:
    """A whole number of the query, or the default; ValueError if it is none."""
    return int(request.args.get(name, default))
