"""Message types: one class for each kind of message or event WeChat sends, and `Unknown` for all others.

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
    """Fields of every message and event. `key` is the same for each delivery of one message, and for no other."""

    openid: str
    account: str
    sent_at: datetime
    key: str
    raw: Fields


@dataclass(frozen=True, slots=True)
class Text(Incoming):
    content: str
    #: The id, chosen by us, of the tapped choice of a msgmenu; old choices can be tapped again.
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
    """`video` or `shortvideo`."""

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
    """`MASSSENDJOBFINISH`. WeChat counts slightly before the end, so the numbers are approximate (§6)."""

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
    """`kf_create_session`, `kf_close_session`, `kf_switch_session`: a human agent took, left or passed on a chat."""

    change: str
    agent: str
    from_agent: str


@dataclass(frozen=True, slots=True)
class InfoModified(Incoming):
    """`user_info_modified`: WeChat removed a nickname or a picture, neither of which we keep."""

    person: str


@dataclass(frozen=True, slots=True)
class DataWithdrawn(Incoming):
    """`user_authorization_revoke` and `user_authorization_cancellation`: data of `person` is to be deleted.

    The sender is WeChat itself. A revocation concerns the kinds of data in `codes` (201 to 207), a cancellation all.
    """

    person: str
    is_everything: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountVerification(Incoming):
    """Account verification: naming, qualification, renewal, expiry. Without it most calls are refused."""

    change: str
    expires_at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown(Incoming):
    """Message of an unknown kind, or of a known one with a field missing or malformed (`odd` says which); kept whole.

    Common fields that could not be read are empty.
    """

    kind: str
    odd: str = ""
