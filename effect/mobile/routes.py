"""Routes of effect inside WeChat: every address and its view."""

from effect.mobile import month, scores
from wechat_bot import oauth

blueprint = oauth.pages("effect_mobile", __name__, url_prefix="/m/effect", template_folder="../templates")
blueprint.add_url_rule("", view_func=month.month, methods=("GET",))
blueprint.add_url_rule("/score", view_func=scores.score, methods=("GET",))
blueprint.add_url_rule("/score", view_func=scores.remark, methods=("POST",))
