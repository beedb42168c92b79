"""The classroom is asked: in the chat, in words; what it does not know goes to a person."""

import json
import re

import pytest
from sqlalchemy import select

from courses.models.asking import Asker, OpenQuestion
from tests.broadcasts.conftest import LAW as LAW_COLUMN
from tests.broadcasts.conftest import Library
from tests.courses.test_finding import ASKED, LAW
from tests.h5 import Browser
from tests.office import Office
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


@pytest.mark.on_sqlite
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


@pytest.mark.on_sqlite
def test_the_command_gives_what_is_found_and_makes_a_request_only_for_a_shop(school) -> None:
    school.published(LAW)

    def ask(*words: str) -> dict:
        said = school.house.flask("courses", "ask", *words, "--json")
        assert said.exit_code == 0, said.output
        return json.loads(said.stdout.splitlines()[-1])

    for words, title in ASKED.items():
        for whose in ((), ("--as", "350802100001")):
            found = ask(words, *whose)
            assert found["request"] is None and found["found"][0]["title"] == title
            assert set(found["found"][0]) == {"link", "title", "passage", "coverage"}
            assert found["found"][0]["coverage"] >= 0.25
    assert ask("今天天气怎么样") == {"found": [], "request": None} and requests(school) == []
    number = ask("今天天气怎么样", "--as", "350802100001")["request"]
    assert number == 101 and requests(school) == ["今天天气怎么样"]
    assert ask("封签", "--as", "350802100003") == {"found": [], "request": None}
    assert unanswered(school) == [(1, ["今天天气怎么样"])]
    for nothing in ("", " \u200b", "\udcff"):
        said = school.house.flask("courses", "ask", nothing, "--as", "350802100001")
        assert said.exit_code == 1 and "请写上要问的话。" in said.stderr
    said = school.house.flask("courses", "ask", "今天\udcff天气", "--as", "350802100001")
    assert said.exit_code == 1 and "有读不出来的字" in said.stderr
    for licence in ("1", ""):  # left empty by a script: not one of the staff, who finds what is theirs
        wrong = school.house.flask("courses", "ask", "封签", "--as", licence)
        assert wrong.exit_code == 1 and f"没有许可证号为 {licence} 的店。" in wrong.stderr


@pytest.mark.on_sqlite
def test_the_page_answers_as_the_chat_does_and_hands_on_once_it_is_asked_to(school) -> None:
    school.published(LAW)
    phone = Browser(school.house, school.wang)
    assert "问课堂" in phone.open("/m/classroom")
    page = phone.open("/m/classroom?q=封签怎么看")
    assert "微课《守法经营》第 2 课" in page and "问陈志强" in page
    assert "<mark>封签</mark>" in phone.page.text
    page = phone.open("/m/classroom?q=今天天气怎么样")
    assert "没有找到答案。" in page and requests(school) == []
    assert unanswered(school) == [(1, ["今天天气怎么样"])]
    assert "已转给您的客户经理" in phone.send("")
    assert requests(school) == ["今天天气怎么样"]
    passer_by = school.house.phone("路人")
    passer_by.follow()
    stranger = Browser(school.house, passer_by)
    assert "没有找到能公开看的答案。" in stranger.open("/m/classroom?q=封签怎么看")
    assert "看封签" not in stranger.page.text.replace("q=封签怎么看", "").replace("封签怎么看", "")


QUESTIONS = "/console/classroom/questions"


def test_staff_answer_what_nothing_answered_and_whoever_asked_is_told(school) -> None:
    office = Office(school.house)
    office.staff()
    school.wang.say("学习 停车场在哪里")
    school.li.say("学习 请问停车场在哪里？")
    market, chen = office.browser("market"), office.browser("chen")
    page = market.get(QUESTIONS).text
    assert "请问停车场在哪里？" in page and market.get(f"{QUESTIONS}/1").status_code == 200
    assert "还找不到" in market.get(f"{QUESTIONS}/1").text and "（2 人）" in market.get(f"{QUESTIONS}/1").text
    assert market.post(f"{QUESTIONS}/1/answer", {"title": "停车场", "text": " "}).status_code == 422
    form = {"title": "停车场在哪里", "text": "公司大门右手边，免费停。", "link": ""}
    done = market.post(f"{QUESTIONS}/1/answer", form)
    assert done.status_code == 303 and "发给了提问的 2 人" in market.get(QUESTIONS).text
    school.house.work()
    assert "您问过“停车场在哪里”。答复：\n公司大门右手边，免费停。" in school.wang.unread().text
    assert "公司大门右手边" in school.li.unread().text
    assert school.li.say("学习 停车场").text.startswith("公司大门右手边，免费停。\n《停车场在哪里》，课堂答复")
    assert unanswered(school) == []
    # A shop's answer is not a stranger's; withdrawn, it is nobody's, and the question is open again.
    passer_by = school.house.phone("路人")
    passer_by.follow()
    assert passer_by.say("停车场在哪里？").text.startswith("没有找到能公开看的答案。")
    assert market.post(f"{QUESTIONS}/1/step", {"do": "withdraw"}).status_code == 303
    assert "已转给" in school.li.say("学习 停车场在哪").text or unanswered(school)
    assert chen.post(f"{QUESTIONS}/1/step", {"do": "aside"}).status_code == 403


@pytest.mark.on_sqlite
def test_staff_add_words_or_put_aside_and_each_visitor_sees_the_questions_of_their_shops(school) -> None:
    office = Office(school.house)
    office.staff()
    school.published(LAW)
    school.wang.say("学习 猴子捞月亮")
    school.li.say("学习 签子歪了")
    market = office.browser("market")
    assert "猴子捞月亮" in market.get(QUESTIONS).text and "签子歪了" in market.get(QUESTIONS).text
    added = market.post(f"{QUESTIONS}/2/words", {"kind": "same", "words": "签子 封签"})
    assert added.status_code == 303, added.text
    school.house.later(minutes=3)
    assert "《看封签》" in school.li.say("学习 签子怎么看").text
    assert market.post(f"{QUESTIONS}/1/step", {"do": "aside"}).status_code == 303
    assert "没有没答上的问题" in market.get(QUESTIONS).text
    school.wang.say("学习 猴子捞月亮")
    assert unanswered(school) == [] and "猴子捞月亮" in market.get(f"{QUESTIONS}?state=aside").text
    assert market.post(f"{QUESTIONS}/1/step", {"do": "reopen"}).status_code == 303
    assert unanswered(school) == [(1, ["猴子捞月亮"])]


@pytest.mark.on_sqlite
def test_with_whoever_is_erased_goes_what_they_asked(school) -> None:
    school.wang.say("学习 停车场在哪里")
    school.li.say("学习 请问停车场在哪里？")
    school.li.say("学习 我家的猴子捞月亮")
    assert school.house.flask("people", "erase", "350802100002", "--yes").exit_code == 0
    assert unanswered(school) == [(1, ["停车场在哪里"])]
