"""Columns of the library: added, changed, ordered, retired; deleted only where nothing ever stood in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleBrand, LibraryArticle, LibraryColumn
from foundation.errors import Refused
from foundation.text import readable, visible

LONGEST = 20
MOST = 50


def add(session: Session, name: str, *, is_open: bool, is_brand: bool) -> LibraryColumn:
    """Add a column behind the others. Raises Refused for a name that is missing, too long or taken, and for a column
    that is open to all and about brands."""
    if (session.scalar(select(func.count(LibraryColumn.id))) or 0) >= MOST:
        raise Refused(f"最多 {MOST} 个栏目。")
    name = _named(session, name, None)
    _check_kind(name, is_open, is_brand)
    last = session.scalar(select(func.max(LibraryColumn.place))) or 0
    column = LibraryColumn(name=name, place=last + 1, is_open=is_open, is_brand=is_brand)
    session.add(column)
    session.flush()
    return column


def change(session: Session, column_id: int, *, name: str, is_open: bool, is_brand: bool) -> LibraryColumn:
    """Change a column. Raises Refused as `add`, and where a column is to be opened to all in which an article names a
    brand."""
    column = locked(session, column_id)
    name = _named(session, name, column_id)
    _check_kind(name, is_open, is_brand)
    if is_open and not column.is_open:
        branded = select(LibraryArticle.title).join(ArticleBrand, ArticleBrand.article_id == LibraryArticle.id)
        title = session.scalar(branded.where(LibraryArticle.column_id == column_id).limit(1))
        if title is not None:
            raise Refused(f"“{name}”里有写到品牌的文章（如《{title}》），不能开放给所有人。请先移走它们。")
    column.name, column.is_open, column.is_brand = name, is_open, is_brand
    session.flush()
    return column


def arrange(session: Session, ids: Sequence[int]) -> None:
    """Put columns into this order; those not named follow as they were."""
    order = select(LibraryColumn).order_by(LibraryColumn.place, LibraryColumn.id)
    columns = {each.id: each for each in session.scalars(order.with_for_update())}
    named = [each for each in dict.fromkeys(ids) if each in columns]
    for place, column_id in enumerate((*named, *(each for each in columns if each not in named)), 1):
        columns[column_id].place = place
    session.flush()


def retire(session: Session, column_id: int, *, now: datetime) -> LibraryColumn:
    """Retire a column: nothing new is put there, and what stands there is still read."""
    column = locked(session, column_id)
    column.retired_at = column.retired_at or now
    session.flush()
    return column


def bring_back(session: Session, column_id: int) -> LibraryColumn:
    """Use a retired column again."""
    column = locked(session, column_id)
    column.retired_at = None
    session.flush()
    return column


def discard(session: Session, column_id: int) -> str:
    """Delete a column in which nothing stands; gives its name. Raises Refused where something does."""
    column = locked(session, column_id)
    if session.scalar(select(LibraryArticle.id).where(LibraryArticle.column_id == column_id).limit(1)) is not None:
        raise Refused(f"“{column.name}”里有文章，不能删除，可以停用。")
    session.delete(column)
    session.flush()
    return column.name


def locked(session: Session, column_id: int) -> LibraryColumn:
    """Lock a column, so that no article is put into it meanwhile. Raises Refused where there is none."""
    column = session.scalar(select(LibraryColumn).where(LibraryColumn.id == column_id).with_for_update())
    if column is None:
        raise Refused("没有这个栏目。")
    return column


def _named(session: Session, name: str, column_id: int | None) -> str:
    name = visible(" ".join(readable(name).split()))
    if not name:
        raise Refused("请写栏目的名称。")
    if len(name) > LONGEST:
        raise Refused(f"栏目名称最多 {LONGEST} 个字。")
    taken = session.scalar(select(LibraryColumn.id).where(LibraryColumn.name == name))
    if taken is not None and taken != column_id:
        raise Refused(f"已经有栏目“{name}”了。")
    return name


def _check_kind(name: str, is_open: bool, is_brand: bool) -> None:
    if is_open and is_brand:
        raise Refused(f"“{name}”写品牌，就不能开放给所有人。请只选一样。")
