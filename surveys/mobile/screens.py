"""Screens of a survey on a phone, drawn from a sheet: for the shop that fills it, and for an author's trial."""

from __future__ import annotations

from typing import Any

from flask import render_template

from questions import flow
from questions.page import QuestionPage, answer_lines
from surveys.queries.answer_sheet import AnswerSheet
from surveys.texts import chat, pages


def intro(sheet: AnswerSheet, *, action: str, **more: Any) -> str:
    """Draw the screen before the first question; `action` is where the form goes, `more` what else the page needs."""
    questions = sheet.definition.questions
    length = pages.length(flow.extent(questions, {}), flow.about_minutes(questions))
    return render_template(
        "surveys/intro.html",
        sheet=sheet,
        length=length,
        anonymous=chat.ANONYMOUS,
        again=chat.AGAIN,
        action=action,
        **more,
    )


def last(sheet: AnswerSheet, *, action: str, **more: Any) -> str:
    """Draw the screen when everything is answered, and only to be looked over and handed in."""
    return render_template("surveys/last.html", sheet=sheet, lines=answer_lines(sheet.position), action=action, **more)


def question(sheet: AnswerSheet, page: QuestionPage, *, action: str, **more: Any) -> str:
    """Draw one question."""
    return render_template("surveys/question.html", sheet=sheet, page=page, action=action, **more)
