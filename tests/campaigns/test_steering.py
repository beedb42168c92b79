"""The cap of a week, for kinds that ask for it; pausing, taking back; whom a preview counts."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from campaigns import jobs, listing, steering
from campaigns.models import Campaign, CampaignState, CampaignStep
from campaigns.preview import preview
from foundation.clock import day_in
from foundation.errors import Refused
from people.models import Retailer
from tests.campaigns.conftest import Town, kind
from tests.campaigns.test_accounting import figures, recipients, state
from wechat_bot.models import Follower

LEAFLET, CAPPED = kind(), kind("capped", is_capped=True)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.on_sqlite
def test_a_shop_gets_campaigns_of_every_kind_on_no_more_days_of_seven_than_the_cap(town: Town) -> None:
    often, seldom, capped = town.keeper(), town.keeper(), []
    for reference, of, shops in (
        (1, LEAFLET, [often, seldom]),
        (2, CAPPED, [often]),  # on the same day: one day
        (3, CAPPED, [often]),
        (4, LEAFLET, [often]),
        (5, CAPPED, [often, seldom]),
    ):
        if reference > 2:
            town.house.clock.advance(timedelta(days=1))
            [town.house.phone(f"店主{shop}").say("您好") for shop in (often, seldom)]
        campaign = town.plan(of, reference=reference, audience={"shops": shops})
        town.send(of, campaign)
        capped.append([(each.why, each.outcome) for each in recipients(town, campaign)])
    assert capped == [
        [(None, "custom")] * 2,
        [(None, "custom")],
        [(None, "custom")],
        [(None, "custom")],  # who has no cap heeds none
        [("cap", None), (None, "custom")],
    ]
    # The seven days are days of the company, and not of UTC: until midnight of the eighth the second still counts.
    midnight = datetime.combine(day_in(town.now, ZONE) + timedelta(days=5), time(), ZONE)
    for minutes, listed in ((-1, 0), (1, 1)):
        town.house.clock.advance(midnight + timedelta(minutes=minutes) - town.now)
        later = town.plan(CAPPED, reference=7 + minutes, audience={"shops": [often]})
        # As if there were no quiet hours, in which a campaign goes the next morning.
        with town.house.services.transaction() as session:
            listing.some(session, later, CAPPED, replace(town.context, put_off_until=None))
        assert figures(town, later).listed == listed


@pytest.mark.on_sqlite
def test_who_was_not_sent_to_counts_as_stopped_once_it_is_cancelled_and_nobody_is_lost(town: Town) -> None:
    made = [town.keeper() for _ in range(4)]
    campaign = town.plan(LEAFLET, audience={"shops": made})
    while town.list(LEAFLET, campaign):
        pass
    assert town.steer(steering.cancel, campaign, by="周主任") == 4
    town.send(LEAFLET, campaign)
    found = figures(town, campaign)
    assert (found.of("stopped"), found.sent, found.audience) == (4, 0, 4)
    with pytest.raises(Refused, match="已经发完、取消或结束"):
        town.steer(steering.pause, campaign)


def test_paused_while_it_is_listed_it_goes_on_where_it_was(town: Town) -> None:
    made = [town.keeper() for _ in range(4)]
    campaign = town.plan(LEAFLET, audience={"shops": made})
    assert town.list(LEAFLET, campaign)
    town.steer(steering.pause, campaign)
    assert not town.list(LEAFLET, campaign)
    town.steer(steering.resume, campaign)
    assert state(town, campaign) == CampaignState.LISTING
    town.send(LEAFLET, campaign)
    assert figures(town, campaign).sent == 4


def test_paused_past_its_last_moment_it_is_over_with_what_was_meant_and_sent(town: Town) -> None:
    told, closed = [town.keeper(), town.keeper()], town.shop(message_left=0)
    ends, late = town.now + timedelta(hours=2), kind("late", within=timedelta(hours=2))
    some = town.plan(LEAFLET, audience={"shops": [*told, closed]}, not_after=ends)
    whole = town.plan(LEAFLET, 2, audience={"shops": told}, not_after=ends)
    lasting = town.plan(LEAFLET, 3, audience={"shops": told})
    unbegun = town.plan(late, audience={"shops": told})
    for campaign in (some, whole, lasting):
        town.send(LEAFLET, campaign)
    for campaign in (some, whole, lasting, unbegun):
        town.steer(steering.pause, campaign, by="周主任")
    town.house.clock.advance(timedelta(hours=2) - timedelta(seconds=1))
    for seconds, states in ((0, ["paused"] * 4), (1, ["missed", "sent", "paused", "missed"])):
        town.house.clock.advance(timedelta(seconds=seconds))
        for of in (LEAFLET, late) * 2:
            jobs.send(town.house.services, of)
        assert [state(town, each) for each in (some, whole, lasting, unbegun)] == states
    why = "暂停着过了截止时间：应发 3 家，微信收下 2 家，还没发的 1 家不再发。"
    found = figures(town, some)
    with town.house.look() as session:
        assert [session.get_one(Campaign, each).error for each in (some, whole)] == [why, None]
        steps = select(CampaignStep.why).where(CampaignStep.campaign_id == some, CampaignStep.state == "missed")
        assert session.scalars(steps).all() == [why]
    assert (found.sent, found.of("stopped"), found.audience) == (2, 1, 3)
    with pytest.raises(Refused, match="没有暂停"):
        town.steer(steering.resume, some)


@pytest.mark.parametrize(
    ("windows", "by_message"),
    [
        ({"message_left": 0}, 0),
        ({"message_left": 1}, 1),
        ({"message_left": 0, "event_left": 3, "event_until": timedelta(seconds=30)}, 1),
        ({"message_left": 0, "event_left": 3, "event_until": -timedelta(seconds=30)}, 0),
    ],
)
def test_the_window_of_a_click_counts_in_the_preview(town: Town, windows, by_message: int) -> None:
    shop = town.shop()
    if "event_until" in windows:
        windows = windows | {"event_until": town.now + windows["event_until"]}
    with town.house.services.transaction() as session:
        session.execute(update(Follower).values(windows))
    with town.house.look() as session:
        found = preview(session, [Retailer.id == shop], has_template=False, now=town.now)
    assert (found.listed, found.following, found.by_message, found.waiting) == (1, 1, by_message, 1 - by_message)


def test_after_an_older_backup_was_restored_what_is_under_way_is_taken_back_by_a_command(town: Town) -> None:
    made, later = [town.keeper() for _ in range(2)], town.now + timedelta(days=1)
    campaign = town.plan(LEAFLET, audience={"shops": made})
    planned = town.plan(LEAFLET, reference=2, audience={"shops": made}, due_at=later)
    while town.list(LEAFLET, campaign):
        pass
    assert f"{campaign}\tleaflet:1\t发送中\t2\t新品到货" in town.house.flask("campaigns", "list").output
    assert town.house.flask("campaigns", "cancel").exit_code == 2
    assert "已取消 1 次发送，2 家" in town.house.flask("campaigns", "cancel", "--all").output
    town.send(LEAFLET, campaign)
    assert figures(town, campaign).sent == 0
    assert [state(town, each) for each in (campaign, planned)] == ["cancelled", "planned"]
