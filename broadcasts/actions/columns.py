"""Columns of the library: added, changed, ordered; deleted only where nothing stands in them (retired: `naming.py`)."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcasts.actions import naming
from broadcasts.models.library import ArticleBrand, LibraryArticle, LibraryColumn
from foundation.errors import Refused

MOST = 50


def add(session: Session, name: str, *, is_open: bool, is_brand: bool) -> LibraryColumn:
    """Add a column behind the others. Raises Refused for a name that is missing, too long or taken, and for a column
    that is open to all and about brands."""
    if (session.scalar(select(func.count(LibraryColumn.id))) or 0) >= MOST:
        raise Refused(f"最多 {MOST} 个栏目。")
    name = naming.name(session, LibraryColumn, name, None)
    _check_kind(name, is_open, is_brand)
    last = session.scalar(select(func.max(LibraryColumn.place))) or 0
    column = LibraryColumn(name=name, place=last + 1, is_open=is_open, is_brand=is_brand)
    session.add(column)
    session.flush()
    return column


def change(session: Session, column_id: int, *, name: str, is_open: bool, is_brand: bool) -> LibraryColumn:
    """Change a column. Raises Refused as `add`, and where a column is to be opened to all in which an article names a
    brand."""
    column = naming.locked(session, LibraryColumn, column_id)
    name = naming.name(session, LibraryColumn, name, column_id)
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


def discard(session: Session, column_id: int) -> str:
    """Delete a column in which nothing stands; gives its name. Raises Refused where something does."""
    column = naming.locked(session, LibraryColumn, column_id)
    if session.scalar(select(LibraryArticle.id).where(LibraryArticle.column_id == column_id).limit(1)) is not None:
        raise Refused(f"“{column.name}”里有文章，不能删除，可以停用。")
    session.delete(column)
    session.flush()
    return column.name


def _check_kind(name: str, is_open: bool, is_brand: bool) -> None:
    if is_open and is_brand:
        raise Refused(f"“{name}”写品牌，就不能开放给所有人。请只选一样。")
