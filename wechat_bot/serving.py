"""File responses: pictures are shown in the page, sounds and videos of ours play in it, all other files are downloads,
and no type is guessed."""

from datetime import timedelta

from flask import Response, abort, request, send_file

from wechat_bot import texts
from wechat_bot.media import Found

#: Media types that are shown in the page.
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
#: Other media types people send in the chat, with their file name endings. Types beyond these are not passed on.
ENDINGS = {"audio/amr": ".amr", "audio/mpeg": ".mp3", "video/mp4": ".mp4"}
#: Media types that a page plays.
PLAYED = ("audio/mpeg", "audio/mp4", "video/mp4")
#: How long a phone may keep a sound or a video; it is not public, so nothing between may.
KEPT = timedelta(days=1)
#: In place of a picture that is gone.
_GONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="90" viewBox="0 0 240 90">'
    '<rect width="240" height="90" fill="#eee"/>'
    '<text x="120" y="50" text-anchor="middle" font-family="sans-serif" font-size="16" fill="#555">{}</text></svg>'
)


def send(file: Found | None, name: str) -> Response:
    """The response with a file; `name` is the name of a download. A missing file is a 404: a page, or a picture that
    says so where a page asked for a picture."""
    if file is None or not file.path.exists():
        accepted = request.headers.get("Accept", "")
        if "image/" in accepted and "text/html" not in accepted:
            return Response(_GONE.format(texts.PICTURE_GONE), 404, content_type="image/svg+xml")
        abort(404)
    is_picture = file.content_type in PICTURES
    is_known = is_picture or file.content_type in ENDINGS
    kind = file.content_type if is_known else "application/octet-stream"
    response = Response(file.path.read_bytes(), content_type=kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not is_picture:
        filename = f"{name}{ENDINGS.get(file.content_type, '')}"
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def play(file: Found | None) -> Response:
    """The response with a sound or a video that a page plays: the whole, or the part that a player asks for.

    A player on a telephone asks for parts, and again from where a weak network broke off. The entity tag is the name
    under which the file is stored, the hash of its bytes; a part that is not there is a 416.
    """
    if file is None or file.content_type not in PLAYED or not file.path.exists():
        abort(404)
    response = send_file(file.path, file.content_type, etag=file.path.name, conditional=True)
    response.headers["Cache-Control"] = f"private, max-age={int(KEPT.total_seconds())}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
