"""Steps of a changed key over many shops: stopped within and between any two, each shop is moved and told once."""

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, text, update

from people.models import Retailer
from quizzes import jobs
from quizzes.actions import ending, erasing, filing, mistakes, regrading, standings, taking
from quizzes.actions.mistakes import WrongAnswer
from quizzes.models.attempts import Attempt, EndedBy
from quizzes.models.bank import BankQuestion, QuestionVersion
from quizzes.models.regrades import Regrade, RegradeChange, RegradeShop, RegradeState
from quizzes.queries import attempt_sheet
from quizzes.rules.definition import CountRule
from tests.office import Office
from tests.quizzes.corrections import agrees, everything, filed
from tests.quizzes.examined import examine, paper_of
from wechat_bot.erasure import Forgetting
from wechat_bot.models import Delivery, Follower

YES, NO = {"o": 1}, {"o": 2}


class Killed(Exception):
    """Instead of the end of a process."""


def answered(desk, quiz_id: int, said: str) -> None:
    """Let a shop for each sign have ended an attempt at two questions of 5 points: + is 对, - is 错 at the first; the
    second is right everywhere."""
    rows = [(500 if each == "+" else 0, 500) for each in said]
    answers = [{"k1": YES if each == "+" else NO, "k2": YES} for each in said]
    examine(desk.school, quiz_id, rows, answers)
    with desk.school.house.services.transaction() as session:
        now = desk.school.house.clock()
        session.execute(update(Attempt).where(Attempt.total == 500).values(is_passed=False))
        session.execute(update(Attempt).where(Attempt.total == 1000).values(is_passed=True))
        first = session.scalars(select(QuestionVersion).order_by(QuestionVersion.id)).first()
        failed = session.scalars(select(Attempt).where(Attempt.total == 500)).all()
        wrong = [
            WrongAnswer(each.retailer_id, first.question_id, first.id, each.id, None, each.ended_at) for each in failed
        ]
        mistakes.correct(session, wrong=wrong, right=())
        openids = [f"o-{n}" for n in range(1, len(said) + 1)]
        session.execute(insert(Follower), [{"openid": one, "followed_at": now, "has_held": False} for one in openids])
    desk.school.house.tick()


def told(house) -> Counter:
    """How many messages each shop got about changed keys, by their keys' beginnings."""
    with house.look() as session:
        keys = session.scalars(select(Delivery.key).where(Delivery.key.startswith("regrade")))
        return Counter(key.partition(":")[0] for key in keys)


def settled(desk, quiz_id: int) -> None:
    """Standings as the attempts have them, before anything is compared."""
    with desk.school.house.services.transaction() as session:
        shops = session.scalars(select(Attempt.retailer_id)).all()
        standings.settle(session, quiz_id, shops, CountRule.BEST)
    desk.school.house.tick()


def test_stopped_within_and_between_any_two_steps_each_attempt_is_moved_once(desk, monkeypatch):
    house, monkey = desk.school.house, monkeypatch
    monkey.setattr(regrading, "BATCH", 2)
    quiz_id = desk.school.published(paper_of("5", "5"))
    answered(desk, quiz_id, "+-+-+-+")
    settled(desk, quiz_id)
    before = everything(house)
    plan = desk.rekey(quiz_id, "k1", "--answer", "错", "--also-down")
    assert [len(plan[name]) for name in ("up", "down", "newly_passed", "newly_failed")] == [3, 4, 3, 4]
    monkey.setattr(jobs, "go_on", lambda *given, **more: None)
    desk.decide(plan["regrade"], "approve")

    def dies_within_a_step() -> None:
        with house.services.transaction() as session:
            regrading.step(session, plan["regrade"], now=house.clock())
            raise Killed

    def carried_out() -> int:
        """Take steps to the end: each is begun once in a process that dies before it is committed."""
        taken, goes_on = 0, True
        while goes_on:
            seen = filed(house)
            with pytest.raises(Killed):
                dies_within_a_step()
            assert filed(house) == seen
            with house.services.transaction() as session:
                goes_on = regrading.step(session, plan["regrade"], now=house.clock())
            taken += 1
        return taken

    assert carried_out() == 5  # four with shops, one that finds none
    agrees(house, quiz_id)
    with house.look() as session:
        marks = session.scalars(select(Attempt.marks).order_by(Attempt.id)).all()
        assert marks == ["0,500" if sign == "+" else "500,500" for sign in "+-+-+-+"]
        assert session.scalar(select(func.count()).select_from(RegradeChange)) == 7
        assert session.get(Regrade, plan["regrade"]).state == RegradeState.DONE
    assert told(house) == {"regrade": 7}
    desk.decide(plan["regrade"], "undo")
    carried_out()
    assert everything(house) == before
    assert told(house) == {"regrade": 7, "regrade-undo": 7}
    agrees(house, quiz_id)


