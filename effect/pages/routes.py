"""Routes of effect in the console: every address and its view."""

from flask import Blueprint

from console.lists.exporting import exporting
from effect.export.scores import SCORES
from effect.pages import scores, weights

blueprint = Blueprint("effect_pages", __name__, url_prefix="/console/effect", template_folder="../templates")
for _rule, _view, _methods in (
    # The scorecard of customer managers.
    ("/scores", scores.scores, ("GET",)),
    ("/scores/export", exporting(SCORES, scores.scores), ("POST",)),
    ("/scores/remark", scores.remark, ("POST",)),
    ("/scores/weights", weights.weights, ("GET", "POST")),
    ("/scores/weights/<int:weights_id>", weights.decide_weights, ("POST",)),
    ("/scores/<int:manager_id>", scores.score, ("GET",)),
    ("/scores/<int:manager_id>/tier", scores.tier, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
