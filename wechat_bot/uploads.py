"""Media uploads: a queued message names a file of ours, which WeChat takes by a media id only.

A file that a follower sent has WeChat's media id already. Any other is uploaded, and its media id is used again until
it expires. Uploading a file twice does no harm.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from wechat_bot import storage
from wechat_bot.client.codes import Act, SendError
from wechat_bot.models import Media
from wechat_bot.services import Services

#: How long a media id is used: WeChat keeps temporary media for three days (wechat-platform.md §7).
KEPT_BY_WECHAT = timedelta(days=3) - timedelta(hours=2)
#: Prefixes of `Media.wechat_id` for a picture that came by a page, and for one held for a form that was not sent yet:
#: neither has a media id.
BY_PAGE, BY_FORM = "page:", "form:"
#: The file name endings WeChat takes, by media type.
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "audio/amr": "amr", "audio/mpeg": "mp3"}


class NotUploaded(SendError):
    """Error of a file that WeChat did not take, so that its message was not sent. Messages without a file may go on."""


def picture(key: str) -> dict[str, Any]:
    """A customer-service picture message without its addressee, with a media key in place of WeChat's media id."""
    return {"msgtype": "image", "image": {"media_key": key}}


def voice(key: str) -> dict[str, Any]:
    """A customer-service voice message without its addressee, with a media key in place of WeChat's media id."""
    return {"msgtype": "voice", "voice": {"media_key": key}}


def with_media(services: Services, body: dict[str, Any]) -> dict[str, Any]:
    """A customer-service message with WeChat's media id in place of a media key; its file is uploaded if need be.

    Raises `NotUploaded`, never an uncertain one: the message itself was not sent yet.
    """
    kind = str(body.get("msgtype"))
    named = body.get(kind, {})
    if "media_key" not in named:
        return body
    try:
        media_id = _media_id(services, kind, named["media_key"])
    except SendError as error:
        raise NotUploaded(str(error), code=error.code, act=error.act) from error
    return {**body, kind: {"media_id": media_id}}


def _media_id(services: Services, kind: str, key: str) -> str:
    now = services.clock()
    with services.reading() as session:
        kept = session.scalar(select(Media).where(Media.key == key))
    if kept is None:
        raise SendError("the file is not known any more", act=Act.NO)
    if not kept.wechat_id.startswith((BY_PAGE, BY_FORM)) and now - kept.heard_at < KEPT_BY_WECHAT:
        return kept.wechat_id
    if kept.uploaded_id and kept.uploaded_at and now - kept.uploaded_at < KEPT_BY_WECHAT:
        return kept.uploaded_id
    path = storage.path_of(services.media_folder, kept.sha256) if kept.sha256 else None
    if path is None or not path.is_file():
        raise SendError("the file is not here", act=Act.NO)
    content_type = kept.content_type or ""
    if content_type not in ENDINGS:
        raise SendError(f"WeChat takes no {content_type or 'such file'}", act=Act.NO)
    name = f"{kind}.{ENDINGS[content_type]}"
    uploaded_id = services.wechat.upload(kind, name, path.read_bytes(), content_type)
    with services.transaction() as session:
        mine = update(Media).where(Media.key == key)
        session.execute(mine.values(uploaded_id=uploaded_id, uploaded_at=now))
    return uploaded_id
