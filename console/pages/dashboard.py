"""Dashboard: pending work of the visitor, and the features' tiles."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, queries
from console.menu import Waiting
from console.permissions import SIGNED_IN
from console.rules.visitors import Visitor
from wechat_bot import alarms, texts
from wechat_bot.client.codes import EXPLAINED
from wechat_bot.outbox import pausing
from wechat_bot.services import Services, current_services

#: How far back failed tasks are shown.
FAILED_SINCE = timedelta(days=2)


@access.allow(SIGNED_IN)
def home() -> ResponseReturnValue:
    """Front page with the visitor's pending work and the tiles."""
    services, me = current_services(), access.visitor()
    extensions = access.extensions()
    with services.reading() as session:
        now = services.clock()
        needs = [each for need in extensions.needs_for(me) for each in need.look(services, session, me, now)]
        tiles = [(tile.template, tile.look(services, session, me, now)) for tile in extensions.tiles_for(me)]
    # Sorting is stable: urgent lines come first, and the rest keeps its order.
    needs.sort(key=lambda each: not each.is_urgent)
    return render_template("console/home.html", needs=needs, tiles=tiles, today=now)


def outbox(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Pending work: unsure and failed messages."""
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
    if not queries.is_worker_alive(session, now=services.real_time()):
        found.append("后台进程没有在运行，消息和任务都停着：请启动 flask worker")
    return [Waiting(0, sentence, is_urgent=True) for sentence in found]


def failed_tasks(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Pending work: the visitor's own failed imports and exports."""
    count = queries.failed_tasks(session, visitor.user_id, since=now - FAILED_SINCE)
    return [Waiting(count, "项任务没有完成，看看原因再试", url_for("console.task_list"))] if count else []
