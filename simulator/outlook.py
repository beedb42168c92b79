"""JSON views of the world, for the page and for the control API."""

from typing import Any

from simulator import menus, windows
from simulator.clock import Clock, HandClock, SharedClock, month_of
from simulator.desk import ApiCall, Attempt, Delivery, Desk
from simulator.world import Account, Entry, Follower, Scene

# Browsers count exactly only up to here; the platform's ids go beyond.
GREATEST = 2**53 - 1


def exact(value: Any) -> Any:
    """The same with numbers too great for a browser as texts."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return str(value) if isinstance(value, int) and abs(value) > GREATEST else value


def account(desk: Desk) -> dict[str, Any]:
    """The account and the state of the desk; secrets stay out."""
    shown: Account = desk.account
    return {
        "app_id": shown.app_id,
        "name": shown.name,
        "kind": shown.kind,
        "mode": shown.mode,
        "format": shown.format,
        "is_certified": shown.certified,
        "now": desk.clock().isoformat(),
        **moving(desk.clock),
        "followers": sum(1 for follower in desk.world.followers.values() if follower.subscribed),
        "people": len(desk.world.followers),
        "version": desk.version,
        "token_fetches": desk.world.token_fetches,
        "api_base": desk.api_base,
        "oauth_base": desk.oauth_base,
    }


def moving(clock: Clock) -> dict[str, Any]:
    """Whether the clock can be advanced by hand, alone or with all parts of a trial, and how far ahead those are."""
    is_shared = isinstance(clock, SharedClock)
    return {
        "has_hand_clock": isinstance(clock, HandClock),
        "has_shared_clock": is_shared,
        "ahead": clock.ahead.total_seconds() if isinstance(clock, SharedClock) else 0,
    }


def entry(shown: Entry) -> dict[str, Any]:
    """One entry of a chat."""
    return {
        "number": shown.number,
        "at": shown.at.isoformat(),
        "source": shown.source,
        "channel": shown.channel,
        "kind": shown.kind,
        "text": shown.text,
        "detail": exact(shown.detail),
        "delivery": shown.delivery,
    }


def listed(follower: Follower) -> dict[str, Any]:
    """A follower in a list: who, and the last thing in the chat."""
    last = follower.transcript[-1] if follower.transcript else None
    return {
        "openid": follower.openid,
        "name": follower.name,
        "is_following": follower.subscribed,
        "entries": len(follower.transcript),
        "last": last.text if last else "",
        "last_at": last.at.isoformat() if last else None,
        "last_source": last.source if last else "",
    }


def follower(desk: Desk, shown: Follower) -> dict[str, Any]:
    """A follower with what the platform keeps about them, their menu included."""
    now = desk.clock()
    menu = menus.menu_of(desk, shown)
    return listed(shown) | {
        "remark": shown.remark,
        "tags": [desk.world.tags[number].name for number in shown.tags],
        "blacklisted": shown.blacklisted,
        "refuses": shown.refuses,
        "snapshot": shown.snapshot,
        "is_typing": shown.typing_until is not None and now < shown.typing_until,
        "sends_left": windows.left(shown, now),
        "windows": [
            {"trigger": trigger, "left": window.left, "expires_at": window.expires_at.isoformat()}
            for trigger, window in shown.windows.items()
            if now < window.expires_at
        ],
        "mass_received": shown.mass_received.get(month_of(now), 0),
        "consents": shown.consents,
        "menu": menu[1] if menu and shown.subscribed else [],
    }


def scene(desk: Desk, shown: Scene) -> dict[str, Any]:
    """A QR code and whether it may still be scanned."""
    expires_at = shown.expires_at
    return {
        "ticket": shown.ticket,
        "scene": shown.scene,
        "action": shown.action,
        "url": shown.url,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "is_expired": expires_at is not None and expires_at <= desk.clock(),
    }


def call(shown: ApiCall) -> dict[str, Any]:
    """A recorded API call."""
    return vars(shown) | {"at": shown.at.isoformat()}


def attempt(shown: Attempt) -> dict[str, Any]:
    """One try at a callback, raw."""
    return {
        "at": shown.at.isoformat(),
        "query": shown.query,
        "body": shown.body,
        "status": shown.status,
        "answer": shown.answer,
        "plain_answer": shown.plain_answer,
        "outcome": shown.outcome,
        "seconds": round(shown.seconds, 4),
        "reply": shown.reply,
    }


def delivery(desk: Desk, shown: Delivery) -> dict[str, Any]:
    """A callback with its attempts."""
    person = desk.world.followers.get(shown.openid or "")
    return {
        "number": shown.number,
        "at": shown.at.isoformat(),
        "name": shown.name,
        "openid": shown.openid,
        "person": person.name if person else "",
        "fields": exact(shown.fields),
        "outcome": shown.outcome,
        "attempts": [attempt(one) for one in shown.attempts],
    }
