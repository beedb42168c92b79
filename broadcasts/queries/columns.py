"""Columns and brands of the library, with how many articles stand under them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleBrand, ArticleState, Brand, LibraryArticle, LibraryColumn
from foundation.errors import Refused


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """Column, with its articles: all of them, and those that are published."""

    id: int
    name: str
    is_open: bool
    is_brand: bool
    retired_at: datetime | None
    articles: int
    published: int


@dataclass(frozen=True, slots=True)
class BrandLine:
    """Brand, with the articles that name it."""

    id: int
    name: str
    retired_at: datetime | None
    articles: int


def columns(session: Session, *, with_retired: bool = False) -> tuple[ColumnLine, ...]:
    """The columns in their order."""
    is_shown = LibraryArticle.state == ArticleState.PUBLISHED
    statement = (
        select(LibraryColumn, func.count(LibraryArticle.id), func.count(LibraryArticle.id).filter(is_shown))
        .outerjoin(LibraryArticle, LibraryArticle.column_id == LibraryColumn.id)
        .group_by(LibraryColumn.id)
        .order_by(LibraryColumn.place, LibraryColumn.id)
    )
    if not with_retired:
        statement = statement.where(LibraryColumn.retired_at.is_(None))
    return tuple(
        ColumnLine(each.id, each.name, each.is_open, each.is_brand, each.retired_at, articles, published)
        for each, articles, published in session.execute(statement)
    )


def named(session: Session, name: str) -> int:
    """The id of the column with this name. Raises Refused where none in use has it, with the names there are."""
    found = {each.name: each.id for each in columns(session)}
    if name not in found:
        raise Refused(f"没有栏目“{name}”。现在有：{'、'.join(found)}。")
    return found[name]


def brands(session: Session, *, with_retired: bool = False) -> tuple[BrandLine, ...]:
    """The brands by their names."""
    statement = (
        select(Brand, func.count(ArticleBrand.article_id))
        .outerjoin(ArticleBrand, ArticleBrand.brand_id == Brand.id)
        .group_by(Brand.id)
        .order_by(Brand.name)
    )
    if not with_retired:
        statement = statement.where(Brand.retired_at.is_(None))
    return tuple(
        BrandLine(each.id, each.name, each.retired_at, articles) for each, articles in session.execute(statement)
    )
