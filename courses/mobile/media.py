"""Media of lessons: pictures, sounds and videos, sent to whoever may read a lesson that shows them."""

from flask import Response, abort

from courses.queries import lesson_media
from wechat_bot import oauth, serving
from wechat_bot.services import current_services


def medium(sha256: str) -> Response:
    """Send a medium, or the part of a sound or video that a player asks for. To others than its learners it is not
    there, nor before its lesson is released."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        found = lesson_media.of_learner(
            session, services.media_folder, openid, sha256, now=services.clock(), zone=services.zone
        )
    if found is None:
        abort(404)
    if found.content_type not in serving.PICTURES:
        return serving.play(found)
    response = serving.send(found, sha256[:12])
    response.headers["Cache-Control"] = f"private, max-age={int(serving.KEPT.total_seconds())}"
    return response
