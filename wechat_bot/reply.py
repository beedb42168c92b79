"""Passive reply renderer: turns a feature's reply into the XML or JSON that WeChat takes."""

import json
from datetime import datetime
from typing import Any, Literal

from wechatpy.replies import ArticlesReply, ImageReply, TextReply

from foundation.text import cut
from wechat_bot import messages
from wechat_bot.conversation import After, Article, Reply

#: Bytes of UTF-8 in a text: with one more the follower sees an error in its place (wechat-platform.md §1).
TEXT_LIMIT = 2047
SUCCESS = "success"


def to_json(reply: Reply) -> dict[str, Any]:
    """A reply as JSON, to be stored with its message and given again on a redelivery."""
    stored: dict[str, Any] = {}
    if reply.text:
        stored["text"] = reply.text
    if reply.articles:
        stored["articles"] = [[a.title, a.description, a.picture_url, a.url] for a in reply.articles]
    if reply.image:
        stored["image"] = reply.image
    return stored


def from_json(stored: dict[str, Any]) -> Reply:
    """A reply from the JSON of `to_json`."""
    return Reply(
        text=stored.get("text", ""),
        image=stored.get("image", ""),
        articles=tuple(Article(*each) for each in stored.get("articles", ())),
        after=After.NOTHING,
    )


def split(reply: Reply) -> tuple[Reply, list[str]]:
    """Split a reply into what fits the passive reply and the texts that follow by the outbox."""
    if not reply.text or len(reply.text.encode()) <= TEXT_LIMIT:
        return reply, []
    first, *rest = cut(reply.text, TEXT_LIMIT)
    return Reply(first, after=reply.after), rest


def as_messages(reply: Reply) -> list[dict[str, Any]]:
    """A reply as customer-service messages, for when it is too late for the passive reply."""
    if reply.articles:
        a = reply.articles[0]
        article = {"title": a.title, "description": a.description, "url": a.url, "picurl": a.picture_url}
        return [{"msgtype": "news", "news": {"articles": [article]}}]
    if reply.image:
        return [{"msgtype": "image", "image": {"media_id": reply.image}}]
    return [text_message(part) for part in cut(reply.text, TEXT_LIMIT)] if reply.text else []


def text_message(content: str) -> dict[str, Any]:
    """A customer-service text message without its addressee."""
    return {"msgtype": "text", "text": {"content": content}}


def link(path: str, label: str) -> str:
    """A link to a page of ours in a queued text; `absolute` completes its address when it is sent.

    >>> link("/m/visits/128", "点这里查看")
    '<a href="/m/visits/128">点这里查看</a>'
    """
    return f'<a href="{path}">{label}</a>'


def absolute(message: dict[str, Any], public_url: str) -> dict[str, Any]:
    """A customer-service message with the links to our pages completed by our public address.

    >>> absolute(text_message(link("/m/me", "我的")), "https://here")["text"]["content"]
    '<a href="https://here/m/me">我的</a>'
    """
    content = message.get("text", {}).get("content", "")
    return {**message, **text_message(content.replace('<a href="/', f'<a href="{public_url}/'))} if content else message


def render(reply: Reply, to: messages.Incoming, form: Literal["xml", "json"], *, now: datetime) -> str:
    """The body of the passive reply; `success` for an empty one."""
    if not (reply.text or reply.articles or reply.image):
        return SUCCESS
    if form == "json":
        return _render_json(reply, to, now)
    people = {"source": to.account, "target": to.openid, "time": int(now.timestamp())}
    if reply.articles:
        answer = ArticlesReply(**people)
        for a in reply.articles[: _article_limit(to)]:
            answer.add_article(
                {
                    "title": _cdata(a.title),
                    "description": _cdata(a.description),
                    "image": _cdata(a.picture_url),
                    "url": _cdata(a.url),
                }
            )
    elif reply.image:
        answer = ImageReply(**people, media_id=_cdata(reply.image))
    else:
        answer = TextReply(**people, content=_cdata(reply.text))
    return str(answer.render())


def _article_limit(to: messages.Incoming) -> int:
    """The number of articles WeChat takes: one after a message, eight after an event (§1)."""
    said = (messages.Text, messages.Image, messages.Voice, messages.Video, messages.Link, messages.Location)
    return 1 if isinstance(to, said) else 8


def _cdata(text: str) -> str:
    # wechatpy writes texts into CDATA unescaped: a `]]>` in one would end it, and what follows would be XML.
    allowed = "".join(c for c in text if c >= " " or c in "\n\t")
    return allowed.replace("]]>", "]]]]><![CDATA[>")


def _render_json(reply: Reply, to: messages.Incoming, now: datetime) -> str:
    body: dict[str, Any] = {
        "ToUserName": to.openid,
        "FromUserName": to.account,
        "CreateTime": int(now.timestamp()),
    }
    if reply.articles:
        articles = [
            {"Title": a.title, "Description": a.description, "PicUrl": a.picture_url, "Url": a.url}
            for a in reply.articles[: _article_limit(to)]
        ]
        body |= {"MsgType": "news", "ArticleCount": len(articles), "Articles": {"item": articles}}
    elif reply.image:
        body |= {"MsgType": "image", "Image": {"MediaId": reply.image}}
    else:
        body |= {"MsgType": "text", "Content": reply.text}
    return json.dumps(body, ensure_ascii=False)
