"""Media inbox: pictures, voices and videos that followers send, noted with the message and fetched by a worker.

Pictures chosen on a page come with the form, and need no fetching.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session, aliased

from foundation.database import changed, upsert
from foundation.errors import Refused
from wechat_bot import alarms, messages, pictures, shrinking, storage
from wechat_bot.client.codes import Act, SendError
from wechat_bot.models import Media
from wechat_bot.outbox import settling
from wechat_bot.services import Services
from wechat_bot.storage import path_of
from wechat_bot.uploads import BY_FORM

#: WeChat keeps what people send for three days (wechat-platform.md §2).
KEPT_BY_WECHAT = timedelta(days=3)
LEASE = timedelta(seconds=90)
LONGEST_MARK = 64
#: How long a picture is held for a form that was not sent: longer than anybody stays signed in on a page.
HELD_FOR = timedelta(days=1)


#: Ending of a thumbnail's name beside its picture, as `storage.old_files` knows names: after some hours without its row
#: it is deleted, and made again when it is asked for. And the pixels of its longer side.
SMALL, SMALL_SIDE = ".00000400", 400


@dataclass(frozen=True, slots=True)
class Picture:
    """Picture stored in the media folder, not yet assigned to anybody."""

    sha256: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Found:
    """Media file that can be shown."""

    path: Path
    content_type: str


def keep(session: Session, message: messages.Incoming, *, now: datetime) -> str:
    """Queue a picture, voice or video for fetching; gives the key it will be found under.

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


def receive(folder: Path, stream: IO[bytes]) -> Picture:
    """Store a picture chosen on a page in the media folder. Call it outside of a transaction: it writes a file.

    Raises `Refused` for what `pictures.checked` does not take.
    """
    return _stored(folder, pictures.checked(stream.read(pictures.LIMIT + 1)))


def receive_shrunk(folder: Path, stream: IO[bytes]) -> Picture:
    """Store a picture that pages will show to many people, small enough for a telephone. As `receive` otherwise."""
    return _stored(folder, shrinking.shrunk(pictures.checked(stream.read(pictures.LIMIT + 1))))


def _stored(folder: Path, picture: pictures.Stripped) -> Picture:
    name = hashlib.sha256(picture.content).hexdigest()
    storage.write(path_of(folder, name), picture.content)
    return Picture(name, len(picture.content), picture.content_type)


def add(session: Session, picture: Picture, *, openid: str, mark: str, now: datetime, kind: str = "image") -> str:
    """Save a received picture as this follower's; gives its key, as for one sent in the chat.

    `mark` names the sending: the same form posted again gives the same key. An empty `openid` keeps it nobody's. With
    another `kind` it is a file of that kind, such as a voice.
    """
    mark = mark if 0 < len(mark) <= LONGEST_MARK else secrets.token_urlsafe(16)
    for each in (f"page:{mark}", f"page:{secrets.token_urlsafe(16)}"):
        statement = upsert(session, Media).values(
            key=secrets.token_urlsafe(16),
            openid=openid,
            wechat_id=each,
            **_here(picture, now) | {"kind": kind},
        )
        session.execute(statement.on_conflict_do_nothing(index_elements=["wechat_id"]))
        # A mark comes from a browser: one that was used by somebody else or for another picture is ignored.
        key = session.scalar(
            select(Media.key).where(Media.wechat_id == each, Media.openid == openid, Media.sha256 == picture.sha256)
        )
        if key is not None:
            return key
    raise AssertionError("unreachable: a drawn mark is new")


def twin(session: Session, key: str, *, now: datetime) -> str | None:
    """Save the file of a key under a key of its own, as nobody's; None where the file is gone."""
    known = session.scalar(select(Media).where(Media.key == key, Media.discarded_at.is_(None)))
    if known is None or known.sha256 is None:
        return None
    picture = Picture(known.sha256, known.size or 0, known.content_type or "")
    return add(session, picture, openid="", mark="", now=now)


def _here(picture: Picture, now: datetime) -> dict[str, Any]:
    """Column values of a picture that needs no fetching."""
    return {
        "kind": "image",
        "heard_at": now,
        "due_at": now,
        "attempts": 0,
        "fetched_at": now,
        "content_type": picture.content_type,
        "sha256": picture.sha256,
        "size": picture.size,
    }


def hold(session: Session, picture: Picture, *, now: datetime) -> str:
    """Save a received picture for a form that was not sent yet; gives its key. Unless claimed, it is deleted."""
    held = Media(
        key=secrets.token_urlsafe(16), openid="", wechat_id=BY_FORM + secrets.token_urlsafe(16), **_here(picture, now)
    )
    session.add(held)
    return held.key


def claim(session: Session, key: str, *, openid: str = "") -> None:
    """Claim a held picture because its form was sent; with an empty `openid` it belongs to nobody."""
    held = update(Media).where(Media.key == key, Media.wechat_id.startswith(BY_FORM))
    session.execute(held.values(wechat_id=f"page:{secrets.token_urlsafe(16)}", openid=openid))


