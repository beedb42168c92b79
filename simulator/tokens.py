"""Access tokens of both endpoints, the JS-SDK ticket, and the reset of quotas (wechat-platform.md §3, §9, §10)."""

from datetime import datetime, timedelta
from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.clock import month_of
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Issued

LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)
CLEARS_A_MONTH = 10


def check(desk: Desk, value: str | None, now: datetime) -> None:
    """Let a call through: 41001 without token, 40014 if it is none, 40001 if replaced, 42001 if expired (§3)."""
    if not value:
        raise Refusal(41001)
    issued = desk.world.issued.get(value)
    if issued is None or issued.openid:
        raise Refusal(40001 if len(value) >= 64 else 40014)
    if issued.is_revoked:
        raise Refusal(40001)
    if now >= issued.expires_at:
        raise Refusal(42001)


def check_credentials(desk: Desk, app_id: object, secret: object) -> None:
    """41002/41004 if missing, 40013 for a wrong appid, 40125 for a malformed and 40001 for a wrong secret (§3)."""
    if not app_id:
        raise Refusal(41002)
    if not secret:
        raise Refusal(41004)
    if app_id != desk.account.app_id:
        raise Refusal(40013)
    if secret != desk.account.secret:
        raise Refusal(40001 if isinstance(secret, str) and len(secret) == len(desk.account.secret) else 40125)


def issue(desk: Desk, family: str, now: datetime) -> Issued:
    """A new token of this endpoint; the one before lives on for five minutes at most (§3)."""
    world = desk.world
    old = world.issued.get(world.current_token.get(family, ""))
    if old is not None:
        old.expires_at = min(old.expires_at, now + OVERLAP)
    # What died long ago is unknown to the platform, and the table must not grow for ever.
    forgotten = [v for v, token in world.issued.items() if token.expires_at < now - 12 * LIFE]
    for value in forgotten:
        del world.issued[value]
    token = Issued(f"{desk.serial()}_" + desk.opaque(family, 136), family, now, now + LIFE)
    world.issued[token.value] = token
    world.current_token[family] = token.value
    return token


def _count(desk: Desk, family: str) -> None:
    desk.world.token_fetches[family] = desk.world.token_fetches.get(family, 0) + 1


def plain_token(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/token: each call makes a new token (§3)."""
    given: dict[str, Any] = dict(call.query)
    if call.method == "POST":
        given |= call.json()
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002)
    check_credentials(desk, given.get("appid"), given.get("secret"))
    _count(desk, "token")
    token = issue(desk, "token", call.now)
    return {"access_token": token.value, "expires_in": int(LIFE.total_seconds())}


def stable_token(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/stable_token: the same token until its last five minutes, or a new one by force (§3)."""
    given = call.json()
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002)
    check_credentials(desk, given.get("appid"), given.get("secret"))
    desk.use_minute("/cgi-bin/stable_token", 10_000)
    _count(desk, "stable_token")
    world, now = desk.world, call.now
    token = world.issued.get(world.current_token.get("stable", ""))
    if given.get("force_refresh") is True:
        world.forced_at = [at for at in world.forced_at if at > now - timedelta(days=1)]
        if len(world.forced_at) >= FORCED_A_DAY:
            raise Refusal(45009)
        if world.forced_at and now - world.forced_at[-1] < FORCED_APART:
            raise Refusal(45011)
        world.forced_at.append(now)
        if token is not None:
            token.is_revoked = True
        token = issue(desk, "stable", now)
    elif token is None or token.is_revoked or token.expires_at - now <= OVERLAP:
        token = issue(desk, "stable", now)
    return {"access_token": token.value, "expires_in": int((token.expires_at - now).total_seconds())}


def ticket(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/ticket/getticket: the ticket pages sign with, good for 7200 seconds (§9)."""
    if call.query.get("type") not in ("jsapi", "wx_card"):
        raise Refusal(40097)
    now = call.now
    if desk.world.ticket is None or desk.world.ticket.expires_at <= now:
        desk.world.ticket = Issued("sM4AOVdWfPE4DxkXGEs8V" + desk.opaque("ticket", 65), "ticket", now, now + LIFE)
    left = desk.world.ticket.expires_at - now
    return ok(ticket=desk.world.ticket.value, expires_in=int(left.total_seconds()))


def _clear(desk: Desk, now: datetime) -> Payload:
    month = month_of(now)
    cleared = desk.world.quota_clears.get(month, 0)
    if cleared >= CLEARS_A_MONTH:
        raise Refusal(48006)
    desk.world.quota_clears = {month: cleared + 1}
    desk.world.usage = {}
    return ok()


def clear_quota(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/clear_quota: all daily counts back to zero, ten times a month with v2 together (§10)."""
    if call.text("appid") != desk.account.app_id:
        raise Refusal(40013)
    return _clear(desk, call.now)


def clear_quota_by_secret(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/clear_quota/v2: the same without a token, by the secret (§10)."""
    given = dict(call.query)
    if not given.get("appid"):
        given |= call.json()
    check_credentials(desk, given.get("appid"), given.get("appsecret"))
    return _clear(desk, call.now)


ROUTES = (
    Route("/cgi-bin/token", plain_token, "GET", needs_token=False, daily=2000),
    Route("/cgi-bin/token", plain_token, needs_token=False, daily=2000),
    Route("/cgi-bin/stable_token", stable_token, needs_token=False, daily=500_000),
    Route("/cgi-bin/ticket/getticket", ticket, "GET", daily=1_000_000),
    Route("/cgi-bin/clear_quota", clear_quota),
    Route("/cgi-bin/clear_quota/v2", clear_quota_by_secret, needs_token=False),
)
