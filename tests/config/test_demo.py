"""The demo of `make run` is played to its end, in the house's own process, and leaves a town one can look at."""

import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from requests.adapters import BaseAdapter
from sqlalchemy import event, func, or_, select
from werkzeug.test import Client

from broadcasts.models.answers import PushReads
from broadcasts.models.displays import Display
from broadcasts.models.library import LibraryArticle
from broadcasts.models.pushes import Refusal
from broadcasts.models.reading import Favourite
from broadcasts.models.series import Occurrence, PushSeries
from config.app import build_services, create_app
from config.demo import courses as course_scenes
from config.demo import quizzes as quiz_scenes
from config.demo import story, templates
from config.demo.pushes import SENT_DAYS_AGO, rests
from config.demo.stage import Desk, PastClock, Platform, Stage
from config.demo.story import DAYS, Story
from config.settings import Settings
from courses.models.asking import Asker
from courses.models.certificates import Certificate
from courses.models.learning import Enrolment
from courses.models.weak_spots import WeakReview, WeakSpot
from effect.models.months import EffectMonth, FactBy, MonthFact
from effect.rules import months
from foundation.clock import system_clock
from people.models import Errand, Retailer
from quizzes.models.attempts import Attempt, EndedBy
from quizzes.models.quizzes import Quiz, Standing
from quizzes.models.regrades import Regrade, RegradeShop, RegradeState
from quizzes.queries import bank as bank_queries
from quizzes.queries.figures import figures
from quizzes.rules.advice import GOOD, TOO_EASY, WRONG_KEY
from simulator import in_process
from simulator.clock import HandClock
from simulator.server import Application
from simulator.simulator import Simulator
from simulator.world import Account
from tests import office
from tests.conftest import AES_KEY, no_fsync
from tests.sources import undated
from visits.models.answers import Rating
from visits.models.deadlines import Escalation
from visits.models.groups import GroupAnswer
from visits.models.requests import Request
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.services import Services

HERE = "http://platform"
ARTICLES = sorted((Path(story.__file__).parent / "articles").glob("*/*.md"))


class Control(BaseAdapter):
    """The platform's control, reached without any network."""

    def __init__(self, sim: Simulator) -> None:
        super().__init__()
        self._client = Client(Application(sim))

    def send(self, request: requests.PreparedRequest, *rest: Any, **more: Any) -> requests.Response:
        answer = self._client.open(
            request.path_url, method=request.method, data=request.body, content_type="application/json"
        )
        response = requests.Response()
        response.status_code, response._content, response.url = answer.status_code, answer.data, request.url or ""
        return response

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.stem)
def test_an_article_of_the_demo_says_where_its_facts_come_from(file: Path) -> None:
    said = file.read_text(encoding="utf-8")
    title = said.split("\n", 1)[0]
    assert title.startswith("# ") and len(title) <= 34
    assert re.search("\n(依据|来源)：|经验做法", said)
    assert undated(said) == []
    if file.parent.name == "law":
        assert "以当地烟草" in said


def told(app: Flask, *words: str) -> Any:
    return json.loads(app.test_cli_runner().invoke(args=["broadcasts", *words, "--json"]).output)


def pushes_add_up(app: Flask, services: Services) -> None:
    """Two went out, and each report counts everybody once; one waits, a draft and the models of two series stand."""
    reports = [told(app, "report", str(number)) for number in range(1, 7)]
    for found in reports:
        in_parts = sum(part["size"] for part in found["parts"])
        assert found["audience"] == sum(found["reasons"].values()) + in_parts + found["singles"]
        assert found["acted"] <= found["opened"] <= found["delivered"]
    assert [found["state"] for found in reports[2:]] == ["submitted", "draft", "draft", "draft"]
    with services.reading() as looking:
        whom = {row.approved_by is not None for row in looking.scalars(select(PushSeries))}
        weekly = looking.scalar(select(func.count()).select_from(Occurrence).where(Occurrence.push_id.is_not(None)))
        counts = [looking.scalar(select(func.count()).select_from(each)) for each in (Refusal, Errand, Display)]
        kept = looking.scalar(select(func.count()).select_from(Favourite))
        readers = looking.scalar(select(PushReads.readers).where(PushReads.push_id == 2))
    assert whom == {True} and weekly and kept == 3
    today = services.clock().astimezone(services.zone).date()
    if any(rests(today - timedelta(days=day)) for day in SENT_DAYS_AGO):
        return  # nothing went out on a public holiday
    rows, walk = reports[:2]
    assert (rows["audience"], rows["reasons"], rows["singles"], rows["opened"]) == (13, {"unbound": 2}, 11, 7)
    assert (walk["audience"], walk["reasons"], walk["singles"]) == (26, {"unbound": 4}, 2)
    assert [(part["size"], part["state"], part["sent"]) for part in walk["parts"]] == [(10, "finished", 10)] * 2
    assert (walk["opened"], len(told(app, "missed", "2"))) == (11, 4) and walk["acted"] >= 4
    assert counts == [1, 2, 1] and readers == 10  # one of the eleven got a message of their own


