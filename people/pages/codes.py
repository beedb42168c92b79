"""Binding codes to print: choose the shops, see how many, and have a worker write the sheets."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, audit, tasks
from foundation.errors import Refused
from people import areas, cards, codes, saved
from people.pages import choosing
from people.permissions import CODES_PRINT
from people.roster.kinds import CODES
from wechat_bot.services import current_services


@access.allow(CODES_PRINT)
def print_codes() -> ResponseReturnValue:
    """Choose the shops whose codes are to be printed, and ask for the sheets."""
    services, me, error = current_services(), access.visitor(), ""
    if request.method == "POST":
        try:
            return _ask()
        except Refused as refusal:
            error = refusal.sentence
    chosen = choosing.chosen()
    with services.reading() as session:
        which = choosing.condition(services, session, me, chosen)
        number = saved.count(session, which, most=codes.MOST_CARDS)
        choices = {
            "areas": areas.names(session, me),
            "classes": areas.classes(session),
            "managers": areas.managers(session),
            "audiences": [(line.id, line.name) for line in saved.listing(session)],
        }
        said = choosing.words(session, chosen)
    page = render_template(
        "people/codes.html",
        number=number,
        most=codes.MOST_CARDS,
        sheets=-(-number // cards.A_SHEET),
        kept=choosing.kept(),
        said=said,
        error=error,
        **choices,
    )
    return page, 422 if error else 200


def _ask() -> ResponseReturnValue:
    services, me, chosen = current_services(), access.visitor(), choosing.chosen()
    with services.transaction() as session:
        which = choosing.condition(services, session, me, chosen)
        number = saved.count(session, which, most=codes.MOST_CARDS)
        if not number:
            raise Refused("这个范围里没有店，请换一个条件。")
        if number > codes.MOST_CARDS:
            raise Refused(f"一次最多打印 {codes.MOST_CARDS:,} 家，请缩小范围，分几次打印。")
        now, said = services.clock(), choosing.words(session, chosen)
        task_id = tasks.ask(session, CODES, f"打印绑定卡 {said}", chosen.to_json(), owner_id=me.user_id, now=now)
        detail = f"{said} {number} 家"
        audit.note(session, me, "codes.print", f"task:{task_id}", detail, address=access.address(), now=now)
    return redirect(url_for("console.task", task_id=task_id), 303)
