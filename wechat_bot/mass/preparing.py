"""Preparation of mass jobs: pictures uploaded once, and a draft of its own for each job, for WeChat uses it up."""

import re
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.errors import Refused
from wechat_bot import alarms
from wechat_bot.client import mass
from wechat_bot.client.codes import EXPLAINED, NO_SUCH_MEDIA, Act, SendError, explained
from wechat_bot.mass import answers, claiming, quota, settling
from wechat_bot.mass.models import MassDraft, MassJob, MassKind, MassState, WechatPicture
from wechat_bot.mass.source import MassArticle, MassContent, MassSource, ShelfFile
from wechat_bot.outbox import pausing
from wechat_bot.services import Services
from wechat_bot.uploads import ENDINGS

log = structlog.get_logger(__name__)

COVER, INSIDE = "cover", "inside"
#: A picture inside an article, as the source writes its address.
PLACED = re.compile(r"picture:([0-9a-f]{64})")


class DaySpent(Exception):
    """No call for drafts is left today."""


def prepare(services: Services, source: MassSource, job: MassJob) -> None:
    """Get a claimed job ready to be sent; what fails is noted with the job, which is tried again or ends."""
    fence = job.fence or ""
    try:
        with services.reading() as session:
            content = source.content(services, session, job)
        kind, media_id, title = get_ready(services, content, source.picture)
    except Refused as refused:
        why = str(refused)
        _note(services, job, fence, lambda session, mine, now: settling.refuse(session, mine, why, None, now=now))
    except DaySpent:
        _note(services, job, fence, _wait_for_tomorrow)
    except SendError as error:
        failed = error
        _note(services, job, fence, lambda session, mine, now: _note_error(session, mine, failed, now))
    except Exception as error:
        # A bug with one job must not keep back those behind it; it is tried again in some minutes.
        _note(services, job, fence, _put_off)
        log.exception("a mass job could not be got ready", job=job.id, error=type(error).__name__)
    else:
        _note_ready(services, job, fence, kind, media_id, title)


def get_ready(services: Services, content: MassContent, picture: ShelfFile) -> tuple[MassKind, str | None, str]:
    """Upload what a message needs; returns its kind, the media id of its draft or its picture, and its title."""
    if content.article is not None:
        return MassKind.ARTICLE, _draft(services, content.article, picture), content.article.title
    if content.picture:
        return MassKind.PICTURE, uploaded(services, picture, content.picture, COVER), ""
    return MassKind.TEXT, None, ""


def _draft(services: Services, article: MassArticle, picture: ShelfFile) -> str:
    """Put an article into the account; returns the draft's media id."""
    places = {sha: uploaded(services, picture, sha, INSIDE) for sha in dict.fromkeys(PLACED.findall(article.content))}
    fields = {
        "article_type": "news",
        "title": article.title,
        "author": article.author,
        "digest": article.digest,
        "content": PLACED.sub(lambda found: places[found[1]], article.content),
        "content_source_url": article.source_url,
        "need_open_comment": int(article.can_comment),
        "only_fans_can_comment": int(article.can_comment),
    }
    began_at = services.clock()
    for is_last in (False, True):
        cover = uploaded(services, picture, article.cover, COVER)
        with services.transaction() as session:
            if not quota.take(session, "draft", now=services.clock()):
                raise DaySpent
        try:
            return mass.add_draft(services.wechat, {**fields, "thumb_media_id": cover})
        except SendError as error:
            # Somebody deleted the cover in the account: it is uploaded again, once.
            if is_last or error.code != NO_SUCH_MEDIA or not _forget_cover(services, article.cover, cover, began_at):
                raise
    raise AssertionError("unreachable")


def uploaded(services: Services, picture: ShelfFile, sha256: str, purpose: str) -> str:
    """WeChat's name of a picture for a purpose, uploaded where it was not yet. Twice at once does no harm."""
    app_id = services.wechat.app_id
    key = {"app_id": app_id, "sha256": sha256, "purpose": purpose}
    with services.reading() as session:
        kept = session.get(WechatPicture, (app_id, sha256, purpose))
    if kept is not None:
        return kept.value
    content, content_type = picture(services, sha256)
    if content_type not in ENDINGS:
        raise SendError(f"WeChat takes no {content_type or 'such file'}", act=Act.NO)
    upload: Callable[..., str] = mass.add_picture if purpose == COVER else mass.add_picture_inside
    value = upload(services.wechat, f"{sha256[:12]}.{ENDINGS[content_type]}", content, content_type)
    with services.transaction() as session:
        row = {**key, "value": value, "made_at": services.clock()}
        session.execute(upsert(session, WechatPicture).values(row).on_conflict_do_nothing())
    return value


def _forget_cover(services: Services, sha256: str, value: str, before: datetime) -> bool:
    """Forget a media id of a cover that WeChat does not know any more; False if it was uploaded only now. Another
    worker may have uploaded the cover anew meanwhile."""
    mine = (WechatPicture.app_id == services.wechat.app_id, WechatPicture.sha256 == sha256)
    cover = (*mine, WechatPicture.purpose == COVER, WechatPicture.value == value)
    with services.transaction() as session:
        session.execute(delete(WechatPicture).where(*cover, WechatPicture.made_at < before))
        return session.scalar(select(WechatPicture.value).where(*cover)) is None


def _note_ready(services: Services, job: MassJob, fence: str, kind: MassKind, media_id: str | None, title: str) -> None:
    """Note that a job is ready. Its draft is noted in any case: where the job is another's by now, it is left over."""
    with services.transaction() as session:
        now = services.clock()
        if kind is MassKind.ARTICLE and media_id:
            session.add(MassDraft(media_id=media_id, job_id=job.id, title=title[:64], made_at=now))
        mine = claiming.held(session, job.id, fence)
        if mine is not None and mine.state == MassState.PLANNED:
            mine.state, mine.kind, mine.draft_media_id = MassState.DRAFTED, kind, media_id
            mine.lease_until, mine.error, mine.error_code = None, None, None


def _note(services: Services, job: MassJob, fence: str, do: Callable[[Session, MassJob, datetime], object]) -> None:
    """Do something with a claimed job, unless it is another's by now."""
    with services.transaction() as session:
        mine = claiming.held(session, job.id, fence)
        if mine is not None and mine.state == MassState.PLANNED:
            mine.lease_until = None
            do(session, mine, services.clock())


def _note_error(session: Session, job: MassJob, error: SendError, now: datetime) -> None:
    alarms.note(session, error, now=now)
    why = explained(error) if error.code is not None else str(error)
    if error.act is Act.STOP:
        settling.put_off(session, settling.pause_until(error.code, now), why, error.code, now=now)
    elif error.act is Act.NO and not error.uncertain:
        settling.refuse(session, job, why, error.code, now=now)
    else:
        # A draft too many is all that can have come of it: it is listed with those left over.
        job.due_at, job.error = now + max(answers.APART, error.wait), why[:300]


def _wait_for_tomorrow(session: Session, job: MassJob, now: datetime) -> None:
    job.due_at, job.error, job.error_code = pausing.tomorrow(now), EXPLAINED[answers.DAY_SPENT], answers.DAY_SPENT
    job.has_news = True


def _put_off(session: Session, job: MassJob, now: datetime) -> None:
    job.due_at, job.error = now + settling.STOPPED, "程序出错，稍后再试"
