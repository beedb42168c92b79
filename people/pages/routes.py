"""Routes of the people pages in the console."""

from flask import Blueprint

from console.lists.exporting import exporting
from people import texts
from people.pages import (
    areas,
    audiences,
    codes,
    deliveries,
    erasing,
    errands,
    importing,
    roster,
    shop,
    tags,
    tries,
    users,
)

blueprint = Blueprint("people_pages", __name__, url_prefix="/console", template_folder="../templates")
blueprint.add_app_template_filter(texts.licence, "licence")
for _rule, _view, _methods in (
    ("/people", roster.roster, ("GET",)),
    ("/people/export", exporting(roster.ROSTER, roster.roster), ("POST",)),
    ("/people/shops/<licence>", shop.shop, ("GET",)),
    ("/people/shops/<licence>/timeline", shop.timeline_piece, ("GET",)),
    ("/people/shops/<licence>/erase", erasing.erase, ("GET", "POST")),
    ("/people/import", importing.upload, ("GET", "POST")),
    ("/people/import/template", importing.template_file, ("GET",)),
    ("/people/import/<int:task_id>", importing.preview, ("GET",)),
    ("/people/import/<int:task_id>/columns", importing.name_columns, ("POST",)),
    ("/people/import/<int:task_id>/twins", importing.settle_twins, ("POST",)),
    ("/people/import/<int:task_id>/confirm", importing.confirm, ("POST",)),
    ("/people/import/<int:task_id>/done", importing.brought, ("GET",)),
    ("/people/areas", areas.area_list, ("GET",)),
    ("/people/areas/<int:area_id>", areas.area, ("GET", "POST")),
    ("/people/shops/<licence>/tags", tags.tag_shop, ("POST",)),
    ("/people/audiences", audiences.audience_list, ("GET",)),
    ("/people/audiences/export", exporting(audiences.AUDIENCES, audiences.audience_list), ("POST",)),
    ("/people/audiences/new", audiences.new_audience, ("GET", "POST")),
    ("/people/audiences/look", audiences.look_at_audience, ("POST",)),
    ("/people/audiences/<int:audience_id>", audiences.audience, ("GET",)),
    ("/people/audiences/<int:audience_id>/edit", audiences.edit_audience, ("GET", "POST")),
    ("/people/audiences/<int:audience_id>/delete", audiences.delete_audience, ("POST",)),
    ("/people/tags", tags.tag_list, ("GET",)),
    ("/people/tags/export", exporting(tags.TAG_LIST, tags.tag_list), ("POST",)),
    ("/people/tags/new", tags.new_tag, ("POST",)),
    ("/people/tags/mirror", tags.mirror_tags, ("POST",)),
    ("/people/tags/<int:tag_id>", tags.change_tag, ("POST",)),
    ("/people/tags/<int:tag_id>/delete", tags.delete_tag, ("POST",)),
    ("/people/tagging", tags.tag_many, ("GET", "POST")),
    ("/people/tried", tries.tried, ("GET",)),
    ("/people/tried/unlock", tries.unlock, ("POST",)),
    ("/people/codes", codes.print_codes, ("GET", "POST")),
    ("/people/errands", errands.errand_list, ("GET",)),
    ("/people/errands/export", exporting(errands.ERRANDS, errands.errand_list), ("POST",)),
    ("/people/errands/<int:errand_id>/done", errands.finish, ("POST",)),
    ("/people/errands/<int:errand_id>/reopen", errands.reopen, ("POST",)),
    ("/messages", deliveries.delivery_list, ("GET",)),
    ("/messages/export", exporting(deliveries.DELIVERIES, deliveries.delivery_list), ("POST",)),
    ("/messages/<int:delivery_id>/settle", deliveries.settle_delivery, ("POST",)),
    ("/messages/cancel", deliveries.cancel_deliveries, ("POST",)),
    ("/users", users.user_list, ("GET",)),
    ("/users/export", exporting(users.USERS, users.user_list), ("POST",)),
    ("/users/new", users.new_user, ("GET", "POST")),
    ("/users/<int:user_id>", users.user, ("GET", "POST")),
    ("/users/<int:user_id>/reset", users.reset, ("POST",)),
    ("/users/<int:user_id>/second", users.reset_second, ("POST",)),
    ("/users/<int:user_id>/disable", users.disable, ("POST",)),
    ("/users/<int:user_id>/enable", users.enable, ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
