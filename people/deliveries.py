"""Delivery list for staff: unsure, failed and waiting messages with reasons, and actions on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, func, literal_column, select
from sqlalchemy.orm import Session

from foundation import paging
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page
from foundation.quiet import QuietHours, put_off_until
from people.models import ERASED, Manager, Retailer
from wechat_bot import delivery_titles
from wechat_bot.client.codes import EXPLAINED
from wechat_bot.feature import About, Feature, Title
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import queueing, resolving, states

PAGE = 50
#: The most messages that are counted.
COUNTED = 10_000
#: The most waiting messages that are grouped by topic.
SORTED = 100_000
EXCERPT = 60
#: States shown in the list, those that need a person most first.
STATES = {
    DeliveryState.UNSURE: "不确定",
    DeliveryState.FAILED: "没有送达",
    DeliveryState.HELD: "等对方联系",
    DeliveryState.PENDING: "等待发送",
}
#: Other states that a message may have reached meanwhile.
BECAME = {
    DeliveryState.SENDING: "正在发送",
    DeliveryState.SENT: "已发出",
    DeliveryState.DELIVERED: "已送达",
    DeliveryState.CANCELLED: "已取消",
}
OUTCOMES = {"sent": DeliveryState.SENT, "failed": DeliveryState.FAILED, "resend": DeliveryState.PENDING}
#: Texts for the outbox's reasons and WeChat's receipts.
_REASONS = {
    states.TOO_LATE: "过了有效时间，没有再发",
    states.UNFOLLOWED: "对方已取消关注",
    "waits for the next contact": "对方 48 小时内没有来过消息，微信不让发；等他下次来消息时自动发出",
    "the process that sent it ended in the call": "发送时程序中断，不知道微信有没有收到",
    "failed:user block": "对方拒收公众号的消息",
    "failed: system failed": "微信系统原因，没有送达",
    "failed:system failed": "微信系统原因，没有送达",
}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """Message as a line of the list."""

    id: int
    #: The receiver: shop, customer manager, or unknown.
    who: str
    licence: str
    phone: str
    title: Title
    text: str
    queued_at: datetime
    #: The earliest time of sending.
    due_at: datetime
    #: Until when it is put off; None where it only waits for its turn.
    until: datetime | None
    reason: str
    #: The message's current values in words, for the edit stamp.
    kept: Mapping[str, str]
    #: Position in the list, for the cursor.
    place: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Topic of waiting messages with their number; the last one stands for messages without a topic."""

    link: str
    title: Title
    waiting: int


