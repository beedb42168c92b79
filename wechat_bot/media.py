"""Pictures, voices and videos that followers send: noted in the message's transaction, fetched by a worker."""

import hashlib
import os
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from wechat_bot import messages, outbox
from wechat_bot.client.codes import SendError
from wechat_bot.models import Media
from wechat_bot.services import Services

#: WeChat keeps what people send for three days (wechat-platform.md §2).
KEPT_BY_WECHAT = timedelta(days=3)
LEASE = timedelta(seconds=90)


def keep(session: Session, message: messages.Incoming, *, now: datetime) -> str:
    """Note that a picture, voice or video is to be fetched; gives the key it will be found under.

    The same media twice gives the same key.
    """
    if not isinstance(message, (messages.Image, messages.Voice, messages.Video)):
        raise TypeError(f"{type(message).__name__} carries no media")
    known = session.scalar(select(Media.key).where(Media.wechat_id == message.media_id))
    if known:
        return known
    key = secrets.token_urlsafe(16)
    session.add(
        Media(
            key=key,
            openid=message.openid,
            kind=type(message).__name__.lower(),
            wechat_id=message.media_id,
            heard_at=now,
            due_at=now,
        )
    )
    session.info["rings"] = True
    return key


def fetch_next(services: Services) -> bool:
    """Fetch one file that waits. False where none was due."""
    now = services.clock()
    with services.transaction() as session:
        media = session.scalar(
            select(Media)
            .where(Media.fetched_at.is_(None), Media.gave_up_at.is_(None), Media.due_at <= now)
            .order_by(Media.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if media is None:
            return False
        # Moving the due time is the claim: fetching twice does no harm, so a dead worker only costs the lease.
        media.due_at, media.attempts = now + LEASE, media.attempts + 1
    try:
        file = services.wechat.download(media.wechat_id)
    except SendError as error:
        _note_failure(services, media.id, error)
        return True
    name = hashlib.sha256(file.content).hexdigest()
    _write(path_of(services.media_folder, name), file.content)
    with services.transaction() as session:
        fetched = session.get_one(Media, media.id)
        fetched.fetched_at, fetched.sha256, fetched.error = services.clock(), name, None
        fetched.size, fetched.content_type = len(file.content), file.content_type[:100]
    return True


def forget_sender(session: Session, keys: Collection[str], *, day: datetime) -> None:
    """Cut what leads from these files to who sent them: they now belong to an anonymous answer of that day."""
    if keys:
        session.execute(update(Media).where(Media.key.in_(keys)).values(openid="", heard_at=day))


def path_of(folder: Path, sha256: str) -> Path:
    """Where a file with this hash lies."""
    return folder / sha256[:2] / sha256


def _note_failure(services: Services, media_id: int, error: SendError) -> None:
    now = services.clock()
    with services.transaction() as session:
        media = session.get_one(Media, media_id)
        media.error = str(error)[:300]
        if error.code in (40007, 40003) or now - media.heard_at > KEPT_BY_WECHAT:
            media.gave_up_at = now
        else:
            media.due_at = outbox.next_attempt_at(media.attempts, now)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    part.write_bytes(content)
    os.replace(part, path)
