"""Routes of courses inside WeChat, and of the page on which anybody checks a certificate."""

from flask import Response

from courses.mobile import asking, certificates, daily, learning, lesson, media
from courses.texts import asking as asking_texts
from courses.texts import chat, pages
from courses.texts import daily as daily_texts
from foundation.errors import Refused
from wechat_bot import oauth

#: Said to who is not bound: their own page tells how to be.
_BIND_FIRST = (chat.BIND_FIRST, daily_texts.BIND_FIRST, asking_texts.ONLY_FOR_SHOPS, asking_texts.ONLY_SHOPS_HAND)


def message(refusal: Refused) -> Response:
    """Say why something cannot be done, with the way on."""
    if refusal.sentence in _BIND_FIRST:
        return oauth.message_page(422, refusal.sentence, again="/m/me", label=pages.HOW_TO_BIND)
    return oauth.message_page(422, refusal.sentence, again="/m/courses", label=pages.TO_COURSES)


blueprint = oauth.pages("courses_mobile", __name__, template_folder="../templates")
blueprint.register_error_handler(Refused, message)
_LESSON, _CERTIFICATE = "/m/lessons/<int:lesson_id>", "/m/certificates/<number>"
for _rule, _view, _methods in (
    ("/m/courses", learning.learn, ("GET",)),
    ("/m/courses/<int:course_id>", learning.course, ("GET",)),
    (_LESSON, lesson.lesson, ("GET",)),
    (_LESSON, lesson.take, ("POST",)),
    ("/m/courses/daily", daily.daily, ("GET",)),
    ("/m/courses/daily", daily.answer, ("POST",)),
    (_CERTIFICATE, certificates.certificate, ("GET",)),
    (_CERTIFICATE, certificates.send, ("POST",)),
    (f"{_CERTIFICATE}/picture", certificates.certificate_picture, ("GET",)),
    # Open to anybody.
    ("/c", certificates.check, ("GET",)),
    ("/c/<number>", certificates.check_number, ("GET",)),
    ("/m/media/<sha256>", media.medium, ("GET",)),
    ("/m/classroom", asking.classroom, ("GET",)),
    ("/m/classroom", asking.hand_on, ("POST",)),
    ("/m/classroom/answers/<int:answer_id>", asking.staff_answer, ("GET",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
