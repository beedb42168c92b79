"""What the composer of a push offers: articles, pictures, brands, links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState, ArticleVersion, Brand, LibraryArticle, LibraryColumn, ShelfPicture
from broadcasts.queries import link_titles
from wechat_bot import collecting
from wechat_bot.feature import Feature

#: Articles and pictures that are offered, the newest.
ARTICLES, PICTURES = 60, 12


@dataclass(frozen=True, slots=True)
class OfferedArticle:
    """Article that a push may show."""

    id: int
    title: str
    column: str
    cover: str | None
    digest: str | None


def articles(session: Session, chosen: int | None) -> list[OfferedArticle]:
    """The newest published articles, and the one that was chosen."""
    statement = (
        select(LibraryArticle.id, LibraryArticle.title, LibraryColumn.name, ArticleVersion.cover, ArticleVersion.digest)
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .outerjoin(
            ArticleVersion,
            (ArticleVersion.article_id == LibraryArticle.id) & (ArticleVersion.number == LibraryArticle.version),
        )
        .order_by(LibraryArticle.published_at.desc(), LibraryArticle.id.desc())
    )
    newest = session.execute(statement.where(LibraryArticle.state == ArticleState.PUBLISHED).limit(ARTICLES)).all()
    found = [OfferedArticle(*row) for row in newest]
    if chosen is not None and all(each.id != chosen for each in found):
        found += [OfferedArticle(*row) for row in session.execute(statement.where(LibraryArticle.id == chosen))]
    return found


def shelf(session: Session, chosen: str) -> list[str]:
    """The newest pictures on the shelf, and the one that was chosen in front."""
    newest = session.scalars(select(ShelfPicture.sha256).order_by(ShelfPicture.made_at.desc()).limit(PICTURES)).all()
    return [*([chosen] if chosen else []), *(each for each in newest if each != chosen)]


def brands(session: Session, chosen: Sequence[int] = ()) -> list[tuple[int, str]]:
    """The brands that are not retired, and those that were chosen."""
    wanted = or_(Brand.retired_at.is_(None), Brand.id.in_(chosen))
    rows = session.execute(select(Brand.id, Brand.name).where(wanted).order_by(Brand.name))
    return [(row.id, row.name) for row in rows]


def led_to(session: Session, features: Sequence[Feature], links: Sequence[str], now: datetime) -> Mapping[str, str]:
    """What the links of buttons lead to, in words; a link that no feature knows is left out."""
    offered = {each.link: each.label for each in collecting.destinations(session, features, now)} if links else {}
    return {**offered, **link_titles.titles(session, features, links)}
