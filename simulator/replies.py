"""Passive reply check: what a reply may be, and how the follower sees it (wechat-platform.md §1)."""

from typing import Any

from simulator.desk import Delivery, Desk
from simulator.envelope import BadAnswer, Fields
from simulator.errors import Refusal
from simulator.media import usable

TEXT_BYTES = 2047
ARTICLES = 8
ONE_ARTICLE_AFTER = ("text", "image", "voice", "video", "shortvideo", "location")


def _part(reply: Fields, name: str) -> Fields:
    part = reply.get(name)
    if not isinstance(part, dict):
        raise BadAnswer(f"{name} is missing")
    return part


def _media(desk: Desk, media_id: object) -> str:
    try:
        return usable(desk, media_id).media_id
    except Refusal as error:
        raise BadAnswer(f"no media {media_id}") from error


def _articles(reply: Fields, trigger: Fields) -> list[dict[str, str]]:
    articles = reply.get("Articles")
    items: Any = articles.get("item") if isinstance(articles, dict) else articles
    if isinstance(items, dict):
        items = [items]
    if not isinstance(items, list) or not items or not str(reply.get("ArticleCount", "")).isdigit():
        raise BadAnswer("news without articles or ArticleCount")
    if int(reply["ArticleCount"]) != len(items) or not all(isinstance(item, dict) for item in items):
        raise BadAnswer("ArticleCount is not the number of articles")
    greatest = 1 if trigger.get("MsgType") in ONE_ARTICLE_AFTER else ARTICLES
    names = {"title": "Title", "description": "Description", "picurl": "PicUrl", "url": "Url"}
    return [{ours: str(item.get(theirs, "")) for ours, theirs in names.items()} for item in items[:greatest]]


def read(desk: Desk, delivery: Delivery, reply: Fields) -> dict[str, Any]:
    """The reply as the follower sees it: kind, text and details. BadAnswer if WeChat would not take it.

    A text may be 2047 bytes; news are cut to one article after a message, to eight after an event.
    """
    if reply.get("ToUserName") != delivery.fields["FromUserName"]:
        raise BadAnswer("ToUserName is not the sender")
    if reply.get("FromUserName") != delivery.fields["ToUserName"]:
        raise BadAnswer("FromUserName is not this account")
    if not str(reply.get("CreateTime", "")).isdigit():
        raise BadAnswer("CreateTime is not a number of seconds")
    kind = reply.get("MsgType")
    if kind == "text":
        content = reply.get("Content")
        if not isinstance(content, str) or not content:
            raise BadAnswer("a text without Content")
        if len(content.encode()) > TEXT_BYTES:
            raise BadAnswer(f"a text of {len(content.encode())} bytes, more than {TEXT_BYTES}")
        return {"kind": "text", "text": content}
    if kind in ("image", "voice"):
        return {"kind": kind, "text": f"[{kind}]", "media_id": _media(desk, _part(reply, kind.title()).get("MediaId"))}
    if kind == "video":
        video = _part(reply, "Video")
        title = str(video.get("Title", ""))
        media_id = _media(desk, video.get("MediaId"))
        return {"kind": kind, "text": title or "[video]", "media_id": media_id, "title": title}
    if kind == "music":
        music = _part(reply, "Music")
        _media(desk, music.get("ThumbMediaId"))
        return {"kind": kind, "text": str(music.get("Title", "")), "url": str(music.get("MusicUrl", ""))}
    if kind == "news":
        articles = _articles(reply, delivery.fields)
        return {"kind": kind, "text": articles[0]["title"], "articles": articles}
    if kind == "transfer_customer_service":
        return {"kind": "transfer", "text": "已转接人工客服"}
    raise BadAnswer(f"MsgType {kind!r}")
