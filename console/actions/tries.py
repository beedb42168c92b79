"""Sign-in try counter: a try is counted before anything is compared, and taken back once it was right."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from console import audit
from console.models import SignInTries
from console.rules import tries
from console.rules.tries import TryCount
from foundation.database import upsert


def count_try(
    session: Session, counts: Sequence[TryCount], did: str, *, who: str, address: str, now: datetime
) -> timedelta:
    """Count a try before anything is compared, so that parallel tries gain nothing over single ones.

    Where one of the counts is blocked, gives the time to wait and counts no try, so that further tries do not lengthen
    the wait. The first blocked try is written to the audit log, the others are only counted.
    """
    free = {each.subject: each.free for each in counts}
    for key in sorted(free):
        made = upsert(session, SignInTries).values(subject=key, since_at=now, count=0, refused=0)
        session.execute(made.on_conflict_do_nothing(index_elements=["subject"]))
    # Locked in a fixed order, so that two with the same name and address cannot deadlock.
    rows = session.scalars(
        select(SignInTries).where(SignInTries.subject.in_(free)).order_by(SignInTries.subject).with_for_update()
    ).all()
    left = max(tries.left_to_wait(row.count, free[row.subject], row.since_at, now) for row in rows)
    for row in rows:
        if left:
            if tries.left_to_wait(row.count, free[row.subject], row.since_at, now):
                if not row.refused:
                    said = f"试了 {row.count} 次，要等 {math.ceil(left.total_seconds())} 秒"
                    audit.note(session, None, f"{did}.wait", detail=said, address=address, now=now, who=who)
                row.refused += 1
            row.since_at = min(row.since_at, now)
            continue
        is_forgotten = now - row.since_at >= tries.TRIES_FORGOTTEN
        row.count = 1 if is_forgotten else row.count + 1
        row.since_at, row.refused = now, 0
    return left


def forgive(session: Session, counts: Sequence[TryCount]) -> None:
    """Take back the successful try; strangers' tries under the same name or address stay counted."""
    for each in counts:
        own = SignInTries.subject == each.subject
        if each.is_shared:
            session.execute(update(SignInTries).where(own, SignInTries.count > 0).values(count=SignInTries.count - 1))
        else:
            session.execute(delete(SignInTries).where(own))


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete tries that no longer count."""
    session.execute(delete(SignInTries).where(SignInTries.since_at < now - tries.TRIES_FORGOTTEN))
