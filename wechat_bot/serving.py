"""A kept file for the browser: a picture in its place, everything else to download, and nothing guessed."""

from flask import Response, abort

from wechat_bot.media import Found

#: What a browser shows by itself.
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
#: What else people send in the chat, and how such a file is called. Whatever WeChat calls something else, we do not.
ENDINGS = {"audio/amr": ".amr", "audio/mpeg": ".mp3", "video/mp4": ".mp4"}


def send(file: Found | None, name: str) -> Response:
    """A file as an answer; under `name` where it is to be kept by whoever asked. 404 where it is not here."""
    if file is None or not file.path.exists():
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