def discard_unsent(session: Session, *, now: datetime) -> None:
    """Discard held pictures of forms that were never sent."""
    is_old = (Media.heard_at < now - HELD_FOR, Media.discarded_at.is_(None))
    discard(
        session, session.scalars(select(Media.key).where(Media.wechat_id.startswith(BY_FORM), *is_old)).all(), now=now
    )


def find(session: Session, folder: Path, key: str) -> Found | None:
    """The file of a key; None where it is missing or not fetched yet."""
    row = session.execute(
        select(Media.sha256, Media.content_type).where(Media.key == key, Media.discarded_at.is_(None))
    ).first()
    if row is None or row.sha256 is None:
        return None
    path = path_of(folder, row.sha256)
    return Found(path, row.content_type or "application/octet-stream") if path.is_file() else None


def small(found: Found | None) -> Found | None:
    """The thumbnail of a picture, made when it is first asked for; the file itself where it is no picture or broken.
    Call it outside of a transaction: it may write a file."""
    if found is None or not found.content_type.startswith("image/"):
        return found
    kept = found.path.with_name(f"{found.path.name}{SMALL}")
    if not kept.is_file():
        try:
            storage.write(kept, pictures.small(found.path.read_bytes(), SMALL_SIDE))
        except Refused:
            return found
    return Found(kept, "image/jpeg")


def fetch_next(services: Services) -> bool:
    """Fetch one waiting file. False where none was due."""
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
    content, content_type = file.content, file.content_type
    if media.kind == "image":
        try:
            picture = pictures.checked(content)
        except Refused as refusal:
            _give_up(services, media.id, refusal.sentence)
            return True
        content, content_type = picture.content, picture.content_type
    name = hashlib.sha256(content).hexdigest()
    storage.write(path_of(services.media_folder, name), content)
    with services.transaction() as session:
        fetched = session.get_one(Media, media.id)
        fetched.fetched_at, fetched.sha256, fetched.error = services.clock(), name, None
        fetched.size, fetched.content_type = len(content), content_type[:100]
    return True


def forget_sender(session: Session, keys: Collection[str], *, day: datetime) -> None:
    """Remove the sender from these files: they now belong to an anonymous answer of that day."""
    if keys:
        session.execute(update(Media).where(Media.key.in_(keys)).values(openid="", heard_at=day))


def discard(session: Session, keys: Collection[str], *, now: datetime) -> None:
    """Discard these files: they are hidden at once, and deleted later by `delete_discarded`."""
    if keys:
        session.execute(
            update(Media)
            .where(Media.key.in_(keys))
            .values(openid="", discarded_at=now, gave_up_at=func.coalesce(Media.gave_up_at, now))
        )


def set_back(session: Session, before: datetime, *, now: datetime) -> int:
    """Make files due whose fetching was put off before the clock was set back from `before`; gives their number."""
    waits = and_(Media.fetched_at.is_(None), Media.gave_up_at.is_(None))
    statement = (
        update(Media).where(waits, Media.due_at > now, Media.due_at <= before + settling.SOON).values(due_at=now)
    )
    return changed(session, statement)


def delete_discarded(services: Services) -> int:
    """Delete discarded files and their rows; gives their number. A file that other rows share is kept."""
    twin = aliased(Media)
    with services.transaction() as session:
        gone = session.scalars(
            select(Media)
            .where(Media.discarded_at.is_not(None))
            .order_by(Media.id)
            .limit(500)
            .with_for_update(skip_locked=True)
        ).all()
        for media in gone:
            others = select(twin.id).where(twin.sha256 == media.sha256, twin.discarded_at.is_(None)).limit(1)
            if media.sha256 and session.scalar(others) is None:
                # File first: a crash in between leaves a row without a file, which the next run finds.
                path = path_of(services.media_folder, media.sha256)
                path.unlink(missing_ok=True)
                path.with_name(f"{path.name}{SMALL}").unlink(missing_ok=True)
            session.delete(media)
        return len(gone)


def delete_orphans(services: Services) -> int:
    """Delete files without a row, left by refused forms or killed processes; gives their number."""
    deleted = 0
    for paths in storage.old_files(services.media_folder):
        names = [path.name for path in paths]
        with services.reading() as session:
            known = set(session.scalars(select(Media.sha256).where(Media.sha256.in_(names)))) if names else set()
        # Check once more: the same picture may have been sent again meanwhile, and must stay.
        for path in (path for path in paths if path.name not in known and storage.is_old(path)):
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _give_up(services: Services, media_id: int, why: str) -> None:
    """Give up a file, because WeChat's copy is not a picture that can be stored."""
    with services.transaction() as session:
        media = session.get_one(Media, media_id)
        media.error, media.gave_up_at = why[:300], services.clock()


def _note_failure(services: Services, media_id: int, error: SendError) -> None:
    now = services.clock()
    with services.transaction() as session:
        alarms.note(session, error, now=now)
        media = session.get_one(Media, media_id)
        media.error = str(error)[:300]
        if (error.act is Act.NO and not error.uncertain) or now - media.heard_at > KEPT_BY_WECHAT:
            media.gave_up_at = now
        else:
            media.due_at = settling.next_attempt_at(media.attempts, now)
