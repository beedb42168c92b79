"""Preview of a mass message on one person's phone, before it is planned: 100 a day."""

from collections.abc import Mapping
from typing import Any

import structlog

from foundation.errors import Refused
from wechat_bot.client import mass
from wechat_bot.client.codes import SendError, explained
from wechat_bot.mass import answers, drafts, preparing, quota
from wechat_bot.mass.models import MassDraft, MassKind
from wechat_bot.mass.source import MassContent, ShelfFile
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

NONE_LEFT = "今天的预览次数（每天 100 次）已用完，请明天再试。"


def preview(services: Services, content: MassContent, picture: ShelfFile, *, openid: str = "", name: str = "") -> None:
    """Send what a mass message would say to one person, by openid or WeChat name (`name` wins).

    A network call: not within a transaction. Raises `Refused` where WeChat does not take it.
    """
    with services.transaction() as session:
        if not quota.take(session, "preview", now=services.clock()):
            raise Refused(NONE_LEFT)
    try:
        kind, media_id, title = preparing.get_ready(services, content, picture)
        if kind is MassKind.ARTICLE and media_id:
            _preview_draft(services, media_id, title, openid, name)
        elif kind is MassKind.PICTURE and media_id:
            _send(services, mass.picture(media_id), openid, name)
        else:
            _send(services, mass.text(content.text), openid, name)
    except preparing.DaySpent:
        raise Refused("今天放草稿的次数已用完，请明天再试。") from None
    except SendError as error:
        raise Refused(f"没有发出预览：{explained(error)}。") from error


def _send(services: Services, message: Mapping[str, Any], openid: str, name: str) -> None:
    """Send a preview. Where WeChat says that the day's are used up, by whomever, it is said before the next tap."""
    asked_at = services.clock()
    try:
        mass.preview(services.wechat, message, openid=openid, name=name)
    except SendError as error:
        if error.code == answers.DAY_SPENT:
            with services.transaction() as session:
                quota.spend(session, "preview", now=asked_at)
        raise


def _preview_draft(services: Services, media_id: str, title: str, openid: str, name: str) -> None:
    """Preview a draft, and delete it; where that fails, it is listed with those left over."""
    with services.transaction() as session:
        session.add(MassDraft(media_id=media_id, job_id=0, title=title[:64], made_at=services.clock()))
    try:
        _send(services, mass.article(media_id), openid, name)
    finally:
        try:
            drafts.delete(services, [media_id])
        except SendError as error:
            log.warning("the draft of a preview could not be deleted", error=str(error))
