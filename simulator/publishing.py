"""Publishing articles without sending them to anybody, and their pages (wechat-platform.md §7)."""

from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.drafts import draft_of, part_of
from simulator.errors import Refusal
from simulator.world import Publication

PUBLISHED, RUNNING, DELETED = 0, 1, 5


def address(desk: Desk, publication: Publication, index: int) -> str:
    """Where an article is read; `index` is counted from 1."""
    return f"{desk.page_base}/s/{publication.publish_id}/{index}"


def publish(desk: Desk, media_id: object) -> Publication:
    """Turn a draft into a publication; the draft is gone then, unless the account keeps them. 40007 if there is
    none."""
    draft = draft_of(desk, media_id)
    if not desk.account.keeps_drafts:
        del desk.world.drafts[draft.media_id]
    number = str(100_000_000 + desk.serial())
    publication = Publication(number, desk.opaque("article", 64), draft.articles, desk.clock())
    publication.data_id = 2_247_000_000 + desk.serial()
    openings = enumerate((article.get("need_open_comment") for article in draft.articles), 1)
    publication.commentable = [index for index, is_open in openings if str(is_open) == "1"]
    desk.world.publications[number] = publication
    return publication


def submit(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/freepublish/submit: running until PUBLISHJOBFINISH comes."""
    publication = publish(desk, call.text("media_id"))
    (publication.judged, publication.failed), desk.next_publication = desk.next_publication, (PUBLISHED, [])
    desk.schedule("publication", reference=publication.publish_id)
    return ok(publish_id=publication.publish_id, msg_data_id=publication.data_id)


def finish(desk: Desk, publish_id: str) -> dict[str, Any]:
    """End a running publication; the fields of its event, under the name that really arrives (§2)."""
    publication = desk.world.publications[publish_id]
    if publication.status == RUNNING:
        publication.status = publication.judged
    info = _state(desk, publication, "item")
    if publication.failed:
        info["fail_idx"] = publication.failed
    return {"MsgType": "event", "Event": "PUBLISHJOBFINISH", "PublishEventInfo": info}


def _state(desk: Desk, publication: Publication, items: str) -> dict[str, Any]:
    info: dict[str, Any] = {"publish_id": publication.publish_id, "publish_status": publication.status}
    if publication.status == PUBLISHED:
        found = [
            {"idx": index, "article_url": address(desk, publication, index)}
            for index in range(1, len(publication.articles) + 1)
        ]
        info["article_id"] = publication.article_id
        info["article_detail"] = {"count": len(found), items: found}
    return info


def get(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/freepublish/get {publish_id}: publish_status 0 done, 1 running, 2 no original, 3 failed,
    4 rejected, 5 deleted by its owner."""
    publication = desk.world.publications.get(str(call.json().get("publish_id")))
    if publication is None or publication.msg_id is not None:
        raise Refusal(40059)
    return _state(desk, publication, "item") | {"fail_idx": [] if publication.status == RUNNING else publication.failed}


def find(desk: Desk, url: str) -> tuple[Publication, int]:
    """The publication and the article, counted from 1, at an address; LookupError if nothing is there (any more)."""
    for publication in desk.world.publications.values():
        for index in range(1, len(publication.articles) + 1):
            if address(desk, publication, index) == url and index not in publication.deleted:
                return publication, index
    raise LookupError(f"there is no article at {url}")


def _by_article(desk: Desk, article_id: str) -> Publication:
    for publication in desk.world.publications.values():
        if publication.article_id == article_id and publication.status == PUBLISHED:
            return publication
    raise Refusal(53600)


def get_article(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/freepublish/getarticle {article_id}."""
    publication = _by_article(desk, call.text("article_id"))
    return {"news_item": _items(desk, publication)}


def _items(desk: Desk, publication: Publication) -> list[dict[str, Any]]:
    return [
        article | {"url": address(desk, publication, index), "is_deleted": index in publication.deleted}
        for index, article in enumerate(publication.articles, 1)
    ]


def delete(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/freepublish/delete {article_id, index from 1; 0 or none means all}."""
    publication = _by_article(desk, call.text("article_id"))
    remove(publication, call.number("index", 0))
    return ok()


def remove(publication: Publication, index: int) -> None:
    """Take one article, or with 0 all, off the web; 40114 if there is no such article."""
    if not 0 <= index <= len(publication.articles):
        raise Refusal(40114)
    everything = list(range(1, len(publication.articles) + 1))
    publication.deleted = everything if index == 0 else sorted({*publication.deleted, index})
    if publication.deleted == everything:
        publication.status = DELETED


def listed(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/freepublish/batchget: what is published, 1 to 20 at a time, the newest first."""
    found = [made for made in desk.world.publications.values() if made.status == PUBLISHED and made.msg_id is None]
    found.reverse()
    start, end = part_of(call, len(found))
    items = [
        {
            "article_id": publication.article_id,
            "content": {"news_item": _items(desk, publication)},
            "update_time": int(publication.at.timestamp()),
        }
        for publication in found[start:end]
    ]
    return {"total_count": len(found), "item_count": len(items), "item": items}


ROUTES = (
    Route("/cgi-bin/freepublish/submit", submit, daily=100, certified=True),
    Route("/cgi-bin/freepublish/get", get, daily=100, certified=True),
    Route("/cgi-bin/freepublish/delete", delete, daily=10, certified=True),
    Route("/cgi-bin/freepublish/getarticle", get_article, daily=100, certified=True),
    Route("/cgi-bin/freepublish/batchget", listed, daily=100, certified=True),
)
