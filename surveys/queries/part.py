"""Figures of a survey for a visitor who sees a part of the shops: those of their areas, or of their own shops."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from people.models import Retailer
from people.visibility import within
from surveys.models import Cross, Participation, Submission
from surveys.queries import crossing, version_cache
from surveys.queries.tally import tally
from surveys.rules.crossing import CrossedBy
from surveys.rules.shown import shown
from surveys.rules.statistics import rate, response_rate, summary, valid_rate

#: Counting the shops of a part stops here: the page says "at least".
COUNTED = 10_000
TOTALS = ("sent", "reached", "opened", "returned", "valid")
_FLAGS = (Participation.is_reached, Participation.is_opened, Participation.is_submitted)
#: The bit of the last flag.
_SUBMITTED = 1 << len(_FLAGS)
_NONE: Mapping[str, Any] = {"count": None, "share": None, "low": None, "high": None}


def figures(session: Session, visitor: Visitor, survey_id: int, *, today: date) -> dict[str, Any]:
    """Return the figures a page may show to this visitor: all of them, or those of a part.

    `is_part` says which. For a part the questions come from the cross-tabs: choices and scales, some seconds late, by
    the area or manager at the time of the answer; numbers are not crossed and have none (`is_elsewhere`). The totals
    are of the submissions from there, and of the shops that are in the part now and have not answered, each counted up
    to `COUNTED` (`is_least`). An anonymous survey has no totals for a part, and no figure that the cross-tab by area
    hides. Raises Refused as `tally` does.
    """
    whole = shown(tally(session, survey_id))
    if visitor.is_company_wide:
        return whole | {"is_part": False, "is_least": False}
    by = CrossedBy.MANAGER if visitor.role is Role.MANAGER and not whole["anonymous"] else CrossedBy.AREA
    own = {} if whole["anonymous"] else _own(session, visitor, survey_id, by)
    questions = []
    for entry in whole["questions"]:
        if not entry.get("options"):
            questions.append(_bare(entry))
        elif whole["anonymous"]:
            questions.append(_disclosed(session, visitor, survey_id, entry))
        else:
            questions.append({"text": entry["text"], **own[entry["code"]]})
    totals = {} if whole["anonymous"] else _totals(session, visitor, survey_id, by, today)
    sent, reached, opened, returned, valid = (totals.get(name) for name in TOTALS)
    return {
        **{name: whole[name] for name in ("id", "title", "anonymous", "versions", "merged")},
        **{name: totals.get(name) for name in TOTALS},
        "reach_rate": rate(reached or 0, sent or 0),
        "open_rate": rate(opened or 0, sent or 0),
        "response_rate": response_rate(returned or 0, sent or 0),
        "valid_rate": valid_rate(valid or 0, returned or 0),
        "questions": questions,
        "is_part": True,
        "is_least": totals.get("shops", 0) >= COUNTED,
    }


def sent_and_returned(session: Session, visitor: Visitor, survey_id: int, *, today: date) -> tuple[int, int]:
    """Return how many shops of a visitor's part were asked in an identified survey, and how many handed it in; each
    counted up to `COUNTED`."""
    by = CrossedBy.MANAGER if visitor.role is Role.MANAGER else CrossedBy.AREA
    totals = _totals(session, visitor, survey_id, by, today)
    return totals.get("sent", 0), totals.get("returned", 0)


def _own(session: Session, visitor: Visitor, survey_id: int, by: CrossedBy) -> dict[str, dict[str, Any]]:
    """Return the figures of each question from the counters of the visitor's areas, or of a customer manager."""
    members = crossing.part(session, visitor, by) or set()
    rows = session.execute(
        select(Cross.question, Cross.option, func.sum(Cross.count))
        .where(Cross.survey_id == survey_id, Cross.by == by, Cross.member_id.in_(members))
        .group_by(Cross.question, Cross.option)
    )
    counts = {(question, option): int(count) for question, option, count in rows}
    newest = version_cache.of_survey(session, survey_id)[-1].definition
    # A retired question is listed where anybody answered it, in this part or not.
    empty = {entry["code"]: entry for entry in summary(newest, {})}
    found = empty | {entry["code"]: entry for entry in summary(newest, counts)}
    for question in newest.retired:
        found.setdefault(question.code, {"code": question.code, "type": question.type.value, "n": 0, "retired": True})
    return found


