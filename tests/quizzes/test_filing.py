"""Counters that always agree with the attempts, whatever happened to these."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from campaigns.approving import CampaignAuthor
from questions import answers as kinds
from questions.authoring import files as of_questions
from questions.keyed.items import KeyEffect
from questions.numerals import same
from questions.question import QuestionType
from questions.stepping import Step, StepOutcome
from quizzes.actions import authoring, filing, overdue, regrading, rekeying, storing, taking
from quizzes.models.attempts import Attempt
from quizzes.models.bank import BANK, QuestionTag, QuestionVersion
from quizzes.models.figures import ANY_TOTAL, GroupCell, ItemCell, OptionCell, Turnout
from quizzes.models.quizzes import Quiz, Standing, TagStanding
from quizzes.models.regrades import Regrade, RegradeState
from quizzes.queries import attempt_sheet, regrades
from quizzes.rules import files, review, timing
from tests.quizzes.conftest import PAPER
from tests.quizzes.examined import shops
from tests.threads import at_once

#: What each question may be corrected to.
KEYS = {"k1": "ABC", "k2": ("AB", "C", "ACD"), "k3": "AB", "k4": ("30元", "三十天")}
ZHANG, MARKET = CampaignAuthor(1, "张"), CampaignAuthor(2, "周")
STEPS = 2000
SHOPS = 8
#: The best, the last and the first attempt counts; the last paper is drawn.
HEADS = (
    "title: 甲\nminutes: 15\nattempts: 20\ncounts: best\nshuffle: true",
    "title: 乙\nattempts: 20\ncounts: last",
    "title: 丙\nminutes: 10\nattempts: 20\ncounts: first\n"
    "draw: [{tag: 封签, count: 1}, {tag: 许可证, count: 1, points: 7}]",
)
QUESTIONS = PAPER[PAPER.index("questions:") :]


def counters(session) -> tuple[Counter, ...]:
    """The counters as they are kept."""
    found = []
    for model in (ItemCell, OptionCell, GroupCell):
        *key, count = model.__table__.columns
        rows = session.execute(select(*key, count).where(count != 0))
        found.append(Counter({tuple(names): number for *names, number in rows}))
    return tuple(found)


def counted_by_hand(session) -> tuple[Counter, ...]:
    """Written apart from the product's own counting: from what the standings say counts."""
    questions = dict(session.execute(select(QuestionVersion.id, QuestionVersion.question_id)).all())
    codes = {version.id: version.body["question"]["code"] for version in session.scalars(select(QuestionVersion))}
    items, options, groups = Counter(), Counter(), Counter()
    for one in session.scalars(select(Attempt).join(Standing, Standing.counted_attempt_id == Attempt.id)):
        items[one.quiz_version_id, 0, one.maximum, one.total, one.total] += 1
        for (version, _, points, _), mark in zip(one.paper, one.marks.split(","), strict=True):
            # A struck question is worth nothing.
            worth = (points, int(mark)) if mark else (0, 0)
            items[one.quiz_version_id, questions[version], *worth, one.total] += 1
            given = one.answers.get(codes[version], {})
            chosen = given.get("o", [same(given["t"])] if "t" in given else [])
            for option in chosen if isinstance(chosen, list) else [chosen]:
                if option != "":
                    total = ANY_TOTAL if "t" in given else one.total
                    options[one.quiz_version_id, questions[version], str(option), total] += 1
        for by, member in (("area", one.area_id), ("manager", one.manager_id), ("class", one.class_id)):
            if member is not None:
                groups[one.quiz_version_id, by, member, "attempts"] += 1
                groups[one.quiz_version_id, by, member, "passed"] += one.is_passed
                groups[one.quiz_version_id, by, member, "share"] += one.total * 10_000 // (one.maximum or 1)
    return items, options, Counter({key: count for key, count in groups.items() if count})


def tags(session) -> dict[tuple[int, int, str], int]:
    """The standings in tags as they are kept."""
    rows = session.scalars(select(TagStanding))
    return {(row.quiz_id, row.retailer_id, row.tag): row.share for row in rows}


