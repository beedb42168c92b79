"""Mass messages: receivers, content checks and quotas (wechat-platform.md §6)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from simulator import mass_results, publishing
from simulator.calls import Call, Payload, Route, ok
from simulator.clock import day_of, month_of
from simulator.desk import Desk
from simulator.drafts import draft_of
from simulator.errors import Refusal
from simulator.media import usable
from simulator.world import Follower, MassJob, Publication

EACH_A_MONTH = 4
CALLS_A_MINUTE = 60
LISTED = 10_000
CLIENT_ID_BYTES = 32
SAME_ID_LIFE = timedelta(hours=24)
RETRY_APART = timedelta(minutes=1)
TEXT_BYTES = 2048
EVERYBODY = "everybody"
#: How long the administrator has to confirm a mass message (§6).
CONFIRMED_WITHIN = timedelta(minutes=30)


def _type_of(data: dict[str, Any]) -> str:
    kind = data.get("msgtype")
    if kind == "wxcard":
        raise Refusal(48008)
    if kind not in ("text", "mpnews", "voice", "image", "mpvideo"):
        raise Refusal(40008)
    return str(kind)


def _part_of(kind: str) -> str:
    """Where the content stands: pictures are of the type `image` and stand under `images` (§6)."""
    return "images" if kind == "image" else kind


def _check_content(desk: Desk, data: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Kind, text and details as a follower would see it; nothing is used up yet."""
    kind = _type_of(data)
    name = _part_of(kind)
    part = data.get(name)
    if not isinstance(part, dict):
        raise Refusal(47001, f"hint: [{name}]")
    if kind == "text":
        content = part.get("content")
        if not isinstance(content, str) or not content:
            raise Refusal(44004)
        if len(content.encode()) > TEXT_BYTES:
            raise Refusal(45002)
        return "text", content, {}
    if kind == "mpnews":
        articles = draft_of(desk, part.get("media_id")).articles
        cards = [
            {"title": str(article["title"]), "description": str(article["digest"]), "picurl": _cover(desk, article)}
            for article in articles
        ]
        return "news", str(articles[0]["title"]), {"articles": cards}
    media_ids = part.get("media_ids") if kind == "image" else [part.get("media_id")]
    if not isinstance(media_ids, list) or not media_ids:
        raise Refusal(41006)
    media = [usable(desk, media_id) for media_id in media_ids]
    if kind == "mpvideo" and media[0].kind != "mpvideo":
        raise Refusal(40007)
    shown = {"mpvideo": "video"}.get(kind, kind)
    title = str(part.get("title") or media[0].title)
    return shown, title or f"[{shown}]", {"media_id": media[0].media_id, "media_ids": media_ids, "title": title}


def _cover(desk: Desk, article: dict[str, Any]) -> str:
    media_id = article.get("thumb_media_id")
    return f"{desk.page_base}/simulator/media/{media_id}" if media_id else ""


def _accepted_before(desk: Desk, data: dict[str, Any], audience: str, call: Call) -> str:
    """The id that marks a repetition; 45065 with the first msg_id within 24 hours, 45066 without it within one
    minute (§6)."""
    given = data.get("clientmsgid")
    if given is not None and (not isinstance(given, str) or len(given.encode()) > CLIENT_ID_BYTES):
        raise Refusal(45067)
    kind = _type_of(data)
    digest = hashlib.sha256((audience + json.dumps(data.get(_part_of(kind)), sort_keys=True)).encode()).hexdigest()
    client_id = given or digest
    world = desk.world
    fresh = {key: kept for key, kept in world.mass_client_ids.items() if call.now - kept[0] < SAME_ID_LIFE}
    world.mass_client_ids = fresh
    if client_id in fresh:
        at, msg_id = fresh[client_id]
        if call.now - at < RETRY_APART:
            raise Refusal(45066)
        raise Refusal(45065, msg_id=msg_id)
    return client_id


