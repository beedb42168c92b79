"""Every address of people in the console, and the view behind it."""

from flask import Blueprint

from people.pages import areas, importing, roster, users

blueprint = Blueprint("people_pages", __name__, url_prefix="/console", template_folder="../templates")
for _rule, _view, _methods in (
    ("/people", roster.roster, ("GET",)),
    ("/people/export", roster.export, ("POST",)),
    ("/people/shops/<licence>", roster.shop, ("GET",)),
    ("/people/import", importing.upload, ("GET", "POST")),
    ("/people/import/template", importing.template_file, ("GET",)),
    ("/people/import/<int:task_id>", importing.preview, ("GET",)),
    ("/people/import/<int:task_id>/confirm", importing.confirm, ("POST",)),
    ("/people/areas", areas.area_list, ("GET",)),
    ("/people/areas/<int:area_id>", areas.area, ("GET", "POST")),
    ("/users", users.user_list, ("GET",)),
    ("/users/new", users.new_user, ("GET", "POST")),
    ("/users/<int:user_id>", users.user, ("GET", "POST")),
    ("/users/<int:user_id>/reset", users.reset, ("POST",)),
    ("/users/<int:user_id>/disable", users.disable, ("POST",)),
    ("/users/<int:user_id>/enable", users.enable, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
