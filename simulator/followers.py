"""Follower lists, profiles, remarks and the blacklist, as the app may read them (wechat-platform.md §8)."""

from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Follower

PAGE = 10_000


def page_of(openids: list[str], next_openid: str) -> dict[str, Any]:
    """Up to 10,000 openids after `next_openid`; an empty page lacks `data` (§8). 40003 if it is not in the list."""
    start = 0
    if next_openid:
        if next_openid not in openids:
            raise Refusal(40003)
        start = openids.index(next_openid) + 1
    part = openids[start : start + PAGE]
    page: dict[str, Any] = {"count": len(part)}
    if part:
        page["data"] = {"openid": part}
    page["next_openid"] = part[-1] if part else ""
    return page


def list_followers(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/user/get: the followers' openids, 10,000 a page (§8)."""
    openids = [follower.openid for follower in desk.world.followers.values() if follower.subscribed]
    return {"total": len(openids)} | page_of(openids, call.query.get("next_openid", ""))


def described(follower: Follower) -> dict[str, Any]:
    """What `user/info` says: since 2021 without name, picture, sex or region (§8)."""
    if not follower.subscribed or follower.subscribed_at is None:
        return {"subscribe": 0, "openid": follower.openid}
    is_number = follower.scene.isascii() and follower.scene.isdigit()
    return {
        "subscribe": 1,
        "openid": follower.openid,
        "language": "zh_CN",
        "subscribe_time": int(follower.subscribed_at.timestamp()),
        "unionid": follower.unionid,
        "remark": follower.remark,
        "groupid": follower.tags[0] if follower.tags else 0,
        "tagid_list": list(follower.tags),
        "subscribe_scene": follower.scene_kind,
        "qr_scene": int(follower.scene) if is_number else 0,
        "qr_scene_str": "" if is_number else follower.scene,
    }


def info(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/user/info: one follower (§8)."""
    return described(desk.follower(call.query.get("openid")))


def infos(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/user/info/batchget: up to 100 of them, 40032 otherwise (§8)."""
    wanted = call.json().get("user_list")
    if not isinstance(wanted, list):
        raise Refusal(47001)
    if not 1 <= len(wanted) <= 100:
        raise Refusal(40032)
    openids = [item.get("openid") if isinstance(item, dict) else None for item in wanted]
    return {"user_info_list": [described(desk.follower(openid)) for openid in openids]}


def remark(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/user/info/updateremark: fewer than 30 characters (§8)."""
    follower = desk.follower(call.text("openid"))
    text = call.text("remark")
    if len(text) >= 30:
        raise Refusal(45002)
    follower.remark = text
    return ok()


def blacklist(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/members/batchblacklist: up to 20 openids (§8)."""
    return _set_blacklisted(desk, call, True)


def unblacklist(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/members/batchunblacklist: up to 20 openids (§8)."""
    return _set_blacklisted(desk, call, False)


def _set_blacklisted(desk: Desk, call: Call, value: bool) -> Payload:
    openids = call.texts("openid_list")
    if not 1 <= len(openids) <= 20:
        raise Refusal(40032)
    for follower in [desk.follower(openid) for openid in openids]:
        follower.blacklisted = value
    return ok()


def blacklisted(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/members/getblacklist: 10,000 a page (§8)."""
    openids = [follower.openid for follower in desk.world.followers.values() if follower.blacklisted]
    return {"total": len(openids)} | page_of(openids, str(call.json().get("begin_openid", "")))


ROUTES = (
    Route("/cgi-bin/user/get", list_followers, "GET", daily=500),
    Route("/cgi-bin/user/info", info, "GET", daily=5_000_000),
    Route("/cgi-bin/user/info/batchget", infos, daily=5_000_000),
    Route("/cgi-bin/user/info/updateremark", remark, daily=10_000),
    Route("/cgi-bin/tags/members/batchblacklist", blacklist),
    Route("/cgi-bin/tags/members/batchunblacklist", unblacklist),
    Route("/cgi-bin/tags/members/getblacklist", blacklisted),
)
