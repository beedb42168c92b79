"""Figures of a survey, read from its counters: their cost depends on the number of options, not of answers."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from questions.question import Question
from surveys.models import Survey, Tally
from surveys.queries import version_cache
from surveys.queries.version_cache import Frozen
from surveys.rules.differences import changes
from surveys.rules.returns import DAYS, days
from surveys.rules.scores import SCORE, SUM
from surveys.rules.statistics import rate, response_rate, summary, valid_rate
from surveys.rules.tally import ANSWERED


def tally(session: Session, survey_id: int) -> dict[str, Any]:
    """Return 发放, 送达, 打开, 回收, 有效 with their rates, and the figures of each question; rates and shares from 0
    to 1, not rounded.

    `score` are the valid sheets that have one, and their mean; None where none has. `days` are the counters of returned
    sheets by day and invitation (`rules.returns`). Counts are merged over the versions by question and option code;
    `merged` names every label that changed under its code, and `versions` says in words what each version changed.
    Raises Refused where there is no such survey or it was never published.
    """
    row = session.execute(select(Survey.id, Survey.title, Survey.is_anonymous).where(Survey.id == survey_id)).first()
    if row is None:
        raise Refused(version_cache.WORKS.unknown(survey_id))
    versions = version_cache.of_survey(session, survey_id)
    if not versions:
        raise Refused("这份调查还没有发布，没有结果。")
    kept = session.execute(select(Tally.question, Tally.option, Tally.count).where(Tally.survey_id == survey_id)).all()
    counts = {(question, option): count for question, option, count in kept if question[:1] not in ("", "@")}
    totals = {option: count for question, option, count in kept if not question}
    sent, reached, opened, returned, valid = (
        totals.get(name, 0) for name in ("sent", "reached", "opened", "returned", "valid")
    )
    newest = versions[-1].definition
    texts = {question.code: question.text for question in (*newest.questions, *newest.retired)}
    return {
        "id": row.id,
        "title": row.title,
        "anonymous": row.is_anonymous,
        "sent": sent,
        "reached": reached,
        "opened": opened,
        "returned": returned,
        "valid": valid,
        "reach_rate": rate(reached, sent),
        "open_rate": rate(opened, sent),
        "response_rate": response_rate(returned, sent),
        "valid_rate": valid_rate(valid, returned),
        "score": _score({option: count for question, option, count in kept if question == SCORE}),
        "questions": [
            {"code": entry["code"], "text": texts[entry["code"]], **entry} for entry in summary(newest, counts)
        ],
        "days": days((option, count) for question, option, count in kept if question == DAYS),
        "versions": _versions(versions),
        "merged": merged(versions),
    }


def _score(counts: Mapping[str, int]) -> dict[str, Any] | None:
    """Return how many valid sheets have a score, and their mean, 0 to 100; None where none has."""
    n = counts.get(ANSWERED, 0)
    return {"n": n, "mean": counts.get(SUM, 0) / n / 100} if n else None


def merged(versions: Sequence[Frozen]) -> list[dict[str, Any]]:
    """Return the codes that had different labels in different versions and are counted together all the same.

    `option` is None where the label is that of the question itself.
    """
    words: dict[tuple[str, int | None], dict[str, int]] = {}
    for version in versions:
        for question in version.definition.questions:
            for code, label in _labels(question):
                words.setdefault((question.code, code), {}).setdefault(label, version.number)
    return [
        {
            "question": question,
            "option": code,
            "labels": [{"since": number, "label": label} for label, number in labels.items()],
        }
        for (question, code), labels in words.items()
        if len(labels) > 1
    ]


def _labels(question: Question) -> list[tuple[int | None, str]]:
    return [(None, question.text), *((option.code, option.label) for option in question.options)]


def _versions(versions: Sequence[Frozen]) -> list[dict[str, Any]]:
    said = [(), *(changes(before.definition, after.definition) for before, after in pairwise(versions))]
    return [
        {"version": version.number, "published_at": version.published_at.isoformat(), "changes": list(words)}
        for version, words in zip(versions, said, strict=True)
    ]
