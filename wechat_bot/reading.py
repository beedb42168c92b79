"""Message parser: turns the fields of a callback into a typed message, and checks each field once.

Spellings, and the fields of each event: wechat-platform.md §2.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

from wechat_bot import messages as m
from wechat_bot.messages import Fields, Incoming

Common = dict[str, Any]
#: Codes of data that can be revoked: address, invoice, card, microphone, name and avatar, location, pictures.
_REVOCATION = re.compile(r"(?<![0-9])20[1-7](?![0-9])")
Reader = Callable[[Fields, Common], Incoming]
#: Characters of the longest openid, message id and media id that our columns hold.
OPENID, MSGID, MEDIA_ID = 64, 32, 200


class _Odd(Exception):
    """Error of a field that is missing or malformed; its text names the field."""


def read(fields: Fields, body: bytes, *, now: datetime) -> Incoming:
    """Parse the fields of a verified body into a message. Never raises.

    A message of an unknown kind is `Unknown`, and so is one of a known kind with a field missing or malformed.
    `body` is the plaintext, the same in each delivery of a message; `now` stands in for an unreadable CreateTime.
    """
    kind, event = _or_nothing(fields, "MsgType").lower(), ""
    if kind == "event":
        event = _or_nothing(fields, "Event")
    reader = _EVENTS.get(event.lower()) if kind == "event" else _MESSAGES.get(kind)
    openid = _or_nothing(fields, "FromUserName")
    common: Common = {
        "openid": openid if len(openid) <= OPENID else "",
        "account": _or_nothing(fields, "ToUserName"),
        "sent_at": _sent_at(fields, now),
        "key": _key(fields, openid, body, is_event=kind == "event"),
        "raw": fields,
    }
    try:
        if not reader:
            return m.Unknown(**common, kind=event or kind)
        if not (common["openid"] and common["account"]):
            raise _Odd("FromUserName or ToUserName is missing or too long")
        return reader(fields, common)
    except _Odd as odd:
        return m.Unknown(**common, kind=event or kind, odd=str(odd))


def _key(fields: Fields, openid: str, body: bytes, *, is_event: bool) -> str:
    """Idempotency key, the same for all deliveries of one message: a hash of MsgId and sender, of events of the body.

    No choice of fields tells any two events apart: revocations have WeChat as their sender, results and consents have
    their ids somewhere inside (wechat-platform.md §1).
    """
    msgid = _or_nothing(fields, "MsgId")
    if not is_event and openid and msgid.isascii() and msgid.isdigit() and msgid.strip("0"):
        return blake2b(f"{openid}\0{msgid}".encode(errors="surrogatepass"), digest_size=32).hexdigest()
    return blake2b(body, digest_size=32).hexdigest()


def _sent_at(fields: Fields, now: datetime) -> datetime:
    try:
        seconds = _whole(fields, "CreateTime")
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else now
    except (_Odd, OverflowError, ValueError, OSError):
        return now


def _or_nothing(fields: Fields, name: str) -> str:
    """A text field, empty if it is missing or no text."""
    try:
        return _text(fields, name)
    except _Odd:
        return ""


def _text(fields: Fields, name: str, *, required: bool = False, longest: int | None = None) -> str:
    """A text field, empty if it is missing. Raises `_Odd`."""
    value = fields.get(name)
    if value is None or value == "":
        if required:
            raise _Odd(f"{name} is missing")
        return ""
    if isinstance(value, (bool, int, float)):
        return str(value)
    if not isinstance(value, str):
        raise _Odd(f"{name} is not a text")
    if longest is not None and len(value) > longest:
        raise _Odd(f"{name} is too long")
    return value


def _whole(fields: Fields, name: str) -> int:
    """A whole-number field, 0 if it is missing. JSON bodies have had 1.7e9 and 1700000000.5, too."""
    text = _text(fields, name).strip()
    if not text:
        return 0
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _Odd(f"{name} is not a number") from error
    # Size first: as an int, 1e999999999 would fill the memory.
    if not number.is_finite() or number.adjusted() >= 18:
        raise _Odd(f"{name} is out of range")
    return int(number)


def _number(fields: Fields, name: str) -> float:
    try:
        value = float(_text(fields, name, required=True))
    except ValueError as error:
        raise _Odd(f"{name} is not a number") from error
    if value != value or abs(value) > 1e9:
        raise _Odd(f"{name} is out of range")
    return value


def _group(fields: Fields, *names: str) -> Fields:
    """The first of these wrapper fields that is present; empty if none is, for WeChat omits empty ones."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, Mapping):
            return value
    return {}