def tags_by_hand(session) -> dict[tuple[int, int, str], int]:
    """Of each standing's attempt that counts, the share of the points of each tag."""
    told = {
        version.id: session.scalars(select(QuestionTag.tag).where(QuestionTag.question_id == version.question_id)).all()
        for version in session.scalars(select(QuestionVersion))
    }
    found = {}
    for one in session.scalars(select(Attempt).join(Standing, Standing.counted_attempt_id == Attempt.id)):
        marked = [(place, int(mark)) for place, mark in zip(one.paper, one.marks.split(","), strict=True) if mark]
        for tag in {tag for place, _ in marked for tag in told[place[0]]}:
            mine = [(place[2], mark) for place, mark in marked if tag in told[place[0]]]
            share = sum(mark for _, mark in mine) * 10_000 // sum(points for points, _ in mine)
            found[one.quiz_id, one.retailer_id, tag] = share
    return found


class Walk:
    """Shops that begin, answer, hand in and run out of time at random; nothing is ever committed."""

    def __init__(self, session: Session, house, dice: Random) -> None:
        self.session, self.dice, self.now, self.zone = session, dice, house.clock(), house.services.zone
        shops(session, SHOPS, self.now)
        storing.store(session, self.definition(HEADS[1]).questions, home_quiz_id=BANK, who="", now=self.now)
        self.quizzes = [self.published(head) for head in HEADS]

    def definition(self, head: str):
        text = head if "draw:" in head else f"{head}\n{QUESTIONS}"
        written = of_questions.parse(text.encode(), "paper.yaml", files.LAYOUT)
        return review.of_file(written, timezone=self.zone, before=())

    def published(self, head: str) -> int:
        quiz = authoring.load(self.session, self.definition(head), who="", now=self.now)
        authoring.publish(self.session, quiz.id, criteria={}, stamp=quiz.stamp, who="", now=self.now)
        return quiz.id

    def step(self) -> None:
        self.now += timedelta(seconds=self.dice.choice((5, 20, 60)))
        match self.dice.choices(("shop", "file", "clock", "rekey", "forget"), (80, 6, 3, 10, 1))[0]:
            case "shop":
                self.shop(self.dice.choice(self.quizzes), f"o-{self.dice.randint(1, SHOPS)}")
            case "file":
                filing.file_some(self.session)
            case "clock":
                overdue.end_some(self.session, now=self.now)
            case "rekey":
                self.rekey()
            case "forget":
                self.forget()

    def rekey(self) -> None:
        """Go on with a change of a key by a step, undo the last one, or approve another."""
        begun = regrading.begun(self.session)
        if begun:
            regrading.step(self.session, self.dice.choice(begun), now=self.now)
            return
        last = self.session.scalars(select(Regrade).order_by(Regrade.id.desc()).limit(1)).first()
        if last is not None and last.state == RegradeState.DONE and self.dice.random() < 0.6:
            rekeying.undo(self.session, last.id, who=MARKET, now=self.now)
            return
        if last is not None and last.state == RegradeState.PLANNED:
            rekeying.submit(self.session, last.id, who=ZHANG, now=self.now)
            rekeying.approve(self.session, last.id, who=MARKET, now=self.now)
            return
        quiz_id = self.dice.choice(self.quizzes)
        code = self.dice.choice(tuple(KEYS))
        asked = regrades.asked(self.session, quiz_id, code=code)
        effect = self.dice.choices(tuple(KeyEffect), (4, 1, 1))[0]
        key = rekeying.read(asked, self.dice.choice(KEYS[code]), effect)
        if key != asked.key:
            is_also_down = self.dice.random() < 0.5
            rekeying.plan(
                self.session, quiz_id, asked, key, reason="", is_also_down=is_also_down, who=ZHANG, now=self.now
            )

    def shop(self, quiz_id: int, openid: str) -> None:
        sheet = attempt_sheet.hold(self.session, quiz_id, openid)
        if sheet is None:
            sheet = attempt_sheet.look(self.session, quiz_id, openid)
            if sheet.left:
                taking.begin(self.session, sheet, openid=openid, source="page", now=self.now, zone=self.zone)
            return
        attempt = sheet.attempt
        heard = timing.on_page(self.now)
        if self.dice.random() < 0.05:
            taking.hand_in(self.session, sheet, source="page", at=self.now, now=self.now)
            return
        question = attempt.asked
        step = Step(StepOutcome.GOES_ON, attempt.position.answered(question, self.answer(question)))
        taking.take(
            self.session,
            sheet,
            step,
            code=question.code,
            heard=heard,
            source="page",
            hands_in=True,
            now=self.now,
        )

    def answer(self, question):
        codes = sorted(question.codes)
        match question.type:
            case QuestionType.SINGLE:
                return kinds.Single(self.dice.choice(codes))
            case QuestionType.MULTIPLE:
                return kinds.Multiple(tuple(code for code in codes if self.dice.random() < 0.5) or (codes[0],))
            case _:
                return kinds.FreeText(self.dice.choice(("三十天", "30 天", "３０天", "30元", "不知道")))

    def forget(self) -> None:
        """Take some shop's attempts out and change their answers, as erasing does; the clock files them anew."""
        shop = self.session.scalars(select(Attempt.retailer_id).order_by(Attempt.id.desc()).limit(1)).first()
        mine = self.session.scalars(select(Attempt).where(Attempt.retailer_id == shop)).all()
        filing.take_back(self.session, [each.id for each in mine])
        for each in mine:
            answers = {code: {**given, "t": ""} if "t" in given else given for code, given in each.answers.items()}
            self.session.execute(update(Attempt).where(Attempt.id == each.id).values(answers=answers))


