"""What we answer fits WeChat's limits and cannot break its XML."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from wechat_bot import messages, reading, reply
from wechat_bot.conversation import Article, Reply

NOW = datetime(2026, 9, 12, tzinfo=UTC)
FIELDS = {"ToUserName": "gh", "FromUserName": "oA", "CreateTime": "1", "MsgType": "text", "MsgId": "1"}
SAID = reading.read(FIELDS, b"", now=NOW)
CLICKED = reading.read({**FIELDS, "MsgType": "event", "Event": "CLICK", "EventKey": "k"}, b"", now=NOW)


def rendered(answer: Reply, to: messages.Incoming = SAID) -> ElementTree.Element:
    return ElementTree.fromstring(reply.render(answer, to, "xml", now=NOW))


@pytest.mark.parametrize(
    "text", ["普通", "a]]>b", "]]><Content>x</Content>", '<a href="u">&amp;</a>', "x\x00\x1dy", "]]]>", "]]>]]>"]
)
def test_any_text_of_ours_arrives_as_it_is(text: str) -> None:
    answer = rendered(Reply(text))
    assert answer.findtext("Content") == text.replace("\x00", "").replace("\x1d", "")
    assert len(answer.findall("Content")) == 1
    assert (answer.findtext("ToUserName"), answer.findtext("FromUserName")) == ("oA", "gh")
    assert answer.findtext("CreateTime") == str(int(NOW.timestamp()))


def test_nothing_to_say_is_success() -> None:
    assert reply.render(Reply(), SAID, "xml", now=NOW) == "success"


def test_a_message_gets_one_article_and_an_event_up_to_eight() -> None:
    cards = Reply(articles=tuple(Article(f"题 ]]> {n}", "d", "http://p", "http://u?a=1&b=2") for n in range(10)))
    assert len(rendered(cards).findall("Articles/item")) == 1
    many = rendered(cards, CLICKED)
    assert (len(many.findall("Articles/item")), many.findtext("ArticleCount")) == (8, "8")
    assert many.findtext("Articles/item/Title") == "题 ]]> 0"


def test_a_text_of_2048_bytes_is_split_and_one_of_2047_is_not() -> None:
    assert reply.split(Reply("a" * 2047)) == (Reply("a" * 2047), [])
    first, rest = reply.split(Reply("一" * 600 + "。" + "二" * 400))
    assert (first.text[-1], rest) == ("。", ["二" * 400])


def test_a_stored_answer_is_the_answer() -> None:
    for answer in (Reply("好"), Reply(image="M"), Reply(articles=(Article("t", "d", "p", "u"),)), Reply()):
        assert reply.from_json(reply.to_json(answer)) == answer
