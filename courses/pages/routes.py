"""Routes of courses in the console: every address and its view."""

from flask import Blueprint

from campaigns import inviting as invitations
from console.lists.exporting import exporting
from console.sharing import views
from courses.pages import (
    certificates,
    course,
    inviting,
    learners,
    lesson,
    lessons,
    listing,
    media,
    previewing,
    publishing,
    questions,
    savings,
    settings,
    sharing,
    starting,
    stubborn,
    versions,
)

blueprint = Blueprint("courses_pages", __name__, url_prefix="/console", template_folder="../templates")
_CERTIFICATE = "/<int:course_id>/certificates/<int:certificate_id>"
for _rule, _view, _methods in (
    ("", listing.course_list, ("GET",)),
    ("/export", exporting(listing.COURSES, listing.course_list), ("POST",)),
    ("/<int:course_id>", course.course, ("GET",)),
    ("/weak", stubborn.weak, ("GET",)),
    ("/weak/export", exporting(stubborn.STUBBORN, stubborn.weak), ("POST",)),
    ("/new", starting.new, ("GET", "POST")),
    ("/start", starting.start, ("POST",)),
    ("/template", starting.template_file, ("GET",)),
    ("/media/<sha256>", media.medium, ("GET",)),
    ("/<int:course_id>/copy", starting.copy, ("POST",)),
    ("/<int:course_id>/discard", starting.discard, ("POST",)),
    ("/<int:course_id>/settings", settings.settings, ("GET", "POST")),
    ("/<int:course_id>/lessons", lessons.lessons, ("GET", "POST")),
    ("/<int:course_id>/lesson-file", lessons.lesson_file, ("POST",)),
    ("/<int:course_id>/lessons/<code>", lesson.lesson, ("GET", "POST")),
    ("/<int:course_id>/lessons/<code>/question", lesson.lesson_question, ("GET", "POST")),
    ("/<int:course_id>/lessons/<code>/preview", previewing.preview_lesson, ("GET", "POST")),
    ("/<int:course_id>/publish", publishing.publish, ("GET", "POST")),
    ("/<int:course_id>/close", publishing.close, ("POST",)),
    ("/<int:course_id>/versions", versions.course_versions, ("GET",)),
    ("/<int:course_id>/versions/<int:number>", versions.course_version, ("GET",)),
    ("/savings", savings.savings, ("GET", "POST")),
    ("/<int:course_id>/learners", learners.learners, ("GET",)),
    ("/<int:course_id>/learners/export", exporting(learners.LEARNERS, learners.learners), ("POST",)),
    ("/<int:course_id>/hand-over", learners.hand_over, ("POST",)),
    ("/<int:course_id>/certificates", certificates.certificates, ("GET",)),
    (
        "/<int:course_id>/certificates/export",
        exporting(certificates.CERTIFICATES, certificates.certificates),
        ("POST",),
    ),
    (_CERTIFICATE, certificates.certificate, ("GET",)),
    (_CERTIFICATE, certificates.revoke, ("POST",)),
    (f"{_CERTIFICATE}/picture", certificates.certificate_picture, ("GET",)),
    (f"{_CERTIFICATE}/pdf", certificates.certificate_sheet, ("GET",)),
):
    blueprint.add_url_rule(f"/courses{_rule}", view_func=_view, methods=_methods)
for _end, _way, _verbs in views(sharing.SHARING):
    blueprint.add_url_rule(f"/courses/<int:course_id>/share{_end}", view_func=_way, methods=_verbs)
for _end, _wave, _verbs in invitations.views(inviting.INVITING, inviting.INVITED):
    blueprint.add_url_rule(f"/courses/<int:course_id>/invitations{_end}", view_func=_wave, methods=_verbs)
_QUESTION = "/<int:question_id>"
for _place, _page, _ways in (
    ("", questions.question_list, ("GET",)),
    ("/export", exporting(questions.QUESTIONS, questions.question_list), ("POST",)),
    (_QUESTION, questions.question, ("GET",)),
    (f"{_QUESTION}/answer", questions.question_answer, ("POST",)),
    (f"{_QUESTION}/words", questions.question_words, ("POST",)),
    (f"{_QUESTION}/step", questions.question_step, ("POST",)),
):
    blueprint.add_url_rule(f"/classroom/questions{_place}", view_func=_page, methods=_ways)
