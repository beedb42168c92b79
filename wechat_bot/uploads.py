"""Media uploads: a queued message names our file, WeChat wants a media id of its own.

What a follower sent is there under the id it came with; everything else is uploaded, and used again while WeChat keeps
it. Uploading twice does no harm.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from wechat_bot import shelf
from wechat_bot.client.codes import Act, SendError
from wechat_bot.models import Media
from wechat_bot.services import Services

#: WeChat keeps temporary media for three days (wechat-platform.md §7); less, so that it does not end under way.
KEPT_BY_WECHAT = timedelta(days=3) - timedelta(hours=2)
#: Begins what stands for WeChat's id where a picture came by a page.
BY_PAGE = "page:"
#: The endings WeChat takes, by what the bytes are.
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "audio/amr": "amr", "audio/mpeg": "mp3"}


class NotUploaded(SendError):
    """WeChat did not take the file, so the message was not sent: it says nothing of messages without one."""


def picture(key: str) -> dict[str, Any]:
    """A customer-service picture message without its addressee, with our key in place of WeChat's id."""
    return {"msgtype": "image", "image": {"media_key": key}}


def voice(key: str) -> dict[str, Any]:
    """The same for a voice."""
    return {"msgtype": "voice", "voice": {"media_key": key}}


def with_media(services: Services, body: dict[str, Any]) -> dict[str, Any]:
    """A customer-service message as WeChat wants it: where it names a file of ours, with WeChat's id for it.

    Raises `NotUploaded`; never an uncertain one, for the message itself was not sent yet.
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
    if not kept.wechat_id.startswith(BY_PAGE) and now - kept.heard_at < KEPT_BY_WECHAT:
        return kept.wechat_id
    if kept.uploaded_id and kept.uploaded_at and now - kept.uploaded_at < KEPT_BY_WECHAT:
        return kept.uploaded_id
    path = shelf.path_of(services.media_folder, kept.sha256) if kept.sha256 else None
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
