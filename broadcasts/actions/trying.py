"""Trial of an article: its writer sends what is written to their own phone alone, to see what the shops would."""

from datetime import datetime

from sqlalchemy.orm import Session

from blocks import rendering
from broadcasts.actions import sending
from broadcasts.queries import articles as queries
from broadcasts.queries.articles import ArticleDetail
from broadcasts.rules import article as articles
from broadcasts.texts import trying as texts
from console.rules.visitors import Visitor
from foundation.errors import Refused
from people.models import Manager
from wechat_bot import ledger
from wechat_bot.mass import previewing
from wechat_bot.mass.source import MassArticle, MassContent
from wechat_bot.models import Follower
from wechat_bot.outbox import queueing
from wechat_bot.reply import TEXT_LIMIT, text_message
from wechat_bot.services import Services


def phone(session: Session, visitor: Visitor) -> str:
    """The openid of a visitor's own phone. Raises Refused where they are bound to no customer manager, or do not follow
    the account."""
    manager = session.get(Manager, visitor.manager_id) if visitor.manager_id is not None else None
    follower = session.get(Follower, manager.openid) if manager and manager.openid else None
    if follower is None:
        raise Refused(texts.NOT_BOUND)
    if not follower.is_following:
        raise Refused(texts.SAY_FIRST)
    return follower.openid


def shown(article: ArticleDetail) -> MassArticle | None:
    """What is written, as WeChat takes it; None without a picture, for WeChat takes no article without a cover."""
    drafted = queries.drafted(articles.read(article.draft).article)
    return drafted if drafted.cover and drafted.title else None


def by_preview(services: Services, drafted: MassArticle, openid: str) -> None:
    """Send an article to one phone as WeChat shows it. A network call: not within a transaction.

    Raises Refused where the day's previews are used up, or WeChat does not take it.
    """
    previewing.preview(services, MassContent(article=drafted), sending.picture, openid=openid)


def by_message(session: Session, article: ArticleDetail, openid: str, *, now: datetime) -> None:
    """Send an article to one phone as the chat tells it, marked as a trial, once a minute for each draft.

    Raises Refused where no message may go there now.
    """
    follower = session.get_one(Follower, openid)
    if ledger.sends_left(follower, now=now) < 1:
        raise Refused(texts.SAY_FIRST)
    read = articles.read(article.draft).article
    most = TEXT_LIMIT - len(texts.TRIAL.encode())
    words = texts.TRIAL + rendering.chat(read.title or articles.UNTITLED, read.blocks, most=most)
    key = f"article-trial:{article.id}:{article.stamp}:{now:%Y%m%d%H%M}"
    queueing.queue(session, openid, text_message(words), key=key, about=f"article:{article.id}", now=now)
