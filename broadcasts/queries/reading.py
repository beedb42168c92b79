"""Library as its readers see it: who may read what, lists in pages, one article with others of its column."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, null, select
from sqlalchemy.orm import Session, aliased

from broadcasts.models.library import ArticleBrand, ArticleState, ArticleVersion, LibraryArticle, LibraryColumn
from broadcasts.models.reading import ArticleRead, Favourite
from broadcasts.texts import library as texts
from finding.topics import Seeker
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page, page
from people import identity
from people.identity import Shop


@dataclass(frozen=True, slots=True)
class Reader:
    """Reader of the library: a shop, a customer manager, or anybody."""

    #: The shop they are bound to. Bound means verified: by its licence and telephone, or by its manager's code.
    shop: Shop | None
    is_manager: bool = False

    @property
    def is_bound(self) -> bool:
        return self.shop is not None or self.is_manager


class LibraryShelf(Enum):
    """List of the library that a reader chooses."""

    NEWEST = ""
    MOST_READ = "most"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class LibraryLine:
    """Article in a list, as its published version."""

    id: int
    token: str
    title: str
    digest: str
    cover: str | None
    column: str
    published_at: datetime
    reads: int
    is_read: bool
    #: When this reader kept it; None where they did not.
    kept_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShelfColumn:
    """Column with the number of its articles that this reader may read."""

    id: int
    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """Published article as it is read."""

    line: LibraryLine
    column_id: int
    author: str
    blocks: list[Any]


def reader_of(session: Session, openid: str) -> Reader:
    """Return who an openid is to the library."""
    shop = identity.shop_of(session, openid)
    return Reader(shop, shop is None and identity.manager_of(session, openid) is not None)


def is_for(reader: Reader | Seeker) -> ColumnElement[bool]:
    """The condition on articles and their columns that this reader may read them: all of the published for whoever is
    bound; for others the open columns, and nothing that names a brand."""
    published = LibraryArticle.state == ArticleState.PUBLISHED
    if reader.is_bound:
        return published
    names_brand = exists().where(ArticleBrand.article_id == LibraryArticle.id)
    return and_(published, LibraryColumn.is_open, not_(LibraryColumn.is_brand), not_(names_brand))


def readable(reader: Reader | Seeker) -> Select[int]:
    """The ids of the articles that lists show to this reader, as a select to search within. Those of a retired column
    are only read by their links."""
    return (
        select(LibraryArticle.id)
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .where(is_for(reader), LibraryColumn.retired_at.is_(None))
    )


def columns(session: Session, reader: Reader) -> list[ShelfColumn]:
    """The columns that have something for this reader, in their order."""
    rows = session.execute(
        select(LibraryColumn.id, LibraryColumn.name, func.count())
        .join(LibraryArticle, LibraryArticle.column_id == LibraryColumn.id)
        .where(is_for(reader), LibraryColumn.retired_at.is_(None))
        .group_by(LibraryColumn.id, LibraryColumn.name, LibraryColumn.place)
        .order_by(LibraryColumn.place, LibraryColumn.id)
    )
    return [ShelfColumn(*row) for row in rows]


def found_page(
    session: Session,
    reader: Reader,
    shelf: LibraryShelf = LibraryShelf.NEWEST,
    *,
    column_id: int | None = None,
    cursor: Cursor = FIRST,
    limit: int,
) -> Page[LibraryLine]:
    """A page of the newest articles, of the most read, or of those the reader keeps; of one column, or of all."""
    statement = _lines(reader).where(is_for(reader))
    if column_id is not None:
        statement = statement.where(LibraryArticle.column_id == column_id)
    if shelf is LibraryShelf.KEPT:
        statement = statement.where(Favourite.kept_at.is_not(None))
    elif column_id is None:
        statement = statement.where(LibraryColumn.retired_at.is_(None))
    return page(session, statement, _ORDERS[shelf], cursor, limit=limit, read=LibraryLine)


def newest_of_each(session: Session, reader: Reader) -> list[LibraryLine]:
    """The newest article of each column, in the order of the columns."""
    article = aliased(LibraryArticle)
    names_brand = exists().where(ArticleBrand.article_id == article.id)
    newest = select(article.id).where(article.column_id == LibraryColumn.id, article.state == ArticleState.PUBLISHED)
    if not reader.is_bound:
        newest = newest.where(not_(names_brand))
    newest = newest.order_by(article.published_at.desc(), article.id.desc()).limit(1)
    rows = session.execute(
        _lines(reader)
        .where(is_for(reader), LibraryColumn.retired_at.is_(None))
        .where(LibraryArticle.id == newest.correlate(LibraryColumn).scalar_subquery())
        .order_by(LibraryColumn.place, LibraryColumn.id)
    )
    return [LibraryLine(*row) for row in rows]


def kept(session: Session, reader: Reader) -> int:
    """The number of articles this reader keeps and can still read."""
    if reader.shop is None:
        return 0
    statement = (
        select(func.count())
        .select_from(Favourite)
        .join(LibraryArticle, LibraryArticle.id == Favourite.article_id)
        .where(Favourite.retailer_id == reader.shop.id, LibraryArticle.state == ArticleState.PUBLISHED)
    )
    return session.scalar(statement) or 0


def token_of(session: Session, article_id: int) -> str | None:
    """The token of a published article; None where there is none."""
    published = LibraryArticle.state == ArticleState.PUBLISHED
    return session.scalar(select(LibraryArticle.token).where(LibraryArticle.id == article_id, published))


def column_of(session: Session, column_id: int) -> LibraryColumn | None:
    """A column by its id."""
    return session.get(LibraryColumn, column_id)


def named(session: Session, words: str) -> LibraryColumn | None:
    """The column in use whose name these words are, or a part of; of several the first."""
    rows = session.scalars(
        select(LibraryColumn).where(LibraryColumn.retired_at.is_(None)).order_by(LibraryColumn.place, LibraryColumn.id)
    ).all()
    same = [each for each in rows if each.name == words]
    return next(iter(same or [each for each in rows if len(words) > 1 and words in each.name]), None)


def article(session: Session, reader: Reader, *, token: str = "", article_id: int | None = None) -> ReadArticle:
    """A published article by its token or its id. Raises `Refused` with the way on where it is gone, or not for this
    reader."""
    which = LibraryArticle.token == token if article_id is None else LibraryArticle.id == article_id
    known = session.execute(
        select(LibraryArticle.state, is_for(reader).label("is_for"))
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .where(which)
    ).first()
    if known is None or known.state == ArticleState.DRAFT:
        raise Refused(texts.NO_SUCH)
    if known.state == ArticleState.WITHDRAWN:
        raise Refused(texts.WITHDRAWN)
    if not known.is_for:
        raise Refused(texts.ONLY_FOR_SHOPS)
    more = (LibraryArticle.column_id, ArticleVersion.author, ArticleVersion.blocks)
    row = session.execute(_lines(reader).add_columns(*more).where(which)).one()
    return ReadArticle(LibraryLine(*row[:-3]), *row[-3:])


def related(session: Session, reader: Reader, shown: ReadArticle, *, limit: int) -> list[LibraryLine]:
    """The newest others of an article's column."""
    rows = session.execute(
        _lines(reader)
        .where(is_for(reader), LibraryArticle.column_id == shown.column_id, LibraryArticle.id != shown.line.id)
        .order_by(LibraryArticle.published_at.desc(), LibraryArticle.id.desc())
        .limit(limit)
    )
    return [LibraryLine(*row) for row in rows]


