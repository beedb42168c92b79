"""Drafts left over in the account: those whose job ended without them, and those of a worker that died."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session

from foundation.database import Moment
from wechat_bot.client import mass
from wechat_bot.client.mass import Draft
from wechat_bot.mass.models import MassDraft, MassJob, MassState
from wechat_bot.services import Services

#: States in which a job still needs its draft, or WeChat may be sending it.
NEEDED = (MassState.PLANNED, MassState.DRAFTED, MassState.SENDING, MassState.UNSURE)


@dataclass(frozen=True, slots=True)
class LeftDraft:
    """Draft that nothing needs: of a job, or unknown to us under a title of ours."""

    media_id: str
    title: str
    made_at: datetime
    #: The link it was made for; empty where no job has it.
    about: str


def left_over(services: Services) -> list[LeftDraft]:
    """The drafts in the account that nothing needs. Asks WeChat; raises `SendError`.

    A draft of staff is among them only where it has the title of one of ours: it is for a person to tell them apart.
    """
    there = list(mass.drafts(services.wechat))
    with services.reading() as session:
        return _left_over(session, there)


def delete(services: Services, media_ids: Iterable[str]) -> int:
    """Delete drafts in the account; returns how many. Raises `SendError`."""
    deleted = 0
    for media_id in media_ids:
        mass.delete_draft(services.wechat, media_id)
        with services.transaction() as session:
            gone = update(MassDraft).where(MassDraft.media_id == media_id)
            session.execute(gone.values(gone_at=literal(services.clock(), Moment())))
        deleted += 1
    return deleted


def _left_over(session: Session, there: Sequence[Draft]) -> list[LeftDraft]:
    ids, titles = [each.media_id for each in there], {each.title for each in there}
    needed = MassJob.state.in_(NEEDED) & (MassJob.draft_media_id == MassDraft.media_id)
    ours = (
        select(MassDraft.media_id, MassJob.about, needed.label("is_needed"))
        .outerjoin(MassJob, MassJob.id == MassDraft.job_id)
        .where(MassDraft.media_id.in_(ids))
    )
    known = {row.media_id: row for row in session.execute(ours)}
    same = set(session.scalars(select(MassDraft.title).where(MassDraft.title.in_(titles)).distinct()))
    left = []
    for each in there:
        row = known.get(each.media_id)
        if row is None and each.title in same:
            left.append(LeftDraft(each.media_id, each.title, each.changed_at, ""))
        elif row is not None and not row.is_needed:
            left.append(LeftDraft(each.media_id, each.title, each.changed_at, row.about or ""))
    return left
