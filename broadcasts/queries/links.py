"""Links of broadcasts: what staff call a push and an article, and the articles that a button can lead to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState, ArticleVersion, LibraryArticle
from broadcasts.models.pushes import Push
from foundation.text import whole_number
from wechat_bot.feature import About, Destination, Title

_PUSH, _ARTICLE = "push:", "article:"
#: Articles that are offered to lead to.
MOST_OFFERED = 30


def titles(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """What links to pushes are called, with their pages. One that does not exist is left out."""
    ids = {about: whole_number(about.link.removeprefix(_PUSH)) for about in abouts if about.link.startswith(_PUSH)}
    if not ids:
        return {}
    wanted = {each for each in ids.values() if each is not None}
    names = {row.id: row.title for row in session.execute(select(Push.id, Push.title).where(Push.id.in_(wanted)))}
    return {
        about: Title(f"推送《{names[push_id]}》", f"/console/broadcasts/pushes/{push_id}")
        for about, push_id in ids.items()
        if push_id in names
    }


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
