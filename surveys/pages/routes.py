"""Routes of surveys in the console: every address and its view."""

from flask import Blueprint

from campaigns import inviting as invitations
from console.lists.exporting import exporting
from console.sharing import views
from surveys.pages import (
    authoring,
    crossing,
    illustrating,
    inviting,
    listing,
    photos,
    preview,
    results,
    sharing,
    sheet,
    sheets,
    starting,
    survey,
    unanswered,
    uploading,
    versions,
    words,
)

blueprint = Blueprint("surveys_pages", __name__, url_prefix="/console/surveys", template_folder="../templates")
for _rule, _view, _methods in (
    ("", listing.survey_list, ("GET",)),
    ("/export", exporting(listing.SURVEYS, listing.survey_list), ("POST",)),
    ("/new", uploading.upload, ("GET", "POST")),
    ("/start", starting.start, ("POST",)),
    ("/paste", starting.paste, ("GET", "POST")),
    ("/template", uploading.template_file, ("GET",)),
    ("/sample", uploading.sample_document, ("GET",)),
    ("/<int:survey_id>", survey.survey, ("GET",)),
    ("/<int:survey_id>/upload", uploading.upload_again, ("GET", "POST")),
    ("/<int:survey_id>/edit", authoring.edit, ("GET", "POST")),
    ("/<int:survey_id>/preview", preview.preview, ("GET", "POST")),
    ("/<int:survey_id>/pictures/<key>", illustrating.picture, ("GET",)),
    ("/<int:survey_id>/reach", authoring.reach, ("POST",)),
    ("/<int:survey_id>/copy", starting.copy, ("POST",)),
    ("/<int:survey_id>/discard", starting.discard, ("POST",)),
    ("/<int:survey_id>/draft-file", starting.draft_file, ("GET",)),
    ("/<int:survey_id>/versions", versions.versions, ("GET",)),
    ("/<int:survey_id>/publish", survey.publish, ("GET", "POST")),
    ("/<int:survey_id>/close", survey.close, ("POST",)),
    ("/<int:survey_id>/invitations/results", inviting.set_results, ("POST",)),
    ("/<int:survey_id>/export", results.export, ("POST",)),
    ("/<int:survey_id>/live", results.live, ("GET",)),
    ("/<int:survey_id>/cross", crossing.cross, ("GET",)),
    ("/<int:survey_id>/cross/export", crossing.cross_export, ("POST",)),
    ("/<int:survey_id>/sheets", sheets.sheets, ("GET",)),
    ("/<int:survey_id>/sheets/export", exporting(sheets.SHEETS, sheets.sheets), ("POST",)),
    ("/<int:survey_id>/sheets/<large:sheet_id>", sheet.sheet, ("GET",)),
    ("/<int:survey_id>/sheets/<large:sheet_id>/void", sheet.void, ("POST",)),
    ("/<int:survey_id>/sheets/<large:sheet_id>/restore", sheet.restore, ("POST",)),
    ("/<int:survey_id>/sheets/<large:sheet_id>/again", sheet.ask_again, ("POST",)),
    ("/<int:survey_id>/sheets/<large:sheet_id>/photos/<code>/<int:number>", photos.photo, ("GET",)),
    ("/<int:survey_id>/sheets/<large:sheet_id>/photos/<code>/<int:number>/file", photos.photo_file, ("GET",)),
    ("/<int:survey_id>/photos", photos.photos, ("GET",)),
    ("/<int:survey_id>/unanswered", unanswered.unanswered, ("GET",)),
    ("/<int:survey_id>/unanswered/export", exporting(unanswered.UNANSWERED, unanswered.unanswered), ("POST",)),
    ("/<int:survey_id>/words", words.words, ("GET",)),
    ("/<int:survey_id>/words/export", exporting(words.WORDS, words.words), ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
for _end, _way, _verbs in views(sharing.SHARING):
    blueprint.add_url_rule(f"/<int:survey_id>/share{_end}", view_func=_way, methods=_verbs)
for _end, _wave, _verbs in invitations.views(inviting.INVITING, inviting.INVITED):
    blueprint.add_url_rule(f"/<int:survey_id>/invitations{_end}", view_func=_wave, methods=_verbs)
