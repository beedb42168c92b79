"""Series of pushes: made two weeks ahead, each day once, approved one by one or together, and asked about holidays."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from broadcasts import jobs
from broadcasts.actions import checking, pushes, series
from broadcasts.models.pushes import Push
from broadcasts.models.series import Occurrence, PushSeries
from campaigns.approving import CampaignAuthor
from campaigns.models import Campaign, CampaignHand
from foundation.errors import Refused
from people.models import Audience
from tests.broadcasts.conftest import Library
from tests.broadcasts.test_push_commands import refused, run
from tests.conftest import House
from tests.office import Office

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAYS = {"every": "week", "weekday": 0}


@pytest.fixture
def office(house: House) -> Office:
    """The office, on Thursday 10 December 2026 at 10:00, with a second person who leads marketing."""
    house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - house.clock())
    office = Office(house)
    office.settle()
    office.user("sun", "marketing", name="孙宁")
    return office


def model(office: Office, audience: str = "{area: [城区一片]}") -> int:
    article = Library(office.house).published()
    words = ("push", str(article), "--audience", audience, "--at", "2026-12-20 09:00", "--kind", "service")
    return int(run(office, *words, "--by", "market"))


def begin(office: Office, push_id: int, rule: dict[str, Any] | None = None, at: time = time(9), **more: Any) -> int:
    given = {"name": "每周货源", "until": None} | more
    with office.house.services.transaction() as session:
        return series.begin(
            session,
            push_id,
            rule=rule or MONDAYS,
            at=at,
            who=author(office, "market"),
            now=office.house.clock(),
            zone=SHANGHAI,
            **given,
        )


def author(office: Office, login: str) -> CampaignAuthor:
    ids = {"market": "market", "sun": "孙宁"}
    from_console = {"market": 2, "sun": 6}
    return CampaignAuthor(from_console[login], ids[login])


def approve(office: Office, series_id: int, login: str = "sun") -> None:
    at = checking.circumstances(office.house.services, office.house.clock())
    with office.house.services.transaction() as session:
        seen = series.digest(session, session.get_one(PushSeries, series_id))
        series.approve(session, series_id, seen=seen, who=author(office, login), at=at)


def tick(office: Office) -> None:
    jobs.make_occurrences(office.house.services)


def copies(*what: Any) -> Any:
    of_push = (Push.id == Campaign.reference) & (Campaign.kind == "push")
    return select(*what).join(Push, of_push).where(Push.series_id.is_not(None)).order_by(Campaign.due_at)


def made(office: Office) -> list[tuple[str, str]]:
    """The occurrences' pushes: when, and their state."""
    with office.house.look() as session:
        rows = session.execute(copies(Campaign.due_at, Campaign.state))
        return [(f"{due_at.astimezone(SHANGHAI):%m-%d %H:%M}", state) for due_at, state in rows]


@pytest.mark.on_sqlite
def test_occurrences_are_made_two_weeks_ahead_once_each_and_wait_for_approval(office: Office) -> None:
    begin(office, model(office))
    tick(office)
    tick(office)
    assert made(office) == [("12-14 09:00", "submitted"), ("12-21 09:00", "submitted")]
    office.house.clock.advance(timedelta(days=7))
    tick(office)
    assert made(office)[2:] == [("12-28 09:00", "submitted")]


def test_whoever_wrote_the_series_cannot_approve_an_occurrence(office: Office) -> None:
    begin(office, model(office))
    tick(office)
    with office.house.look() as session:
        push_id = session.scalars(select(Push.id).where(Push.series_id.is_not(None)).order_by(Push.id)).first()
    assert "要由别人审批" in refused(office, "approve", str(push_id), "--by", "market")
    run(office, "approve", str(push_id), "--by", "sun")
    assert made(office)[0] == ("12-14 09:00", "planned")


def test_a_series_that_was_approved_schedules_its_occurrences_while_it_stays_the_same(office: Office) -> None:
    with office.house.services.transaction() as session:
        session.add(Audience(name="老店", spec={"area": ["城区一片"]}, created_at=office.house.clock()))
    push_id = model(office, "{audience: 老店}")
    series_id = begin(office, push_id)
    with pytest.raises(Refused, match="要请别人审批"):
        approve(office, series_id, "market")
    approve(office, series_id)
    tick(office)
    assert made(office) == [("12-14 09:00", "planned"), ("12-21 09:00", "planned")]
    with office.house.services.transaction() as session:
        saved = session.scalars(select(Audience).where(Audience.name == "老店")).one()
        saved.spec = {"area": ["江山片"]}
    office.house.clock.advance(timedelta(days=7))
    tick(office)
    assert made(office)[2:] == [("12-28 09:00", "submitted")]


def test_two_days_before_mid_autumn_is_nine_oclock_in_shanghai(office: Office) -> None:
    office.house.clock.advance(datetime(2027, 9, 1, 8, tzinfo=SHANGHAI) - office.house.clock())
    begin(office, model_at(office), {"every": "festival", "festival": "中秋", "before": 2})
    tick(office)
    with office.house.look() as session:
        due_at = session.scalars(
            select(Campaign.due_at).join(Push, Push.id == Campaign.reference).where(Push.series_id.is_not(None))
        ).one()
    assert due_at == datetime(2027, 9, 13, 1, tzinfo=ZoneInfo("UTC"))


