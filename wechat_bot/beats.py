"""Worker heartbeats: in a row for each worker, and in a file in case the disk is full; and named timestamps."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from foundation.database import upsert
from wechat_bot.models import BEAT_LOST, Beat, Pulse

#: How long heartbeats of workers that have ended are kept.
KEPT = timedelta(days=1)
#: Name of the heartbeat file in the folder of files, which all processes share.
FILE = ".worker"


def beat(session: Session, worker: str, started_at: datetime, *, now: datetime) -> None:
    """Save a worker's heartbeat."""
    statement = upsert(session, Beat).values(worker=worker, started_at=started_at, beat_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["worker"], set_={"beat_at": now}))
    session.execute(delete(Beat).where(or_(Beat.beat_at < now - KEPT, Beat.beat_at > now + BEAT_LOST)))


def last(session: Session, *, now: datetime) -> datetime | None:
    """The time of the last heartbeat of any worker. One in the future comes from a wrong clock, and is ignored."""
    return session.scalar(select(func.max(Beat.beat_at)).where(Beat.beat_at < now + BEAT_LOST))


def save_timestamp(session: Session, name: str, *, at: datetime) -> None:
    """Save a named timestamp, replacing the one before."""
    statement = upsert(session, Pulse).values(name=name, at=at)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": at}))


def timestamp(session: Session, name: str) -> datetime | None:
    """A named timestamp; None where it was never saved."""
    return session.scalar(select(Pulse.at).where(Pulse.name == name))


def touch_file(folder: Path, *, now: datetime) -> None:
    """Update the time of the heartbeat file. Once the file exists, this takes no space on a full disk."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).touch()
    os.utime(folder / FILE, (now.timestamp(), now.timestamp()))


def is_file_fresh(folder: Path, *, now: datetime) -> bool:
    """Whether the heartbeat file was updated recently."""
    try:
        touched = (folder / FILE).stat().st_mtime
    except OSError:
        return False
    return abs(now.timestamp() - touched) < BEAT_LOST.total_seconds()
