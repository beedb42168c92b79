"""Control of people: create them, list them, use their phones; listed in `control.py`."""

import base64
from typing import Any

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Request

from simulator import outlook
from simulator.control_request import given, number
from simulator.errors import OAuthRefused
from simulator.handset import NotPossible
from simulator.phone import Phone
from simulator.simulator import Simulator
from simulator.world import Entry, Follower

ACTIONS = (
    "follow",
    "unfollow",
    "scan",
    "say",
    "send_image",
    "send_voice",
    "send_video",
    "send_location",
    "send_link",
    "report_location",
    "click",
    "tap_menu",
    "tap",
    "answer_subscription",
    "withdraw_subscription",
    "event",
    "open",
    "read",
    "share",
    "comment",
)
SETTABLE = ("snapshot", "refuses", "blacklisted")


def _person(sim: Simulator, who: str) -> Follower:
    openid = sim.world.names.get(who, who)
    if openid not in sim.world.followers:
        raise NotFound(f"nobody is called {who}")
    return sim.world.followers[openid]


def followers(sim: Simulator, request: Request, path: list[str]) -> Any:
    """List people, or make some."""
    if request.method == "POST":
        return _new_followers(sim, given(request))
    search = request.args.get("search", "").strip()
    start, limit = number(request, "offset", 0), number(request, "limit", 50)
    found = [one for one in sim.world.followers.values() if search in one.name or search == one.openid]
    found.sort(key=lambda one: one.transcript[-1].at.timestamp() if one.transcript else 0, reverse=True)
    return {"total": len(found), "followers": [outlook.listed(one) for one in found[start : start + limit]]}


def _new_followers(sim: Simulator, data: dict[str, Any]) -> Any:
    if "count" in data:
        made = sim.follow_many(int(data["count"]), str(data.get("prefix", "零售户")))
        return {"followers": [{"openid": phone.openid, "name": phone.name} for phone in made]}
    name = str(data.get("name", "")).strip()
    if not name:
        raise BadRequest("a person needs a name")
    phone = sim.phone(name)
    if data.get("follow"):
        phone.follow()
    return {"followers": [outlook.listed(phone.follower)]}


def follower(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Look at one person, or set a switch."""
    person = _person(sim, path[0])
    if request.method == "POST":
        for name, value in given(request).items():
            if name not in SETTABLE:
                raise BadRequest(f"{name} cannot be set")
            setattr(person, name, bool(value))
        sim.desk.version += 1
    return outlook.follower(sim.desk, person)


def entries(sim: Simulator, request: Request, path: list[str]) -> Any:
    """The chat from an entry on."""
    person = _person(sim, path[0])
    after = number(request, "after", 0)
    entries = [outlook.entry(one) for one in person.transcript[after:]]
    return {"entries": entries, "follower": outlook.follower(sim.desk, person)}


def act(sim: Simulator, request: Request, path: list[str]) -> Any:
    """Do something on a phone."""
    person, action, data = _person(sim, path[0]), path[1], given(request)
    if action not in ACTIONS:
        raise NotFound(f"a phone has no {action}")
    if data.pop("wait", False):
        phone = Phone(sim.desk, sim.courier, person)
    else:
        phone = sim.phone(person.name)
    if "content" in data and action.startswith("send_"):
        data["content"] = base64.b64decode(data["content"])
    positional = [str(name) for name in data.pop("names", [])] if action == "tap_menu" else []
    try:
        seen = getattr(phone, action)(*positional, **data)
    except (NotPossible, OAuthRefused, TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
    if isinstance(seen, str):
        return {"url": seen}
    return {"entries": [outlook.entry(one) for one in seen if isinstance(one, Entry)]}
