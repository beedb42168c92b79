"""Whoever is in the audience of a campaign is written down once: as meant, or with the one reason why not."""

from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from campaigns import listing, progress, sending, tally
from campaigns.kinds import LeftOutReason, context
from campaigns.models import Campaign, CampaignState, Recipient
from campaigns.rules import CampaignFigures
from people.models import Area, Retailer
from tests.campaigns.conftest import Town, kind
from wechat_bot.models import Delivery

#: A shop by what may keep a message from it: bound, follows, named by the kind's own reason; and its area.
SHOPS = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["城区", "江山"])), max_size=9)
ODD = kind(reasons=lambda session, campaign: [LeftOutReason("odd", Retailer.keeper == "单号")])
_references = count(1)


class Killed(BaseException):
    """The process is gone."""


def settled(town: Town, shops) -> list[int]:
    made = [town.shop(area, bound=bound, follows=follows) for bound, follows, _, area in shops]
    odd = [each for each, shop in zip(made, shops, strict=True) if shop[2]]
    with town.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.id.in_(odd)).values(keeper="单号"))
    return made


def expected(bound: bool, follows: bool, odd: bool, area: str) -> str:
    """The first reason that holds."""
    return "why:unbound" if not bound else "why:unfollowed" if not follows else "why:odd" if odd else "listed"


def figures(town: Town, campaign: int, **narrowed) -> CampaignFigures:
    with town.house.look() as session:
        return progress.figures(session, [session.get_one(Campaign, campaign)], **narrowed)[campaign]


def recipients(town: Town, campaign: int) -> list[Recipient]:
    with town.house.look() as session:
        return list(
            session.scalars(select(Recipient).where(Recipient.campaign_id == campaign).order_by(Recipient.retailer_id))
        )


def state(town: Town, campaign: int) -> str:
    with town.house.look() as session:
        return session.get_one(Campaign, campaign).state


def dies_in_a_step(town: Town, campaign: int, batch: int) -> None:
    """A worker is killed behind its statements and in front of its commit."""
    services = town.house.another_process()

    def step() -> None:
        with services.transaction() as session:
            listing.some(session, campaign, ODD, context(services, town.now), batch=batch)
            raise Killed

    with pytest.raises(Killed):
        step()
    services.database.dispose()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shops=SHOPS, batch=st.integers(1, 5), killed_at=st.integers(0, 6))
def test_the_audience_is_all_that_is_listed_and_all_that_is_left_out_wherever_a_worker_dies(
    town: Town, shops, batch: int, killed_at: int
) -> None:
    made, reference = settled(town, shops), next(_references)
    campaign = town.plan(ODD, reference=reference, audience={"shops": made})
    with town.house.services.transaction() as session:
        # The shops of other examples, which share the database, are stepped over.
        session.execute(update(Campaign).where(Campaign.id == campaign).values(cursor=min(made, default=1) - 1))
    step, is_more = 0, True
    while is_more:
        if step == killed_at:
            dies_in_a_step(town, campaign, batch)
        is_more, step = town.list(ODD, campaign, batch), step + 1
    found = figures(town, campaign)
    assert {name: times for name, times in found.counts.items() if times} == Counter(expected(*each) for each in shops)
    assert found.audience == found.listed + sum(found.left_out.values()) == len(made)
    assert Counter(each.retailer_id for each in recipients(town, campaign)) == Counter(made)
    for name, area in town.areas.items():
        assert figures(town, campaign, areas=[area]).audience == sum(shop[3] == name for shop in shops)
    with town.house.services.transaction() as session:
        assert tally.recount(session, [ODD.name], reference) == {}


def test_nothing_is_sent_before_the_last_is_listed_and_everybody_once_after_it(town: Town) -> None:
    made = [town.keeper() for _ in range(5)]
    campaign = town.plan(ODD, audience={"shops": made})
    assert town.list(ODD, campaign)
    dies_in_a_step(town, campaign, 2)
    with town.house.services.transaction() as session:
        sending.queue_some(session, campaign, ODD, context(town.house.services, town.now))
    assert state(town, campaign) == CampaignState.LISTING
    with town.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
    town.send(ODD, campaign)
    town.send(ODD, campaign)
    assert (state(town, campaign), figures(town, campaign).counts["queued"]) == (CampaignState.SENT, 0)
    with town.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 5


@pytest.mark.on_sqlite
def test_who_is_bound_after_the_audience_was_frozen_is_not_bound_for_it(town: Town) -> None:
    early, late = town.shop(), town.shop(bound=False)
    campaign = town.plan(ODD, audience={"shops": [early, late]})
    assert town.list(ODD, campaign, batch=1)
    town.house.clock.advance(timedelta(minutes=1))
    with town.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.id == late).values(openid="olate", bound_at=town.now))
    while town.list(ODD, campaign):
        pass
    assert [each.why for each in recipients(town, campaign)] == [None, "unbound"]


def test_a_shop_that_moves_afterwards_changes_no_figure(town: Town) -> None:
    shop = town.keeper("城区")
    campaign = town.plan(ODD, audience={"shops": [shop]})
    town.send(ODD, campaign)
    with town.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.id == shop).values(area_id=town.areas["江山"], manager_id=2))
        session.execute(update(Area).where(Area.id == town.areas["城区"]).values(manager_id=2))
    assert [(each.area_id, each.manager_id) for each in recipients(town, campaign)] == [(town.areas["城区"], 1)]
    assert [figures(town, campaign, areas=[area]).listed for area in town.areas.values()] == [1, 0]


@pytest.mark.on_sqlite
def test_who_has_a_reason_only_just_before_the_message_goes_is_counted_under_it(town: Town) -> None:
    made = [town.keeper() for _ in range(3)]
    campaign = town.plan(ODD, audience={"shops": made})
    while town.list(ODD, campaign):
        pass
    with town.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.id == made[0]).values(keeper="单号"))
        session.execute(update(Retailer).where(Retailer.id == made[1]).values(openid="onew"))
    town.send(ODD, campaign)
    found = figures(town, campaign)
    assert (found.left_out, found.sent, found.audience) == ({"odd": 1, "unbound": 1}, 1, 3)
    with town.house.services.transaction() as session:
        assert tally.recount(session, [ODD.name], 1) == {}
