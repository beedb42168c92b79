"""Whom a campaign would reach, told before it is scheduled: the month's four by name, and campaigns before it."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from campaigns import forecast
from campaigns.forecast import Forecast
from campaigns.models import Campaign
from tests.campaigns.conftest import Town
from tests.campaigns.test_accounting import figures, state
from tests.campaigns.test_approving import APPROVED
from tests.campaigns.test_mass import FLYER, balanced, had, lines, pushes, used, work
from wechat_bot.models import Follower


def foretold(town: Town, campaign: int, of=FLYER) -> Forecast:
    with town.house.look() as session:
        return forecast.forecast(session, session.get_one(Campaign, campaign), of, town.context)


def swapped(town: Town, earlier: int, later: int) -> tuple[int, list[int]]:
    with town.house.look() as session:
        both = [session.get_one(Campaign, each) for each in (earlier, later)]
        found = forecast.swapped(session, *both, FLYER, town.context)
    return found.count, [each.id for each in found.named]


def test_three_hundred_who_had_four_are_named_before_and_left_out_then(town: Town) -> None:
    shops = town.many(1_000)
    had(town, shops[::3][:300], 4)
    campaign = town.plan(FLYER, audience={"shops": shops})
    found = foretold(town, campaign)
    assert (found.meant, found.reasons, found.calls, found.over_quota) == (700, {"quota": 300}, 1, 300)
    assert [each.id for each in found.named] == shops[::3][:50]
    with town.house.look() as session:
        every = forecast.over_quota(session, session.get_one(Campaign, campaign), FLYER, town.context)
        assert list(session.scalars(every)) == shops[::3][:300]
    work(town)
    assert [size for _, size, _ in lines(town, campaign)] == [700]
    assert (figures(town, campaign).left_out, used(town)) == ({"quota": 300}, {4: 300, 1: 700})
    balanced(town, campaign)


def test_what_is_planned_before_it_in_the_same_month_counts_as_gone(town: Town) -> None:
    at_three, fresh = town.many(2), town.many(2)
    had(town, at_three, 3)
    first, second, next_month = (
        town.plan(FLYER, reference=n, audience={"shops": at_three + fresh}, due_at=town.now + timedelta(days=days))
        for n, days in ((1, 1), (2, 2), (3, 40))
    )
    assert (foretold(town, first).meant, foretold(town, next_month).reasons) == (4, {})
    found = foretold(town, second)
    assert (found.meant, found.reasons, [each.id for each in found.named]) == (2, {"quota": 2}, at_three)
    assert swapped(town, first, second) == (2, at_three)
    town.house.clock.advance(timedelta(days=1))
    work(town)
    assert (state(town, first), used(town)) == ("sending", {4: 2, 1: 2})
    assert foretold(town, second) == found, "listed, they are in the ledger"


def test_what_waits_for_approval_counts_as_gone_for_the_month_and_the_cap_of_a_week(town: Town) -> None:
    shops = town.many(4)
    of = replace(APPROVED, name="flyer", ways=FLYER.ways, is_capped=True)
    audiences = (shops, shops[:2], shops[:1])
    plans = [
        town.plan(of, reference=n, audience={"shops": audience}, due_at=town.now + timedelta(days=n + 1))
        for n, audience in enumerate(audiences)
    ]
    last = town.plan(of, reference=9, audience={"shops": shops}, due_at=town.now + timedelta(days=5))
    assert foretold(town, last, of).reasons == {}
    with town.house.services.transaction() as session:
        for each in plans:
            session.get_one(Campaign, each).state = "submitted"
    assert foretold(town, last, of).reasons == {"cap": 2}
    with town.house.services.transaction() as session:
        session.get_one(Campaign, last).due_at = town.now + timedelta(days=9)
    had(town, shops[:1], 1)
    assert foretold(town, last, of).reasons == {"quota": 1}


def test_a_forecast_tells_every_reason_and_the_messages_of_ones_own(town: Town) -> None:
    town.shop(bound=False), town.shop(follows=False)
    shops = town.many(3)
    with town.house.services.transaction() as session:
        session.execute(update(Follower).where(Follower.unfollowed_at.is_(None)).values(message_left=0))
    own = town.shop()
    once = pushes(is_once_a_day=True)
    town.plan(once, reference=1, audience={"shops": shops[:1]}, due_at=town.now + timedelta(minutes=1))
    campaign = town.plan(once, reference=2, audience={"bound": True}, due_at=town.now + timedelta(minutes=2))
    found = foretold(town, campaign, once)
    assert (found.meant, found.by_mass, found.calls) == (3, 2, 1)
    assert found.reasons == {"same_day": 1, "unfollowed": 1}
    alone = foretold(town, town.plan(FLYER, reference=3, audience={"shops": [shops[0]]}))
    assert (alone.meant, alone.reasons, alone.calls) == (0, {"alone": 1}, 0)
    assert own
