"""Every address of surveys in the console, and the view behind it."""

from flask import Blueprint

from surveys.pages import inviting, listing, results, survey

blueprint = Blueprint("surveys_pages", __name__, url_prefix="/console/surveys", template_folder="../templates")
for _rule, _view, _methods in (
    ("", listing.survey_list, ("GET",)),
    ("/new", listing.upload, ("GET", "POST")),
    ("/template", listing.template_file, ("GET",)),
    ("/<int:survey_id>", survey.survey, ("GET",)),
    ("/<int:survey_id>/upload", listing.upload_again, ("GET", "POST")),
    ("/<int:survey_id>/publish", survey.publish, ("GET", "POST")),
    ("/<int:survey_id>/close", survey.close, ("POST",)),
    ("/<int:survey_id>/invitations", inviting.waves, ("GET",)),
    ("/<int:survey_id>/invitations", inviting.invite, ("POST",)),
    ("/<int:survey_id>/invitations/results", inviting.set_results, ("POST",)),
    ("/<int:survey_id>/invitations/<int:number>", inviting.wave, ("GET",)),
    ("/<int:survey_id>/invitations/<int:number>/steer", inviting.steer, ("POST",)),
    ("/<int:survey_id>/export", results.export, ("POST",)),
    ("/<int:survey_id>/live", results.live, ("GET",)),
    ("/<int:survey_id>/data", results.data, ("GET",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