@pytest.mark.on_sqlite
def test_who_left_or_is_unbound_is_moved_and_not_told(desk):
    house = desk.school.house
    quiz_id = desk.school.published(paper_of("5", "5"))
    answered(desk, quiz_id, "---")
    settled(desk, quiz_id)
    with house.services.transaction() as session:
        session.execute(update(Follower).where(Follower.openid == "o-1").values(unfollowed_at=house.clock()))
        session.execute(update(Retailer).where(Retailer.openid == "o-2").values(openid=None, bound_at=None))
    plan = desk.changed(quiz_id, "k1", "--answer", "错")
    assert len(plan["up"]) == 3
    with house.look() as session:
        rows = session.scalars(select(RegradeShop).order_by(RegradeShop.retailer_id)).all()
        assert [(each.total_after, each.told_at is not None) for each in rows] == [
            (1000, False), (1000, False), (1000, True),
        ]  # fmt: skip
    # Whoever comes back meanwhile was never told of the change, and hears nothing of its undoing.
    with house.services.transaction() as session:
        session.execute(update(Follower).where(Follower.openid == "o-1").values(unfollowed_at=None))
    desk.decide(plan["regrade"], "undo")
    assert told(house) == {"regrade": 1, "regrade-undo": 1}
    # A shop that was erased stays in the list, without its name and without a page.
    erased = house.flask("people", "erase", "350900000003", "--shop", "--yes")
    assert erased.exit_code == 0, erased.output
    page = Office(house).browser("market").get(f"/console/quizzes/{quiz_id}/regrades/{plan['regrade']}").text
    assert "已删除" in page and page.count("/console/people/shops/") == 2


