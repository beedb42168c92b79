"""Trial of an article: its writer sends it to their own WeChat alone, to see what the shops would."""

from datetime import datetime

from sqlalchemy.orm import Session

from broadcasts.queries.articles import ArticleDetail
from broadcasts.rules import article as articles
from broadcasts.rules import rendering
from broadcasts.texts import trying as texts
from console.rules.visitors import Visitor
from foundation.errors import Refused
from people.models import Manager
from wechat_bot import ledger
from wechat_bot.models import Follower
from wechat_bot.outbox import queueing
from wechat_bot.reply import TEXT_LIMIT, text_message


def to_myself(session: Session, visitor: Visitor, article: ArticleDetail, *, now: datetime) -> None:
    """Send what is written of an article to the writer's own WeChat, marked as a trial, once a minute for each draft.

    Raises Refused where the writer is bound to no customer manager, or cannot be written to now.
    """
    manager = session.get(Manager, visitor.manager_id) if visitor.manager_id is not None else None
    if manager is None or manager.openid is None:
        raise Refused(texts.NOT_BOUND)
    follower = session.get(Follower, manager.openid)
    if follower is None or not follower.is_following or ledger.sends_left(follower, now=now) < 1:
        raise Refused(texts.SAY_FIRST)
    shown = articles.read(article.draft).article
    most = TEXT_LIMIT - len(texts.TRIAL.encode())
    words = texts.TRIAL + rendering.chat(shown.title or articles.UNTITLED, shown.blocks, most=most)
    key = f"article-trial:{article.id}:{article.stamp}:{now:%Y%m%d%H%M}"
    queueing.queue(session, manager.openid, text_message(words), key=key, about=f"article:{article.id}", now=now)
