"""Routes of visits inside WeChat: every address and its view."""

from foundation.errors import Refused
from visits.mobile import desk, groups, inbox, own, phrases, plans
from visits.texts import answering as texts
from wechat_bot import oauth

blueprint = oauth.pages("visits_mobile", __name__, url_prefix="/m/visits", template_folder="../templates")
# This address serves everybody: a manager gets the inbox, a shop its own requests.
blueprint.register_error_handler(
    Refused, lambda refusal: oauth.message_page(422, refusal.sentence, again="/m/visits", label=texts.TO_MINE)
)
_ONE = "/<int:number>"
_OWN = "/mine/<int:number>"
_GROUP, _OWN_GROUP = (f"{start}/groups/<int:group_id>" for start in ("", "/mine"))
for _rule, _view, _methods in (
    ("", inbox.inbox_page, ("GET",)),
    (_ONE, desk.thread_page, ("GET",)),
    (_ONE, desk.act, ("POST",)),
    (f"{_ONE}/media/<int:message_id>", desk.media_file, ("GET",)),
    ("/mine", own.newest, ("GET",)),
    ("/mine", own.write, ("POST",)),
    (_OWN, own.own_page, ("GET",)),
    (f"{_OWN}/rating", own.rate, ("POST",)),
    (f"{_OWN}/media/<int:message_id>", own.own_file, ("GET",)),
    ("/kept/<token>", desk.kept_picture, ("GET",)),
    ("/phrases", phrases.phrases, ("GET",)),
    ("/phrases", phrases.keep, ("POST",)),
    ("/due", plans.due, ("GET",)),
    ("/visited/<int:retailer_id>", plans.visited, ("POST",)),
    ("/groups", groups.groups, ("GET",)),
    ("/groups/new", groups.group_write, ("GET", "POST")),
    (_GROUP, groups.group, ("GET",)),
    (f"{_GROUP}/cancel", groups.group_cancel, ("POST",)),
    (_OWN_GROUP, groups.own_group, ("GET",)),
    (f"{_OWN_GROUP}/picture", groups.own_picture, ("GET",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