def _lines(reader: Reader) -> Select[Any]:
    """A select of articles in the order of `LibraryLine`."""
    whose = (
        LibraryArticle.id,
        LibraryArticle.token,
        ArticleVersion.title,
        ArticleVersion.digest,
        ArticleVersion.cover,
        LibraryColumn.name,
        LibraryArticle.published_at,
        LibraryArticle.reads,
    )
    shown = and_(ArticleVersion.article_id == LibraryArticle.id, ArticleVersion.number == LibraryArticle.version)
    if reader.shop is None:
        # Nobody is told that everything is new to them.
        columns: tuple[Any, ...] = (*whose, literal(True), null())
    else:
        columns = (*whose, ArticleRead.read_at.is_not(None), Favourite.kept_at)
    statement = (
        select(*columns)
        .select_from(LibraryArticle)
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .join(ArticleVersion, shown)
    )
    if reader.shop is None:
        return statement
    key = reader.shop.id
    return statement.outerjoin(
        ArticleRead, and_(ArticleRead.article_id == LibraryArticle.id, ArticleRead.retailer_id == key)
    ).outerjoin(Favourite, and_(Favourite.article_id == LibraryArticle.id, Favourite.retailer_id == key))


_ORDERS: dict[LibraryShelf, Order[LibraryLine]] = {
    LibraryShelf.NEWEST: Order(
        (LibraryArticle.published_at, LibraryArticle.id), lambda line: (line.published_at, line.id), is_down=True
    ),
    LibraryShelf.MOST_READ: Order(
        (LibraryArticle.reads, LibraryArticle.id), lambda line: (line.reads, line.id), is_down=True
    ),
    LibraryShelf.KEPT: Order(
        (Favourite.kept_at, LibraryArticle.id), lambda line: (line.kept_at, line.id), is_down=True
    ),
}
