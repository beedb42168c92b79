"""Template messages by what they say: a feature names a notice and its values, the settings name the template.

Which templates an account may use, and how their fields are called, differs from account to account; so a delivery
keeps `{"notice": "answer", "path": "/m/…", "values": {…}}`, and the sender looks up the rest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

#: What the fields of every notice may be filled with: a number, whom it is from or about, what it says, a moment.
VALUES = frozenset({"number", "who", "what", "when"})
#: The longest a field may be, by its kind; a longer one is refused with 47003 (wechat-platform.md §5).
LENGTHS = {"thing": 20, "character_string": 32, "phone_number": 17, "const": 20, "phrase": 5, "name": 10}
LONGEST = 20
#: What a field says where there is nothing to say. A template is refused whole with 47003 for one field that is empty,
#: or holds what its kind does not take: character_string wants ASCII, time a time, phrase Chinese.
NOTHING = {
    "character_string": "-",
    "number": "0",
    "letter": "X",
    "phone_number": "-",
    "amount": "0",
    "phrase": "无",
    "time": "2099-12-31 23:59",
    "date": "2099-12-31",
}
_PLACE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account: its id, and what each of its fields says, with `{who}` for a value."""

    id: str
    fields: Mapping[str, str]


def notice(
    name: str, path: str, *, when: datetime | None, number: str = "", who: str = "", what: str = ""
) -> dict[str, Any]:
    """What a delivery keeps to fall back on where the reply window is closed: `name` is looked up when it is sent.

    `path` is the page a tap opens, beginning with `/`.
    """
    values = {"number": number, "who": who, "what": what, "when": when.isoformat() if when else ""}
    return {"notice": name, "path": path, "values": values}


def check(template: Template) -> None:
    """Raise ValueError where a template of the settings cannot be filled."""
    if not template.id or not template.fields:
        raise ValueError("a template needs an id and fields")
    for field, pattern in template.fields.items():
        if unknown := set(_PLACE.findall(pattern)) - VALUES:
            raise ValueError(f"{field} can be filled with {', '.join(sorted(VALUES))}, not with {', '.join(unknown)}")


def body(
    kept: Mapping[str, Any], templates: Mapping[str, Template], public_url: str, zone: ZoneInfo
) -> dict[str, Any] | None:
    """The template message of a delivery as WeChat wants it; None where the account has no template for it.

    A delivery may also keep WeChat's own shape, with a `template_id`.
    """
    if "template_id" in kept:
        return dict(kept)
    template = templates.get(kept["notice"])
    if template is None:
        return None
    values = dict(kept["values"])
    if values["when"]:
        values["when"] = f"{datetime.fromisoformat(values['when']).astimezone(zone):%Y-%m-%d %H:%M}"
    data = {field: {"value": fit(field, pattern.format(**values))} for field, pattern in template.fields.items()}
    return {"template_id": template.id, "url": f"{public_url}{kept['path']}", "data": data}


def fit(field: str, value: str) -> str:
    """A value as its field takes it: one line, not too long, never empty.

    >>> fit("thing1", "明早配送车带两条,\\n您签收就行,谢谢您的配合和支持")
    '明早配送车带两条, 您签收就行,谢谢您…'
    >>> fit("thing1", " "), fit("character_string1", ""), fit("time4", "")
    ('—', '-', '2099-12-31 23:59')
    """
    kind, line = field.rstrip("0123456789"), " ".join(value.split())
    if not line:
        return NOTHING.get(kind, "—")
    longest = LENGTHS.get(kind, LONGEST)
    return line if len(line) <= longest or kind in ("time", "date") else line[: longest - 1] + "…"
