"""One answer per shop, and a tally that always agrees with the raw answers."""

import contextlib
import threading
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from foundation.errors import Refused
from questions import answers as kinds
from questions import stepping
from questions.question import QuestionType
from surveys.actions import answering, authoring, counting, filing, voiding
from surveys.models import Participation, Quota, Submission, Survey, Tally, Words
from surveys.queries import answer_sheet
from surveys.rules import files, review
from tests.surveys.conftest import ZONE, answer

FIRST = """
title: 随机
min_seconds: 30
questions:
  - {code: q1, type: single, text: 满意吗?, options: [满意, 一般, 不满意]}
  - {code: q2, type: multiple, text: 哪些?, options: [甲, 乙, 丙], other: true, max: 3, show_if: {q1: [一般, 不满意]}}
  - {code: q3, type: number, text: 几位?, required: false, decimals: 1}
  - {code: q4, type: nps, text: 推荐?, required: false, show_if: {q2: [甲]}}
"""
SECOND = """
title: 随机
min_seconds: 30
questions:
  - {code: q1, type: single, text: 满意吗?, options: [不满意, {code: 2, text: 还行}, 很好], other: true}
  - {code: q3, type: number, text: 几位?, decimals: 1}
  - {code: q5, type: rating, text: 打分, show_if: {q1: [还行]}}
  - {code: q2, type: multiple, text: 哪些?, options: [丙, 丁], required: false}
"""


def kept(session, survey_id):
    rows = session.execute(select(Tally.question, Tally.option, Tally.count).where(Tally.survey_id == survey_id))
    return {(question, option): count for question, option, count in rows if count}


def counted_by_hand(session, survey_id):
    """Written apart from the product's own counting."""
    counts = Counter()
    row = (Submission.answers, Submission.is_valid, Submission.superseded, Submission.submitted_at)
    for answers, is_valid, superseded, at in session.execute(select(*row).where(Submission.survey_id == survey_id)):
        counts["", "returned"] += not superseded
        counts["@day", f"{at.astimezone(ZONE):%Y-%m-%d} 0"] += not superseded
        if not is_valid:
            continue
        counts["", "valid"] += 1
        for code, data in answers.items():
            if "s" in data:
                continue
            counts[code, "#"] += 1
            chosen = data.get("o", data.get("v", []))
            for option in chosen if isinstance(chosen, list) else [chosen]:
                counts[code, str(option)] += 1
    listed = select(func.count(), func.count().filter(Participation.is_opened)).select_from(Participation)
    counts["", "sent"], counts["", "opened"] = session.execute(listed.where(Participation.survey_id == survey_id)).one()
    return {key: count for key, count in counts.items() if count}


def found_words(session):
    return sorted(tuple(row) for row in session.execute(select(Words.submission_id, Words.question, Words.said)))


def said_in_valid(session):
    sheets = session.execute(select(Submission.id, Submission.answers).where(Submission.is_valid))
    return sorted((each, code, data["t"]) for each, given in sheets for code, data in given.items() if data.get("t"))


def some_answer(question, n):
    match question.type:
        case QuestionType.SINGLE:
            code = sorted(question.codes)[n % len(question.codes)]
            return kinds.Single(code, "别的" if code == 0 else None)
        case QuestionType.MULTIPLE:
            codes = sorted(question.codes)
            chosen = tuple(code for place, code in enumerate(codes) if n >> place & 1)[:3] or (codes[-1],)
            return kinds.Multiple(chosen, "别的" if 0 in chosen else None)
        case QuestionType.RATING:
            return kinds.Score(n % 5 + 1)
        case QuestionType.NPS:
            return kinds.Score(n % 11)
        case _:
            return kinds.Number(str(n - 8) if n % 2 else f"{n}.5")


VOIDING = ("void", "restore", "again", "file")
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["answer"] * 8 + ["fill", "fill", "back", "back", "skip", *VOIDING, "version", "misread", "night"]
        ),
        st.sampled_from(["o-li", "o-wang", "o-zhao"]),
        st.integers(0, 15),
    ),
    max_size=30,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, kind=st.sampled_from(["plain", "anonymous", "limited"]))
def test_a_recount_always_agrees_with_the_tally(house, zone, acts, kind):
    if house.retailer_count() == 2:
        house.bind("赵明", "o-zhao")
    # Never committed, so that each example starts afresh.
    with Session(house.database.engine, expire_on_commit=False) as session:
        random_life(session, acts, kind, house.clock(), zone)