def _disclosed(session: Session, visitor: Visitor, survey_id: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sum of the visitor's areas in the cross-tab by area; empty where one of its cells is hidden."""
    table = crossing.cross(session, visitor, survey_id, entry, CrossedBy.AREA, is_anonymous=True)
    plain = _bare(entry) | {"is_elsewhere": False}
    if not table.rows:
        return plain | {"is_hidden": True}
    n = sum(row.n or 0 for row in table.rows)
    options = []
    for place, option in enumerate(entry["options"]):
        cells = [row.cells[place].count for row in table.rows]
        count = None if None in cells else sum(cell or 0 for cell in cells)
        share = None if count is None else rate(count, n)
        options.append({**option, **_NONE, "count": count, "share": share})
    return plain | {"n": n, "options": options, "is_partly_hidden": table.is_partly_hidden}


def _bare(entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: entry[name] for name in ("code", "text", "type", "retired") if name in entry}
    return {
        **kept,
        "n": None,
        "options": [],
        "is_elsewhere": not entry.get("is_hidden"),
        "is_hidden": bool(entry.get("is_hidden")),
    }


def _totals(session: Session, visitor: Visitor, survey_id: int, by: CrossedBy, today: date) -> dict[str, int]:
    mine = within(session, visitor, today=today)
    # The visitor's shops first, and only up to the limit: the database must not begin with all that were asked.
    shops = (
        select(Retailer.id)
        .where(*([] if mine is None else [mine]))
        .limit(COUNTED)
        .cte("shops")
        .prefix_with("MATERIALIZED")
    )
    number = session.scalar(select(func.count()).select_from(shops)) or 0
    column = Submission.manager_id if by is CrossedBy.MANAGER else Submission.area_id
    answered = (
        select(Submission.retailer_id.label("id"), Submission.is_valid)
        .where(Submission.survey_id == survey_id, Submission.superseded == 0)
        .where(column.in_(crossing.part(session, visitor, by) or ()))
        .limit(COUNTED)
        .cte("answered")
        .prefix_with("MATERIALIZED")
    )
    totals = dict.fromkeys(TOTALS, 0)
    asked = _asked(survey_id, shops)
    for mask, count in session.execute(select(asked, func.count()).select_from(shops).group_by(asked)):
        # A submission counts where the shop was then, not where it is now.
        if mask and not mask & _SUBMITTED:
            _add(totals, mask, count)
    asked, valid = _asked(survey_id, answered), answered.c.is_valid
    for mask, is_valid, count in session.execute(
        select(asked, valid, func.count()).select_from(answered).group_by(asked, valid)
    ):
        _add(totals, (mask or 0) | 1 | _SUBMITTED, count)
        totals["valid"] += count if is_valid else 0
    return totals | {"shops": number}


def _asked(survey_id: int, shops: Any) -> Any:
    """Return the flags of a shop's part in a survey, one bit each, as a column; null where it has none."""
    # Looked up shop by shop: with a join PostgreSQL would read all that were asked.
    return (
        select(1 + sum((case((flag, 2 << place), else_=0) for place, flag in enumerate(_FLAGS)), literal(0)))
        .where(Participation.survey_id == survey_id, Participation.retailer_id == shops.c.id)
        .scalar_subquery()
    )


def _add(totals: dict[str, int], mask: int, count: int) -> None:
    for place, name in enumerate(TOTALS[:-1]):
        totals[name] += count if mask & 1 << place else 0
