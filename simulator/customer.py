"""Customer-service messages and the typing sign (wechat-platform.md §4)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator import windows
from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.media import usable
from simulator.world import Follower

TEXT_BYTES = 2048
TYPING_AFTER = timedelta(seconds=30)
TYPING_LASTS = timedelta(seconds=15)

Shown = tuple[str, dict[str, Any]]


def _text(desk: Desk, part: dict[str, Any]) -> Shown:
    content = part.get("content")
    if not isinstance(content, str) or not content:
        raise Refusal(44004)
    if len(content.encode()) > TEXT_BYTES:
        raise Refusal(45002)
    return content, {}


def _media(desk: Desk, part: dict[str, Any]) -> Shown:
    found = usable(desk, part.get("media_id"))
    return str(part.get("title", "")) or f"[{found.kind}]", {"media_id": found.media_id, "title": part.get("title", "")}


def _music(desk: Desk, part: dict[str, Any]) -> Shown:
    usable(desk, part.get("thumb_media_id"))
    return str(part.get("title", "")), dict(part)


def _news(desk: Desk, part: dict[str, Any]) -> Shown:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003)
    if len(articles) != 1:
        raise Refusal(45008)
    article = articles[0]
    if not isinstance(article, dict) or not article.get("title"):
        raise Refusal(45003)
    shown = {key: str(article.get(key, "")) for key in ("title", "description", "url", "picurl")}
    return shown["title"], {"articles": [shown]}


def _published(desk: Desk, part: dict[str, Any]) -> Shown:
    wanted = part.get("article_id")
    for publication in desk.world.publications.values():
        if publication.article_id == wanted and publication.status == 0:
            article = publication.articles[0]
            shown = {
                "title": str(article.get("title", "")),
                "description": str(article.get("digest", "")),
                "url": f"{desk.page_base}/s/{publication.publish_id}/1",
                "picurl": "",
            }
            return shown["title"], {"articles": [shown]}
    raise Refusal(53600)


def _menu(desk: Desk, part: dict[str, Any]) -> Shown:
    options = part.get("list")
    if not isinstance(options, list) or not options:
        raise Refusal(40035)
    for option in options:
        if not isinstance(option, dict) or not option.get("id") or not option.get("content"):
            raise Refusal(40035)
    head, tail = str(part.get("head_content", "")), str(part.get("tail_content", ""))
    listed = [{"id": str(option["id"]), "content": str(option["content"])} for option in options]
    lines = [head, *(option["content"] for option in listed), tail]
    return "\n".join(line for line in lines if line), {"head": head, "tail": tail, "list": listed}


def _program(desk: Desk, part: dict[str, Any]) -> Shown:
    if not part.get("appid") or not part.get("pagepath"):
        raise Refusal(40035)
    usable(desk, part.get("thumb_media_id"))
    return str(part.get("title", "")), dict(part)


TYPES: dict[str, Callable[[Desk, dict[str, Any]], Shown]] = {
    "text": _text,
    "image": _media,
    "voice": _media,
    "video": _media,
    "music": _music,
    "news": _news,
    "mpnewsarticle": _published,
    "msgmenu": _menu,
    "miniprogrampage": _program,
}


def send(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/custom/send: 45015 and 45047 by the ledger, 40008 for a type there is not (§4)."""
    data = call.json()
    follower = desk.follower(data.get("touser"))
    kind = data.get("msgtype")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Refusal(40008)
    part = data.get(kind)
    if not isinstance(part, dict):
        raise Refusal(47001, f"hint: [{kind}]")
    text, detail = TYPES[kind](desk, part)
    if follower.blacklisted:
        raise Refusal(43019)
    if follower.refuses:
        raise Refusal(48002)
    windows.take(follower, call.now)
    service = data.get("customservice")
    if isinstance(service, dict):
        detail["kf_account"] = str(service.get("kf_account", ""))
    follower.typing_until = None
    desk.show(follower, "account", "customer", "news" if kind == "mpnewsarticle" else kind, text, detail)
    return ok()


def typing(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/custom/typing: within 30 s of the follower's doing, lasting 15 s, not repeated (§4)."""
    follower: Follower = desk.follower(call.text("touser"))
    command = call.text("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    if follower.acted_at is None or call.now - follower.acted_at > TYPING_AFTER:
        raise Refusal(45080)
    if command == "CancelTyping":
        follower.typing_until = None
    elif follower.typing_until is not None and call.now < follower.typing_until:
        raise Refusal(45081)
    else:
        follower.typing_until = call.now + TYPING_LASTS
    desk.version += 1
    return ok()


ROUTES = (
    Route("/cgi-bin/message/custom/send", send, daily=500_000, certified=True),
    Route("/cgi-bin/message/custom/typing", typing, daily=500_000, certified=True),
)