def _check_account_quota(desk: Desk, now: datetime, *, is_to_all: bool) -> None:
    """45028: a subscription account sends once a day; a service account to everybody once a day, 4 times a month."""
    days, today, month = desk.world.mass_days, day_of(now), month_of(now)
    if not desk.account.is_service:
        if days.get(today, 0) >= 1:
            raise Refusal(45028)
        days[today] = days.get(today, 0) + 1
    elif is_to_all:
        month_key, day_key = f"{EVERYBODY} {month}", f"{EVERYBODY} {today}"
        if days.get(day_key, 0) >= 1 or days.get(month_key, 0) >= EACH_A_MONTH:
            raise Refusal(45028)
        days[day_key] = days.get(day_key, 0) + 1
        days[month_key] = days.get(month_key, 0) + 1


def _send(desk: Desk, call: Call, followers: Sequence[Follower], audience: str, *, is_to_all: bool = False) -> Payload:
    data = call.json()
    desk.use_minute("mass", CALLS_A_MINUTE)
    client_id = _accepted_before(desk, data, audience, call)
    job, publication = _accept(
        desk, data, followers, call.now, is_to_all=is_to_all, is_confirmed=not desk.account.confirms_mass
    )
    desk.world.mass_client_ids[client_id] = (call.now, job.msg_id)
    desk.schedule("mass", after=CONFIRMED_WITHIN if job.waiting else timedelta(), reference=str(job.msg_id))
    answer = ok(msg_id=job.msg_id) | {"errmsg": "send job submission success"}
    return answer | ({"msg_data_id": publication.data_id} if publication else {})


def confirm(desk: Desk, msg_id: int, *, agrees: bool) -> None:
    """The administrator agrees to a mass message that waits for it, or does not: `err(40001)` (§6). LookupError if none
    waits under this number."""
    job = desk.world.mass_jobs.get(msg_id)
    if job is None or not job.waiting:
        raise LookupError(f"no mass message {msg_id} waits")
    waiting, job.waiting = job.waiting, []
    if agrees:
        followers = [desk.world.followers[openid] for openid in waiting if openid in desk.world.followers]
        _hand_out(desk, job, followers, **job.shown, month=month_of(desk.clock()))
    else:
        job.verdict = "err(40001)"
    mine = ("mass", str(msg_id))
    desk.world.later = [later for later in desk.world.later if (later.kind, later.reference) != mine]
    desk.schedule("mass", reference=str(msg_id))


def send_by_hand(desk: Desk, data: dict[str, Any], tag: int | None, *, is_told: bool) -> MassJob:
    """What somebody sends in the console: it counts like any other (§6); whether the app is told is not known, so it is
    chosen. Refusal as of a call, LookupError if there is no such tag."""
    if tag is not None and tag not in desk.world.tags:
        raise LookupError(f"there is no tag {tag}")
    named = desk.world.followers if tag is None else desk.world.tags[tag].members
    followers = [desk.world.followers[openid] for openid in named if desk.world.followers[openid].subscribed]
    job, _ = _accept(desk, data, followers, desk.clock(), is_to_all=tag is None, is_confirmed=True)
    if is_told:
        desk.schedule("mass", reference=str(job.msg_id))
    else:
        mass_results.finish(desk, str(job.msg_id))
    return job


