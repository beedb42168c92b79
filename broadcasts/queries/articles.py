"""Articles: one with its draft, its versions, a published one by its address, the list for staff."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from blocks import rendering
from blocks.blocks import ArticleFault
from broadcasts.models.library import (
    ArticleBrand,
    ArticleState,
    ArticleVersion,
    Brand,
    LibraryArticle,
    LibraryColumn,
)
from broadcasts.queries import pictures
from broadcasts.rules import article as articles
from broadcasts.rules import limits
from broadcasts.rules.article import WrittenArticle
from broadcasts.rules.changes import changes
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from wechat_bot.mass.source import MassArticle

#: Versions shown at a time: an article is edited now and then, and each version is read whole.
MOST_VERSIONS = 50
STATES = {ArticleState.DRAFT: "草稿", ArticleState.PUBLISHED: "已发布", ArticleState.WITHDRAWN: "已撤下"}


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """Column that an article stands in."""

    id: int
    name: str
    is_open: bool
    is_brand: bool


@dataclass(frozen=True, slots=True)
class ArticleDetail:
    """Article as staff see it: `draft` is what is being written, or the published version where nothing is."""

    id: int
    token: str
    title: str
    column: ColumnOf
    brands: Mapping[int, str]
    state: ArticleState
    draft: Mapping[str, Any]
    stamp: str
    #: Whether the draft says something else than the published version.
    is_changed: bool
    changed_at: datetime
    changed_by: str
    version: int
    published_at: datetime | None
    reads: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """Version of an article: who published it, when, and what it changed, in words."""

    number: int
    title: str
    made_at: datetime
    made_by: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """Article in the list for staff."""

    id: int
    title: str
    column: str
    state: ArticleState
    is_changed: bool
    version: int
    changed_at: datetime
    changed_by: str
    published_at: datetime | None
    reads: int


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """Draft that was looked through: what of it can be shown, and every fault at its block or field."""

    article: WrittenArticle
    faults: tuple[ArticleFault, ...]


def find(session: Session, article_id: int) -> ArticleDetail | None:
    """An article with its draft; None where there is none."""
    row = session.execute(
        select(LibraryArticle, LibraryColumn)
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .where(LibraryArticle.id == article_id)
    ).first()
    if row is None:
        return None
    found, column = row
    return ArticleDetail(
        found.id,
        found.token,
        found.title,
        _column(column),
        brands(session, article_id),
        ArticleState(found.state),
        content(session, found),
        found.stamp,
        found.draft is not None,
        found.changed_at,
        found.changed_by,
        found.version,
        found.published_at,
        found.reads,
    )


def content(session: Session, article: LibraryArticle) -> dict[str, Any]:
    """What is being written of an article, with pictures that were fetched meanwhile; else what is published of it."""
    if article.draft is not None:
        return pictures.fetched(session, article.draft)
    kept = version(session, article.id, article.version)
    return articles.to_json(kept) if kept else articles.storable({})


def brands(session: Session, article_id: int) -> dict[int, str]:
    """The brands an article names, by their ids."""
    named = select(Brand.id, Brand.name).join(ArticleBrand, ArticleBrand.brand_id == Brand.id)
    rows = session.execute(named.where(ArticleBrand.article_id == article_id).order_by(Brand.name))
    return {row.id: row.name for row in rows}


def version(session: Session, article_id: int, number: int) -> WrittenArticle | None:
    """A published version; None where there is none."""
    kept = session.get(ArticleVersion, (article_id, number))
    return _article(kept) if kept else None


def versions(
    session: Session, article_id: int, *, before: int | None = None, limit: int = MOST_VERSIONS
) -> tuple[VersionLine, ...]:
    """The published versions of an article, the newest first, each with what it changed; those before a number."""
    which = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    if before is not None:
        which = which.where(ArticleVersion.number < before)
    # One more, for what the oldest of them changed.
    rows = session.scalars(which.order_by(ArticleVersion.number.desc()).limit(limit + 1)).all()[::-1]
    read = list(map(_article, rows))
    differences: list[tuple[str, ...]] = [(), *(changes(old, new) for old, new in pairwise(read))]
    lines = (
        VersionLine(row.number, row.title, row.made_at, row.made_by, said)
        for row, said in zip(rows, differences, strict=True)
    )
    return tuple(lines)[::-1][:limit]


def unpublished(session: Session, article_id: int) -> tuple[str, ...]:
    """What the draft of an article would change in its published version, in words."""
    found = session.get(LibraryArticle, article_id)
    if found is None or found.draft is None:
        return ()
    before = version(session, article_id, found.version)
    return changes(before, articles.read(found.draft).article) if before else ()


def check(session: Session, draft: Mapping[str, Any], knows: Callable[[str], bool]) -> CheckedDraft:
    """Look through a draft, while it is typed and before it is published: what cannot be read, what WeChat would not
    take, pictures that are not there, links that lead nowhere. `knows` says whether a link leads anywhere."""
    read = articles.read(pictures.fetched(session, draft))
    shelf = pictures.shelved(session, read.article.pictures)
    fetching = pictures.fetching(session, read.article.origins)
    return CheckedDraft(read.article, limits.faults(read, shelf, fetching, knows))


def drafted(article: WrittenArticle, source_url: str = "") -> MassArticle:
    """An article, published or not, as `draft/add` takes it; `source_url` is where 阅读原文 leads.

    Its content is what the console's phone shows as well (`rendering.previewed`).
    """
    return MassArticle(
        title=article.title,
        author=article.author,
        digest=rendering.digest(article.digest, article.blocks),
        content=rendering.wechat(article.blocks),
        source_url=source_url,
        cover=article.first_picture,
    )


def page(
    session: Session,
    *,
    search: str = "",
    column_id: int | None = None,
    brand_id: int | None = None,
    states: Sequence[ArticleState] = (),
    cursor: Cursor = FIRST,
    limit: int,
) -> Page[ArticleLine]:
    """A page of articles, those changed last first."""
    statement = select(LibraryArticle, LibraryColumn.name).join(
        LibraryColumn, LibraryColumn.id == LibraryArticle.column_id
    )
    conditions: list[ColumnElement[bool]] = []
    if search:
        conditions.append(LibraryArticle.title.contains(search, autoescape=True))
    if column_id is not None:
        conditions.append(LibraryArticle.column_id == column_id)
    if brand_id is not None:
        conditions.append(
            select(ArticleBrand.brand_id)
            .where(ArticleBrand.article_id == LibraryArticle.id, ArticleBrand.brand_id == brand_id)
            .exists()
        )
    if states:
        conditions.append(LibraryArticle.state.in_(states))
    return paging.page(session, statement.where(*conditions), _CHANGED, cursor, limit=limit, read=_line)


_CHANGED: Order[ArticleLine] = Order(
    (LibraryArticle.changed_at, LibraryArticle.id), lambda line: (line.changed_at, line.id), is_down=True
)


def _line(found: LibraryArticle, column: str) -> ArticleLine:
    return ArticleLine(
        found.id,
        found.title,
        column,
        ArticleState(found.state),
        found.draft is not None,
        found.version,
        found.changed_at,
        found.changed_by,
        found.published_at,
        found.reads,
    )


def _article(kept: ArticleVersion) -> WrittenArticle:
    stored = {"title": kept.title, "author": kept.author, "digest": kept.digest, "cover": kept.cover or ""}
    return articles.read(stored | {"blocks": kept.blocks}).article


def _column(column: LibraryColumn) -> ColumnOf:
    return ColumnOf(column.id, column.name, column.is_open, column.is_brand)
