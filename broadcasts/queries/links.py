"""Links of broadcasts: what staff call a push and an article, and the articles that a button can lead to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState, ArticleVersion, LibraryArticle
from broadcasts.models.pushes import PUSH, Push
from broadcasts.models.series import PushSeries
from foundation.text import whole_number
from wechat_bot.feature import About, Destination, Title

_PUSH, _ARTICLE, _SERIES = f"{PUSH}:", "article:", "series:"
#: What begins a link, what it is called, where its pages are, its table, and the name in it.
_NAMED: tuple[tuple[str, str, str, Any, Any], ...] = (
    (_PUSH, "推送", "pushes", Push, Push.title),
    (_ARTICLE, "文章", "articles", LibraryArticle, LibraryArticle.title),
    (_SERIES, "系列", "series", PushSeries, PushSeries.name),
)
_SHUT = {ArticleState.DRAFT: "还没有发布", ArticleState.WITHDRAWN: "已经撤下"}
#: Articles that are offered to lead to.
MOST_OFFERED = 30


def titles(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """What links to pushes, articles and series are called, with their pages. One that does not exist is left out."""
    found: dict[About, Title] = {}
    for start, word, folder, table, name in _NAMED:
        ids = {about: whole_number(about.link.removeprefix(start)) for about in abouts if about.link.startswith(start)}
        wanted = {each for each in ids.values() if each is not None}
        if not wanted:
            continue
        names = {row[0]: row[1] for row in session.execute(select(table.id, name).where(table.id.in_(wanted)))}
        found |= {
            about: Title(f"{word}《{names[key]}》", f"/console/broadcasts/{folder}/{key}")
            for about, key in ids.items()
            if key in names
        }
    return found


def shut(session: Session, reference: str, at: datetime) -> str:
    """Why nobody can read an article, for staff; empty where they can."""
    article_id = whole_number(reference)
    article = session.get(LibraryArticle, article_id) if article_id is not None else None
    if article is None:
        return f"没有编号为 {reference} 的文章"
    why = _SHUT.get(ArticleState(article.state))
    return f"文章《{article.title}》{why}" if why else ""


def destinations(session: Session, now: datetime) -> Sequence[Destination]:
    """The newest articles that a button can lead to."""
    rows = session.execute(
        select(LibraryArticle.id, ArticleVersion.title)
        .join(
            ArticleVersion,
            (ArticleVersion.article_id == LibraryArticle.id) & (ArticleVersion.number == LibraryArticle.version),
        )
        .where(LibraryArticle.state == ArticleState.PUBLISHED)
        .order_by(LibraryArticle.published_at.desc(), LibraryArticle.id.desc())
        .limit(MOST_OFFERED)
    )
    return [Destination(f"{_ARTICLE}{row.id}", f"文章《{row.title}》") for row in rows]
