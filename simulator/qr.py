"""QR codes with a scene, and their pictures (wechat-platform.md §9)."""

import io
from datetime import timedelta
from typing import Any

import segno

from simulator.calls import Call, Payload, Route
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Scene

LONGEST = 2_592_000
DEFAULT_LIFE = 60
PERMANENT_COUNT = 100_000
SHOW_PATH = "/cgi-bin/showqrcode"


def _scene_of(action: str, data: dict[str, Any]) -> str:
    info = data.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise Refusal(40053)
    if action in ("QR_SCENE", "QR_LIMIT_SCENE"):
        number = scene.get("scene_id")
        greatest = 100_000 if action == "QR_LIMIT_SCENE" else 2**32 - 1
        if not isinstance(number, int) or not 1 <= number <= greatest:
            raise Refusal(40053)
        return str(number)
    text = scene.get("scene_str")
    if not isinstance(text, str) or not 1 <= len(text) <= 64:
        raise Refusal(40053)
    return text


def create(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/qrcode/create: temporary up to 30 days (60 s unless said), or one of 100,000 for ever (§9)."""
    data = call.json()
    action = data.get("action_name")
    if action not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
        raise Refusal(40053)
    scene = _scene_of(action, data)
    is_permanent = action.startswith("QR_LIMIT")
    seconds = data.get("expire_seconds", DEFAULT_LIFE)
    if not is_permanent and (not isinstance(seconds, int) or not 1 <= seconds <= LONGEST):
        raise Refusal(40035)
    world = desk.world
    before = world.scenes.get(world.latest_scene.get(scene, ""))
    if is_permanent and before is not None and before.action == action:
        return {"ticket": before.ticket, "url": before.url}  # a permanent scene is one code, however often it is asked
    if is_permanent and sum(1 for made in world.scenes.values() if made.expires_at is None) >= PERMANENT_COUNT:
        raise Refusal(45029)
    ticket = "gQ" + desk.opaque("ticket", 92) + "=="
    url = "http://weixin.qq.com/q/" + desk.opaque("qr", 22)
    expires_at = None if is_permanent else call.now + timedelta(seconds=seconds)
    world.scenes[ticket] = Scene(ticket, action, scene, url, expires_at)
    world.latest_scene[scene] = ticket
    answer: dict[str, Any] = {"ticket": ticket, "url": url}
    return answer if is_permanent else answer | {"expire_seconds": seconds}


def find(desk: Desk, wanted: str) -> Scene | None:
    """The newest code with this scene, or of this ticket or address."""
    world = desk.world
    if wanted in world.scenes:
        return world.scenes[wanted]
    if wanted in world.latest_scene:
        return world.scenes[world.latest_scene[wanted]]
    return next((made for made in world.scenes.values() if made.url == wanted), None)


def picture(text: str) -> bytes:
    """A PNG of a QR code holding this text."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=8, border=3)
    return out.getvalue()


def show(desk: Desk, ticket: str) -> bytes | None:
    """The picture at `SHOW_PATH`?ticket= of the pages' host, not the API's (§9); None for a ticket there is not."""
    made = desk.world.scenes.get(ticket)
    return picture(made.url) if made is not None else None


ROUTES = (Route("/cgi-bin/qrcode/create", create, daily=100_000, certified=True),)
