"""Binding card pages: choose the shops, see their number, and let a worker write the PDF."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from console import access, act, tasks
from foundation.errors import Refused
from people import cards, codes, saved
from people.pages import choosing
from people.permissions import CODES_PRINT
from people.roster.kinds import CODES
from wechat_bot.services import current_services


@access.allow(CODES_PRINT)
def print_codes() -> ResponseReturnValue:
    """Choose the shops, and start writing their cards."""
    return act.form(_ask, _choose)


def _ask() -> ResponseReturnValue:
    services, me, chosen = current_services(), access.visitor(), choosing.chosen()
    with act.transaction() as (session, now, note):
        which = choosing.condition(services, session, me, chosen)
        number = saved.count(session, which, most=codes.MOST_CARDS)
        if not number:
            raise Refused("这个范围里没有店，请换一个条件。")
        if number > codes.MOST_CARDS:
            raise Refused(f"一次最多打印 {codes.MOST_CARDS:,} 家，请缩小范围，分几次打印。")
        said = choosing.words(session, chosen)
        task_id = tasks.ask(session, CODES, f"打印绑定卡 {said}", chosen.to_json(), owner_id=me.user_id, now=now)
        note("codes.print", f"task:{task_id}", f"{said} {number} 家")
    return act.done(url_for("console.task", task_id=task_id))


def _choose(error: Refused | None) -> str:
    services, me, chosen = current_services(), access.visitor(), choosing.chosen()
    with services.reading() as session:
        which = choosing.condition(services, session, me, chosen)
        number = saved.count(session, which, most=codes.MOST_CARDS)
        choices = choosing.offered(session)
        sample = codes.sample(session, which, limit=cards.A_SHEET) if 0 < number <= codes.MOST_CARDS else []
        said = choosing.words(session, chosen)
    return render_template(
        "people/codes.html",
        number=number,
        most=codes.MOST_CARDS,
        sheets=-(-number // cards.A_SHEET),
        kept=choosing.kept(),
        said=said,
        filters=choices,
        sheet=cards.picture(services.account_name, sample) if sample else None,
        books=-(-number // cards.BOOK),
        error=error,
    )
