"""Page inside WeChat of a customer manager's own scores of a month, to which they may say something."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import stamps
from console.stamps import Overtaken
from effect.actions import remarks
from effect.export import scores as listing
from effect.mobile import visitor
from effect.queries import editable
from effect.queries import month as month_queries
from effect.queries import scores as queries
from effect.rules import months
from effect.texts import scores as texts
from foundation.errors import Refused
from wechat_bot import oauth
from wechat_bot.services import current_services


def score() -> ResponseReturnValue:
    """Show the scores of whoever looks. Raises Refused for everybody but customer managers."""
    return _page()


def remark() -> ResponseReturnValue:
    """Keep what a manager says to their own scores; without words, take it back."""
    services, form = current_services(), request.form
    said = form.get("text", "")
    try:
        month = months.read(form.get("month", ""))
        with services.transaction() as session:
            me = visitor.manager(session, oauth.who()).manager_id or 0
            now = services.clock()
            stamps.check(session, editable.remark(month, me), form.get(stamps.FIELD, ""), now=now)
            remarks.say(session, month, me, said, now=now)
    except Overtaken as overtaken:
        return make_response(_page(said, texts.remark_overtaken(overtaken.kept["说明"])), 409)
    except Refused as refusal:
        return make_response(_page(said, refusal.sentence), 422)
    flash(texts.REMARK_KEPT)
    return redirect(url_for(".score", month=months.written(month)), 303)


def _page(draft: str | None = None, sentence: str = "") -> str:
    with current_services().reading() as session:
        me = visitor.manager(session, oauth.who())
        month = listing.month_of(session, request.values.get("month", ""))
        if month is None:
            raise Refused(texts.NONE_YET)
        found = queries.scorecard(session, month)
        line = found.of(me.manager_id)
        if line is None:  # disabled meanwhile, or new after the month was filed
            raise Refused(texts.NONE_YET)
        kept = editable.remark(month, line.manager_id).kept(session)
        filed = listing.filed(session, month)
        state = month_queries.state(session, month)
    beside = [(words, each) for words, each in _beside(month) if each in filed]
    return render_template(
        "effect/score.html",
        line=line,
        found=found,
        ranked={name: queries.ranked(found.lines, name) for name in texts.NAMES},
        title=texts.month(month),
        written=months.written(month),
        beside=[(words, months.written(each)) for words, each in beside],
        is_closed=state.closed_at is not None,
        stamp=stamps.of(kept),
        draft=line.remark if draft is None else draft,
        sentence=sentence,
        longest=remarks.LONGEST,
        texts=texts,
    )


def _beside(month: int) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("上个月", months.before(month)), ("下个月", months.before(month, -1))
