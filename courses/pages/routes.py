"""Routes of courses in the console: every address and its view."""

from flask import Blueprint

from console.lists.exporting import exporting
from courses.pages import course, listing, stubborn

blueprint = Blueprint("courses_pages", __name__, url_prefix="/console/courses", template_folder="../templates")
for _rule, _view, _methods in (
    ("", listing.course_list, ("GET",)),
    ("/export", exporting(listing.COURSES, listing.course_list), ("POST",)),
    ("/<int:course_id>", course.course, ("GET",)),
    ("/weak", stubborn.weak, ("GET",)),
    ("/weak/export", exporting(stubborn.STUBBORN, stubborn.weak), ("POST",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
