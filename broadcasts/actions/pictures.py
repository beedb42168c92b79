"""Pictures of the library: held by articles, and asked for from other sites."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticlePicture, ForeignPicture, ShelfPicture
from broadcasts.queries import pictures as queries
from foundation.database import upsert


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
    if gone := before - set(names):
        session.execute(delete(ArticlePicture).where(*mine, ArticlePicture.sha256.in_(gone)))
        session.execute(update(ShelfPicture).where(ShelfPicture.sha256.in_(gone)).values(made_at=now))
    if new := sorted(set(names) - before):
        rows = [{"article_id": article_id, "number": number, "sha256": each} for each in new]
        session.execute(insert(ArticlePicture), rows)
