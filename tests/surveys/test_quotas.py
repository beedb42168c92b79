"""Quotas (名额): never one too many, and who comes too late keeps what was filled in."""

import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import select

from foundation.database import Database
from foundation.errors import Refused
from questions import answers as kinds
from surveys.actions import answering, counting, voiding
from surveys.models import Participation, Quota, Submission
from surveys.queries import answer_sheet
from tests.surveys.conftest import ZONE, House, Phone, answer

SIGN_UP = """
title: 培训报名
questions:
  - {code: q1, type: single, text: 哪天来?, options: [{text: 周六, most: 1}, 周日]}
  - {code: q2, type: number, text: 来几位?}
"""
ONE = """
title: 新品调查
limit: 4
class_limits: {现代终端: 3}
questions:
  - {code: q1, type: single, text: 卖得好吗?, options: [{text: 好, most: 2}, 一般]}
"""


def places(house: House) -> dict[tuple[str, str], tuple[int, int]]:
    with house.reading() as session:
        return {(row.question, row.option): (row.count, row.most) for row in session.scalars(select(Quota))}


def void_of(house: House, openid: str) -> None:
    with house.transaction() as session:
        mine = select(Submission.id).where(Submission.retailer_id == house.retailer(openid))
        voiding.void(session, session.scalars(mine).one(), reason="重复", by="boss", now=house.clock())


