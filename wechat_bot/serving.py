"""File responses: a picture is shown in its place, everything else is a download, and no type is guessed."""

from flask import Response, abort, request

from wechat_bot import texts
from wechat_bot.media import Found

#: What a browser shows by itself.
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
#: What else people send in the chat, and how such a file is called. Whatever WeChat calls something else, we do not.
ENDINGS = {"audio/amr": ".amr", "audio/mpeg": ".mp3", "video/mp4": ".mp4"}
#: Stands on a page where a picture was.
_GONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="90" viewBox="0 0 240 90">'
    '<rect width="240" height="90" fill="#eee"/>'
    '<text x="120" y="50" text-anchor="middle" font-family="sans-serif" font-size="16" fill="#555">{}</text></svg>'
)


def send(file: Found | None, name: str) -> Response:
    """A file as an answer; under `name` where it is to be kept by whoever asked. 404 where it is not here: a page in
    words, or for a page that shows it, a picture in words."""
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
