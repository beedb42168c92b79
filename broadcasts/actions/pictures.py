"""Pictures of the library: put on the shelf, held by articles, asked for from other sites, swept when nothing holds
them."""

import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from PIL import Image
from sqlalchemy import ColumnElement, delete, insert, or_, select, text, update
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticlePicture, ForeignPicture, ShelfPicture
from broadcasts.models.pushes import Push
from broadcasts.queries import pictures as queries
from foundation.database import upsert
from wechat_bot import media, shrinking, storage
from wechat_bot import pictures as checking

KEPT_FOR = timedelta(days=2)
"""How long a picture is kept that nothing holds: longer than an editor stays open."""
BATCH = 200
#: How long a worker has for fetching a picture, how often it is tried, and more than it ever waits between.
LEASE, ATTEMPTS, LONGEST_WAIT = timedelta(seconds=90), 5, timedelta(hours=1)
#: How long it is remembered that a picture could not be fetched.
FORGOTTEN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """Picture as it will lie on the shelf."""

    sha256: str
    content: bytes
    content_type: str
    width: int
    height: int


def prepare(content: bytes) -> PreparedPicture:
    """Make a picture ready for the shelf: a JPEG or PNG of at most 1 MB and 1080 pixels, without metadata. It takes its
    time; call it outside of a transaction. Raises Refused for what is no picture, is broken, empty or too large."""
    made = shrinking.inside(checking.checked(content))
    with Image.open(io.BytesIO(made.content)) as image:
        width, height = image.size
    return PreparedPicture(hashlib.sha256(made.content).hexdigest(), made.content, made.content_type, width, height)


def receive(stream: IO[bytes]) -> PreparedPicture:
    """Make an uploaded picture ready for the shelf. Raises Refused as `prepare`."""
    return prepare(stream.read(checking.LIMIT + 1))


def add(session: Session, folder: Path, picture: PreparedPicture, *, origin: str = "", now: datetime) -> str:
    """Put a picture on the shelf in the media folder; gives its name. The same picture lies there once.

    Unless something holds it, it is swept some days later.
    """
    row = {
        "sha256": picture.sha256,
        "content_type": picture.content_type,
        "size": len(picture.content),
        "width": picture.width,
        "height": picture.height,
        "origin": origin,
        "made_at": now,
    }
    statement = upsert(session, ShelfPicture).values(row)
    # The row first: it waits for a sweep that is about to delete the file.
    session.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_={"made_at": now}))
    path = queries.path(folder, picture.sha256)
    if not path.is_file():
        storage.write(path, picture.content)
    return picture.sha256


def ask_for(session: Session, addresses: Collection[str], *, now: datetime) -> None:
    """Ask for pictures that lie on other sites; the clock fetches each once."""
    rows = [
        {"key": queries.key(address), "address": address, "due_at": now, "asked_at": now}
        for address in sorted(set(addresses))
    ]
    if rows:
        statement = upsert(session, ForeignPicture).values(rows)
        session.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


def hold(session: Session, article_id: int, number: int, names: Collection[str], *, now: datetime) -> None:
    """Note which pictures an article holds: in its draft (number 0), or in a version. One that is let go stays on the
    shelf for some days, for its author may want it back."""
    mine = (ArticlePicture.article_id == article_id, ArticlePicture.number == number)
    before = set(session.scalars(select(ArticlePicture.sha256).where(*mine)))
    gone, new = before - set(names), sorted(set(names) - before)
    if gone or new:
        # Those taken up as well: their rows are locked, so that no sweep deletes them meanwhile.
        session.execute(update(ShelfPicture).where(ShelfPicture.sha256.in_({*gone, *new})).values(made_at=now))
    if gone:
        session.execute(delete(ArticlePicture).where(*mine, ArticlePicture.sha256.in_(gone)))
    if new:
        rows = [{"article_id": article_id, "number": number, "sha256": each} for each in new]
        session.execute(insert(ArticlePicture), rows)


def sweep(session: Session, folder: Path, *, now: datetime) -> int:
    """Delete some pictures that nothing has held for some days; gives how many were looked at."""
    old = (
        select(ShelfPicture.sha256)
        .where(ShelfPicture.made_at < now - KEPT_FOR)
        .where(~select(ArticlePicture.sha256).where(ArticlePicture.sha256 == ShelfPicture.sha256).exists())
        .where(~select(Push.id).where(Push.picture == ShelfPicture.sha256).exists())
        .where(~_is_awaited(ForeignPicture.sha256 == ShelfPicture.sha256))
        .order_by(ShelfPicture.made_at)
        .limit(BATCH)
    )
    gone = session.scalars(old.with_for_update(skip_locked=True)).all()
    if gone:
        session.execute(delete(ShelfPicture).where(ShelfPicture.sha256.in_(gone)))
        session.execute(delete(ForeignPicture).where(ForeignPicture.sha256.in_(gone)))
    for each in gone:
        path = queries.path(folder, each)
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}{media.SMALL}").unlink(missing_ok=True)
    forgotten = (ForeignPicture.sha256.is_(None), ForeignPicture.asked_at < now - FORGOTTEN)
    held = select(ArticlePicture.sha256).where(ArticlePicture.sha256 == ForeignPicture.key).exists()
    session.execute(delete(ForeignPicture).where(*forgotten, ~held).execution_options(synchronize_session=False))
    return len(gone)


def _is_awaited(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a draft shows a picture by its address elsewhere."""
    held = select(ForeignPicture.key).join(ArticlePicture, ArticlePicture.sha256 == ForeignPicture.key)
    return held.where(which).exists()


def claim(session: Session, *, now: datetime) -> ForeignPicture | None:
    """Claim the next picture to be fetched from another site; None where none is due."""
    # What is due later than any try was put off by a clock that was wrong.
    is_due = or_(ForeignPicture.due_at <= now, ForeignPicture.due_at > now + LONGEST_WAIT)
    waits = (ForeignPicture.sha256.is_(None), text("fault = ''"), is_due)
    found = session.scalar(
        select(ForeignPicture).where(*waits).order_by(ForeignPicture.due_at).limit(1).with_for_update(skip_locked=True)
    )
    if found is not None:
        # Moving the due time is the claim: fetching twice does no harm.
        found.due_at, found.attempts = now + LEASE, found.attempts + 1
        session.flush()
    return found


def arrived(session: Session, folder: Path, key: str, picture: PreparedPicture, *, now: datetime) -> None:
    """Put a fetched picture on the shelf; the drafts that show it find it there."""
    found = session.get(ForeignPicture, key)
    if found is not None:
        found.sha256 = add(session, folder, picture, origin=found.address, now=now)


def failed(session: Session, key: str, why: str, *, again_at: datetime | None) -> None:
    """Note that a picture did not come; it is tried again at a time, or given up with this sentence."""
    found = session.get(ForeignPicture, key)
    if found is None or found.sha256 is not None:
        return
    if again_at is not None and found.attempts < ATTEMPTS:
        found.due_at = again_at
    else:
        found.fault = why[:120]