def quizzes_add_up(app: Flask, services: Services) -> None:
    """A bank with lessons, a test that runs with figures worth a look, a contest that is over, one more, a draft."""
    with services.reading() as looking:
        bank = list(bank_queries.every(looking))
        by_title = {row.title: row for row in looking.scalars(select(Quiz))}
        states = [(row.state(services.clock()).value, row.title) for row in by_title.values()]
        running = looking.scalars(select(Attempt).where(Attempt.ended_at.is_(None))).all()
        by_clock = looking.scalar(select(func.count()).where(Attempt.ended_by == EndedBy.TIME.value))
        again = looking.scalar(select(func.count()).where(Attempt.number == 2))
        monthly = figures(looking, by_title["诚信经营每月一测"].id)
        contest = figures(looking, by_title["真假鉴别十分钟擂台"].id)
        ranked = looking.scalars(
            select(Standing.seconds).where(
                Standing.quiz_id == by_title["真假鉴别十分钟擂台"].id, Standing.total.is_not(None)
            )
        ).all()
        regrade = looking.scalars(select(Regrade)).one()
        moved = looking.scalars(select(RegradeShop)).all()
    assert len(bank) == 60 and sum(bool(each.item.lesson) for each in bank) == len(quiz_scenes.LESSONS)
    assert Counter(state for state, _ in states) == {"open": 1, "closed": 2, "draft": 1}
    assert len(running) == 1 and by_clock and again
    assert monthly.paper.attempts == len(quiz_scenes.TAKE_MONTHLY)
    advice = {each.item.code: each.advice for each in monthly.questions}
    assert advice[quiz_scenes.MISLEADS] == WRONG_KEY and TOO_EASY in advice.values() and GOOD in advice.values()
    assert contest.paper.attempts == len(ranked) == len(quiz_scenes.TAKE_CONTEST)
    assert len(set(ranked)) > 10 and max(ranked) < 600
    assert regrade.state == RegradeState.DONE and regrade.quiz_id == by_title["价签和陈列小测"].id
    assert len(moved) >= 3 and all(each.direction == 1 and each.told_at for each in moved)
    assert any(each.passed_after and not each.passed_before for each in moved)


def courses_add_up(app: Flask, services: Services) -> None:
    """Learners at every stage, a certificate for each finish, the question of the day answered, a classroom asked."""
    with services.reading() as looking:
        stages: dict[int, Counter[str]] = {course_id: Counter() for course_id in (1, 2, 3)}
        for row in looking.scalars(select(Enrolment)):
            stages[row.course_id][
                "finished" if row.finished_at else "begun" if row.started_at is not None else "not begun"
            ] += 1
        stopped = Enrolment.last_at < services.clock() - timedelta(days=3)
        stuck = looking.scalar(select(func.count()).where(Enrolment.finished_at.is_(None), stopped))
        certificates = looking.scalars(select(Certificate)).all()
        reviews = Counter(looking.scalars(select(WeakReview.is_right)))
        stubborn = looking.scalar(select(func.count()).where(WeakSpot.in_row >= 3))
        unanswered = looking.scalars(select(Asker.words)).all()
        requests = looking.scalar(select(func.count()).select_from(Request))
    assert [(row["finished"], row["begun"]) for row in stages.values()] == [(5, 6), (4, 2), (1, 1)]
    assert stages[1]["not begun"] == 22 and stages[3]["not begun"] == 2
    assert stuck and stuck >= len(course_scenes.STOP)
    assert len(certificates) == 5 and all(each.media_key for each in certificates)
    assert reviews == {True: 1, False: 2} and stubborn == 1
    assert unanswered == [course_scenes.UNANSWERED.removeprefix("学习 ")] and requests == 9
    page = app.test_client().get(f"/c/{certificates[0].number}")
    assert page.status_code == 200 and "把好未成年人这道关" in page.text


