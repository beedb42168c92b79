"""Template notices: a feature names a notice and its values, and the settings name the template message it goes as.

Each account has templates and field names of its own. So a delivery holds `{"notice": "answer", "path": "/m/…",
"values": {…}}`, and the sender fills the account's template from it.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

#: Values of every notice: its number, whom it is from or about, what it says, and a moment.
VALUES = frozenset({"number", "who", "what", "when"})


@dataclass(frozen=True, slots=True)
class FieldKind:
    """Kind of template field, told by the letters its name begins with; WeChat refuses values that do not fit it with
    47003 (wechat-platform.md §5)."""

    longest: int = 20
    shape: re.Pattern[str] | None = None
    #: What a shortened value ends in; None where a part of a value would be wrong.
    end: str | None = "…"
    #: In place of an empty value: one empty field, and WeChat refuses the whole message.
    nothing: str = "—"
    #: Characters removed from a value.
    without: re.Pattern[str] | None = None


_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r".*[0-9]{4}[-/.年](1[0-2]|0?[1-9])[-/.月](3[01]|[12][0-9]|0?[1-9])(?![0-9]).*")
_TIME = re.compile(r".*(?<![0-9])(2[0-3]|[01]?[0-9])[:：][0-5][0-9](?![0-9]).*")
KINDS = {
    "character_string": FieldKind(32, re.compile(r"[\x20-\x7e]+"), "", "-"),
    "number": FieldKind(32, _DIGITS, None, "0"),
    "letter": FieldKind(32, re.compile(r"[A-Za-z]+"), None, "X"),
    "phone_number": FieldKind(17, re.compile(r"[0-9+() -]+"), None, "-"),
    "car_number": FieldKind(8, re.compile(r"[\u3400-\u9fffA-Z0-9]+"), None, "无"),
    "amount": FieldKind(32, re.compile(r"[^\w\s-]{0,3}-?[0-9,]+(\.[0-9]+)?元?"), None, "0"),
    "time": FieldKind(32, _TIME, None, "2099-12-31 23:59"),
    "date": FieldKind(32, _DAY, None, "2099-12-31"),
    "phrase": FieldKind(5, re.compile(r"[\u3400-\u9fff]+"), "", "无", re.compile(r"[^\u3400-\u9fff]")),
    "name": FieldKind(10, None, ""),
    "const": FieldKind(20, None, None),
}
#: `thing`, and the names of templates from before the kinds.
OTHER = FieldKind()
#: Emoji, which WeChat refuses since May 2023, and invisible characters.
_LEFT_OUT = re.compile(
    "[\U0001f000-\U0001faff\u2300-\u23ff\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d"
    "\u20d0-\u20ff\ufe00-\ufe0f\u200b-\u200f\u2060\ufeff\U000e0000-\U000e0fff]"
)
#: Sample values: a pattern of the settings that does not fit with these never will.
_SAMPLES = {"number": "1024", "who": "陈志强", "what": "明早送到", "when": "2026-11-29 18:00"}
_PLACE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Message template of the account: its id, and the pattern of each field, with `{who}` for a value."""

    id: str
    fields: Mapping[str, str]


def notice(
    name: str, path: str, *, when: datetime | None, number: str = "", who: str = "", what: str = ""
) -> dict[str, Any]:
    """A notice as a delivery holds it; sent as a template message if the reply window is closed.

    `path` is the page a tap opens, beginning with `/`.
    """
    values = {"number": number, "who": who, "what": what, "when": when.isoformat() if when else ""}
    return {"notice": name, "path": path, "values": values}


class Unfit(Exception):
    """Error of a value that does not fit its field, so that the notice cannot be sent."""


def check(template: Template) -> None:
    """Check a template of the settings. Raises ValueError if a notice cannot be sent by it."""
    if not template.id or not template.fields:
        raise ValueError("a template needs an id and fields")
    for field, pattern in template.fields.items():
        if unknown := set(_PLACE.findall(pattern)) - VALUES:
            raise ValueError(f"{field} can be filled with {', '.join(sorted(VALUES))}, not with {', '.join(unknown)}")
        try:
            fit(field, pattern.format(**_SAMPLES))
        except Unfit as unfit:
            raise ValueError(f"{unfit}, so {pattern} is nothing for it") from None


def body(
    kept: Mapping[str, Any], templates: Mapping[str, Template], public_url: str, zone: ZoneInfo
) -> dict[str, Any] | None:
    """The template message of a delivery, for WeChat; None if the account has no template for it. Raises `Unfit`.

    A delivery may also hold a whole template message, with a `template_id`.
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
    """Fit a value to its field: one line, not too long, never empty. Raises `Unfit`.

    >>> fit("thing1", "明早配送车带两条,\\n您签收就行,谢谢您的配合和支持")
    '明早配送车带两条, 您签收就行,谢谢您…'
    >>> fit("thing1", " "), fit("character_string1", ""), fit("time4", "")
    ('—', '-', '2099-12-31 23:59')
    >>> fit("character_string2", "No." + "1" * 40), fit("phrase3", "已经答复了,请您看看"), fit("number1", "１０４")
    ('No.11111111111111111111111111111', '已经答复了', '104')
    >>> fit("number1", "104号")
    Traceback (most recent call last):
    wechat_bot.notices.Unfit: number1 cannot hold 104号
    """
    kind = KINDS.get(field.rstrip("0123456789"), OTHER)
    line = " ".join(_LEFT_OUT.sub("", value).split())
    if not line:
        return kind.nothing
    if kind.shape is not None and not kind.shape.fullmatch(line):
        # Full-width digits and letters become half-width ones.
        line = unicodedata.normalize("NFKC", line)
    line = kind.without.sub("", line) if kind.without else line
    if len(line) > kind.longest and kind.end is not None:
        line = line[: kind.longest - len(kind.end)].rstrip() + kind.end
    if len(line) > kind.longest or (kind.shape is not None and not kind.shape.fullmatch(line)):
        raise Unfit(f"{field} cannot hold {value[:40]}")
    return line