def _items(group: Fields, *path: str) -> list[Fields]:
    """The items of a list: in WeChat's XML one element, or several of the same name.

    Each wrapper on the path may come several times as well; JSON leaves out the innermost one.
    """
    found: list[tuple[Any, bool]] = [(group, False)]
    for name in path:
        inner: list[tuple[Any, bool]] = []
        for each, is_listed in found:
            value = each.get(name) if isinstance(each, Mapping) else None
            if isinstance(value, list):
                inner.extend((one, True) for one in value)
            elif value is not None:
                inner.append((value, False))
            elif is_listed:
                inner.append((each, True))
        found = inner
    return [each for each, _ in found if isinstance(each, Mapping)]


def _follow(f: Fields, c: Common) -> Incoming:
    key = _text(f, "EventKey")
    # Other prefixes exist (last_trade_no_…); only this one comes with a scene of ours.
    return m.Follow(
        **c, scene=key.removeprefix("qrscene_") if key.startswith("qrscene_") else "", ticket=_text(f, "Ticket")
    )


def _scan_code(f: Fields, c: Common) -> Incoming:
    info = _group(f, "ScanCodeInfo")
    return m.ScanCode(
        **c, menu_key=_text(f, "EventKey"), scan_type=_text(info, "ScanType"), result=_text(info, "ScanResult")
    )


def _pictures(f: Fields, c: Common) -> Incoming:
    pictures = _items(_group(f, "SendPicsInfo"), "PicList", "item")
    return m.PicturesPicked(**c, menu_key=_text(f, "EventKey"), md5s=tuple(_text(p, "PicMd5Sum") for p in pictures))


def _location_picked(f: Fields, c: Common) -> Incoming:
    info = _group(f, "SendLocationInfo")
    return m.LocationPicked(
        **c,
        menu_key=_text(f, "EventKey"),
        latitude=_number(info, "Location_X"),
        longitude=_number(info, "Location_Y"),
        scale=_whole(info, "Scale"),
        label=_text(info, "Label"),
        place=_text(info, "Poiname"),
    )


def _mass(f: Fields, c: Common) -> Incoming:
    urls = _items(_group(f, "ArticleUrlResult"), "ResultList", "item")
    return m.MassFinished(
        **c,
        msgid=_text(f, "MsgID", required=True, longest=MSGID),
        status=_text(f, "Status"),
        total=_whole(f, "TotalCount"),
        filtered=_whole(f, "FilterCount"),
        sent=_whole(f, "SentCount"),
        errors=_whole(f, "ErrorCount"),
        copyright=_group(f, "CopyrightCheckResult"),
        article_urls=tuple((_whole(u, "ArticleIdx"), _text(u, "ArticleUrl")) for u in urls),
    )


def _publish(f: Fields, c: Common) -> Incoming:
    info = _group(f, "PublishEventInfo")
    failed = info.get("fail_idx") or []
    return m.PublishFinished(
        **c,
        publish_id=_text(info, "publish_id", required=True, longest=MSGID),
        status=_whole(info, "publish_status"),
        article_id=_text(info, "article_id"),
        article_urls=tuple((_whole(i, "idx"), _text(i, "article_url")) for i in _items(info, "article_detail", "item")),
        failed=tuple(_whole({"fail_idx": n}, "fail_idx") for n in (failed if isinstance(failed, list) else [failed])),
    )


def _entries(f: Fields, name: str) -> list[Fields]:
    """The entries of a subscription event that have this field; at least one.

    They are searched at any depth, for WeChat's wrappers vary in name and number, and are sometimes missing.
    """
    found, left = [], [f]
    while left:
        each: Any = left.pop(0)
        if isinstance(each, Mapping):
            if each.get(name):
                found.append(each)
            else:
                left = [*each.values(), *left]
        elif isinstance(each, list):
            left = [*each, *left]
    if not found:
        raise _Odd(f"{name} is missing")
    return found


def _consent(f: Fields, c: Common) -> Incoming:
    choices = _entries(f, "TemplateId")
    return m.ConsentChanged(
        **c,
        choices=tuple((_text(i, "TemplateId", required=True), _text(i, "SubscribeStatusString")) for i in choices),
    )


def _notice(f: Fields, c: Common) -> Incoming:
    results = _entries(f, "MsgID")
    return m.NoticeFinished(
        **c,
        results=tuple(
            (
                _text(i, "TemplateId"),
                _text(i, "MsgID", required=True, longest=MSGID),
                _whole(i, "ErrorCode"),
                _text(i, "ErrorStatus"),
            )
            for i in results
        ),
    )


