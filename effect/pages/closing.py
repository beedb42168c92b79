"""Console buttons that close a month and recount a closed one: long work, for all rows of the month are read."""

from flask import url_for
from flask.typing import ResponseReturnValue

from console import access, act, tasks
from effect.actions import filing
from effect.permissions import EFFECT_CLOSE
from effect.queries import counting
from effect.rules import months
from effect.texts import month as texts
from effect.texts import sentences
from foundation.errors import Refused
from wechat_bot.services import current_services


@access.allow(EFFECT_CLOSE)
def close(month: str) -> ResponseReturnValue:
    """Ask that a month that is over be closed."""
    services, wanted = current_services(), months.read(month)
    if months.period(wanted, services.zone).ends_at > services.clock():
        raise Refused(sentences.NOT_OVER.format(months.written(wanted)))
    return _ask(filing.CLOSE, wanted, "结账", is_closed=False)


@access.allow(EFFECT_CLOSE)
def recount(month: str) -> ResponseReturnValue:
    """Ask that a closed month be recounted; the task shows what changed."""
    return _ask(filing.RECOUNT, months.read(month), "重算", is_closed=True)


def _ask(kind: str, month: int, what: str, *, is_closed: bool) -> ResponseReturnValue:
    visitor = access.visitor()
    with act.transaction() as (session, now, note):
        if counting.is_closed(session, month) != is_closed:
            sentence = sentences.IS_OPEN if is_closed else sentences.IS_CLOSED
            raise Refused(sentence.format(months.written(month)))
        title = f"{what}：{texts.month(month)}成效"
        params = {"month": month, "by": visitor.name}
        task_id = tasks.ask(session, kind, title, params, owner_id=visitor.user_id, now=now)
        note(kind, f"task:{task_id}", texts.month(month))
    return act.done(url_for("console.task", task_id=task_id))
