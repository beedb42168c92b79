"""Routes of broadcasts inside WeChat: every address and its view."""

from datetime import datetime

from sqlalchemy.orm import Session

from broadcasts.mobile import displays, library, own_rows, push
from broadcasts.texts import library as texts
from foundation.errors import Refused
from wechat_bot import oauth
from wechat_bot.conversation import Card

blueprint = oauth.pages("broadcasts_mobile", __name__, url_prefix="/m", template_folder="../templates")
blueprint.register_error_handler(
    Refused, lambda refusal: oauth.message_page(422, refusal.sentence, again="/m/library", label=texts.TO_LIBRARY)
)
_ARTICLE, _PUSH = "/library/<token>", "/p/<token>"
for _rule, _view, _methods in (
    ("/library", library.library, ("GET",)),
    ("/library/pictures/<sha256>", library.picture, ("GET",)),
    (_ARTICLE, library.article, ("GET",)),
    (_ARTICLE, library.mark, ("POST",)),
    ("/mine/<token>", own_rows.own_row, ("GET",)),
    ("/library/display", displays.display_page, ("GET",)),
    ("/library/display", displays.send_display, ("POST",)),
    ("/library/display/photo/<int:number>", displays.display_photo, ("GET",)),
    (_PUSH, push.show, ("GET",)),
    (f"{_PUSH}/<int:number>", push.press, ("GET",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """The cards of broadcasts on a follower's own page."""
    return [*own_rows.cards(session, openid, now), *library.cards(session, openid, now)]
