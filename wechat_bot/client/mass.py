"""Mass message calls of the API client: drafts, pictures of articles, the send itself, its status (wechat-platform.md
§6, §7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from wechat_bot.client.codes import NO_SUCH_MEDIA, SENT_BEFORE, SendError
from wechat_bot.client.wechat import WeChat, understood

#: Receivers of one call, at least and at most.
LEAST, MOST = 2, 10_000
#: Openids that `user/info/batchget` takes, and drafts that `draft/batchget` gives, at once.
INFOS, DRAFTS = 100, 20
#: What `user/info/batchget` says where it does not know one of them.
STRANGE = frozenset({40003, 40031, 46004, 49003})


@dataclass(frozen=True, slots=True)
class Taken:
    """Answer to a mass message that WeChat took: its id, and the id of its article's figures, if it has an article."""

    msg_id: str
    msg_data_id: str | None
    #: Whether it had been taken before, under the same client id; then the second id is not told.
    was_before: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """Draft as it lies in the account."""

    media_id: str
    title: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ArticleDay:
    """Figures of an article up to a day, as WeChat counts them: people, whoever they are, forwarded ones included."""

    day: date
    readers: int
    sharers: int


def article(media_id: str) -> dict[str, Any]:
    """A mass message of the article in a draft."""
    return {"msgtype": "mpnews", "mpnews": {"media_id": media_id}}


def text(content: str) -> dict[str, Any]:
    """A mass message of a text."""
    return {"msgtype": "text", "text": {"content": content}}


def picture(media_id: str) -> dict[str, Any]:
    """A mass message of a picture."""
    return {"msgtype": "image", "images": {"media_ids": [media_id]}}


def add_picture(wechat: WeChat, name: str, content: bytes, content_type: str) -> str:
    """Upload a picture for good, as a cover needs it; returns its media id. An account has 100,000 of them."""
    files = {"media": (name, content, content_type)}
    answer = wechat.call("/cgi-bin/material/add_material", query={"type": "image"}, files=files)
    with understood():
        return str(answer["media_id"])


def add_picture_inside(wechat: WeChat, name: str, content: bytes, content_type: str) -> str:
    """Upload a picture (jpg or png, 1 MB) for use inside articles; returns its address at WeChat."""
    answer = wechat.call("/cgi-bin/media/uploadimg", files={"media": (name, content, content_type)})
    with understood():
        return str(answer["url"])


def add_draft(wechat: WeChat, fields: Mapping[str, Any]) -> str:
    """Put an article into the account as a draft; returns its media id. A mass message uses the draft up."""
    answer = wechat.call("/cgi-bin/draft/add", {"articles": [fields]})
    with understood():
        return str(answer["media_id"])


def delete_draft(wechat: WeChat, media_id: str) -> None:
    """Delete a draft; one that is gone already is no error."""
    try:
        wechat.call("/cgi-bin/draft/delete", {"media_id": media_id})
    except SendError as error:
        if error.code != NO_SUCH_MEDIA:
            raise


def drafts(wechat: WeChat) -> Iterator[Draft]:
    """The drafts in the account, those of staff among them, the newest first."""
    offset, total = 0, 1
    while offset < total:
        answer = wechat.call("/cgi-bin/draft/batchget", {"offset": offset, "count": DRAFTS, "no_content": 1})
        with understood():
            total, items = int(answer["total_count"]), [_draft(each) for each in answer["item"]]
        if not items:
            return
        yield from items
        offset += len(items)


def send(wechat: WeChat, openids: Sequence[str], message: Mapping[str, Any], client_id: str) -> Taken:
    """Send a mass message to 2 to 10,000 followers. Under the same client id it is safe to repeat for 24 hours, a
    minute apart."""
    body = {"touser": list(openids), **message, "clientmsgid": client_id}
    return _taken(wechat.call("/cgi-bin/message/mass/send", body))


def send_to_tag(wechat: WeChat, tag_id: int, message: Mapping[str, Any], client_id: str) -> Taken:
    """Send a mass message to all followers with a tag; safe to repeat like `send`."""
    body = {"filter": {"is_to_all": False, "tag_id": tag_id}, **message, "clientmsgid": client_id}
    return _taken(wechat.call("/cgi-bin/message/mass/sendall", body))


def preview(wechat: WeChat, message: Mapping[str, Any], *, openid: str = "", name: str = "") -> None:
    """Send a mass message to one person to look at, by openid or WeChat name: 100 times a day. The draft stays."""
    whom = {"towxname": name} if name else {"touser": openid}
    wechat.call("/cgi-bin/message/mass/preview", {**whom, **message})


def status(wechat: WeChat, msg_id: str) -> str:
    """The status of a mass message: `SENDING`, `SEND_SUCCESS`, `SEND_FAIL` or `DELETE`."""
    answer = wechat.call("/cgi-bin/message/mass/get", {"msg_id": msg_id})
    with understood():
        return str(answer["msg_status"])


def strangers(wechat: WeChat, openids: Sequence[str]) -> tuple[list[str], list[str]]:
    """The openids among these that WeChat does not know, and those that do not follow any more.

    It refuses a whole list for one it does not know, so such a list is halved until that one is found. This uses up
    none of the calls for mass messages.
    """
    unknown, left, lists = [], [], [list(openids[n : n + INFOS]) for n in range(0, len(openids), INFOS)]
    while lists:
        some = lists.pop(0)
        try:
            answer = wechat.call("/cgi-bin/user/info/batchget", {"user_list": [{"openid": each} for each in some]})
        except SendError as error:
            if error.code not in STRANGE:
                raise
            if len(some) == 1:
                unknown += some
            else:
                lists[:0] = [some[: len(some) // 2], some[len(some) // 2 :]]
            continue
        with understood():
            left += [str(each["openid"]) for each in answer["user_info_list"] if str(each["subscribe"]) == "0"]
    return unknown, left


def article_days(wechat: WeChat, msg_data_id: str, sent_on: date) -> list[ArticleDay]:
    """WeChat's own figures of the article of a mass message, sent on this day: for each day since, what was counted up
    to its end. WeChat gives them on the next day."""
    span = {"begin_date": sent_on.isoformat(), "end_date": sent_on.isoformat()}
    answer = wechat.call("/datacube/getarticletotaldetail", span)
    with understood():
        days = [day for each in answer["list"] if each["msgid"] == f"{msg_data_id}_1" for day in each["detail_list"]]
        return [
            ArticleDay(date.fromisoformat(day["stat_date"]), int(day["read_user"]), int(day["share_user"]))
            for day in days
        ]


def _draft(item: Mapping[str, Any]) -> Draft:
    title = str(item["content"]["news_item"][0]["title"])
    return Draft(str(item["media_id"]), title, datetime.fromtimestamp(int(item["update_time"]), UTC))


def _taken(answer: Mapping[str, Any]) -> Taken:
    with understood():
        data_id = answer.get("msg_data_id")
        was_before = int(answer.get("errcode") or 0) == SENT_BEFORE
        return Taken(str(answer["msg_id"]), str(data_id) if data_id is not None else None, was_before)
