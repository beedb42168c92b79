"""Routes of courses inside WeChat: every address and its view."""

from courses.mobile import daily, learning, lesson, media
from courses.texts import pages
from foundation.errors import Refused
from wechat_bot import oauth

blueprint = oauth.pages("courses_mobile", __name__, url_prefix="/m", template_folder="../templates")
blueprint.register_error_handler(
    Refused, lambda refusal: oauth.message_page(422, refusal.sentence, again="/m/courses", label=pages.TO_COURSES)
)
_LESSON = "/lessons/<int:lesson_id>"
for _rule, _view, _methods in (
    ("/courses", learning.learn, ("GET",)),
    ("/courses/<int:course_id>", learning.course, ("GET",)),
    (_LESSON, lesson.lesson, ("GET",)),
    (_LESSON, lesson.take, ("POST",)),
    ("/courses/daily", daily.daily, ("GET",)),
    ("/courses/daily", daily.answer, ("POST",)),
    ("/media/<sha256>", media.medium, ("GET",)),
):
    blueprint.add_url_rule(_rule, view_func=_view, methods=_methods)
