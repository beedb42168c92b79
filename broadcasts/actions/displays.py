"""Actions of 陈列秀: a photo is sent in, and its shop is told once it is shown."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from broadcasts.models.displays import Display, DisplayState
from broadcasts.texts import displays as texts
from foundation.clock import day_in
from foundation.database import changed, upsert
from foundation.errors import Refused
from people.models import Retailer
from wechat_bot.outbox import queueing
from wechat_bot.reply import link, text_message

#: Photos of one shop in a day, and characters of what it says of one.
MOST_A_DAY, LONGEST_WORDS = 3, 60


def send(
    session: Session,
    retailer_id: int,
    openid: str,
    media_key: str,
    words: str,
    *,
    mark: str,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Keep a display photo that its shop agreed to show; False where this very sending was kept before.

    Raises Refused where the shop has sent as many as there may be in a day.
    """
    if session.scalar(select(Display.id).where(Display.mark == mark)) is not None:
        return False
    row = {
        "retailer_id": retailer_id,
        "day_on": day_in(now, zone),
        "mark": mark,
        "openid": openid,
        "media_key": media_key,
        "words": words[:LONGEST_WORDS],
        "sent_at": now,
        "state": DisplayState.NEW,
    }
    # A few places: whoever comes at the same moment finds the next one.
    for number in range(1, MOST_A_DAY + 1):
        if changed(session, upsert(session, Display).values(row | {"number": number}).on_conflict_do_nothing()):
            return True
    raise Refused(texts.too_many(MOST_A_DAY))


def tell(session: Session, article_id: int, title: str, token: str, shown: Sequence[str], *, now: datetime) -> None:
    """Tell the shops whose photos are among those an article shows that they are published, each once."""
    told = (
        update(Display)
        .where(Display.article_id == article_id, Display.picture.in_(shown), Display.told_at.is_(None))
        .values(told_at=now)
        .returning(Display.id, Display.retailer_id)
    )
    rows = session.execute(told).all()
    keepers = select(Retailer.id, Retailer.openid).where(Retailer.id.in_({row.retailer_id for row in rows}))
    openids = {row.id: row.openid for row in session.execute(keepers)} if rows else {}
    message = text_message(texts.shown(title, link(f"/m/library/{token}", "点这里看")))
    for row in rows:
        if openid := openids.get(row.retailer_id):
            about, key = f"article:{article_id}", f"display:{row.id}"
            queueing.queue(session, openid, message, now=now, about=about, key=key, heeds_quiet=True)


def let_go(session: Session, article_id: int) -> None:
    """Let the photos of a deleted article be chosen again."""
    session.execute(
        update(Display)
        .where(Display.article_id == article_id)
        .values(article_id=None, picture=None, state=DisplayState.NEW, decided_by=None)
    )
