"""Tags on followers and their limits (wechat-platform.md §8)."""

from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.followers import page_of
from simulator.world import Follower, Tag

TAGS = 100
TAGS_EACH = 20
NAME_BYTES = 30
BATCH = 50
UNDELETABLE = 100_000
RESERVED = (0, 1, 2)


def tag_of(desk: Desk, number: int) -> Tag:
    """The tag of this number, 45058 for the platform's own 0, 1, 2, and 45159 if there is none."""
    if number in RESERVED:
        raise Refusal(45058)
    if number not in desk.world.tags:
        raise Refusal(45159)
    return desk.world.tags[number]


def _name(desk: Desk, call: Call) -> str:
    name = call.text("tag", "name")
    if not name:
        raise Refusal(40035)
    if len(name.encode()) > NAME_BYTES:
        raise Refusal(45158)
    if any(tag.name == name for tag in desk.world.tags.values()):
        raise Refusal(45157)
    return name


def _number(call: Call) -> int:
    tag = call.json().get("tag")
    number = tag.get("id") if isinstance(tag, dict) else None
    if not isinstance(number, int):
        raise Refusal(47001)
    return number


def create(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/create: 45157 for a name taken, 45158 over 30 bytes, 45056 beyond 100 tags."""
    name = _name(desk, call)
    if len(desk.world.tags) >= TAGS:
        raise Refusal(45056)
    tag = Tag(desk.world.next_tag, name)
    desk.world.next_tag += 1
    desk.world.tags[tag.number] = tag
    return {"tag": {"id": tag.number, "name": tag.name}}


def listed(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/tags/get: all tags with their number of followers."""
    tags: list[dict[str, Any]] = [{"id": 2, "name": "星标组", "count": 0}]
    tags += [{"id": tag.number, "name": tag.name, "count": len(tag.members)} for tag in desk.world.tags.values()]
    return {"tags": tags}


def update(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/update: another name."""
    tag = tag_of(desk, _number(call))
    if call.text("tag", "name") != tag.name:
        tag.name = _name(desk, call)
    return ok()


def delete(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/delete: 45057 with more than 100,000 followers."""
    tag = tag_of(desk, _number(call))
    if len(tag.members) > UNDELETABLE:
        raise Refusal(45057)
    for openid in tag.members:
        desk.world.followers[openid].tags.remove(tag.number)
    del desk.world.tags[tag.number]
    return ok()


def _batch(desk: Desk, call: Call) -> tuple[Tag, list[Follower]]:
    openids = call.texts("openid_list")
    if not 1 <= len(openids) <= BATCH:
        raise Refusal(40032)
    tag = tag_of(desk, call.number("tagid"))
    followers = [desk.follower(openid) for openid in openids]
    if not all(follower.subscribed for follower in followers):
        raise Refusal(49003)
    return tag, followers


def batch_tag(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/members/batchtagging: up to 50 openids; nobody is tagged if one has 20 tags (45059)."""
    tag, followers = _batch(desk, call)
    fresh = [follower for follower in followers if tag.number not in follower.tags]
    if any(len(follower.tags) >= TAGS_EACH for follower in fresh):
        raise Refusal(45059)
    for follower in fresh:
        if tag.number not in follower.tags:
            follower.tags.append(tag.number)
            tag.members[follower.openid] = None
    return ok()


def batch_untag(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/members/batchuntagging: up to 50 openids."""
    tag, followers = _batch(desk, call)
    for follower in followers:
        if tag.number in follower.tags:
            follower.tags.remove(tag.number)
            tag.members.pop(follower.openid, None)
    return ok()


def of_follower(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/tags/getidlist: the tags of one follower."""
    return {"tagid_list": list(desk.follower(call.text("openid")).tags)}


def members(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/user/tag/get: the followers with a tag, 10,000 a page."""
    tag = tag_of(desk, call.number("tagid"))
    return page_of(list(tag.members), str(call.json().get("next_openid", "")))


ROUTES = (
    Route("/cgi-bin/tags/create", create, daily=1000),
    Route("/cgi-bin/tags/get", listed, "GET", daily=1000),
    Route("/cgi-bin/tags/update", update, daily=1000),
    Route("/cgi-bin/tags/delete", delete, daily=1000),
    Route("/cgi-bin/tags/members/batchtagging", batch_tag, daily=100_000),
    Route("/cgi-bin/tags/members/batchuntagging", batch_untag, daily=100_000),
    Route("/cgi-bin/tags/getidlist", of_follower, daily=500_000),
    Route("/cgi-bin/user/tag/get", members, daily=1000),
)
