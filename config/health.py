"""The health page: whether database, Redis, worker and token are well. For load balancers and for people."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from wechat_bot import alarms, texts
from wechat_bot.models import BEAT_LOST, Beat
from wechat_bot.outbox import pausing, resolving
from wechat_bot.services import Services, current_services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 while the account can answer and send; 503 with the part that cannot. Never asks WeChat anything."""
    services = current_services()
    report = check(services)
    return jsonify(report), 200 if report["ok"] else 503


def check(services: Services) -> dict[str, Any]:
    """The state of each part: `ok`, or what is wrong with it."""
    now = services.clock()
    token = services.wechat.tokens.peek()
    parts: dict[str, Any] = {"token": token, "store": services.wechat.tokens.store_ailment() or "ok"}
    try:
        with services.reading() as session:
            beat = session.scalar(select(func.max(Beat.beat_at)))
            problems = alarms.sounding(session, now=now)
            parts |= {
                "database": "ok",
                "worker": _worker(now - beat if beat else None),
                "broadcasts": texts.DAY_SPENT if pausing.is_day_spent(session, now=now) else "ok",
                "outbox": resolving.counts(session),
            }
    except SQLAlchemyError as error:
        parts["database"], problems = f"unreachable ({type(error).__name__})", {}
    parts["wechat"] = problems or "ok"
    well = all(parts.get(part) == "ok" for part in ("database", "store", "worker", "wechat"))
    return {"ok": well and token != "refused", "development": services.is_development, **parts}


def _worker(silence: timedelta | None) -> str:
    if silence is None:
        return "no worker has started yet"
    return "ok" if silence < BEAT_LOST else f"silent for {int(silence.total_seconds())} s"
