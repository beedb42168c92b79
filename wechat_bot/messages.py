"""Message types: what WeChat sends as typed values, one class for each kind, and `Unknown` for what is new.

Field names and spellings are those of wechat-platform.md §2. wechatpy's own message classes are not used here:
they lack a third of the events, read `MsgId` as 0 for most of the rest, and raise when a field is looked at
instead of when the message is read (docs/decisions/0002-wechatpy.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Incoming:
    """What every message and event has. `key` is the same for each delivery of one message, and for no other."""

    openid: str
    account: str
    sent_at: datetime
    key: str
    raw: Fields


@dataclass(frozen=True, slots=True)
class Text(Incoming):
    content: str
    #: The id of the tapped choice of a msgmenu: ours, and replayable.
    menu_id: str | None


@dataclass(frozen=True, slots=True)
class Image(Incoming):
    media_id: str
    picture_url: str


@dataclass(frozen=True, slots=True)
class Voice(Incoming):
    media_id: str
    format: str


@dataclass(frozen=True, slots=True)
class Video(Incoming):
    """`video` and `shortvideo` alike."""

    media_id: str
    thumb_media_id: str


@dataclass(frozen=True, slots=True)
class Location(Incoming):
    latitude: float
    longitude: float
    scale: int
    label: str


@dataclass(frozen=True, slots=True)
class Link(Incoming):
    title: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class Follow(Incoming):
    """`subscribe`. `scene` is empty unless a QR code of ours led here."""

    scene: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Unfollow(Incoming):
    pass


@dataclass(frozen=True, slots=True)
class Scan(Incoming):
    scene: str
    ticket: str


@dataclass(frozen=True, slots=True)
class LocationReport(Incoming):
    latitude: float
    longitude: float
    precision: float


@dataclass(frozen=True, slots=True)
class Click(Incoming):
    menu_key: str


@dataclass(frozen=True, slots=True)
class LinkOpened(Incoming):
    """A menu link was followed; for `view_miniprogram`, `target` is the page's path."""

    target: str
    menu_id: str


@dataclass(frozen=True, slots=True)
class ScanCode(Incoming):
    """`scancode_push` and `scancode_waitmsg`."""

    menu_key: str
    scan_type: str
    result: str


@dataclass(frozen=True, slots=True)
class PicturesPicked(Incoming):
    """`pic_sysphoto`, `pic_photo_or_album`, `pic_weixin`; the pictures follow as messages of their own."""

    menu_key: str
    md5s: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocationPicked(Incoming):
    menu_key: str
    latitude: float
    longitude: float
    scale: int
    label: str
    place: str


@dataclass(frozen=True, slots=True)
class TemplateFinished(Incoming):
    msgid: str
    status: str


@dataclass(frozen=True, slots=True)
class MassFinished(Incoming):
    """Counts are pushed slightly before the end: approximate (wechat-platform.md §6)."""

    msgid: str
    status: str
    total: int
    filtered: int
    sent: int
    errors: int
    copyright: Fields
    article_urls: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class PublishFinished(Incoming):
    publish_id: str
    status: int
    article_id: str
    article_urls: tuple[tuple[int, str], ...]
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConsentChanged(Incoming):
    """`subscribe_msg_popup_event` and `subscribe_msg_change_event`: (template id, accept or reject) pairs."""

    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NoticeFinished(Incoming):
    """`subscribe_msg_sent_event`: (template id, message id, error code, error status) of each."""

    results: tuple[tuple[str, str, int, str], ...]


@dataclass(frozen=True, slots=True)
class AgentSession(Incoming):
    """`kf_create_session`, `kf_close_session`, `kf_switch_session`: Tencent's agent tool took, left or handed on."""

    change: str
    agent: str
    from_agent: str


@dataclass(frozen=True, slots=True)
class InfoModified(Incoming):
    """`user_info_modified`: WeChat cleaned a nickname or a picture. We keep neither."""

    person: str


@dataclass(frozen=True, slots=True)
class DataWithdrawn(Incoming):
    """`user_authorization_revoke` and `user_authorization_cancellation`: data of `person` is to be deleted.

    The sender is WeChat itself. Of a revocation only what `codes` name (201 to 207) is meant; a cancellation has none,
    and means everything.
    """

    person: str
    is_everything: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountVerification(Incoming):
    """Naming, qualification, renewal and expiry: a lapse takes most calls away, so somebody must be told."""

    change: str
    expires_at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown(Incoming):
    """Of a kind nobody knows, or of a kind we know in a shape we do not (`odd` says why): kept whole.

    Whatever of the rest could not be read is empty.
    """

    kind: str
    odd: str = ""
