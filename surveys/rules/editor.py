"""Form of a survey's authoring page: its head and the cards of its questions, to and from the mapping a file writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from questions.authoring.pasted_text import Pasted
from questions.editor import form as cards
from questions.editor import moves, pasting, undo, writing
from questions.editor.form import Fields, Items, one
from questions.editor.undo import Deleted
from surveys.rules import quotas
from surveys.rules.definition import Definition
from surveys.rules.review import review

_TEXTS = ("intro", "opens", "closes", "min_seconds", "limit", "area_limits", "class_limits")
"""Fields that are written only where they are not empty."""


@dataclass(frozen=True)
class Form:
    """Form of the whole page. Everything is the text of its field; nothing is checked here."""

    title: str = ""
    intro: str = ""
    opens: str = ""
    closes: str = ""
    anonymous: bool = False
    min_seconds: str = ""
    results: str = "none"
    limit: str = ""
    area_limits: str = ""
    class_limits: str = ""
    #: The audience's specification; None means everybody, and an empty one nobody yet.
    audience: Mapping[str, Any] | None = None
    items: Items = ()
    #: Questions and options deleted lately, the last one last.
    deleted: tuple[Deleted, ...] = ()
    #: A questionnaire that was pasted and not taken yet.
    pasted: str = ""


def starts_as(kind: str) -> Form:
    """Return an empty survey, or an empty poll."""
    return Form(results="live", items=moves.done((), "add:single")) if kind == "poll" else Form()


def read(fields: Fields) -> Form:
    """Read the form as it was posted, except the audience, which the picker reads.

    >>> read({"title": ["调查 "], "q": ["q1"], "q1.type": ["text"]}).title
    '调查'
    """
    fields = cards.legible(fields)
    texts: dict[str, Any] = {name: one(fields, name) for name in ("title", *_TEXTS)}
    return Form(
        **texts,
        anonymous=one(fields, "anonymous") == "1",
        results=one(fields, "results") or "none",
        items=cards.read(fields),
        deleted=undo.of_texts(fields.get("deleted", ())),
        pasted=one(fields, "pasted"),
    )


def of_definition(definition: Definition, zone: tzinfo) -> dict[str, Any]:
    """Return a definition as an author would write it; `review.read` makes the same one of it."""
    texts = {
        "intro": definition.intro,
        "opens": _local(definition.opens_at, zone),
        "closes": _local(definition.closes_at, zone),
        "audience": None if definition.audience is None else dict(definition.audience),
        "min_seconds": _number(definition.min_seconds),
        "limit": _number(definition.limit),
        "area_limits": quotas.lines(definition.area_limits),
        "class_limits": quotas.lines(definition.class_limits),
    }
    return {
        "title": definition.title,
        **{name: value for name, value in texts.items() if value not in (None, "")},
        "anonymous": definition.anonymous,
        "results": definition.results,
        "questions": writing.of_questions(definition.questions),
    }


def of_form(form: Form, previous: Definition | None) -> dict[str, Any]:
    """Return the mapping a form writes. `previous` is the published version: its options keep their codes."""
    written: dict[str, Any] = {"title": form.title}
    written |= {name: text for name in _TEXTS if (text := getattr(form, name))}
    if form.audience is not None:
        written["audience"] = dict(form.audience)
    published = previous.questions + previous.retired if previous else ()
    return written | {
        "anonymous": form.anonymous,
        "results": form.results,
        "questions": writing.of_items(form.items, published),
    }


def to_form(written: Mapping[str, Any]) -> Form:
    """Return the form that shows a mapping made by this module, from a definition or another form."""
    texts: dict[str, Any] = {name: written.get(name, "") for name in ("title", *_TEXTS)}
    return Form(
        **texts,
        anonymous=bool(written.get("anonymous")),
        results=written.get("results", "none"),
        audience=written.get("audience"),
        items=writing.to_items(written.get("questions", ())),
    )


def with_pasted_options(form: Form) -> Form:
    """Return the form with the options that were pasted into a card and not added yet: who saves means them too."""
    items = form.items
    for item in items:
        if item.pasted.strip():
            items = pasting.options(items, item.code).items
    return replace(form, items=items)


def of_pasted(form: Form, pasted: Pasted, previous: Definition | None, zone: tzinfo) -> tuple[Form, int]:
    """Return the form with a pasted questionnaire behind its questions, and how many were added; what the pasted text
    says above its questions fills only fields that are empty. Lines that were not read stay in the box."""
    published = previous.questions + previous.retired if previous else ()
    taken = {question.code for question in published} | {str(each.entry.get("code")) for each in form.deleted}
    items = pasting.questions(form.items, pasted, taken)
    head = {key: value for key, value in pasted.file.data.items() if key != "questions"}
    seen = of_definition(review(head | {"questions": []}, timezone=zone, keyed=False).definition, zone)
    texts: dict[str, Any] = {key: str(value) for key in ("title", "intro") if (value := head.get(key))}
    texts |= {key: str(seen[key]) for key in _TEXTS if key in seen and key != "intro"}
    filled = {key: value for key, value in texts.items() if not getattr(form, key)}
    audience = form.audience if form.audience is not None else seen.get("audience")
    left = "\n".join(each.words for each in pasted.unread)
    return replace(form, items=items, audience=audience, pasted=left, **filled), len(items) - len(form.items)


def _local(moment: datetime | None, zone: tzinfo) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
