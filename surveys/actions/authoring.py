"""Authoring of a survey by staff: keep its draft, publish it, close it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from console import drafting
from console.drafting import Published
from foundation.errors import Refused
from people import enlisting
from surveys.actions import counting, inviting, pictures, quotas
from surveys.actions.enlisting import Criteria, enlist
from surveys.models import Survey
from surveys.queries.version_cache import WORKS
from surveys.rules.definition import Definition, from_json
from surveys.rules.review import Review

UNTITLED = "还没有标题的调查"


def load(
    session: Session,
    definition: Definition,
    *,
    survey_id: int | None = None,
    stamp: int | None = None,
    who: str = "",
    now: datetime,
) -> Survey:
    """Save a definition as a new survey's draft, or as the new draft of an existing survey; nobody is asked it yet.

    For an existing survey the definition was read with `queries.newest` as `previous`, so that options keep their
    codes. `stamp` as for `keep`. Raises Refused where that survey does not exist, DraftOvertaken as `keep` does.
    """
    return _keep(session, Review(definition), None, survey_id=survey_id, stamp=stamp, who=who, now=now)


def keep(
    session: Session,
    review: Review,
    written: Mapping[str, Any],
    *,
    survey_id: int | None = None,
    stamp: int | None = None,
    deleted: Sequence[Mapping[str, Any]] = (),
    who: str = "",
    now: datetime,
) -> Survey:
    """Save what an author has written so far, complete or not: `review` is what was found in `written`,
    `deleted` what was deleted lately and may be wanted back.

    `stamp` is that of the draft it is based on; None overwrites whatever is there. Raises Refused where the survey does
    not exist, DraftOvertaken where another draft was saved meanwhile: nothing is overwritten unseen.
    """
    return _keep(session, review, written, survey_id=survey_id, stamp=stamp, deleted=deleted, who=who, now=now)


def discard(session: Session, survey_id: int, *, stamp: int, now: datetime) -> None:
    """Delete a survey that was never published. Raises as `drafting.discard` does."""
    let_go = partial(pictures.discard_all, session, survey_id, now=now)
    drafting.discard(session, WORKS, survey_id, stamp=stamp, let_go=let_go)


def _keep(
    session: Session,
    review: Review,
    written: Mapping[str, Any] | None,
    *,
    survey_id: int | None,
    stamp: int | None,
    deleted: Sequence[Mapping[str, Any]] = (),
    who: str,
    now: datetime,
) -> Survey:
    values: dict[str, Any] = {
        "written": None if review.is_whole else dict(written or {}),
        "deleted": list(deleted) or None,
    }
    definition = review.definition
    if survey_id is None:
        return drafting.begin(session, WORKS, definition, title=UNTITLED, who=who, now=now, **values)
    survey = drafting.keep(
        session, WORKS, survey_id, definition, stamp=stamp, title=UNTITLED, who=who, now=now, **values
    )
    pictures.note_used(session, survey_id, written or survey.draft, deleted)
    return survey


def publish(
    session: Session, survey_id: int, *, criteria: Criteria, stamp: int | None = None, now: datetime
) -> Published:
    """Freeze the draft into the version that is asked from now on.

    The first publication lists the audience; a later one lists it again only where it was changed, and never removes
    anybody: a shop that was asked stays asked, one that began under a version ends under it. Publishing an unchanged
    draft makes no version. `stamp` is that of the draft that was looked at. Raises Refused: no such survey, a draft
    that is unfinished or not the one looked at, an end in the past, an audience that is broken or empty, a survey that
    would turn anonymous or stop being so.
    """
    survey = drafting.locked(session, WORKS, survey_id)
    definition = from_json(survey.draft)
    if survey.written is not None:
        raise Refused("草稿还没有写好。请先回到编辑页，把标出的地方改好。")
    if stamp is not None:
        drafting.check_looked_at(survey, stamp=stamp)
    if definition.closes_at is not None and definition.closes_at <= now:
        raise Refused("结束时间已经过了，请先改结束时间。")
    last, before = drafting.newest(session, WORKS, survey_id)
    if before and before.anonymous != definition.anonymous:
        raise Refused("已发布的调查不能在实名和匿名之间改动，请另建一份调查。")
    survey.is_anonymous = definition.anonymous
    version = drafting.freeze(session, WORKS, survey, definition, last, survey.draft, now=now)
    listed = enlisting.at_publication(
        before, definition, lambda: enlist(session, survey_id, definition.audience, criteria, now)
    )
    # The counters exist from the start, because a recount locks them.
    counting.add(session, survey_id, {**dict.fromkeys(counting.TOTALS, 0), counting.SENT: listed})
    counting.hold(session, survey_id)
    quotas.set_up(session, survey, definition)
    return Published(version.number, listed)


def close(session: Session, survey_id: int, *, now: datetime) -> None:
    """End a survey now; half-filled sheets stay as they are, invitations not yet sent are withdrawn.

    Raises Refused where it is not running.
    """
    drafting.close(session, WORKS, survey_id, now=now)
    inviting.stop(session, survey_id, now=now)