def random_life(session, acts, kind, now, zone):
    def load(text, survey_id=None, previous=None):
        if kind == "limited":
            text = text.replace("[满意,", "[{text: 满意, most: 1},").replace("[丙,", "[{text: 丙, most: 1},")
        more = {"plain": "", "anonymous": "anonymous: true\n", "limited": "limit: 2\nclass_limits: {普通终端: 1}\n"}
        written = files.of_yaml(text + more[kind])
        read = review.read(written.data, timezone=zone, previous=previous)
        survey = authoring.load(session, read, survey_id=survey_id, now=now)
        authoring.publish(session, survey.id, criteria={}, now=now)
        return survey.id, read

    survey_id, first = load(FIRST)
    versions = 1
    for act, openid, n in acts:
        now += timedelta(hours=13) if act == "night" else timedelta(seconds=7)
        if act == "night":
            continue
        if act == "version" and versions == 1:
            load(SECOND, survey_id, first)
            versions = 2
            continue
        if act in VOIDING:
            look_through(session, survey_id, act, n, now, zone)
            continue
        sheet = answer_sheet.look(session, survey_id, openid)
        if answer_sheet.obstacle(sheet, now=now, zone=zone):
            continue
        sheet = answering.begin(session, sheet, openid=openid, now=now, zone=zone)
        for step in range(4 if act == "fill" else 1):
            question = sheet.asked
            if sheet.is_submitted or question is None:
                break
            if act == "back":
                back = stepping.step(sheet.position, "上一题")
                answering.take(session, sheet, back, now=now, zone=zone, source="chat")
            elif act == "misread":
                misread = stepping.step(sheet.position, is_voice=True)
                answering.take(session, sheet, misread, now=now, zone=zone, source="chat")
            else:
                given = some_answer(question, n + step)
                if act == "skip" and not question.required:
                    given = kinds.Skipped()
                given = kinds.check(question, given)
                assert not isinstance(given, kinds.NotUnderstood), given
                sheet = answer(session, sheet, question, given, now=now, zone=zone, source="chat")
    assert kept(session, survey_id) == counted_by_hand(session, survey_id)
    # Of the quotas too.
    assert counting.recount(session, survey_id, zone=ZONE) == {}
    # What is filed after all agrees with what was filed, taken back and put back.
    filing.file_some(session)
    assert counting.recount(session, survey_id, zone=ZONE) == {}
    assert found_words(session) == said_in_valid(session)
    if versions == 1:  # a later version may give fewer places than are taken
        assert all(quota.count <= quota.most for quota in session.scalars(select(Quota)))


def look_through(session, survey_id, act, n, now, zone):
    """What staff, and the clock, do with sheets that were handed in."""
    ids = session.scalars(select(Submission.id).where(Submission.survey_id == survey_id)).all()
    if act == "file" or not ids:
        filing.file_some(session)
        return
    with contextlib.suppress(Refused), session.begin_nested():  # void already, or not, or no place left
        if act == "void":
            voiding.void(session, ids[n % len(ids)], reason="重复", by="boss", now=now)
        elif act == "restore":
            voiding.restore(session, ids[n % len(ids)], reason="看错了", now=now, zone=zone)
        else:
            voiding.ask_again(session, ids[n % len(ids)], now=now)


def test_a_recount_says_what_differed_and_puts_it_right(house, li, satisfaction):
    survey = house.published(satisfaction)
    li.fill("调查", "1", "13", "5", "9", "跳过", "跳过")
    with house.transaction() as session:
        session.execute(update(Tally).where(Tally.question == "q1", Tally.option == "1").values(count=7))
        session.add(Tally(survey_id=survey, question="q1", option="9", count=2))
    with house.transaction() as session:
        assert counting.recount(session, survey, zone=ZONE) == {("q1", "1"): (7, 1), ("q1", "9"): (2, 0)}
    with house.transaction() as session:
        assert counting.recount(session, survey, zone=ZONE) == {}
        assert kept(session, survey) == counted_by_hand(session, survey)


def test_a_voided_submission_stays_returned_and_leaves_the_counts_once(house, li, satisfaction):
    survey = house.published(satisfaction)
    li.fill("调查", "1", "13", "5", "9", "跳过", "跳过")
    with house.transaction() as session:
        submission = session.scalars(select(Submission.id)).one()
        voiding.void(session, submission, reason="重复", by="boss", now=house.clock())
        assert kept(session, survey) == {
            ("", "sent"): 2,
            ("", "opened"): 1,
            ("", "returned"): 1,
            ("@day", "2026-09-12 0"): 1,
        }
    with pytest.raises(Refused, match="没有编号为"), house.transaction() as session:
        voiding.void(session, submission, reason="重复", by="boss", now=house.clock())


def test_an_answer_given_faster_than_min_seconds_is_returned_and_not_valid(house, li, wang, short_survey):
    survey = house.published(short_survey + "min_seconds: 20\n")
    li.fill("调查", "1")
    wang.say("调查")
    house.clock.advance(seconds=20)
    wang.say("2")
    with house.reading() as session:
        assert kept(session, survey) == {
            ("", "sent"): 2,
            ("", "opened"): 2,
            ("", "returned"): 2,
            ("", "valid"): 1,
            ("q1", "#"): 1,
            ("q1", "2"): 1,
            ("@day", "2026-09-12 0"): 2,
        }


