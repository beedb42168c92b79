"""The classroom is asked: in the chat, in words; what it does not know goes to a person."""

import re

import pytest
from sqlalchemy import select

from courses.models.asking import Asker, OpenQuestion
from tests.broadcasts.conftest import LAW as LAW_COLUMN
from tests.broadcasts.conftest import Library
from tests.courses.test_finding import ASKED, LAW
from visits.models.requests import Message, Request


def requests(school) -> list[str]:
    with school.house.look() as session:
        return list(session.scalars(select(Message.content).join(Request).order_by(Message.id)))


def unanswered(school) -> list[tuple[int, list[str]]]:
    with school.house.look() as session:
        found = session.scalars(
            select(OpenQuestion).where(OpenQuestion.settled_at.is_(None)).order_by(OpenQuestion.id)
        ).all()
        words = [
            list(session.scalars(select(Asker.words).where(Asker.question_id == each.id).order_by(Asker.id)))
            for each in found
        ]
        return [(each.asked, said) for each, said in zip(found, words, strict=True)]


def test_a_question_in_the_chat_is_answered_with_the_passage_and_the_way_to_a_person(school) -> None:
    school.published(LAW)
    for words, title in ASKED.items():
        said = school.wang.say(f"学习 {words}").text
        assert f"《{title}》，微课《守法经营》" in said.split("还有")[0], words
        assert said.endswith("没找到？回复“人工”。")
        assert len(said.partition("\n")[0]) <= 120
    # A message that asks needs no word before it.
    assert school.wang.say("怎么辨别真假烟").text.startswith("假烟的喷码发糊。\n《怎么辨别真假烟》")
    said = school.wang.say("真的封签怎么看").text
    assert said.startswith("看封签和喷码") and "还有 1 条，回复“更多”看。" in said
    more = school.wang.say("更多").text
    assert "《看封签》" in more and more.endswith("没找到？回复“人工”。")
    assert school.wang.say("更多").text == "只找到这些。没找到？回复“人工”。"
    assert school.wang.say("封签？").text.startswith("封签在小盒顶部正中")
    # Thanks, and a number of the short menu, are what they always were.
    assert school.wang.say("谢谢").text.startswith("不客气")
    assert requests(school) == [] == unanswered(school)
    assert "陈志强" in school.wang.say("人工").text


def test_what_nothing_answers_goes_to_the_manager_and_is_noted_once_for_all_who_ask_the_same(school) -> None:
    school.published(LAW)
    said = school.wang.say("今天天气怎么样").text
    assert said.startswith("已转给客户经理陈志强")
    assert requests(school) == ["今天天气怎么样"]
    assert "已转给" in school.li.say("学习 请问今天天气怎么样？").text
    assert unanswered(school) == [(2, ["今天天气怎么样", "请问今天天气怎么样？"])]
    # Asked again, it counts once.
    school.wang.say("学习 今天天气如何")
    assert unanswered(school) == [(2, ["今天天气如何", "请问今天天气怎么样？"])]


@pytest.mark.on_sqlite
def test_a_need_opens_a_request_as_always_and_what_is_known_stands_beside_it(school) -> None:
    library = Library(school.house)
    library.published("断货了怎么办", "断货的品规，下一周期补货。", column=LAW_COLUMN)
    said = school.wang.say("断货了，什么时候补货？").text
    assert said.startswith("已转给") and "资料里写着：断货的品规，下一周期补货。——《断货了怎么办》" in said
    assert requests(school) == ["断货了，什么时候补货？"]
    # While it is open, what the shop writes belongs to it, a question too.
    assert "资料里" not in school.wang.say("封签怎么看？").text
    assert len(requests(school)) == 2 and unanswered(school) == []
    # What wants something done is a need, however it asks.
    assert "已转给" in school.li.say("能帮我看看这包烟的封签吗").text


@pytest.mark.on_sqlite
def test_who_is_nobodys_shop_gets_what_is_open_to_all_and_the_way_to_a_person(school) -> None:
    school.published(LAW)
    library = Library(school.house)
    library.published("许可证到期前三十日申请", "延续要趁早，到期前三十日申请。", column=LAW_COLUMN)
    passer_by = school.house.phone("路人")
    passer_by.follow()
    assert "《许可证到期前三十日申请》" in passer_by.say("许可证到期了怎么办").text
    said = passer_by.say("封签怎么看？").text
    assert said.startswith("没有找到能公开看的答案。") and said.endswith("没找到？回复“人工”。")
    assert requests(school) == [] and unanswered(school) == [(1, ["封签怎么看？"])]


@pytest.mark.on_sqlite
def test_a_text_for_managers_is_never_found_by_a_shop_that_asks(school) -> None:
    school.published(LAW, is_for_staff=True)
    assert "已转给" in school.wang.say("封签怎么看？").text
    chen = school.house.phone("陈志强")
    chen.follow()
    invited = school.house.flask("people", "invite-manager", "13900002201").output
    assert "已绑定" in chen.say(re.search(r"绑定 \w+", invited)[0]).text
    assert "《看封签》" in chen.say("学习 封签怎么看").text
    assert "已记下" in chen.say("学习 今天天气怎么样").text