def test_a_recount_always_agrees_with_the_counters(school, monkeypatch) -> None:
    monkeypatch.setattr(regrading, "BATCH", 3)
    with Session(school.house.services.database.engine, expire_on_commit=False) as session:
        walk = Walk(session, school.house, Random(13))
        steps = STEPS if school.house.services.database.is_sqlite else STEPS // 2
        for number in range(1, steps + 1):
            walk.step()
            if number % (steps // 5) == 0:
                for quiz_id in walk.quizzes:
                    assert filing.recount(session, quiz_id) == {}
        # What is drawn is drawn anew each time: until a change of a key was carried out, and one undone, it goes on.
        while not {RegradeState.DONE, RegradeState.UNDONE} <= set(session.scalars(select(Regrade.state))):
            walk.step()
        while filing.file_some(session):
            pass
        assert all(filing.recount(session, quiz_id) == {} for quiz_id in walk.quizzes)
        assert counters(session) == counted_by_hand(session)
        assert tags(session) == tags_by_hand(session) != {}
        ended = session.scalars(select(Attempt.quiz_id).where(Attempt.ended_at.is_not(None))).all()
        assert min(Counter(ended).values()) > steps // 50 and len(Counter(ended)) == 3
        assert session.scalars(select(Quiz.id).order_by(Quiz.id)).all() == walk.quizzes


def test_a_counter_that_went_wrong_is_put_right_and_named(school) -> None:
    quiz_id = school.published()
    for said in ("测试", "开始", "3", "AC", "错", "30天"):
        school.wang.say(said)
    school.house.tick()
    recount = ("quizzes", "recount", str(quiz_id))
    assert school.house.flask(*recount).output == "一致\n"
    with school.house.look() as session:
        right = counters(session)
    with school.house.services.transaction() as session:
        session.execute(update(ItemCell).where(ItemCell.question_id == 0).values(count=3))
        session.execute(delete(OptionCell).where(OptionCell.option == "30天"))
    said = school.house.flask(*recount).output.splitlines()
    assert [line.split("\t")[-2:] for line in said] == [["原为 3", "改为 1"], ["原为 0", "改为 1"]]
    with school.house.look() as session:
        assert counters(session) == right
    # An attempt that is in the counters and should not be leaves them by the clock.
    with school.house.services.transaction() as session:
        session.execute(update(Standing).values(counted_attempt_id=None))
    assert school.house.flask(*recount).output == "一致\n"
    school.house.tick()
    with school.house.look() as session:
        assert counters(session) == (Counter(), Counter(), Counter())


def test_who_was_asked_and_who_began_is_counted_as_it_happens(school) -> None:
    quiz_id = school.published()
    for said in ("测试", "开始", "3", "AC", "错", "30天", "测试", "再考", "开始"):
        school.wang.say(said)
    late = school.house.phone("o-late")
    late.follow()
    assert "已绑定" in late.say("绑定 350802100003 5678").text
    late.say("测试")
    assert turnout(school, quiz_id) == (2, 1)
    late.say("开始")
    assert turnout(school, quiz_id) == (3, 2)
    recount = ("quizzes", "recount", str(quiz_id))
    assert school.house.flask(*recount).output == "一致\n"
    with school.house.services.transaction() as session:
        session.execute(update(Turnout).values(asked=7))
    assert school.house.flask(*recount).output == "asked\t原为 7\t改为 3\n"
    assert turnout(school, quiz_id) == (3, 2)


def turnout(school, quiz_id: int) -> tuple[int, int]:
    with school.house.look() as session:
        found = session.get(Turnout, quiz_id)
        return found.asked, found.begun


RETAKERS, RETAKES = 6, 4


@pytest.mark.pooled
def test_two_filing_jobs_at_once_count_each_attempt_once_while_better_ones_come(school) -> None:
    quiz_id = school.published(PAPER.replace("attempts: 2", f"attempts: {RETAKES}"))
    services, left = school.house.services, [RETAKERS]
    with services.transaction() as session:
        shops(session, RETAKERS, school.house.clock())

    def retake(number: int) -> None:
        dice = Random(number)
        for _ in range(RETAKES):
            with services.transaction() as session:
                sheet = attempt_sheet.look(session, quiz_id, f"o-{number}")
                now, openid = school.house.clock(), f"o-{number}"
                taking.begin(session, sheet, openid=openid, source="page", now=now, zone=services.zone)
            with services.transaction() as session:
                sheet = attempt_sheet.hold(session, quiz_id, openid)
                given = {"k1": {"o": dice.randint(1, 3)}, "k3": {"o": dice.randint(1, 2)}, "k4": {"t": "30天"}}
                sheet = replace(sheet, attempt=replace(sheet.attempt, answers=given))
                taking.hand_in(session, sheet, source="page", at=now, now=now)
        left[0] -= 1

    def file() -> None:
        while left[0]:
            with services.transaction() as session:
                filing.file_some(session)

    at_once(*(partial(retake, number) for number in range(1, RETAKERS + 1)), file, file)
    school.house.tick()
    with services.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == RETAKERS * RETAKES
        assert counters(session) == counted_by_hand(session)
        assert filing.recount(session, quiz_id) == {}


def test_whose_words_are_erased_is_counted_again_without_them(school) -> None:
    school.published()
    for phone, words in ((school.wang, "王老板的话"), (school.li, "30天")):
        for said in ("测试", "开始", "3", "AC", "错", words):
            phone.say(said)
    school.house.tick()
    with school.house.look() as session:
        marks, choices, _ = counters(session)
    assert {option for _, _, option, total in choices if total == ANY_TOTAL} == {"王老板的话", "30天"}
    erased = school.house.flask("people", "erase", "350802100001", "--yes")
    assert erased.exit_code == 0, erased.output
    with school.house.look() as session:
        assert counters(session)[0].total() == marks.total() // 2
    school.house.tick()
    with school.house.look() as session:
        again, left, _ = counters(session)
        assert (
            again == marks and session.scalars(select(OptionCell).where(OptionCell.option.contains("王"))).all() == []
        )
    assert left == Counter({key: count for key, count in choices.items() if key[2] != "王老板的话"})
