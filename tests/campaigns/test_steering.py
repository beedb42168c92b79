"""Approval and the cap of a week, for kinds that ask for them; pausing, taking back; whom a preview counts."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaigns import steering
from campaigns.models import Campaign, CampaignState, CampaignStep
from campaigns.preview import preview
from foundation.errors import Refused
from people.models import Audience, Retailer
from tests.campaigns.conftest import Town, kind
from tests.campaigns.test_accounting import figures, recipients, state
from wechat_bot.models import Follower

APPROVED = kind(needs_approval=True)
LEAFLET, CAPPED = kind(), kind("capped", most_a_week=2)


def saved(town: Town, spec) -> None:
    with town.house.services.transaction() as session:
        session.add(Audience(name="老店", spec=spec, created_at=town.now))


def approve(town: Town, campaign: int, by: str) -> None:
    town.steer(steering.approve, campaign, by=by)


def test_nothing_goes_out_before_somebody_else_has_approved_it(town: Town) -> None:
    saved(town, {"bound": True})
    town.keeper()
    campaign = town.plan(APPROVED, audience={"audience": "老店"})
    town.send(APPROVED, campaign)
    assert state(town, campaign) == CampaignState.SUBMITTED
    with pytest.raises(Refused, match="要由别人审批"):
        approve(town, campaign, "周主任")
    town.steer(steering.revise, campaign, APPROVED, by="陈经理", said="新品到货了")
    for maker in ("周主任", "陈经理"):
        with pytest.raises(Refused, match="要由别人审批"):
            approve(town, campaign, maker)
    approve(town, campaign, "林经理")
    with pytest.raises(Refused, match="不在等审批"):
        approve(town, campaign, "林经理")
    town.send(APPROVED, campaign)
    assert figures(town, campaign).sent == 1
    with town.house.look() as session:
        steps = session.execute(select(CampaignStep.by, CampaignStep.state).order_by(CampaignStep.id)).all()
    assert [tuple(each) for each in steps] == [
        ("周主任", "submitted"),
        ("陈经理", "submitted"),
        ("林经理", "planned"),
        ("", "listing"),
        ("", "sent"),
    ]


@pytest.mark.parametrize("change", ["the words", "the saved audience", "nothing"])
def test_what_was_changed_after_the_approval_waits_for_it_again(town: Town, change: str) -> None:
    saved(town, {"bound": True})
    town.keeper()
    campaign = town.plan(APPROVED, audience={"audience": "老店"})
    approve(town, campaign, "林经理")
    with town.house.services.transaction() as session:
        if change == "the words":
            session.execute(update(Campaign).values(said="新品到货。"))
        if change == "the saved audience":
            session.execute(update(Audience).values(spec={"followed": True}))
    town.send(APPROVED, campaign)
    with town.house.look() as session:
        found = session.get_one(Campaign, campaign)
        was = (found.state, found.error)
    assert was == (("sent", None) if change == "nothing" else ("submitted", "对象已改动，需重新审批。"))
    assert figures(town, campaign).sent == (change == "nothing")


def test_a_shop_gets_no_more_in_a_week_than_the_cap_over_campaigns_of_every_kind(town: Town) -> None:
    often, seldom = town.keeper(), town.keeper()
    for reference, of, shops in ((1, LEAFLET, [often, seldom]), (2, CAPPED, [often]), (3, CAPPED, [often, seldom])):
        campaign = town.plan(of, reference=reference, audience={"shops": shops})
        town.send(of, campaign)
    assert [(each.why, each.outcome) for each in recipients(town, campaign)] == [("often", None), (None, "custom")]
    uncapped = town.plan(LEAFLET, reference=4, audience={"shops": [often]})
    town.send(LEAFLET, uncapped)
    assert figures(town, uncapped).sent == 1, "who has no cap heeds none"
    town.house.clock.advance(timedelta(days=7, minutes=1))
    later = town.plan(CAPPED, reference=5, audience={"shops": [often]})
    town.send(CAPPED, later)
    assert figures(town, later).listed == 1


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
