"""Console wall of 陈列秀: photos that shops sent in, chosen for an article or passed over."""

from collections.abc import Sequence

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcasts.actions import pictures, showing
from broadcasts.actions.pictures import PreparedPicture
from broadcasts.models.displays import DisplayState
from broadcasts.permissions import LIBRARY_SEE, LIBRARY_WRITE
from broadcasts.queries import displays as queries
from broadcasts.queries import reading
from broadcasts.queries.displays import DisplayLine
from broadcasts.texts import displays as texts
from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Filter, Listing
from console.lists.looking import ask
from foundation.clock import when
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.text import whole_number
from people.pages import filters
from wechat_bot import media, serving
from wechat_bot.services import current_services

PAGE = 24
#: Seconds that a browser may keep a photo: it may be taken back meanwhile.
KEPT = 600
#: The column that display photos are shown in.
COLUMN = "陈列展示"
STATES = {DisplayState.NEW: "没看过", DisplayState.CHOSEN: "选进文章", DisplayState.PASSED: "不用"}
COLOURS = {DisplayState.NEW: "warn", DisplayState.CHOSEN: "good", DisplayState.PASSED: ""}


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[DisplayLine]:
    states = [each for each in DisplayState if each == asked.given.get("state")]
    return queries.found_page(asked.session, filters.shops(asked), states, cursor, limit=limit)


WALL: Listing[DisplayLine] = Listing(
    name="broadcasts.displays",
    title="陈列秀",
    unit="张",
    see=LIBRARY_SEE,
    size=PAGE,
    filters=(
        Filter("state", "状态", "全部状态", lambda asked: list(STATES.items())),
        filters.AREA,
        filters.MANAGER,
    ),
    columns=(),
    find=_find,
    nothing=("还没有照片", "店主在聊天里发“陈列秀”，或在资料页里发的照片，会列在这里。"),
    nothing_left=("没有符合的照片", "换一个条件，或清除筛选再看。"),
)


@access.allow(LIBRARY_SEE)
def displays() -> ResponseReturnValue:
    """Show the photos, small. Seeing them is written to the audit log."""
    services = current_services()
    with services.reading() as session:
        shown = looking.look(WALL, session)
        page = render_template(
            "broadcasts/console/displays.html",
            shown=shown,
            states=STATES,
            colours=COLOURS,
            day=lambda at: when(at, now=shown.asked.now, zone=services.zone),
        )
        said = WALL.said(shown.asked)
    act.seen("display.see", "article", said)
    return page


@access.allow(LIBRARY_SEE)
def display_file(display_id: int) -> Response:
    """Send a photo, as it is or small, to somebody who may see its shop."""
    services = current_services()
    with services.reading() as session:
        asked = ask(WALL, session, {})
        found = queries.some(session, filters.shops(asked), [display_id])
        file = media.find(session, services.media_folder, found[0].media_key) if found else None
    response = serving.send(media.small(file) if request.args.get("size") == "small" else file, f"display-{display_id}")
    if file is not None:
        response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    return response


@access.allow(LIBRARY_WRITE)
def choose_displays() -> ResponseReturnValue:
    """Put the ticked photos into the draft of a new article, or pass them over."""
    here, wanted = url_for("broadcasts_pages.displays"), request.form.get("do", "")
    ids = [number for each in request.form.getlist("display")[:PAGE] if (number := whole_number(each)) is not None]
    if wanted not in ("choose", "pass"):
        abort(400)
    try:
        return _pass(here, ids) if wanted == "pass" else _choose(ids)
    except Refused as refusal:
        return act.done(here, refusal.sentence, "warning")


def _pass(here: str, ids: Sequence[int]) -> ResponseReturnValue:
    seen = [line.id for line in _seen(ids)]
    with act.transaction() as (session, _, note):
        count = showing.pass_over(session, seen, who=access.visitor().name)
        note("display.pass", "article", f"{count} 张")
    return act.done(here, f"{count} 张照片不用了。")


def _choose(ids: Sequence[int]) -> ResponseReturnValue:
    lines, services = _seen(ids), current_services()
    prepared = {line.id: _prepared(line) for line in lines}
    with act.transaction() as (session, now, note):
        column = reading.named(session, COLUMN)
        if column is None:
            raise Refused(texts.COLUMN_GONE)
        month = now.astimezone(services.zone).month
        article = showing.choose(
            session,
            services.media_folder,
            column.id,
            prepared,
            title=texts.title(month, [line.shop for line in lines]),
            who=access.visitor().name,
            now=now,
        )
        note("display.choose", f"article:{article.id}", "、".join(line.licence for line in lines))
        where = url_for("broadcasts_pages.edit_article", article_id=article.id)
    return act.done(where, f"{len(lines)} 张照片放进了新文章，写好再发布。")


def _seen(ids: Sequence[int]) -> list[DisplayLine]:
    """The chosen photos, of shops that the visitor sees. Raises Refused where there are none."""
    with current_services().reading() as session:
        lines = queries.some(session, filters.shops(ask(WALL, session, {})), ids)
    if not lines:
        raise Refused(texts.NONE_CHOSEN)
    return lines


def _prepared(line: DisplayLine) -> PreparedPicture:
    services = current_services()
    with services.reading() as session:
        found = media.find(session, services.media_folder, line.media_key)
    if found is None:
        raise Refused(texts.PHOTO_GONE)
    return pictures.prepare(found.path.read_bytes())