def months_add_up(app: Flask, services: Services, boss: Desk) -> None:
    """The month's page shows twelve months, whose groups add up to the company; the clock counted the one that runs."""
    with services.reading() as looking:
        closed = looking.scalars(select(EffectMonth.month).where(EffectMonth.closed_at.is_not(None))).all()
        last = months.written(max(closed))
        totals = [func.sum(each) for each in (MonthFact.n, MonthFact.of)]
        kept = select(MonthFact.month, MonthFact.measure, MonthFact.by, *totals).where(MonthFact.month.in_(closed))
        groups: dict[tuple[int, str], dict[str, tuple[int, int | None]]] = {}
        for month, measure, by, n, of in looking.execute(
            kept.group_by(MonthFact.month, MonthFact.measure, MonthFact.by)
        ):
            groups.setdefault((month, measure), {})[by] = (n, of)
        running = looking.get_one(EffectMonth, months.before(max(closed), -1))
    assert len(closed) == 12 and running.closed_at is None
    assert set(groups) == {(month, each.name) for month in closed for each in services.measures}
    assert all(set(each) == set(FactBy) and len(set(each.values())) == 1 for each in groups.values())
    shown = [each for each in services.measures if not (each.is_aid or each.is_money)]
    page = boss.get(f"/console/effect?month={last}")
    lines = re.findall(r'<polyline points="([^"]*)"', page)
    assert [len(line.split()) for line in lines] == [12] * len(shown)
    assert re.search(r"全部客户经理评分表 ·\s+已结账", boss.get("/console/effect/scores")), "on paper with its filter"
    assert "省下的钱" in page and "从店铺到证书" in page
    cards = json.loads(app.test_cli_runner().invoke(args=["effect", "scorecard", last, "--json"]).output)
    assert sorted(filter(None, (each["satisfaction"]["place"] for each in cards))) == [1, 2, 3]


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_the_demo_is_played_to_its_end(stores: dict[str, Any], tmp_path: Any) -> None:
    assert office.PASSWORD  # its import makes passwords cheap
    account = Account(aes_key=AES_KEY)
    settings = Settings(
        _env_file=None,
        development=True,
        secret_key="test secret, long enough",
        wechat_app_id=account.app_id,
        wechat_app_secret=account.secret,
        wechat_token=account.token,
        wechat_encoding_aes_key=account.aes_key,
        wechat_templates=json.loads(templates.setting()),
        media_path=tmp_path / "media",
        files_path=tmp_path / "files",
        **stores,
    )
    morning = system_clock().astimezone(settings.zone).replace(hour=9, minute=0, second=0, microsecond=0)
    began = morning - timedelta(days=DAYS)
    sim, clock = Simulator(account, clock=HandClock(began, running=True)), PastClock(began)
    services = build_services(settings, clock=clock, new_session=lambda: in_process.mount(requests.Session(), sim))
    event.listen(services.database.engine, "connect", no_fsync)
    app = create_app(settings, services=services)
    sim.connect(app.wsgi_app)
    session = requests.Session()
    session.mount(HERE, Control(sim))
    accounts = Story(Stage(app, services, clock, Platform(HERE, session))).play()
    with services.reading() as looking:
        bound = looking.scalar(select(func.count()).where(Retailer.openid.is_not(None)))
        # Played at night, the last day ends with a notice that waits for the morning.
        came = or_(Delivery.state != DeliveryState.PENDING, Delivery.due_at <= clock())
        became = Counter(looking.scalars(select(Delivery.state).where(came)))
        # Who has not written for two days hears of a corrected key, and gets a certificate, with their next message.
        held = set(looking.scalars(select(Delivery.about).where(Delivery.state == DeliveryState.HELD)))
        steps = Counter(looking.scalars(select(Escalation.step)))
        waiting = looking.scalar(select(func.count()).where(Request.closed_at.is_(None)))
        answered = looking.scalar(select(func.count()).select_from(GroupAnswer))
        rated = looking.scalars(select(Rating.score)).all()
    assert (bound, sorted(rated)) == (33, [1, 2])
    assert waiting and answered and answered >= 2 and steps["due"] >= 1
    assert held <= {"quiz:2", "course:1"}
    assert set(became) <= {"sent", "delivered", "cancelled", "held"}, (
        "what the demo's templates do not take would fail here"
    )
    first = json.loads(app.test_cli_runner().invoke(args=["broadcasts", "search", "烟证快过期了", "--json"]).output)[0]
    with services.reading() as looking:
        titles = dict(looking.execute(select(LibraryArticle.id, LibraryArticle.title)).all())
    assert len(titles) == len(ARTICLES) and titles[first] == "许可证快到期，提前三十日申请延续"
    pushes_add_up(app, services)
    quizzes_add_up(app, services)
    courses_add_up(app, services)
    for name, password in accounts.items():
        desk = Desk(app)
        desk.sign_in(name, password)
        assert re.search(r"#1\d\d", desk.get("/console/visits"))
        if name == "boss":
            months_add_up(app, services, desk)
    services.database.dispose()
