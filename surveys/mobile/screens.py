"""The pages a phone shows of a survey, drawn from a sheet: for the shop that fills it, and for an author to try."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import render_template

from surveys import page_texts
from surveys.queries.answer_sheet import Sheet
from surveys.rules import flow, quotas
from surveys.rules.definition import Question, QuestionType
from surveys.texts import chat


def intro(sheet: Sheet, *, action: str, **more: Any) -> str:
    """Before the first question; `action` is where the form goes, `more` what else the page should know."""
    minutes = flow.about_minutes(sheet.definition)
    return render_template(
        "surveys/intro.html", sheet=sheet, minutes=minutes, anonymous=chat.ANONYMOUS, action=action, **more
    )


def last(sheet: Sheet, *, action: str, **more: Any) -> str:
    """All is answered, and only to be handed in."""
    return render_template("surveys/last.html", sheet=sheet, action=action, **more)


def question(
    sheet: Sheet,
    asked: Question,
    *,
    action: str,
    picture: str = "",
    given: Mapping[str, Any] | None = None,
    sentence: str = "",
    **more: Any,
) -> str:
    """One question. `given` is what was ticked and written and could not be taken, with the `sentence` that says why;
    `picture` is the address of the photo given before.
    """
    answered = sheet.answers.get(asked.code, {})
    given = answered if given is None else given
    chosen = given.get("o", given.get("v", []))
    number, total = flow.progress(sheet.definition, sheet.answers, asked.code)
    return render_template(
        "surveys/question.html",
        sheet=sheet,
        question=asked,
        kinds=QuestionType,
        hint=page_texts.hint(asked),
        number=number,
        total=total,
        chosen={str(each) for each in (chosen if isinstance(chosen, list) else [chosen])},
        words=given.get("t") or (given.get("v", "") if asked.type is QuestionType.NUMBER else ""),
        has_photo=bool(answered.get("m")),
        picture=picture if answered.get("m") else "",
        sentence=sentence or quotas.just_filled(asked, answered, sheet.full or ()),
        gone=quotas.gone(sheet.full or (), asked),
        next_label=page_texts.next_label(is_last=sheet.left == 1 and asked.code not in sheet.answers),
        upload=secrets.token_urlsafe(16),
        action=action,
        **more,
    )
