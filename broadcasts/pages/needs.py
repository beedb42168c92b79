"""Front page items of the library: drafts that nobody has published."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState
from broadcasts.queries import articles as queries
from console.menu import Waiting
from console.rules.visitors import Visitor
from foundation.clock import when
from wechat_bot.services import Services

#: Drafts that are counted, at most.
MOST = 20


def drafts(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return articles that were begun and never published."""
    page = queries.page(session, states=[ArticleState.DRAFT], limit=MOST)
    if not page.lines:
        return []
    newest = page.lines[0]
    if len(page.lines) == 1:
        small = f"{newest.changed_by} {when(newest.changed_at, now=now, zone=services.zone)} 保存"
        url = url_for("broadcasts_pages.article", article_id=newest.id)
        return [Waiting(0, f"文章《{newest.title}》还没有发布", url, small, "去发布", "article")]
    url = url_for("broadcasts_pages.article_list", state=ArticleState.DRAFT)
    said, is_whole = f"最新：《{newest.title}》", page.after is None
    return [Waiting(len(page.lines), "篇文章还没有发布", url, said, "看草稿", "article", is_whole=is_whole)]
