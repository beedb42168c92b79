"""Routes of quizzes in the console: every address and its view."""

from flask import Blueprint

from console.lists.exporting import exporting
from quizzes.pages import listing, quiz

blueprint = Blueprint("quizzes_pages", __name__, url_prefix="/console/quizzes", template_folder="../templates")
for _rule, _view, _methods in (
    ("", listing.quiz_list, ("GET",)),
    ("/export", exporting(listing.QUIZZES, listing.quiz_list), ("POST",)),
    ("/<int:quiz_id>", quiz.quiz, ("GET",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