def model_at(office: Office) -> int:
    article = Library(office.house).published()
    words = ("push", str(article), "--audience", "{area: [城区一片]}", "--at", "2027-09-20 09:00", "--kind", "greeting")
    return int(run(office, *words, "--by", "market"))


def test_an_occurrence_on_a_day_nobody_has_published_is_asked_about_and_not_guessed(office: Office) -> None:
    series_id = begin(office, model(office), {"every": "month", "day": 1, "rest": "move"})
    office.house.clock.advance(datetime(2029, 12, 20, 10, tzinfo=SHANGHAI) - office.house.clock())
    tick(office)
    assert made(office) == []
    approve(office, series_id)
    at = checking.circumstances(office.house.services, office.house.clock())
    with office.house.look() as session:
        asked = session.scalars(select(Occurrence).where(Occurrence.series_id == series_id)).one()
        assert (asked.wanted_on, asked.day_on) == (date(2030, 1, 1), None)
    with office.house.services.transaction() as session:
        assert series.settle(session, series_id, date(2030, 1, 1), date(2030, 1, 2), who=author(office, "sun"), at=at)
    # Who approved the series has not seen the day, and who chose it does not approve it.
    assert made(office) == [("01-02 09:00", "submitted")]
    with office.house.look() as session:
        its = CampaignHand.campaign_id.in_(copies(Campaign.id).order_by(None))
        hands = session.scalars(select(CampaignHand.user_id).where(its)).all()
    assert author(office, "sun").user_id in hands
    with office.house.services.transaction() as session, pytest.raises(Refused, match="不用再定日子"):
        series.settle(session, series_id, date(2030, 1, 1), date(2030, 1, 3), who=author(office, "market"), at=at)


def test_two_occurrences_on_one_day_are_one_push(office: Office) -> None:
    series_id = begin(office, model(office), MONDAYS | {"rest": "move"})
    office.house.clock.advance(datetime(2030, 1, 3, 10, tzinfo=SHANGHAI) - office.house.clock())
    tick(office)
    at = checking.circumstances(office.house.services, office.house.clock())
    made_by = []
    for day in (7, 14):
        with office.house.services.transaction() as session:
            made_by.append(
                series.settle(
                    session, series_id, date(2030, 1, day), date(2030, 1, 15), who=author(office, "market"), at=at
                )
            )
    assert made_by[0] > 0 == made_by[1]
    assert made(office) == [("01-15 09:00", "submitted")]


def test_what_cannot_be_submitted_stays_a_draft_and_says_why(office: Office) -> None:
    push_id = model(office)
    begin(office, push_id)
    with office.house.services.transaction() as session:
        _, campaign = pushes.hold(session, push_id)
        campaign.audience = {}
    tick(office)
    with office.house.look() as session:
        found = session.scalars(
            select(Campaign).join(Push, Push.id == Campaign.reference).where(Push.series_id.is_not(None))
        ).all()
    assert {(each.state, (each.error or "").startswith("这一次没有自动提交：")) for each in found} == {("draft", True)}


def test_a_series_is_approved_only_with_what_could_be_submitted(office: Office) -> None:
    push_id = model(office)
    series_id = begin(office, push_id)
    with office.house.services.transaction() as session:
        push, campaign = pushes.hold(session, push_id)
        push.buttons, campaign.audience = [["学一学", "gift:5"]], {"area": ["没有店的片"]}
    with pytest.raises(Refused, match=r"没有“gift”这种内容.*\n.*没有店的片"):
        approve(office, series_id)
    with office.house.services.transaction() as session:
        push, campaign = pushes.hold(session, push_id)
        push.buttons, campaign.audience, push.title = [], {"area": ["城区一片"]}, "口感醇和"
    with pytest.raises(Refused, match="读起来像烟草广告"):
        approve(office, series_id)
    with office.house.look() as session:
        assert session.get_one(PushSeries, series_id).approved is None


def test_a_series_ends_and_makes_nothing_more(office: Office) -> None:
    series_id = begin(office, model(office), until=date(2026, 12, 15))
    tick(office)
    assert made(office) == [("12-14 09:00", "submitted")]
    with office.house.services.transaction() as session:
        series.end(session, series_id, now=office.house.clock())
    with office.house.services.transaction() as session, pytest.raises(Refused, match="已经结束"):
        series.end(session, series_id, now=office.house.clock())
    with office.house.look() as session:
        assert session.get_one(PushSeries, series_id).ended_at is not None


@pytest.mark.on_sqlite
def test_a_day_that_has_passed_in_china_is_no_end_of_a_series(office: Office) -> None:
    push_id = model(office)
    # Half past midnight on the 11th in China, and still the 10th in UTC.
    office.house.clock.advance(datetime(2026, 12, 11, 0, 30, tzinfo=SHANGHAI) - office.house.clock())
    with pytest.raises(Refused, match="已经过了"):
        begin(office, push_id, until=date(2026, 12, 10))
