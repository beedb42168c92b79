"""The draft box (wechat-platform.md §7)."""

import re
from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.media import usable
from simulator.world import Draft

ARTICLES = 8
TITLE, AUTHOR, DIGEST, SOURCE_BYTES = 32, 16, 128, 1024
CONTENT_CHARACTERS, CONTENT_BYTES = 20_000, 1024 * 1024
DIGEST_MADE = 54
PICTURES = 20
SCRIPT = re.compile(r"<script\b.*?(</script>|$)", re.S | re.I)
HANDLERS = re.compile(r"\son\w+\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I)
IMAGE = re.compile(r"<img\b[^>]*?\ssrc\s*=\s*[\"']([^\"']+)[\"'][^>]*>", re.I)
MARKUP = re.compile(r"<[^>]+>")


def _cleaned(desk: Desk, content: str) -> str:
    """Without scripts, and without pictures that were not uploaded by `media/uploadimg` (§7)."""
    kept = HANDLERS.sub("", SCRIPT.sub("", content))
    return IMAGE.sub(lambda found: found[0] if found[1] in desk.world.image_urls else "", kept)


def checked(desk: Desk, article: Any) -> dict[str, Any]:
    """One article as it is kept, or the code for what is wrong: 45003 title, 45110 author, 45004 digest, 45005 source,
    45002 size, 40007 cover."""
    if not isinstance(article, dict):
        raise Refusal(47001)
    title, content = article.get("title"), article.get("content", "")
    if not isinstance(title, str) or not 1 <= len(title) <= TITLE:
        raise Refusal(45003)
    if not isinstance(content, str) or len(content) >= CONTENT_CHARACTERS or len(content.encode()) >= CONTENT_BYTES:
        raise Refusal(45002)
    digest = str(article.get("digest") or "")
    if len(digest) > DIGEST:
        raise Refusal(45004)
    if len(str(article.get("author") or "")) > AUTHOR:
        raise Refusal(45110)
    if len(str(article.get("content_source_url") or "").encode()) > SOURCE_BYTES:
        raise Refusal(45005)
    kept = {"article_type": "news", "author": "", "content_source_url": ""} | article
    if kept["article_type"] == "newspic":
        info = kept.get("image_info")
        pictures = info.get("image_list") if isinstance(info, dict) else None
        if not isinstance(pictures, list) or not 1 <= len(pictures) <= PICTURES:
            raise Refusal(45008)
        for picture in pictures:
            _permanent(desk, picture.get("image_media_id") if isinstance(picture, dict) else None)
    else:
        if not content:
            raise Refusal(44004)
        _permanent(desk, kept.get("thumb_media_id"))
    kept["content"] = _cleaned(desk, content)
    kept["digest"] = digest or MARKUP.sub("", kept["content"]).strip()[:DIGEST_MADE]
    return kept


def _permanent(desk: Desk, media_id: object) -> None:
    if usable(desk, media_id).expires_at is not None:
        raise Refusal(40007)


def draft_of(desk: Desk, media_id: object) -> Draft:
    """The draft of this id, or 40007: there is none, or it was sent or published already."""
    found = desk.world.drafts.get(media_id) if isinstance(media_id, str) else None
    if found is None:
        raise Refusal(40007)
    return found


def add(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/draft/add: up to eight articles."""
    articles = call.json().get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003)
    if len(articles) > ARTICLES:
        raise Refusal(45008)
    kept = [checked(desk, article) for article in articles]
    draft = Draft(desk.opaque("draft", 64), kept, call.now)
    desk.world.drafts[draft.media_id] = draft
    return {"media_id": draft.media_id}


def _outward(draft: Draft) -> dict[str, Any]:
    moment = int(draft.at.timestamp())
    return {"news_item": draft.articles, "create_time": moment, "update_time": moment}


def get(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/draft/get."""
    return _outward(draft_of(desk, call.text("media_id")))


def delete(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/draft/delete."""
    del desk.world.drafts[draft_of(desk, call.text("media_id")).media_id]
    return ok()


def update(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/draft/update: one article, its index counted from 0; 40114 if there is none."""
    draft = draft_of(desk, call.text("media_id"))
    index = call.number("index", 0)
    if not 0 <= index < len(draft.articles):
        raise Refusal(40114)
    draft.articles[index] = checked(desk, call.json().get("articles"))
    draft.at = call.now
    return ok()


def count(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/draft/count."""
    return {"total_count": len(desk.world.drafts)}


def part_of(call: Call, size: int) -> tuple[int, int]:
    """Offset and end of a list call; 40097 unless `count` is 1 to 20."""
    offset, wanted = call.number("offset", 0), call.number("count", 20)
    if offset < 0 or not 1 <= wanted <= 20:
        raise Refusal(40097)
    return offset, min(offset + wanted, size)


def listed(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/draft/batchget: 1 to 20 at a time, the newest first."""
    drafts = sorted(desk.world.drafts.values(), key=lambda draft: draft.at, reverse=True)
    start, end = part_of(call, len(drafts))
    hides_content = call.number("no_content", 0) == 1
    items = []
    for draft in drafts[start:end]:
        content = _outward(draft)
        if hides_content:
            content["news_item"] = [article | {"content": ""} for article in draft.articles]
        items.append({"media_id": draft.media_id, "content": content, "update_time": content["update_time"]})
    return {"total_count": len(drafts), "item_count": len(items), "item": items}


ROUTES = (
    Route("/cgi-bin/draft/add", add, daily=1000),
    Route("/cgi-bin/draft/get", get, daily=500),
    Route("/cgi-bin/draft/delete", delete, daily=1000),
    Route("/cgi-bin/draft/update", update, daily=1000),
    Route("/cgi-bin/draft/count", count, "GET", daily=1000),
    Route("/cgi-bin/draft/batchget", listed, daily=1000),
)
