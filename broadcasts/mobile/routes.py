"""Routes of broadcasts inside WeChat: every address and its view."""

from broadcasts.mobile import library
from broadcasts.texts import library as texts
from foundation.errors import Refused
from wechat_bot import oauth

blueprint = oauth.pages("broadcasts_mobile", __name__, url_prefix="/m", template_folder="../templates")
blueprint.register_error_handler(
    Refused, lambda refusal: oauth.message_page(422, refusal.sentence, again="/m/library", label=texts.TO_LIBRARY)
)
_ARTICLE = "/library/<token>"
for _rule, _view, _methods in (
    ("/library", library.library, ("GET",)),
    ("/library/pictures/<sha256>", library.picture, ("GET",)),
    (_ARTICLE, library.article, ("GET",)),
    (_ARTICLE, library.mark, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
