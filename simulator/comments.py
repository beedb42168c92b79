"""Comments under articles, by msg_data_id and the article's index counted from 0 (wechat-platform.md §7)."""

from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Comment, Publication

LISTED_BELOW = 50
REPLY_LENGTH = 600


def _article(desk: Desk, call: Call) -> tuple[Publication, int]:
    """The publication, and its article counted from 1; 88000 without the right to comments, 88001 if there is none."""
    if not desk.account.comments:
        raise Refusal(88000)
    wanted, index = call.number("msg_data_id"), call.number("index", 0) + 1
    for publication in desk.world.publications.values():
        if publication.data_id == wanted and 1 <= index <= len(publication.articles):
            return publication, index
    raise Refusal(88001)


def _comment(desk: Desk, call: Call) -> Comment:
    publication, index = _article(desk, call)
    wanted = call.number("user_comment_id")
    found = next((one for one in publication.comments if (one.number, one.index) == (wanted, index)), None)
    if found is None:
        raise Refusal(88008)
    return found


def write(desk: Desk, publication: Publication, index: int, openid: str, content: str) -> Comment:
    """Somebody comments; ValueError where that is not open, or not to who does not follow."""
    article = publication.articles[index - 1]
    only_fans = str(article.get("only_fans_can_comment")) == "1"
    if index not in publication.commentable or (only_fans and not desk.world.followers[openid].subscribed):
        raise ValueError("comments are not open to this person")
    comment = Comment(desk.serial(), index, openid, content, desk.clock())
    publication.comments.append(comment)
    return comment


def open_article(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/open {msg_data_id, index}."""
    publication, index = _article(desk, call)
    publication.commentable = sorted({*publication.commentable, index})
    return ok()


def close_article(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/close {msg_data_id, index}."""
    publication, index = _article(desk, call)
    publication.commentable = [one for one in publication.commentable if one != index]
    return ok()


def listed(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/list {…, begin, count, type}: type 0 all, 1 plain, 2 elected; 88010 unless count is
    1..49."""
    publication, index = _article(desk, call)
    begin, count, kind = call.number("begin"), call.number("count"), call.number("type", 0)
    if not 0 < count < LISTED_BELOW:
        raise Refusal(88010)
    found = [one for one in publication.comments if one.index == index and kind in (0, 1 + one.is_elected)]
    return ok(total=len(found), comment=[_outward(one) for one in found[begin : begin + count]])


def _outward(comment: Comment) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "user_comment_id": comment.number,
        "openid": comment.openid,
        "create_time": int(comment.at.timestamp()),
        "content": comment.content,
        "comment_type": int(comment.is_elected),
    }
    if comment.reply is not None and comment.replied_at is not None:
        shown["reply"] = {"content": comment.reply, "create_time": int(comment.replied_at.timestamp())}
    return shown


def elect(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/markelect {…, user_comment_id}: shown under the article; 88008 if there is none."""
    _comment(desk, call).is_elected = True
    return ok()


def unelect(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/unmarkelect."""
    _comment(desk, call).is_elected = False
    return ok()


def delete(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/delete."""
    publication, _ = _article(desk, call)
    publication.comments.remove(_comment(desk, call))
    return ok()


def reply(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/reply/add {…, content}: 88005 where there is a reply, 88007 for an empty or a
    long one."""
    comment, content = _comment(desk, call), call.text("content")
    if not 0 < len(content) <= REPLY_LENGTH:
        raise Refusal(88007)
    if comment.reply is not None:
        raise Refusal(88005)
    comment.reply, comment.replied_at = content, call.now
    return ok()


def delete_reply(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/comment/reply/delete."""
    comment = _comment(desk, call)
    comment.reply = comment.replied_at = None
    return ok()


ROUTES = (
    Route("/cgi-bin/comment/open", open_article, daily=1000, certified=True),
    Route("/cgi-bin/comment/close", close_article, daily=1000, certified=True),
    Route("/cgi-bin/comment/list", listed, daily=10_000, certified=True),
    Route("/cgi-bin/comment/markelect", elect, daily=1000, certified=True),
    Route("/cgi-bin/comment/unmarkelect", unelect, daily=1000, certified=True),
    Route("/cgi-bin/comment/delete", delete, daily=1000, certified=True),
    Route("/cgi-bin/comment/reply/add", reply, daily=1000, certified=True),
    Route("/cgi-bin/comment/reply/delete", delete_reply, daily=1000, certified=True),
)
