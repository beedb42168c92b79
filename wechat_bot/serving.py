"""File responses: pictures are shown in the page, all other files are downloads, and no type is guessed."""

from flask import Response, abort, request

from wechat_bot import texts
from wechat_bot.media import Found

#: Media types that are shown in the page.
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
#: Other media types people send in the chat, with their file name endings. Types beyond these are not passed on.
ENDINGS = {"audio/amr": ".amr", "audio/mpeg": ".mp3", "video/mp4": ".mp4"}
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