def _accept(
    desk: Desk,
    data: dict[str, Any],
    followers: Sequence[Follower],
    now: datetime,
    *,
    is_to_all: bool,
    is_confirmed: bool,
) -> tuple[MassJob, Publication | None]:
    """Check it, count it, judge it, and hand it out to whom it reaches."""
    kind, text, detail = _check_content(desk, data)
    _check_account_quota(desk, now, is_to_all=is_to_all)
    job = MassJob(1_000_000_000 + desk.serial(), now, kind, verdict=desk.next_mass_verdict, total=len(followers))
    desk.next_mass_verdict = "send success"
    desk.world.mass_jobs[job.msg_id] = job
    publication = None
    if kind == "news":
        job.copyright, desk.next_copyright = desk.next_copyright, "clean"
        goes_on = str(data.get("send_ignore_reprint", 0)) == "1"
        if job.copyright == "refused" or (job.copyright == "reprint" and not goes_on):
            job.verdict = "err(30002)" if job.copyright == "refused" else "err(30003)"
        publication = publishing.publish(desk, data["mpnews"]["media_id"])
        publication.msg_id, publication.status = job.msg_id, publishing.PUBLISHED
        job.publish_id = publication.publish_id
        for index, card in enumerate(detail["articles"], 1):
            card["url"] = publishing.address(desk, publication, index)
    if job.verdict == "send success" and is_confirmed:
        _hand_out(desk, job, followers, kind, text, detail, month_of(now))
    elif job.verdict == "send success":
        job.waiting = [follower.openid for follower in followers]
        job.shown = {"kind": kind, "text": text, "detail": detail}
    return job, publication


def _hand_out(
    desk: Desk, job: MassJob, followers: Sequence[Follower], kind: str, text: str, detail: dict[str, Any], month: str
) -> None:
    """To each who follows, takes messages and has had fewer than four this month; the rest is filtered out (§6)."""
    failing, desk.next_mass_failures = desk.next_mass_failures, 0
    for follower in followers:
        received = follower.mass_received.get(month, 0)
        is_spent = desk.account.is_service and received >= EACH_A_MONTH
        if not follower.subscribed or follower.refuses or follower.blacklisted or is_spent:
            continue
        job.filtered += 1
        if failing > 0:
            failing -= 1
            job.failed += 1
            continue
        job.sent += 1
        follower.mass_received = {month: received + 1}
        desk.show(follower, "account", "mass", kind, text, detail | {"msg_id": job.msg_id})


def send_to_all(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/mass/sendall: to everybody or to one tag; 40050 for a bad tag (§6)."""
    data = call.json()
    chosen = data.get("filter")
    if not isinstance(chosen, dict):
        raise Refusal(40035)
    if chosen.get("is_to_all") is True:
        everybody = [follower for follower in desk.world.followers.values() if follower.subscribed]
        return _send(desk, call, everybody, "all", is_to_all=True)
    number = str(chosen.get("tag_id", ""))
    if not number.isdigit() or int(number) not in desk.world.tags:
        raise Refusal(40050)
    members = [desk.world.followers[openid] for openid in desk.world.tags[int(number)].members]
    return _send(desk, call, members, f"tag {number}")


def send(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/mass/send: to 2..10000 openids; 40130 for fewer, 40032 for more, 40031 for strangers."""
    openids = call.texts("touser")
    if len(openids) < 2:
        raise Refusal(40130)
    if len(openids) > LISTED:
        raise Refusal(40032)
    # A name given twice is one person; the order is kept so that faults strike the same people each run.
    followers = [desk.world.followers.get(openid) for openid in dict.fromkeys(openids)]
    known = [follower for follower in followers if follower is not None]
    if len(known) != len(followers):
        raise Refusal(40031)
    return _send(desk, call, known, ",".join(openids))


def preview(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/mass/preview: to one person by openid or WeChat name, 100 a day; the draft stays (§6)."""
    data = call.json()
    if data.get("towxname"):
        openid = desk.world.names.get(str(data["towxname"]))
        if openid is None:
            raise Refusal(40132)
    else:
        openid = data.get("touser")
    follower = desk.follower(openid)
    if not follower.subscribed:
        raise Refusal(43004)
    kind, text, detail = _check_content(desk, data)
    desk.show(follower, "account", "preview", kind, text, detail)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": 1_000_000_000 + desk.serial()}


ROUTES = (
    Route("/cgi-bin/message/mass/sendall", send_to_all, daily=100, certified=True),
    Route("/cgi-bin/message/mass/send", send, daily=100, certified=True, service=True),
    Route("/cgi-bin/message/mass/preview", preview, daily=100, certified=True),
)