@pytest.mark.on_sqlite
def test_words_that_were_erased_keep_their_mark(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(
        "title: 填空\nquestions:\n  - {code: k1, type: fill, text: 提前几天？, answer: [三十天], points: 10}"
    )
    for phone in (school.wang, school.li):
        phone.say("测试")
        phone.say("开始")
        phone.say("60天")
    with house.services.transaction() as session:
        first = session.scalars(select(Attempt).order_by(Attempt.id)).first()
        first.answers = {"k1": {"t": ""}}
    plan = desk.changed(quiz_id, "k1", "--answer", "60天")
    assert [each["licence"] for each in plan["up"]] == ["350802100002"]
    assert len(desk.changed(quiz_id, "k1", "full")["up"]) == 1
    agrees(house, quiz_id)


def test_a_drawn_question_is_changed_in_this_quiz_alone(desk):
    school, house = desk.school, desk.school.house
    path = house.settings.media_path.parent / "bank.txt"
    path.write_text("1. 封签在哪一面？\nA. 正面\nB. 背面\n答案：A\n标签：封签\n", encoding="utf-8")
    assert house.flask("quizzes", "bank", "import", str(path)).exit_code == 0
    quizzes = [school.published(f"title: 第 {n} 份\ndraw: [{{tag: 封签, count: 1}}]") for n in (1, 2)]
    for quiz_id in quizzes:
        school.wang.click(f"quiz:{quiz_id}")
        school.wang.say("开始")
        school.wang.say("2")
    with house.look() as session:
        code = session.scalars(select(BankQuestion.code)).one()
    changed = desk.changed(quizzes[0], code, "--answer", "B")
    assert len(changed["newly_passed"]) == 1
    with house.look() as session:
        assert session.scalars(select(Attempt.key_numbers).order_by(Attempt.id)).all() == ["2", "1"]
    school.li.click(f"quiz:{quizzes[1]}")
    school.li.say("开始")
    assert "没有合格" in school.li.say("2").text
    school.li.click(f"quiz:{quizzes[0]}")
    school.li.say("开始")
    assert "全部答对" in school.li.say("2").text
    for quiz_id in quizzes:
        agrees(house, quiz_id)


@pytest.mark.on_sqlite
def test_a_draft_published_again_keeps_the_corrected_key(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(paper_of("5", "5"))
    plan = desk.changed(quiz_id, "k1", "--answer", "错")
    assert "已发布第 1 版" in house.flask("quizzes", "publish", str(quiz_id)).output
    struck = desk.changed(quiz_id, "k2", "struck")
    assert "已发布第 1 版" in house.flask("quizzes", "publish", str(quiz_id)).output
    school.wang.say("测试")
    school.wang.say("开始")
    school.wang.say("错")
    assert school.wang.say("错").text.startswith("您得了 5 分（满分 5 分），合格。")
    for each in (struck, plan):
        desk.decide(each["regrade"], "undo")
    assert "已发布第 1 版" in house.flask("quizzes", "publish", str(quiz_id)).output


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_whoever_is_just_handing_in_is_waited_for(desk, monkeypatch):
    # On SQLite there is one writer: nobody hands in while a step is taken.
    school, house = desk.school, desk.school.house
    quiz_id = school.published(paper_of("5", "5"))
    for phone in (school.wang, school.li):
        phone.say("测试")
        phone.say("开始")
    for said in ("错", "对"):
        school.wang.say(said)
    plan = desk.rekey(quiz_id, "k1", "--answer", "错")["regrade"]
    monkeypatch.setattr(jobs, "go_on", lambda *given, **more: None)

    def step() -> bool:
        with house.services.transaction() as session:
            return regrading.step(session, plan, now=house.clock())

    with house.services.transaction() as handing_in:
        sheet = attempt_sheet.hold(handing_in, quiz_id, school.li.openid)
        # Marked by the key of before, and not committed yet.
        ending.end(handing_in, sheet, by=EndedBy.SHOP, at=house.clock(), source="page", now=house.clock())
        desk.decide(plan, "approve")
        assert (step(), step()) == (True, False)
        with house.look() as session:
            assert session.get_one(Regrade, plan).state == RegradeState.RUNNING
    assert (step(), step()) == (True, False)
    with house.look() as session:
        assert session.get_one(Regrade, plan).state == RegradeState.DONE
        assert session.scalars(select(Attempt.key_numbers).order_by(Attempt.id)).all() == ["2,1", "2,1"]
    agrees(house, quiz_id)


@contextmanager
def aside(house, doing):
    """Let another process do something: from its end, or from when it waits for us, until our transaction is over."""
    raised = []

    def run() -> None:
        try:
            with house.services.transaction() as session:
                doing(session)
        except Exception as error:
            raised.append(error)

    other = threading.Thread(target=run)

    def until_it_waits() -> None:
        other.start()
        while other.is_alive():
            with house.look() as session:
                if session.scalar(text("select count(*) from pg_locks where not granted")):
                    return

    yield until_it_waits
    other.join()
    assert raised == []


def hand_in(house, session, quiz_id: int, openid: str) -> None:
    sheet = attempt_sheet.hold(session, quiz_id, openid)
    sheet = replace(sheet, attempt=replace(sheet.attempt, answers={"k1": YES, "k2": YES}))
    taking.hand_in(session, sheet, source="page", at=house.clock(), now=house.clock())


def failed_once(desk) -> int:
    """A quiz in which one shop has an attempt that counts, until a better one is handed in."""
    quiz_id = desk.school.published(paper_of("5", "5").replace("questions:", "attempts: 3\nquestions:"))
    for said in ("测试", "开始", "错", "错"):
        desk.school.wang.say(said)
    desk.school.house.tick()
    return quiz_id


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_who_is_erased_while_they_hand_in_a_better_attempt_is_waited_for(desk):
    # On SQLite there is one writer.
    house, openid = desk.school.house, desk.school.wang.openid
    quiz_id = failed_once(desk)
    for said in ("测试", "开始"):
        desk.school.wang.say(said)

    def erase(session) -> None:
        erasing.forget(session, Forgetting(openid, "erased", house.clock()))

    with aside(house, erase) as until_it_waits, house.services.transaction() as session:
        attempt_sheet.hold(session, quiz_id, openid)
        until_it_waits()
        hand_in(house, session, quiz_id, openid)
    agrees(house, quiz_id)


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_who_begins_and_hands_in_during_a_step_waits_for_it(desk, monkeypatch):
    house, openid = desk.school.house, desk.school.wang.openid
    quiz_id = failed_once(desk)
    plan = desk.rekey(quiz_id, "k1", "--answer", "错")["regrade"]
    monkeypatch.setattr(jobs, "go_on", lambda *given, **more: None)
    desk.decide(plan, "approve")

    def retake(session) -> None:
        sheet, now = attempt_sheet.look(session, quiz_id, openid), house.clock()
        taking.begin(session, sheet, openid=openid, source="page", now=now, zone=house.services.zone)
        hand_in(house, session, quiz_id, openid)

    take_back = filing.take_back
    with aside(house, retake) as until_it_waits, house.services.transaction() as session:

        def taken_back(*given) -> None:
            until_it_waits()
            take_back(*given)

        monkeypatch.setattr(filing, "take_back", taken_back)
        regrading.step(session, plan, now=house.clock())
    agrees(house, quiz_id)


@pytest.mark.on_sqlite
def test_undone_in_the_middle_those_who_were_moved_are_moved_back(desk, monkeypatch):
    house = desk.school.house
    monkeypatch.setattr(regrading, "BATCH", 2)
    quiz_id = desk.school.published(paper_of("5", "5"))
    answered(desk, quiz_id, "-----")
    settled(desk, quiz_id)
    before = everything(house)
    go_on = jobs.go_on
    plan = desk.rekey(quiz_id, "k1", "--answer", "错")["regrade"]
    monkeypatch.setattr(jobs, "go_on", lambda services, regrade_id, **more: go_on(services, regrade_id, most=1))
    assert desk.decide(plan, "approve") == "正在改分。"
    assert told(house) == {"regrade": 2}
    monkeypatch.setattr(jobs, "go_on", go_on)
    assert desk.decide(plan, "undo") == "已撤销。"
    assert everything(house) == before
    assert told(house) == {"regrade": 2, "regrade-undo": 2}
    agrees(house, quiz_id)