def page(
    session: Session,
    features: Sequence[Feature],
    state: DeliveryState,
    *,
    now: datetime,
    quiet: QuietHours | None,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[DeliveryLine]:
    """A page of the messages in a state: waiting ones in the order of sending, all others newest first."""
    statement = (
        select(Delivery, Retailer.shop, Retailer.licence, Retailer.phone, Manager.name, Manager.phone)
        .outerjoin(Retailer, Retailer.openid == Delivery.openid)
        .outerjoin(Manager, Manager.openid == Delivery.openid)
        .where(Delivery.state == _word(state))
    )
    order = _order(state)
    rows = session.execute(paging.begun(statement, order, cursor).limit(limit + 1)).all()
    titles = delivery_titles.find(session, features, (delivery_titles.of(row[0]) for row in rows))
    return paging.cut([_line(row, titles, quiet, now, order) for row in rows], order, cursor, limit=limit)


def counts(session: Session) -> dict[DeliveryState, int]:
    """The number of messages in each state, counted up to `COUNTED` + 1."""
    found = {}
    for state in STATES:
        some = select(Delivery.id).where(Delivery.state == _word(state)).limit(COUNTED + 1).subquery()
        found[state] = session.scalar(select(func.count()).select_from(some)) or 0
    return found


def topics(session: Session, features: Sequence[Feature]) -> list[Topic]:
    """The topics of waiting messages, the most frequent first; beyond `SORTED` messages the counts are "at least"."""
    waiting: ColumnElement[bool] = literal_column("state in ('pending', 'held')")
    some = select(Delivery.about).where(waiting, Delivery.about.is_not(None)).limit(SORTED).subquery()
    rows = session.execute(
        select(some.c.about, func.count().label("waiting")).group_by(some.c.about).order_by(func.count().desc())
    ).all()
    titles = delivery_titles.find(session, features, (About(row.about, None) for row in rows))
    return [Topic(row.about, titles[About(row.about, None)], row.waiting) for row in rows]


def kept(delivery: Delivery | None) -> dict[str, str]:
    """The current values of a message, as labels and texts; empty where there is none."""
    if delivery is None:
        return {}
    return {"结果": (STATES | BECAME)[DeliveryState(delivery.state)], "发过几次": str(delivery.attempts)}


def settle(session: Session, delivery_id: int, outcome: str, *, now: datetime) -> None:
    """Resolve an unsure message: `sent` (it arrived), `failed` (it did not), `resend`. Raises `Refused` where it is not
    unsure any more: somebody else decided, or WeChat's answer arrived after all."""
    state = OUTCOMES.get(outcome)
    if state is None:
        raise Refused("请选一种处理：收到了、没收到，或再发一次。")
    if not resolving.resolve(session, delivery_id, state, now=now):
        raise Refused("这条消息已经有人处理过了。")


def cancel(session: Session, features: Sequence[Feature], about: str, *, now: datetime) -> tuple[str, int]:
    """Cancel the waiting messages about a topic; gives its title and their number."""
    number = queueing.withdraw(session, Delivery.about == about, now=now)
    if not number:
        raise Refused("没有在等的消息了：可能已经发完，或已经取消。")
    those = About(about, None)
    return delivery_titles.find(session, features, [those])[those].text, number


def reason(state: str, error: str | None, code: int | None) -> str:
    """The reason for a message's state, as a text.

    >>> reason("failed", "no longer follows", None), reason("failed", "…", 43101)
    ('对方已取消关注', '对方没有同意接收')
    >>> reason("unsure", "read timed out", None)
    '发出后没有等到微信的回答，不知道对方是否收到'
    """
    if code is not None and code in EXPLAINED:
        return EXPLAINED[code]
    if error in _REASONS:
        return _REASONS[error]
    if state == DeliveryState.UNSURE:
        return "发出后没有等到微信的回答，不知道对方是否收到"
    if not error:
        return ""
    return f"微信没有接受（错误码 {code}）" if code is not None else "没有送到微信"


def _line(
    row: Sequence[Any],
    titles: Mapping[About, Title],
    quiet: QuietHours | None,
    now: datetime,
    order: Order[DeliveryLine],
) -> DeliveryLine:
    delivery, shop, licence, phone, manager, manager_phone = row
    who = shop or (f"客户经理 {manager}" if manager else "")
    if not who:
        who = "已删除个人信息的人" if delivery.openid.startswith(ERASED) else "没有绑定店铺的人"
    return DeliveryLine(
        delivery.id,
        who,
        licence or "",
        phone or manager_phone or "",
        titles[delivery_titles.of(delivery)],
        excerpt(delivery.message),
        delivery.created_at,
        delivery.due_at,
        put_off_until(delivery.due_at, heeds_quiet=delivery.heeds_quiet, quiet=quiet, now=now),
        reason(delivery.state, delivery.error, delivery.error_code),
        kept(delivery),
        tuple(getattr(delivery, column.key) for column in order.columns),
    )


def excerpt(message: Mapping[str, Any]) -> str:
    """The beginning of a message's text.

    >>> excerpt({"msgtype": "text", "text": {"content": "您好"}}), excerpt({"msgtype": "image", "image": {}})
    ('您好', '图片')
    """
    kind = message.get("msgtype")
    if kind == "text":
        said = " ".join(str(message.get("text", {}).get("content", "")).split())
        return said if len(said) <= EXCERPT else f"{said[:EXCERPT]}…"
    return {"image": "图片", "voice": "语音", "video": "视频", "news": "图文"}.get(str(kind), "")


def _order(state: DeliveryState) -> Order[DeliveryLine]:
    columns: tuple[Any, ...] = (Delivery.settled_at, Delivery.id)
    if state is DeliveryState.PENDING:
        columns = (Delivery.lane, Delivery.due_at, Delivery.id)
    if state is DeliveryState.HELD:
        columns = (Delivery.id,)
    return Order(columns, lambda line: line.place, is_down=state is not DeliveryState.PENDING)


def _word(state: DeliveryState) -> Any:
    # A literal: with a parameter, PostgreSQL cannot tell that a partial index fits.
    return literal_column(f"'{state}'", String)
