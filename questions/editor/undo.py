"""Undo of the authoring page: questions and options that were deleted, kept with the form until they are wanted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from questions.authoring.option_reader import MOST_OPTIONS
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.editor import writing
from questions.editor.form import Items, OptionRow, QuestionCard, changed, place
from questions.question import Question, QuestionType

MOST = 10
"""How many deleted things are kept; the oldest goes first."""
_LONGEST_KEPT = 20_000
_TEXTS = ("code", "type", "text", "min", "max", "decimals", "weight")


@dataclass(frozen=True)
class Deleted:
    """Deleted question, or option of the question `of`, as a file would write it, and where it stood (from 0)."""

    at: int
    entry: Mapping[str, Any]
    of: str = ""

    @property
    def said(self) -> str:
        """What was deleted, for the note that offers it back.

        >>> Deleted(2, {"code": "q3", "type": "text", "text": "为什么？"}).said, Deleted(0, {"text": ""}, "q1").said
        ('第 3 题“为什么？”', '选项 1')
        """
        words = str(self.entry.get("text", ""))
        shown = f"“{words[:16]}{'…' if len(words) > 16 else ''}”" if words else ""
        return (f"选项{shown or f' {self.at + 1}'}") if self.of else f"第 {self.at + 1} 题{shown}"


def noted(before: Items, after: Items, kept: tuple[Deleted, ...], published: Iterable[Question]) -> tuple[Deleted, ...]:
    """Return what is kept, with what stands in the cards `before` a button and not behind it."""
    left = {item.code: item for item in after}
    # Written with the words of its conditions, which outlive the keys of the options they name.
    entries = {entry["code"]: entry for entry in writing.of_items(before, published)}
    gone = [Deleted(at, entries[item.code]) for at, item in enumerate(before) if item.code not in left]
    for item in before:
        now = {row.key for row in left[item.code].options} if item.code in left else {row.key for row in item.options}
        gone += [
            Deleted(at, _option(row), item.code)
            for at, row in enumerate(item.options)
            if row.key not in now and (row.label or row.picture)
        ]
    return (*kept, *gone)[-MOST:]


def undone(items: Items, deleted: Deleted) -> Items | None:
    """Return the cards with a deleted question or option back at its place; None where its question is gone as well, or
    there is no room.

    >>> first, second = QuestionCard("q1", QuestionType.TEXT, "甲"), QuestionCard("q2", QuestionType.TEXT, "乙")
    >>> kept = noted((first, second), (second,), (), ())
    >>> [item.text for item in undone((second,), kept[-1])]
    ['甲', '乙']
    """
    if deleted.of:
        at = place(items, deleted.of)
        if at is None or not items[at].type.has_options or len(items[at].options) >= MOST_OPTIONS:
            return None
        return changed(items, _with_option(items[at], deleted))
    code = str(deleted.entry["code"])
    if place(items, code) is not None or len(items) >= MOST_QUESTIONS:
        return None
    card = writing.to_item(deleted.entry, {item.code: item for item in items})
    return (*items[: deleted.at], card, *items[deleted.at :])


def to_text(deleted: Deleted) -> str:
    """Return a deleted thing as the text of a field; `of_texts` reads it back."""
    return json.dumps(to_json(deleted), ensure_ascii=False)


def to_json(deleted: Deleted) -> dict[str, Any]:
    return {"at": deleted.at, "entry": dict(deleted.entry), "of": deleted.of}


def of_texts(texts: Iterable[str]) -> tuple[Deleted, ...]:
    """Return what the fields of a form keep; what no form of ours wrote is left out.

    >>> kept = Deleted(1, {"code": "q2", "type": "single", "text": "好吗", "options": [{"text": "好"}], "other": False})
    >>> of_texts([to_text(kept), "{", '{"at": "x"}', '{"at": 0, "entry": {"code": "q1", "type": "?"}}']) == (kept,)
    True
    """
    return of_json(_loaded(text) for text in texts if len(text) <= _LONGEST_KEPT)


def of_json(values: Iterable[Any]) -> tuple[Deleted, ...]:
    """Return what `to_json` wrote; what it did not is left out."""
    found = [each for each in map(_read, values) if each is not None]
    return tuple(found[-MOST:])


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read(value: Any) -> Deleted | None:
    if not isinstance(value, dict) or not isinstance(value.get("entry"), dict):
        return None
    at, of, written = value.get("at"), value.get("of", ""), value["entry"]
    if not isinstance(at, int) or not 0 <= at < 1000 or not isinstance(of, str):
        return None
    if of:
        return Deleted(at, _an_option(written), of)
    entry: dict[str, Any] = {key: written[key] for key in _TEXTS if isinstance(written.get(key), str)}
    entry |= _picture(written)
    entry |= {key: written[key] for key in ("other", "required") if isinstance(written.get(key), bool)}
    if entry.get("type") not in list(QuestionType) or not entry.get("code"):
        return None
    if isinstance(written.get("options"), list):
        entry["options"] = [_an_option(each) for each in written["options"] if isinstance(each, dict)]
    shown = written.get("show_if")
    if isinstance(shown, dict):
        entry["show_if"] = {key: [str(one) for one in each] for key, each in shown.items() if isinstance(each, list)}
    return Deleted(at, entry)


def _an_option(written: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {key: str(written[key]) for key in ("text", "most", "points", "key") if written.get(key)}
    if isinstance(written.get("code"), int):
        kept["code"] = written["code"]
    return {"text": "", **kept, **_picture(written)}


def _picture(written: Mapping[str, Any]) -> dict[str, Any]:
    picture = written.get("picture")
    if not isinstance(picture, dict) or not picture.get("key"):
        return {}
    return {"picture": {"key": str(picture["key"]), "alt": str(picture.get("alt", ""))}}


def _option(row: OptionRow) -> dict[str, Any]:
    picture = {"picture": {"key": row.picture, "alt": row.alt}} if row.picture else {}
    marks = {name: mark for name, mark in (("most", row.most), ("points", row.points)) if mark}
    return {"text": row.label, "key": row.key} | marks | picture


def _with_option(item: QuestionCard, deleted: Deleted) -> QuestionCard:
    key = str(deleted.entry.get("key", ""))
    picture = deleted.entry.get("picture") or {}
    row = OptionRow(
        key,
        str(deleted.entry.get("text", "")),
        str(deleted.entry.get("most", "")),
        str(picture.get("key", "")),
        str(picture.get("alt", "")),
        str(deleted.entry.get("points", "")),
    )
    if not key or any(each.key == key for each in item.options):
        row = replace(row, key=item.with_choice().options[-1].key)
    return replace(item, options=(*item.options[: deleted.at], row, *item.options[deleted.at :]))
