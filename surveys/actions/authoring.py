"""Authoring of a survey by staff: keep its draft, publish it, close it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from console import authored
from foundation.errors import Refused
from people import audiences
from surveys.actions import counting, inviting, pictures, quotas
from surveys.actions.enlisting import Criteria, enlist, locked
from surveys.models import Survey, Version
from surveys.queries import version_cache
from surveys.rules.definition import Definition, from_json, to_json
from surveys.rules.review import Review


@dataclass(frozen=True, slots=True)
class Published:
    """Result of a publication: the version now asked, and how many shops it newly listed."""

    number: int
    listed: int


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
    """Delete a survey that was never published. Raises Refused where it was or does not exist, DraftOvertaken where
    `stamp` is no longer that of the draft."""
    authored.check_discardable(locked(session, survey_id), stamp=stamp, unit="调查")
    pictures.discard_all(session, survey_id, now=now)
    session.execute(delete(Survey).where(Survey.id == survey_id))


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
    title, draft = review.definition.title or UNTITLED, to_json(review.definition)
    if survey_id is None:
        return authored.begin(session, Survey, title, draft, who=who, now=now, **values)
    unknown = version_cache.unknown(survey_id)
    survey = authored.keep(
        session, Survey, survey_id, draft, title=title, stamp=stamp, who=who, unknown=unknown, now=now, **values
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
    survey = locked(session, survey_id)
    definition = from_json(survey.draft)
    if survey.written is not None:
        raise Refused("草稿还没有写好。请先回到编辑页，把标出的地方改好。")
    if stamp is not None:
        authored.check_looked_at(survey, stamp=stamp)
    if definition.closes_at is not None and definition.closes_at <= now:
        raise Refused("结束时间已经过了，请先改结束时间。")
    last = session.scalar(
        select(Version).where(Version.survey_id == survey_id).order_by(Version.number.desc()).limit(1)
    )
    before = from_json(last.definition) if last else None
    if before and before.anonymous != definition.anonymous:
        raise Refused("已发布的调查不能在实名和匿名之间改动，请另建一份调查。")
    survey.is_anonymous = definition.anonymous
    make = partial(Version, survey_id=survey_id)
    version = authored.freeze(session, survey, definition, last, make, survey.draft, now=now)
    listed = 0
    if before is None or before.audience != definition.audience:
        listed = enlist(session, survey_id, definition.audience, criteria, now)
        if before is None and definition.audience is not None:
            audiences.require_some(listed)
        # The counters exist from the start, because a recount locks them.
        counting.add(session, survey_id, {**dict.fromkeys(counting.TOTALS, 0), counting.SENT: listed})
    counting.hold(session, survey_id)
    quotas.set_up(session, survey, definition)
    return Published(version.number, listed)


def close(session: Session, survey_id: int, *, now: datetime) -> None:
    """End a survey now; half-filled sheets stay as they are, invitations not yet sent are withdrawn.

    Raises Refused where it is not running.
    """
    survey = locked(session, survey_id)
    authored.check_running(survey, unit="调查", now=now)
    survey.closes_at = now
    inviting.stop(session, survey_id, now=now)
