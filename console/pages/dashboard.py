"""Dashboard: pending work of the visitor, and the features' tiles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, mailing, queries
from console.menu import Tile, Waiting
from console.permissions import SIGNED_IN
from console.rules.visitors import Visitor
from wechat_bot import alarms, texts
from wechat_bot.client.codes import EXPLAINED
from wechat_bot.outbox import pausing
from wechat_bot.services import Services, current_services

_KEPT = "kept figures"
#: Kept values of tiles; the accounts of a company are some dozens.
MOST_KEPT = 1_000
#: Until which hour one says what.
_GREETINGS = ((5, "晚上好"), (9, "早上好"), (12, "上午好"), (14, "中午好"), (18, "下午好"))
#: How far back failed tasks are shown.
FAILED_SINCE = timedelta(days=2)


class KeptFigures:
    """Figures of tiles, worked out for each visitor and kept for some minutes, in this process."""

    def __init__(self) -> None:
        #: How old they may be.
        self.lasts = timedelta(minutes=5)
        self._kept: dict[tuple[str, Visitor], tuple[datetime, Mapping[str, Any] | None]] = {}

    def of(
        self, tile: Tile, services: Services, session: Session, visitor: Visitor, now: datetime
    ) -> Mapping[str, Any] | None:
        """The values of a tile, at most some minutes old where it says that they may be."""
        if not tile.is_kept:
            return tile.look(services, session, visitor, now)
        # Who somebody is decides what they see: another role, or another area, is another visitor.
        key = tile.template, replace(visitor, session_id=0, form_token="")
        at, found = self._kept.get(key, (None, None))
        if at is None or not timedelta() <= now - at < self.lasts:
            found = tile.look(services, session, visitor, now)
            if len(self._kept) >= MOST_KEPT:
                self.clear()
            self._kept[key] = now, found
        return found

    def clear(self) -> None:
        """Forget all figures."""
        self._kept.clear()


def install(app: Flask) -> None:
    """Give an app its kept figures."""
    app.extensions[_KEPT] = KeptFigures()


def kept_figures_of(app: Flask) -> KeptFigures:
    """The kept figures of an app."""
    found: KeptFigures = app.extensions[_KEPT]
    return found


@access.allow(SIGNED_IN)
def home() -> ResponseReturnValue:
    """Front page with the visitor's pending work and the tiles."""
    services, me = current_services(), access.visitor()
    extensions, kept = access.extensions(), kept_figures_of(current_app)
    with services.reading() as session:
        now = services.clock()
        needs = [each for need in extensions.needs_for(me) for each in need.look(services, session, me, now)]
        tiles = [(tile, kept.of(tile, services, session, me, now)) for tile in extensions.tiles_for(me)]
    # Sorting is stable: urgent lines come first, and the rest keeps its order.
    needs.sort(key=lambda each: not each.is_urgent)
    return render_template(
        "console/home.html",
        needs=needs,
        urgent=sum(1 for each in needs if each.is_urgent),
        tiles=[(tile, shown) for tile, shown in tiles if shown is not None],
        starts=extensions.starts_for(me),
        today=now,
        greeting=greeting(now.astimezone(services.zone).hour),
    )


def greeting(hour: int) -> str:
    """What one says at this hour of the day.

    >>> [greeting(hour) for hour in (3, 8, 11, 12, 15, 21)]
    ['晚上好', '早上好', '上午好', '中午好', '下午好', '晚上好']
    """
    return next((word for until, word in _GREETINGS if hour < until), "晚上好")


def outbox(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Tile: waiting, unsure and failed messages, and followers."""
    return {"outbox": queries.outbox(session, now=now)}


def troubles(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: faults that stop the account, such as a refused token, a refused call, no running worker."""
    found = []
    if services.wechat.tokens.peek() == "refused":
        found.append("微信不给接口凭证，发不出消息：请检查 AppID、AppSecret 和 IP 白名单")
    is_day_spent = pausing.is_day_spent(session, now=now)
    if is_day_spent:
        found.append(texts.DAY_SPENT)
    for what in alarms.recent(session, now=now):
        if is_day_spent and what == f"wechat:{pausing.DAY_SPENT}":
            continue
        source, _, code = what.partition(":")
        if source == "wechat":
            explained = EXPLAINED.get(int(code), f"错误码 {code}") if code.lstrip("-").isdigit() else code
            found.append(f"微信拒绝了接口调用：{explained}")
        else:
            found.append("公众号认证有变化，请到公众平台查看")
    if count := mailing.trouble(session, since=now - FAILED_SINCE):
        found.append(f"{count} 封邮件没有发出去，或不知道有没有发出去：请检查发邮件的服务器")
    if not queries.is_worker_alive(session, now=services.real_time()):
        found.append("后台进程没有在运行，消息和任务都停着：请启动 flask worker")
    return [Waiting(0, sentence, is_urgent=True, icon="plug-connected-x") for sentence in found]


def failed_tasks(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: the visitor's own failed imports and exports."""
    count = queries.failed_tasks(session, visitor.user_id, since=now - FAILED_SINCE)
    url = url_for("console.task_list")
    return [Waiting(count, "项任务没有完成，看看原因再试", url, button="看原因", icon="file-alert")] if count else []
