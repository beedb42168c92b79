"""Wishes in the console: the list with its file, the import, and the message to those who wished for something."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, importing
from console.importing import Wizard
from console.lists import looking
from console.lists.exporting import exporting
from console.lists.listing import Asked, Column, Filter, Listing
from console.pages import tasks as task_pages
from foundation.paging import Cursor, Page
from people.pages import filters
from tests.toy import actions, jobs, queries
from tests.toy.models import Wish
from tests.toy.permissions import WISHES_RUN, WISHES_SEE
from tests.toy.queries import Line
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[Line]:
    what = asked.given.get("what")
    return queries.page(asked.session, [*filters.shops(asked), *([Wish.what == what] if what else ())], cursor, limit)


WISHES: Listing[Line] = Listing(
    name="toy.wishes",
    title="进货愿望",
    see=WISHES_SEE,
    filters=(filters.AREA, Filter("what", "货名", "全部货名", lambda asked: queries.goods(asked.session))),
    columns=(
        Column("shop", "店名", lambda line: line.shop, href=filters.page_of),
        Column("phone", "手机", lambda line: line.phone, mask=filters.PHONE),
        Column("what", "想要的货", lambda line: line.what),
        Column("boxes", "条数", lambda line: line.boxes, is_number=True),
        Column("made", "时间", lambda line: line.made_at),
    ),
    find=_find,
    nothing=("还没有愿望", "店主在公众号里回复“进货”，说的会列在这里。"),
    export=WISHES_RUN,
)
WIZARD = Wizard("愿望", check=jobs.CHECK, bring=jobs.BRING, page="toy.checked", did="wish.import")


@access.allow(WISHES_SEE)
def wishes() -> ResponseReturnValue:
    """What shops would like to have, the newest first."""
    with current_services().reading() as session:
        return render_template("toy/wishes.html", shown=looking.look(WISHES, session))


@access.allow(WISHES_RUN, upload=jobs.LIMITS.file)
def upload() -> ResponseReturnValue:
    """Take a file of wishes, and ask for it to be checked."""
    return act.form(lambda: importing.take(WIZARD), lambda error: render_template("toy/upload.html", error=error))


@access.allow(WISHES_RUN)
def checked(task_id: int) -> ResponseReturnValue:
    """What is in the file, or what is wrong with it."""
    task = importing.checked(WIZARD, task_pages.find(task_id))
    return render_template("toy/checked.html", task=task, **task_pages.standing(task))


@access.allow(WISHES_RUN)
def confirm(task_id: int) -> ResponseReturnValue:
    """Bring in what was checked, once."""
    return importing.confirm(WIZARD, task_pages.find(task_id))


@access.allow(WISHES_RUN)
def tell() -> ResponseReturnValue:
    """Write to everybody who wished for something."""
    with current_services().reading() as session:
        goods = queries.goods(session)
    return act.form(_tell, lambda error: render_template("toy/tell.html", goods=goods, error=error))


def _tell() -> ResponseReturnValue:
    what = request.form.get("what", "")
    with act.transaction() as (session, now, note):
        campaign = actions.tell(session, what, request.form.get("said", ""), by=access.visitor().name, now=now)
        note("wish.tell", campaign.about, what)
    return act.done(url_for("toy.wishes"), f"想要“{what}”的店都会收到。")


blueprint = Blueprint("toy", __name__, url_prefix="/console/wishes", template_folder="templates")
for _rule, _view, _methods in (
    ("", wishes, ("GET",)),
    ("/export", exporting(WISHES, wishes), ("POST",)),
    ("/upload", upload, ("GET", "POST")),
    ("/upload/<int:task_id>", checked, ("GET",)),
    ("/upload/<int:task_id>/confirm", confirm, ("POST",)),
    ("/tell", tell, ("GET", "POST")),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