def test_an_anonymous_answer_leads_to_nobody(house, li, short_survey):
    survey = house.published(short_survey + "anonymous: true\n")
    assert "不记名" in li.say("调查")
    assert li.say("1") == "已提交，谢谢李老板。"
    with house.reading() as session:
        submission = session.scalars(select(Submission)).one()
        sheet = session.scalars(select(Participation).where(Participation.retailer_id == house.retailer("o-li"))).one()
    assert (submission.retailer_id, submission.seconds) == (None, None)
    assert submission.submitted_at.isoformat() == "2026-09-11T16:00:00+00:00", "midnight in China"
    assert submission.id > 1 << 32, "no number that tells the order"
    assert (sheet.is_submitted, sheet.submitted_on, sheet.started_at, sheet.version_id) == (True, None, None, None)
    assert sheet.answers == {}
    assert li.say("调查") == li.tap(f"survey:{survey}") == "您已填写过这份调查，谢谢。"


def test_a_handed_in_sheet_cannot_be_handed_in_again(house, li, zone, short_survey):
    survey = house.published(short_survey)
    li.say("调查")
    with house.transaction() as session:
        sheet = answer_sheet.hold(session, survey, "o-li")
    li.say("1")
    given = kinds.Single(2)
    with pytest.raises(Refused, match="已填写过"), house.transaction() as session:
        answer(session, sheet, sheet.asked, given, now=house.clock(), zone=zone, source="page")
    with house.transaction() as session:
        assert counting.recount(session, survey, zone=ZONE) == {}


def test_an_incomplete_sheet_cannot_be_handed_in(house, li, zone, satisfaction):
    survey = house.published(satisfaction)
    li.fill("调查", "1")
    with house.transaction() as session:
        sheet = answer_sheet.hold(session, survey, "o-li")
        with pytest.raises(Refused):
            answering.submit(session, sheet, now=house.clock(), zone=zone, source="page")


def test_submits_at_one_moment_count_each_shop_once(house, zone, short_survey):
    shops = [f"o-{n}" for n in range(12)]
    for openid in shops:
        house.bind(openid, openid)
    survey = house.published(short_survey)
    for openid in shops:
        with house.transaction() as session:
            sheet = answer_sheet.look(session, survey, openid)
            answering.begin(session, sheet, openid=openid, now=house.clock(), zone=zone)
    start = threading.Barrier(len(shops) * 2)
    outcomes = []

    def submit(openid, option, source):
        start.wait()
        try:
            with house.transaction() as session:
                sheet = answer_sheet.hold(session, survey, openid)
                question = sheet.asked or sheet.definition.questions[0]
                answer(session, sheet, question, kinds.Single(option), now=house.clock(), zone=zone, source=source)
            outcomes.append("counted")
        except Refused:
            outcomes.append("refused")

    threads = [
        threading.Thread(target=submit, args=(openid, n % 3 + 1, source))
        for n, openid in enumerate(shops)
        for source in ("chat", "page")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"counted": 12, "refused": 12}
    with house.transaction() as session:
        assert kept(session, survey)["", "returned"] == 12
        assert [kept(session, survey)["q1", option] for option in "123"] == [4, 4, 4]
        assert counting.recount(session, survey, zone=ZONE) == {}


def test_submits_beside_a_recount_and_a_publication_lose_no_count(house, zone, short_survey):
    shops = [f"o-{n}" for n in range(10)]
    for openid in shops:
        house.bind(openid, openid)
    survey = house.published(short_survey)
    start = threading.Barrier(len(shops) + 2)
    failures = []

    def run(work):
        start.wait()
        try:
            work()
        except Exception as error:
            failures.append(error)

    def fill(openid):
        with house.transaction() as session:
            sheet = answer_sheet.look(session, survey, openid)
            answering.begin(session, sheet, openid=openid, now=house.clock(), zone=zone)
        with house.transaction() as session:
            sheet = answer_sheet.hold(session, survey, openid)
            given = kinds.Single(1)
            answer(session, sheet, sheet.asked, given, now=house.clock(), zone=zone, source="chat")

    def recount():
        for _ in range(5):
            with house.transaction() as session:
                assert counting.recount(session, survey, zone=ZONE) == {}

    def publish():
        house.load(short_survey.replace("不好", "差"), survey)
        house.publish(survey)

    works = [*((lambda openid=openid: fill(openid)) for openid in shops), recount, publish]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with house.transaction() as session:
        assert counting.recount(session, survey, zone=ZONE) == {}
        assert kept(session, survey)["", "valid"] == 10
        assert session.get_one(Survey, survey).title == "新品调查"
