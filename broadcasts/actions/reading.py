"""Actions of the library's readers: an article is read, kept, no longer kept; what they read is forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from broadcasts.models.library import LibraryArticle
from broadcasts.models.reading import ArticleRead, Favourite
from foundation.database import Moment, changed, upsert
from people.models import Area, Binding, Retailer
from wechat_bot.erasure import Forgetting


def read(session: Session, article_id: int, retailer_id: int, *, now: datetime) -> bool:
    """Note that a shop has read an article; gives whether it is the first time. Of several at once one is the first."""
    values = {
        "article_id": literal(article_id),
        "retailer_id": Retailer.id,
        "read_at": literal(now, Moment()),
        "area_id": Retailer.area_id,
        "class_id": Retailer.class_id,
        "manager_id": func.coalesce(Retailer.manager_id, Area.manager_id),
    }
    found = select(*values.values()).join(Area, Area.id == Retailer.area_id).where(Retailer.id == retailer_id)
    row = upsert(session, ArticleRead).from_select(list(values), found, include_defaults=False)
    if not changed(session, row.on_conflict_do_nothing()):
        return False
    counted = update(LibraryArticle).where(LibraryArticle.id == article_id).values(reads=LibraryArticle.reads + 1)
    session.execute(counted)
    return True


def keep(session: Session, article_id: int, retailer_id: int, *, now: datetime) -> None:
    """Keep an article among a shop's own. Twice is once."""
    row = upsert(session, Favourite).values(article_id=article_id, retailer_id=retailer_id, kept_at=now)
    session.execute(row.on_conflict_do_nothing())


def drop(session: Session, article_id: int, retailer_id: int) -> None:
    """Keep an article no longer."""
    session.execute(delete(Favourite).where(Favourite.article_id == article_id, Favourite.retailer_id == retailer_id))


def forget(session: Session, whom: Forgetting) -> None:
    """Erase what somebody read and kept while they had the shop, of an erased shop all of it. What was counted stays
    counted."""
    for table, at in ((ArticleRead, ArticleRead.read_at), (Favourite, Favourite.kept_at)):
        session.execute(delete(table).where(while_they_had_it(whom, table.retailer_id, at)))


def while_they_had_it(whom: Forgetting, retailer_id: Any, at: Any) -> ColumnElement[bool]:
    """The condition that something is of a shop and a moment at which they had it; of an erased shop whatever the
    moment."""
    had = (
        select(Binding.id)
        .where(
            Binding.openid == whom.openid,
            Binding.retailer_id == retailer_id,
            Binding.bound_at <= at,
            or_(Binding.unbound_at.is_(None), at <= Binding.unbound_at),
        )
        .exists()
    )
    # Named first, so that an index by shop finds the few.
    shops = select(Binding.retailer_id).where(Binding.openid == whom.openid, Binding.retailer_id.is_not(None))
    theirs = and_(retailer_id.in_(shops), had)
    return theirs if whom.shop_id is None else or_(theirs, retailer_id == whom.shop_id)
