"""OAuth of web pages: from the authorize page to the person's openid (wechat-platform.md §9)."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import OAuthRefused, Refusal
from simulator.tokens import check_credentials
from simulator.world import Code, Follower, Issued

CODE_LIFE = timedelta(minutes=5)
TOKEN_LIFE = timedelta(hours=2)
REFRESH_LIFE = timedelta(days=30)
AUTHORIZE_PATH = "/connect/oauth2/authorize"
SCOPES = ("snsapi_base", "snsapi_userinfo")


def virtual_openid(desk: Desk, follower: Follower) -> str:
    """The openid of the virtual account shown instead of this person in snapshot mode."""
    return "v" + desk.opaque("virtual", 27, seed=follower.openid)


def check(desk: Desk, query: dict[str, str]) -> None:
    """What the authorize page checks before it shows anything, or OAuthRefused with WeChat's sentence (§9)."""
    account = desk.account
    if query.get("appid") != account.app_id:
        raise OAuthRefused(10013, "AppID 参数错误")
    target = urlsplit(query.get("redirect_uri", ""))
    if target.scheme not in ("http", "https") or not target.netloc:
        raise OAuthRefused(10003, "redirect_uri 域名与后台配置不一致")
    if account.oauth_domain is not None and target.hostname != account.oauth_domain:
        raise OAuthRefused(10003, "redirect_uri 域名与后台配置不一致")
    if query.get("response_type") != "code" or query.get("scope") not in SCOPES:
        raise OAuthRefused(10005, "scope 参数错误或没有 scope 权限")
    if not account.is_service or not account.certified:
        raise OAuthRefused(10005, "该公众号没有这些 scope 的权限")


def authorize(desk: Desk, query: dict[str, str], follower: Follower, *, is_snapshot: bool = False) -> str:
    """The address this person is sent back to, with `code` and `state`; OAuthRefused as in `check`."""
    check(desk, query)
    now = desk.clock()
    value = desk.opaque("code", 32)
    is_virtual = query["scope"] == "snsapi_userinfo" and (is_snapshot or follower.snapshot)
    openid = follower.openid
    with desk.lock:
        old = [kept.value for kept in desk.world.codes.values() if kept.expires_at < now - 12 * CODE_LIFE]
        for forgotten in old:
            del desk.world.codes[forgotten]
        desk.world.codes[value] = Code(value, openid, query["scope"], now + CODE_LIFE, is_snapshot=is_virtual)
    target = urlsplit(query["redirect_uri"])
    pairs = [*parse_qsl(target.query, keep_blank_values=True), ("code", value), ("state", query.get("state", ""))]
    return urlunsplit(target._replace(query=urlencode(pairs)))


def _issue(desk: Desk, call: Call, openid: str, scope: str, *, is_snapshot: bool, refresh: str = "") -> dict[str, Any]:
    world = desk.world
    token = Issued(desk.opaque("sns", 90), "sns", call.now, call.now + TOKEN_LIFE)
    token.openid, token.scope, token.is_snapshot = openid, scope, is_snapshot
    world.issued[token.value] = token
    if not refresh:
        refresh = desk.opaque("refresh", 90)
        kept = Issued(refresh, "sns_refresh", call.now, call.now + REFRESH_LIFE)
        kept.openid, kept.scope, kept.is_snapshot = openid, scope, is_snapshot
        world.issued[refresh] = kept
    return {
        "access_token": token.value,
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "refresh_token": refresh,
        "openid": virtual_openid(desk, world.followers[openid]) if is_snapshot else openid,
        "scope": scope,
    }


def exchange(desk: Desk, call: Call) -> Payload:
    """GET /sns/oauth2/access_token: 40029 for a bad or old code, 40163 for one used before (§9)."""
    query = call.query
    check_credentials(desk, query.get("appid"), query.get("secret"))
    if query.get("grant_type") != "authorization_code":
        raise Refusal(40002)
    if not query.get("code"):
        raise Refusal(41008)
    code = desk.world.codes.get(query["code"])
    if code is None or call.now >= code.expires_at:
        raise Refusal(40029)
    if code.is_used:
        raise Refusal(40163)
    code.is_used = True
    answer = _issue(desk, call, code.openid, code.scope, is_snapshot=code.is_snapshot)
    if code.is_snapshot:
        answer["is_snapshotuser"] = 1
    if code.scope == "snsapi_userinfo" and not code.is_snapshot:
        answer["unionid"] = desk.world.followers[code.openid].unionid
    return answer


def refresh(desk: Desk, call: Call) -> Payload:
    """GET /sns/oauth2/refresh_token: good for 30 days; 40030 for a bad one, 42002 for an old one (§9)."""
    if call.query.get("appid") != desk.account.app_id:
        raise Refusal(40013)
    kept = desk.world.issued.get(call.query.get("refresh_token", ""))
    if kept is None or kept.family != "sns_refresh":
        raise Refusal(40030)
    if call.now >= kept.expires_at:
        raise Refusal(42002)
    return _issue(desk, call, kept.openid, kept.scope, is_snapshot=kept.is_snapshot, refresh=kept.value)


def _token(desk: Desk, call: Call) -> tuple[Issued, Follower]:
    """The web token, which is not the API's; 40003 if the openid is not the one it was given for."""
    kept = desk.world.issued.get(call.query.get("access_token", ""))
    if kept is None or kept.family != "sns":
        raise Refusal(40001 if call.query.get("access_token") else 41001)
    if call.now >= kept.expires_at:
        raise Refusal(42001)
    follower = desk.world.followers[kept.openid]
    if call.query.get("openid") != (virtual_openid(desk, follower) if kept.is_snapshot else follower.openid):
        raise Refusal(40003)
    return kept, follower


def userinfo(desk: Desk, call: Call) -> Payload:
    """GET /sns/userinfo: name and picture for scope snsapi_userinfo, 48001 for snsapi_base (§9)."""
    kept, follower = _token(desk, call)
    if kept.scope != "snsapi_userinfo":
        raise Refusal(48001)
    answer = {
        "openid": virtual_openid(desk, follower) if kept.is_snapshot else follower.openid,
        "nickname": "微信用户" if kept.is_snapshot else follower.name,
        "sex": 0,
        "province": "",
        "city": "",
        "country": "",
        "headimgurl": f"{desk.page_base}/simulator/avatar.svg",
        "privilege": [],
    }
    return answer if kept.is_snapshot else answer | {"unionid": follower.unionid}


def valid(desk: Desk, call: Call) -> Payload:
    """GET /sns/auth: whether a web token still works (§9)."""
    _token(desk, call)
    return ok()


ROUTES = (
    Route("/sns/oauth2/access_token", exchange, "GET", needs_token=False),
    Route("/sns/oauth2/refresh_token", refresh, "GET", needs_token=False),
    Route("/sns/userinfo", userinfo, "GET", needs_token=False),
    Route("/sns/auth", valid, "GET", needs_token=False),
)
