"""Routes of courses inside WeChat, and of the page on which anybody checks a certificate."""

from courses.mobile import asking, certificates, daily, learning, lesson, media
from courses.texts import pages
from foundation.errors import Refused
from wechat_bot import oauth

blueprint = oauth.pages("courses_mobile", __name__, template_folder="../templates")
blueprint.register_error_handler(
    Refused, lambda refusal: oauth.message_page(422, refusal.sentence, again="/m/courses", label=pages.TO_COURSES)
)
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
