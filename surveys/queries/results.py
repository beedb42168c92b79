"""Results a survey shows to the shops that were asked, where its author allows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Submission
from surveys.queries import listing
from surveys.queries.answer_sheet import AnswerSheet
from surveys.queries.tally import tally
from surveys.rules.disclosure import LEAST
from surveys.rules.shown import shown


@dataclass(frozen=True, slots=True)
class Bar:
    """Option or point of a scale; without figures where too few or nobody answered."""

    label: str
    count: int | None
    percent: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """Question; `answered` is None where too few answered it to show anything."""

    text: str
    answered: int | None
    bars: tuple[Bar, ...]
    mean: str


@dataclass(frozen=True, slots=True)
class Results:
    """Results of a whole survey; `valid` is None where too few answered an anonymous one."""

    title: str
    valid: int | None
    questions: tuple[Result, ...]


def are_public(session: Session, sheet: AnswerSheet, *, now: datetime) -> bool:
    """Whether this shop may see the results: it was asked, and the newest version shows them by now.

    `after` shows them once the survey is over and they are published, `live` (a poll) as soon as the shop has answered.
    """
    is_over = sheet.closes_at is not None and max(sheet.closes_at, sheet.results_at or sheet.closes_at) <= now
    if not (is_over or sheet.is_submitted):
        return False
    if sheet.participation_id is None and not sheet.is_for_everyone:
        return False
    newest = listing.newest(session, sheet.survey_id)
    return newest is not None and (newest.is_poll or (newest.results == "after" and is_over))


def results(session: Session, survey_id: int) -> Results:
    """Return the figures for the page; of an anonymous survey none that stands for fewer than `LEAST`.

    Texts and pictures are never shown: they may reveal their writers.
    """
    figures = shown(tally(session, survey_id))
    if figures["anonymous"] and figures["valid"] < LEAST:
        return Results(figures["title"], None, ())
    questions = tuple(_result(entry) for entry in figures["questions"] if not entry.get("retired"))
    return Results(figures["title"], figures["valid"], questions)


def chosen(session: Session, sheet: AnswerSheet) -> tuple[str, ...]:
    """Return the labels this shop chose in a poll; none where it is anonymous."""
    given = session.scalar(
        select(Submission.answers).where(
            Submission.survey_id == sheet.survey_id, Submission.retailer_id == sheet.retailer_id
        )
    )
    (question,) = sheet.definition.questions
    codes = (given or {}).get(question.code, {}).get("o", [])
    return tuple(question.label(code) for code in (codes if isinstance(codes, list) else [codes]))


def _result(entry: dict[str, Any]) -> Result:
    mean = entry.get("mean")
    bars = tuple(
        Bar(option["label"], option["count"], None if option["share"] is None else round(100 * option["share"]))
        for option in entry.get("options", ())
    )
    return Result(entry["text"], entry["n"], bars, "" if mean is None else f"{mean:.1f}")