class TestOnBothDatabases:
    @pytest.fixture
    def database(self, stores) -> Iterator[Database]:
        database = Database(stores["database_url"])
        yield database
        database.dispose()

    def test_of_many_who_want_the_last_places_at_once_as_many_get_in_as_there_are(self, house, zone):
        shops = [f"o-{n}" for n in range(12)]
        for n, openid in enumerate(shops):
            house.bind(openid, openid, shop_class="现代终端" if n % 2 else "普通终端")
        survey = house.published(ONE)
        for openid in shops:
            with house.transaction() as session:
                sheet = answer_sheet.look(session, survey, openid)
                answering.begin(session, sheet, openid=openid, now=house.clock(), zone=zone)
        start, outcomes, failures = threading.Barrier(len(shops)), [], []

        def hand_in(openid: str, option: int) -> None:
            start.wait()
            try:
                with house.transaction() as session:
                    sheet = answer_sheet.hold(session, survey, openid)
                    given = kinds.Single(option)
                    after = answer(session, sheet, sheet.asked, given, now=house.clock(), zone=zone, source="chat")
                outcomes.append("in" if after.is_submitted else "late")
            except Refused:
                outcomes.append("late")
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=hand_in, args=(openid, n % 3 // 2 + 1)) for n, openid in enumerate(shops)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        with house.transaction() as session:
            handed_in = session.execute(select(Submission.answers, Submission.class_id)).all()
            submitted = len(session.scalars(select(Participation.id).where(Participation.is_submitted)).all())
            assert counting.recount(session, survey, zone=ZONE) == {}
        assert Counter(outcomes) == {"in": 4, "late": 8}
        assert submitted == len(handed_in) == 4
        assert sum(answers["q1"]["o"] == 1 for answers, _ in handed_in) == places(house)["q1", "1"][0] <= 2
        assert places(house)["", ""] == (4, 4)
        assert all(taken <= most for taken, most in places(house).values())


def test_who_comes_too_late_hears_it_keeps_the_answers_and_goes_on_when_a_place_is_free(house, li, wang):
    house.published(
        "title: 调查\nlimit: 1\nquestions: [{code: q1, type: rating, text: 打分}, {code: q2, type: nps, text: 荐?}]"
    )
    li.fill("调查", "5")
    assert "谢谢" in wang.fill("调查", "4", "9")
    late = li.say("8")
    assert "收满" in late and "您填过的都还留着" in late
    assert li.state() == (False, 0)
    assert li.say("调查") == "这份调查要的份数已经收满，谢谢您愿意填。有事可直接留言。"
    void_of(house, "o-wang")
    assert places(house) == {("", ""): (0, 1)}
    assert li.say("调查").startswith("接着填《调查》，还剩 1 题")
    assert "谢谢" in li.say("8")


def test_a_full_option_is_marked_and_cannot_be_chosen(house, li, wang):
    house.published(SIGN_UP)
    assert "谢谢" in wang.fill("调查", "1", "2")
    asked = li.say("调查")
    assert "1 周六（已满）" in asked and "2 周日（已满）" not in asked
    assert li.say("1") == "“周六”的名额已经满了，请选别的。"
    assert "谢谢" in li.fill("2", "3")


def test_who_lost_the_race_hands_in_with_every_answer_once_a_place_is_free(house, zone, li, wang):
    survey = house.published("title: 调查\nlimit: 1\nquestions: [{code: q1, type: rating, text: 打分}]")
    li.say("调查")
    with house.reading() as session:
        read_before = answer_sheet.look(session, survey, "o-li")
    wang.fill("调查", "4")
    with house.transaction() as session:
        given = kinds.Score(5)
        after = answer(session, read_before, read_before.asked, given, now=house.clock(), zone=zone, source="chat")
    assert after.is_shut and not after.is_submitted
    void_of(house, "o-wang")
    assert "谢谢" in li.tap(f"survey:{survey}")
    assert places(house) == {("", ""): (1, 1)}


def test_an_option_that_fills_while_one_answers_is_asked_again_and_nothing_else(house, li, wang):
    survey = house.published(SIGN_UP)
    li.fill("调查", "1")
    wang.fill("调查", "1", "2")
    again = li.say("3")
    assert again.startswith("“周六”的名额刚刚满了，请改选别的；您填的其他题都还留着。\n1/2 哪天来?")
    assert "谢谢" in li.say("2")
    with house.transaction() as session:
        mine = session.scalars(select(Submission).where(Submission.retailer_id == house.retailer("o-li"))).one()
        assert mine.answers == {"q1": {"o": 2}, "q2": {"v": "3"}}
        assert counting.recount(session, survey, zone=ZONE) == {}


def test_an_area_has_its_own_places_and_a_survey_shut_to_a_shop_does_not_wait_for_it(house, li, wang):
    house.bind("赵明", "o-zhao")
    house.published("title: 调查\narea_limits: {城区一片: 1}\nquestions: [{code: q1, type: rating, text: 打分}]")
    zhao = Phone(house, "o-zhao", count())
    assert "谢谢" in li.fill("调查", "5")
    assert "收满" in zhao.say("调查")
    assert "谢谢" in wang.fill("调查", "4")


def test_places_written_later_count_who_answered_before_and_may_be_raised(house, li, wang):
    text = "title: 调查\n{}questions: [{{code: q1, type: single, text: 好吗?, options: [{{text: 好{}}}, 坏]}}]\n"
    survey = house.published(text.format("", ""))
    li.fill("调查", "1")
    house.published(text.format("limit: 1\nclass_limits: {普通终端: 5}\n", ", most: 3"), survey)
    assert places(house) == {("", ""): (1, 1), ("@class", "1"): (1, 5), ("q1", "1"): (1, 3)}
    assert "收满" in wang.say("调查")
    house.published(text.format("limit: 2\n", ""), survey)
    assert places(house) == {("", ""): (1, 2)}
    assert "谢谢" in wang.fill("调查", "2")
    assert places(house) == {("", ""): (2, 2)}


def test_an_answer_that_is_not_valid_takes_no_place(house, li, wang):
    house.published("title: 调查\nlimit: 1\nmin_seconds: 60\nquestions: [{code: q1, type: rating, text: 打分}]")
    li.fill("调查", "5")
    assert places(house) == {("", ""): (0, 1)}
    wang.say("调查")
    house.clock.advance(minutes=2)
    wang.say("4")
    assert places(house) == {("", ""): (1, 1)}


def test_a_name_that_is_no_area_stops_the_publication(house):
    survey = house.load("title: 调查\narea_limits: {火星: 5}\nquestions: [{code: q1, type: rating, text: 打分}]")
    with pytest.raises(Refused, match="名额里的片区没有：火星"):
        house.publish(survey)
