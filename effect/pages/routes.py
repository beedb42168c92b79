"""Routes of effect in the console: every address and its view."""

from flask import Blueprint

from console.lists.exporting import exporting
from effect.export.costs import COSTS
from effect.export.month import MONTH
from effect.export.scores import SCORES
from effect.pages import closing, costs, month, paper, prices, scores, sticking, weights

blueprint = Blueprint("effect_pages", __name__, url_prefix="/console/effect", template_folder="../templates")
for _rule, _view, _methods in (
    ("", month.month, ("GET",)),
    ("/export", exporting(MONTH, month.month), ("POST",)),
    ("/paper", paper.paper, ("GET", "POST")),
    ("/<month>/close", closing.close, ("POST",)),
    ("/<month>/recount", closing.recount, ("POST",)),
    # Stickiness, and the costs of messages.
    ("/sticking", sticking.sticking, ("GET",)),
    ("/sticking/hand-over", sticking.sticking_hand_over, ("POST",)),
    ("/costs", costs.costs, ("GET",)),
    ("/costs/export", exporting(COSTS, costs.costs), ("POST",)),
    ("/costs/prices", prices.prices, ("GET", "POST")),
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
