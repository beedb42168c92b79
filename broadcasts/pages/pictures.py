"""Console pages of the shelf of pictures, and what comes onto it with a posted form."""

from collections.abc import Sequence
from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions import pictures
from broadcasts.models.library import ShelfPicture
from broadcasts.permissions import LIBRARY_SEE
from broadcasts.queries import pictures as queries
from broadcasts.rules import cards, moves
from broadcasts.rules.article_form import ArticleForm
from console import access
from foundation import paging
from foundation.paging import Cursor, Order
from wechat_bot import serving
from wechat_bot.services import Services, current_services

ON_PAGE, OFFERED = 60, 12
#: Ending of the name of a block's file field; before it stands the code of its card.
ENDING = ".file"
_NEWEST: Order[ShelfPicture] = Order(
    (ShelfPicture.made_at, ShelfPicture.sha256), lambda each: (each.made_at, each.sha256), is_down=True
)


@access.allow(LIBRARY_SEE)
def shelf() -> ResponseReturnValue:
    """Show the pictures of the library, the newest first."""
    cursor = Cursor.of(request.args)
    with current_services().reading() as session:
        page = paging.page(session, select(ShelfPicture), _NEWEST, cursor, limit=ON_PAGE)
    return render_template("broadcasts/console/pictures.html", page=page, address=address())


@access.allow(LIBRARY_SEE)
def picture(sha256: str) -> ResponseReturnValue:
    """Send a picture of the shelf."""
    services = current_services()
    with services.reading() as session:
        found = queries.find(session, services.media_folder, sha256)
    return serving.send(found, sha256)


def address() -> str:
    """The address of the shelf's pictures, before their name."""
    return url_for("broadcasts_pages.picture", sha256="-").removesuffix("-")


def newest(session: Session) -> Sequence[ShelfPicture]:
    """The pictures offered beside a block that has none."""
    return session.scalars(select(ShelfPicture).order_by(ShelfPicture.made_at.desc()).limit(OFFERED)).all()


def received(services: Services, form: ArticleForm) -> ArticleForm:
    """Return the posted form with the pictures that came with it, on the shelf: of blocks, from the clipboard, and the
    cover. Raises Refused for one that cannot be taken."""
    for name, upload in request.files.items():
        is_block = name.endswith(ENDING)
        if not upload.filename or not (is_block or name in ("shot", "cover_file")):
            continue
        made = pictures.receive(upload.stream)
        with services.transaction() as session:
            sha256 = pictures.add(session, services.media_folder, made, now=services.clock())
        if name == "cover_file":
            form = replace(form, cover=sha256)
        elif name == "shot":
            behind = request.form.get("do", "").partition(":")[2]
            form = replace(form, cards=moves.pictured(form.cards, behind, sha256))
        elif (at := cards.place(form.cards, name.removesuffix(ENDING))) is not None:
            card = replace(form.cards[at], picture=sha256, origin="")
            form = replace(form, cards=cards.changed(form.cards, card))
    return form