def _agent(f: Fields, c: Common) -> Incoming:
    agent = _text(f, "KfAccount") or _text(f, "ToKfAccount")
    return m.AgentSession(**c, change=_text(f, "Event"), agent=agent, from_agent=_text(f, "FromKfAccount"))


def _withdrawn(f: Fields, c: Common) -> Incoming:
    event, person = _text(f, "Event").lower(), _text(f, "OpenID")
    # OpenID is missing at times. The sender is WeChat, never the person, so it is no replacement.
    if not 0 < len(person) <= 64:
        return m.Unknown(**c, kind=event)
    is_everything = event == "user_authorization_cancellation"
    codes = () if is_everything else tuple(_REVOCATION.findall(_text(f, "RevokeInfo")))
    if not is_everything and not codes:
        raise _Odd("RevokeInfo names nothing we know")
    return m.DataWithdrawn(**c, person=person, is_everything=is_everything, codes=codes)


def _verification(f: Fields, c: Common) -> Incoming:
    return m.AccountVerification(
        **c, change=_text(f, "Event"), expires_at=_text(f, "ExpiredTime"), reason=_text(f, "FailReason")
    )


def _media_id(f: Fields) -> str:
    return _text(f, "MediaId", required=True, longest=MEDIA_ID)


def _video(f: Fields, c: Common) -> Incoming:
    return m.Video(**c, media_id=_media_id(f), thumb_media_id=_text(f, "ThumbMediaId"))


def _view(f: Fields, c: Common) -> Incoming:
    return m.LinkOpened(**c, target=_text(f, "EventKey"), menu_id=_text(f, "MenuId"))


_MESSAGES: dict[str, Reader] = {
    "text": lambda f, c: m.Text(**c, content=_text(f, "Content"), menu_id=_text(f, "bizmsgmenuid") or None),
    "image": lambda f, c: m.Image(**c, media_id=_media_id(f), picture_url=_text(f, "PicUrl")),
    "voice": lambda f, c: m.Voice(**c, media_id=_media_id(f), format=_text(f, "Format")),
    "video": _video,
    "shortvideo": _video,
    "location": lambda f, c: m.Location(
        **c,
        latitude=_number(f, "Location_X"),
        longitude=_number(f, "Location_Y"),
        scale=_whole(f, "Scale"),
        label=_text(f, "Label"),
    ),
    "link": lambda f, c: m.Link(**c, title=_text(f, "Title"), description=_text(f, "Description"), url=_text(f, "Url")),
}

_EVENTS: dict[str, Reader] = {
    "subscribe": _follow,
    "unsubscribe": lambda f, c: m.Unfollow(**c),
    "scan": lambda f, c: m.Scan(**c, scene=_text(f, "EventKey"), ticket=_text(f, "Ticket")),
    "location": lambda f, c: m.LocationReport(
        **c, latitude=_number(f, "Latitude"), longitude=_number(f, "Longitude"), precision=_number(f, "Precision")
    ),
    "click": lambda f, c: m.Click(**c, menu_key=_text(f, "EventKey", required=True)),
    "view": _view,
    "view_miniprogram": _view,
    "scancode_push": _scan_code,
    "scancode_waitmsg": _scan_code,
    "pic_sysphoto": _pictures,
    "pic_photo_or_album": _pictures,
    "pic_weixin": _pictures,
    "location_select": _location_picked,
    "templatesendjobfinish": lambda f, c: m.TemplateFinished(
        **c, msgid=_text(f, "MsgID", required=True, longest=MSGID), status=_text(f, "Status")
    ),
    "masssendjobfinish": _mass,
    "publishjobfinish": _publish,
    "subscribe_msg_popup_event": _consent,
    "subscribe_msg_change_event": _consent,
    "subscribe_msg_sent_event": _notice,
    "kf_create_session": _agent,
    "kf_close_session": _agent,
    "kf_switch_session": _agent,
    "user_info_modified": lambda f, c: m.InfoModified(**c, person=_text(f, "OpenID")),
    "user_authorization_revoke": _withdrawn,
    "user_authorization_cancellation": _withdrawn,
    "naming_verify_success": _verification,
    "naming_verify_fail": _verification,
    "qualification_verify_success": _verification,
    "qualification_verify_fail": _verification,
    "annual_renew": _verification,
    "verify_expired": _verification,
}
