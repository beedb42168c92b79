"""Control of the desk: clock, faults, quotas, templates, records, raw callbacks; listed in `control.py`."""

from datetime import timedelta
from typing import Any

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Request, Response

from simulator import outlook, qr
from simulator.clock import HandClock, SharedClock
from simulator.control_request import given, number
from simulator.errors import Refusal
from simulator.faults import API_KINDS, CALLBACK_KINDS
from simulator.media import usable
from simulator.simulator import Simulator


def account(sim: Simulator, request: Request, path: list[str]) -> Any:
    """The account."""
    return outlook.account(sim.desk)


def scenes(sim: Simulator, request: Request, path: list[str]) -> Any:
    """QR codes."""
    scenes = list(sim.world.scenes.values())[::-1][: number(request, "limit", 100)]
    return {"total": len(sim.world.scenes), "scenes": [outlook.scene(sim.desk, one) for one in scenes]}


def scene(sim: Simulator, request: Request, path: list[str]) -> Any:
    """The picture of a QR code."""
    made = sim.world.scenes.get(path[0])
    if made is None:
        raise NotFound("no such code")
    return Response(qr.picture(made.url), content_type="image/png")


def calls(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Recorded API calls."""
    after, limit = number(request, "after", 0), number(request, "limit", 50)
    found = [one for one in sim.calls[-limit:] if one.number > after]
    return {"counts": sim.desk.counts, "calls": [outlook.call(one) for one in reversed(found)]}


def callbacks(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Callbacks made."""
    after, limit = number(request, "after", 0), number(request, "limit", 50)
    found = [one for one in sim.deliveries[-limit:] if one.number > after]
    return {"callbacks": [outlook.delivery(sim.desk, one) for one in reversed(found)]}


def build(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Signed messages for a load generator."""
    data = given(request)
    count, prefix = int(data.get("count", 1)), str(data.get("prefix", "零售户"))
    with sim.desk.lock:
        there = [sim.phone(name) for name in list(sim.world.names) if name.startswith(prefix)][:count]
        phones = there + sim.follow_many(count - len(there), prefix)
    made = sim.prepare(phones, [str(data.get("text", "你好"))] * count)
    return {"callbacks": [vars(one) | {"body": one.body.decode()} for one in made]}


def raw(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Post anything to the app."""
    data = given(request)
    status, body = sim.deliver_raw(str(data.get("body", "")), dict(data.get("query", {})))
    return {"status": status, "body": body.decode("utf-8", "replace")}


def check(sim: Simulator, request: Request, path: list[str]) -> Any:
    """The check of the address."""
    return {"is_right": sim.check_url()}


def redeliver(sim: Simulator, request: Request, path: list[str]) -> Any:
    """The same callback again."""
    delivery = sim.desk.deliveries.get(int(path[0])) if path[0].isdigit() else None
    if delivery is None:
        raise NotFound("no such callback")
    return outlook.attempt(sim.redeliver(delivery))


def faults(sim: Simulator, request: Request, path: list[str]) -> Any:
    """List, add or clear faults."""
    if request.method == "POST":
        data = given(request)
        with sim.desk.lock:
            sim.faults.add(str(data.pop("target", "")), str(data.pop("kind", "")), **data)
    elif request.method == "DELETE":
        with sim.desk.lock:
            sim.faults.clear()
    kinds = {"api": API_KINDS, "callback": CALLBACK_KINDS}
    return {"faults": [vars(fault) for fault in sim.faults.active], "kinds": kinds}


def fault(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Remove one fault."""
    with sim.desk.lock:
        sim.faults.remove(int(path[0]))
    return {"faults": [vars(fault) for fault in sim.faults.active]}


def clock(sim: Simulator, request: Request, path: list[str]) -> Any:
    """What time it is."""
    return {"now": sim.clock().isoformat(), **outlook.moving(sim.clock)}


def advance(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Move the hand clock, or the time of all parts."""
    if not isinstance(sim.clock, HandClock | SharedClock):
        raise BadRequest("the real time cannot be advanced; start with --clock hand, or with --moved FILE")
    with sim.desk.lock:
        sim.clock.advance(timedelta(**{name: float(value) for name, value in given(request).items()}))
        sim.desk.version += 1
    return clock(sim, request, path)


def quotas(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Today's use, or a limit."""
    if request.method == "POST":
        data = given(request)
        sim.set_quota(str(data["path"]), int(data["daily"]))
    return {"day": sim.world.usage_day, "used": sim.world.usage, "limits": sim.world.quotas}


def templates(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Templates chosen, or one more."""
    if request.method == "POST":
        return {"template_id": sim.add_template(**given(request))}
    return {"templates": [vars(one) for one in sim.world.templates.values()]}


def key(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Rotate the AES key."""
    sim.rotate_key(str(given(request).get("aes_key", "")))
    return {}


def mass(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Judge the next mass message."""
    sim.judge_next_mass(**given(request))
    return {}


def by_hand(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Somebody sends a mass message in the console."""
    try:
        return {"msg_id": sim.send_by_hand(**given(request))}
    except (Refusal, LookupError) as error:
        raise BadRequest(str(error)) from error


def confirm(sim: Simulator, request: Request, path: list[str]) -> Any:
    """The administrator confirms a mass message, or does not."""
    try:
        sim.confirm_mass(int(path[0]), agrees=bool(given(request).get("agrees", True)))
    except LookupError as error:
        raise BadRequest(str(error)) from error
    return {}


def publication(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Judge the next publication."""
    sim.judge_next_publication(**given(request))
    return {}


def settle(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Do what is due."""
    return {"done": sim.settle()}


def media(sim: Simulator, request: Request, path: list[str]) -> Any:
    """The bytes of a file."""
    try:
        found = usable(sim.desk, path[0])
    except Refusal as refusal:
        raise NotFound(str(refusal)) from refusal
    return Response(found.content, content_type=found.content_type)
