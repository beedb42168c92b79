"""Reading WeChat's fields into the value of their kind, completely and once: what is wrong shows here or never.

Spellings, and which event carries which fields: wechat-platform.md §2.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from wechat_bot import messages as m
from wechat_bot.messages import Fields, Incoming, Malformed

Common = dict[str, Any]
Reader = Callable[[Fields, Common], Incoming]


def read(fields: Fields) -> Incoming:
    """Read the fields of a decrypted body into the value of its kind.

    A kind nobody knows is `Unknown`, never an error; a known kind that lacks a field it must have, or holds
    a number that is none, raises `Malformed` with the field's name.
    """
    kind = _text(fields, "MsgType", required=True)
    event = _text(fields, "Event", required=True) if kind == "event" else ""
    seconds = _whole(fields, "CreateTime", required=True)
    try:
        sent_at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Malformed("CreateTime is out of range") from error
    openid = _text(fields, "FromUserName", required=True)
    if len(openid) > 64:
        raise Malformed("FromUserName is too long")
    common: Common = {
        "openid": openid,
        "account": _text(fields, "ToUserName", required=True),
        "sent_at": sent_at,
        "key": _key(fields, openid, kind, event),
        "raw": fields,
    }
    reader = _EVENTS.get(event.lower()) if event else _MESSAGES.get(kind)
    return reader(fields, common) if reader else m.Unknown(**common, kind=event or kind)


def _key(fields: Fields, openid: str, kind: str, event: str) -> str:
    parts: tuple[str, ...]
    # Messages have a MsgId, events none: two receipts can reach one person in one second (wechat-platform.md §1).
    if event:
        about = (_text(fields, name) for name in ("CreateTime", "EventKey", "MsgID", "MenuId", "Ticket"))
        parts = (openid, event, *about)
    elif kind in _MESSAGES:
        parts = (openid, str(_whole(fields, "MsgId", required=True)))
    else:
        parts = (openid, kind, _text(fields, "CreateTime"), _text(fields, "MsgId"))
    return blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=32).hexdigest()


def _text(fields: Fields, name: str, *, required: bool = False) -> str:
    value = fields.get(name)
    if value is None or value == "":
        if required:
            raise Malformed(f"{name} is missing")
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return str(value)
    raise Malformed(f"{name} is not a text")


def _whole(fields: Fields, name: str, *, required: bool = False) -> int:
    text = _text(fields, name, required=required).strip()
    if not text and not required:
        return 0
    if len(text) > 20 or not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
        raise Malformed(f"{name} is not a whole number")
    return int(text)


def _number(fields: Fields, name: str) -> float:
    try:
        value = float(_text(fields, name, required=True))
    except ValueError as error:
        raise Malformed(f"{name} is not a number") from error
    if value != value or abs(value) > 1e9:
        raise Malformed(f"{name} is out of range")
    return value


def _group(fields: Fields, *names: str) -> Fields:
    """The first of these wrappers that is there; empty where none is, since WeChat omits empty ones."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, Mapping):
            return value
    return {}


def _items(group: Fields, *path: str) -> list[Fields]:
    """A list that WeChat's XML writes as one element when it has one, as several when it has more."""
    value: Any = group
    for name in path:
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(name) if isinstance(value, Mapping) else None
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _follow(f: Fields, c: Common) -> Incoming:
    key = _text(f, "EventKey")
    # Other prefixes exist (last_trade_no_…): only this one is a scene of ours.
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
        msgid=_text(f, "MsgID", required=True),
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
        publish_id=_text(info, "publish_id", required=True),
        status=_whole(info, "publish_status"),
        article_id=_text(info, "article_id"),
        article_urls=tuple((_whole(i, "idx"), _text(i, "article_url")) for i in _items(info, "article_detail", "item")),
        failed=tuple(_whole({"fail_idx": n}, "fail_idx") for n in (failed if isinstance(failed, list) else [failed])),
    )


def _consent(f: Fields, c: Common) -> Incoming:
    # Early pushes used the popup's wrapper for the change too.
    choices = _items(_group(f, "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"), "List")
    return m.ConsentChanged(
        **c, choices=tuple((_text(i, "TemplateId"), _text(i, "SubscribeStatusString")) for i in choices)
    )


def _notice(f: Fields, c: Common) -> Incoming:
    results = _items(_group(f, "SubscribeMsgSentEvent"), "List")
    return m.NoticeFinished(
        **c,
        results=tuple(
            (_text(i, "TemplateId"), _text(i, "MsgID"), _whole(i, "ErrorCode"), _text(i, "ErrorStatus"))
            for i in results
        ),
    )


def _agent(f: Fields, c: Common) -> Incoming:
    agent = _text(f, "KfAccount") or _text(f, "ToKfAccount")
    return m.AgentSession(**c, change=_text(f, "Event"), agent=agent, from_agent=_text(f, "FromKfAccount"))


def _withdrawn(f: Fields, c: Common) -> Incoming:
    return m.DataWithdrawn(**c, change=_text(f, "Event"), person=(_text(f, "OpenID") or c["openid"])[:64])


def _verification(f: Fields, c: Common) -> Incoming:
    return m.AccountVerification(
        **c, change=_text(f, "Event"), expires_at=_text(f, "ExpiredTime"), reason=_text(f, "FailReason")
    )


def _video(f: Fields, c: Common) -> Incoming:
    return m.Video(**c, media_id=_text(f, "MediaId", required=True), thumb_media_id=_text(f, "ThumbMediaId"))


def _view(f: Fields, c: Common) -> Incoming:
    return m.View(**c, target=_text(f, "EventKey"), menu_id=_text(f, "MenuId"))


_MESSAGES: dict[str, Reader] = {
    "text": lambda f, c: m.Text(**c, content=_text(f, "Content"), menu_id=_text(f, "bizmsgmenuid") or None),
    "image": lambda f, c: m.Image(**c, media_id=_text(f, "MediaId", required=True), picture_url=_text(f, "PicUrl")),
    "voice": lambda f, c: m.Voice(**c, media_id=_text(f, "MediaId", required=True), format=_text(f, "Format")),
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
        **c, msgid=_text(f, "MsgID", required=True), status=_text(f, "Status")
    ),
    "masssendjobfinish": _mass,
    "publishjobfinish": _publish,
    "subscribe_msg_popup_event": _consent,
    "subscribe_msg_change_event": _consent,
    "subscribe_msg_sent_event": _notice,
    "kf_create_session": _agent,
    "kf_close_session": _agent,
    "kf_switch_session": _agent,
    "user_info_modified": _withdrawn,
    "user_authorization_revoke": _withdrawn,
    "user_authorization_cancellation": _withdrawn,
    "naming_verify_success": _verification,
    "naming_verify_fail": _verification,
    "qualification_verify_success": _verification,
    "qualification_verify_fail": _verification,
    "annual_renew": _verification,
    "verify_expired": _verification,
}
