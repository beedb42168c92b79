"""Routes of quizzes in the console: every address and its view."""

from flask import Blueprint

from campaigns import inviting as invitations
from console.lists.exporting import exporting
from console.sharing import views
from quizzes.pages import (
    attempts,
    bank,
    bank_editing,
    bank_import,
    bank_tags,
    illustrating,
    inviting,
    listing,
    not_begun,
    paper,
    paper_item,
    picking,
    publishing,
    question,
    quiz,
    ranking,
    regrades,
    rekeying,
    settings,
    sharing,
    starting,
    trying,
    trying_paper,
)

blueprint = Blueprint("quizzes_pages", __name__, url_prefix="/console/quizzes", template_folder="../templates")
for _rule, _view, _methods in (
    ("", listing.quiz_list, ("GET",)),
    ("/export", exporting(listing.QUIZZES, listing.quiz_list), ("POST",)),
    ("/<int:quiz_id>", quiz.quiz, ("GET",)),
    ("/<int:quiz_id>/questions/<int:question_id>", question.question, ("GET",)),
    # The bank, and the form of one question.
    ("/bank", bank.bank, ("GET",)),
    ("/bank/new", bank_editing.bank_new, ("GET", "POST")),
    ("/bank/tags", bank_tags.bank_tags, ("GET", "POST")),
    ("/bank/import", bank_import.bank_import, ("GET", "POST")),
    ("/bank/template", bank_import.bank_template, ("GET",)),
    ("/bank/import/<int:task_id>", bank_import.bank_checked, ("GET",)),
    ("/bank/import/<int:task_id>/confirm", bank_import.bank_confirm, ("POST",)),
    ("/bank/export", bank_import.bank_export, ("POST",)),
    ("/bank/<int:question_id>", bank.bank_item, ("GET",)),
    ("/bank/<int:question_id>/edit", bank_editing.bank_edit, ("GET", "POST")),
    ("/bank/<int:question_id>/retire", bank.bank_retire, ("POST",)),
    ("/bank/<int:question_id>/restore", bank.bank_restore, ("POST",)),
    ("/preview", trying.preview, ("GET", "POST")),
    ("/pictures/<key>", illustrating.picture, ("GET",)),
    ("/<int:quiz_id>/questions/<int:question_id>/rekey", rekeying.rekey, ("GET", "POST")),
    ("/<int:quiz_id>/regrades", regrades.regrades, ("GET",)),
    ("/<int:quiz_id>/regrades/<int:regrade_id>", regrades.regrade, ("GET",)),
    ("/<int:quiz_id>/regrades/<int:regrade_id>/export", exporting(regrades.MOVED, regrades.regrade), ("POST",)),
    ("/<int:quiz_id>/regrades/<int:regrade_id>/submit", regrades.submit_regrade, ("POST",)),
    ("/<int:quiz_id>/regrades/<int:regrade_id>/decide", regrades.decide_regrade, ("POST",)),
    ("/<int:quiz_id>/regrades/<int:regrade_id>/undo", regrades.undo_regrade, ("POST",)),
    ("/new", starting.new, ("GET", "POST")),
    ("/start", starting.start, ("POST",)),
    ("/template", starting.template_file, ("GET",)),
    ("/<int:quiz_id>/copy", starting.copy, ("POST",)),
    ("/<int:quiz_id>/discard", starting.discard, ("POST",)),
    ("/<int:quiz_id>/settings", settings.settings, ("GET", "POST")),
    ("/<int:quiz_id>/paper", paper.paper, ("GET", "POST")),
    ("/<int:quiz_id>/paper/preview", trying_paper.preview_paper, ("GET", "POST")),
    ("/<int:quiz_id>/paper/pick", picking.paper_pick, ("GET", "POST")),
    ("/<int:quiz_id>/paper/new", paper_item.paper_new_item, ("GET", "POST")),
    ("/<int:quiz_id>/paper/<code>", paper_item.paper_item, ("GET", "POST")),
    ("/<int:quiz_id>/publish", publishing.publish, ("GET", "POST")),
    ("/<int:quiz_id>/close", publishing.close, ("POST",)),
    # Who took it, and how.
    ("/<int:quiz_id>/attempts", attempts.attempts, ("GET",)),
    ("/<int:quiz_id>/attempts/export", exporting(attempts.ATTEMPTS, attempts.attempts), ("POST",)),
    ("/<int:quiz_id>/attempts/<large:attempt_id>", attempts.attempt, ("GET",)),
    ("/<int:quiz_id>/not-begun", not_begun.not_begun, ("GET",)),
    ("/<int:quiz_id>/not-begun/export", exporting(not_begun.NOT_BEGUN, not_begun.not_begun), ("POST",)),
    ("/<int:quiz_id>/ranking", ranking.ranking, ("GET",)),
    ("/<int:quiz_id>/ranking/export", exporting(ranking.RANKING, ranking.ranking), ("POST",)),
    ("/<int:quiz_id>/screen", ranking.screen, ("GET",)),
    ("/<int:quiz_id>/screen/live", ranking.screen_live, ("GET",)),
    ("/<int:quiz_id>/export", attempts.export, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
for _end, _way, _verbs in views(sharing.SHARING):
    blueprint.add_url_rule(f"/<int:quiz_id>/share{_end}", view_func=_way, methods=_verbs)
for _end, _wave, _verbs in invitations.views(inviting.INVITING, inviting.INVITED):
    blueprint.add_url_rule(f"/<int:quiz_id>/invitations{_end}", view_func=_wave, methods=_verbs)
