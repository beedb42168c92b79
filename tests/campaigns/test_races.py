"""In the middle of a campaign: the figures add up, nobody is sent to twice, and what was stopped stays so."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text, update

from campaigns import answering, jobs, listing, progress, sending, steering, tally
from campaigns.kinds import LeftOutReason, context
from campaigns.models import Campaign, CampaignState, Outcome, Recipient
from people.models import Retailer
from tests import logs
from tests.campaigns.conftest import Town, kind
from tests.campaigns.test_accounting import figures, recipients, state
from wechat_bot.client.codes import SendError
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import claiming, settling

LEAFLET = kind(meant=lambda session, campaign, context: [])
CAPPED = kind("capped", is_capped=True)


def claimed(town: Town) -> claiming.Claim:
    """A sender has taken the next message, and is in the call."""
    with town.house.services.transaction() as session:
        found, _ = claiming.claim(town.house.services, session, 0, now=town.now)
    assert found is not None
    return found


def comes_back(town: Town, claim: claiming.Claim) -> None:
    """WeChat says to try again."""
    with town.house.services.transaction() as session:
        settling.note(session, claim, None, SendError("busy", code=45011), now=town.now)


def listed(town: Town, campaign: int, of=LEAFLET) -> None:
    while town.list(of, campaign):
        pass


def queued(town: Town, campaign: int, of=LEAFLET) -> None:
    listed(town, campaign, of)
    with town.house.services.transaction() as session:
        sending.queue_some(session, campaign, of, context(town.house.services, town.now))


def look_after(town: Town, of=LEAFLET) -> None:
    """The clock's jobs of a kind, and the senders."""
    jobs.send(town.house.services, of)
    town.house.work()
    jobs.note_news(town.house.services, of)


def deliveries(town: Town) -> list[str]:
    with town.house.look() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def counted(town: Town, of=LEAFLET) -> None:
    """The counters agree with the recipients."""
    with town.house.services.transaction() as session:
        assert tally.recount(session, [of.name], 1) == {}


def part(town: Town, campaign: int, name: str) -> list[int]:
    with town.house.look() as session:
        found = progress.recipients(session.get_one(Campaign, campaign), Recipient.retailer_id, part=name)
        return sorted(session.scalars(found))


def test_a_campaign_that_cannot_be_written_does_not_keep_back_the_next(town: Town) -> None:
    town.keeper()
    faulty = town.plan(LEAFLET)
    town.plan(LEAFLET, reference=2)

    def written(session, campaign, context):
        if campaign.id == faulty:
            raise ZeroDivisionError
        return LEAFLET.message(session, campaign, context)

    with logs.written() as lines:
        look_after(town, replace(LEAFLET, message=written))
    assert lines.getvalue().count("a campaign could not be sent") == 1
    assert deliveries(town) == ["sent"]
    look_after(town)
    assert deliveries(town) == ["sent", "sent"]


@pytest.mark.parametrize("when", ["while it is listed", "after it was paused"])
def test_a_shop_added_after_the_audience_was_frozen_is_not_in_it(town: Town, when: str) -> None:
    made = [town.keeper() for _ in range(4 if when == "after it was paused" else 3)]
    campaign = town.plan(LEAFLET)
    assert town.list(LEAFLET, campaign, batch=2)
    if when == "after it was paused":
        queued(town, campaign)
        town.steer(steering.pause, campaign)
    town.keeper()
    if when == "after it was paused":
        town.steer(steering.resume, campaign)
        assert state(town, campaign) == CampaignState.SENDING
    town.send(LEAFLET, campaign)
    assert [each.retailer_id for each in recipients(town, campaign)] == made
    assert (figures(town, campaign).audience, figures(town, campaign).sent) == (len(made), len(made))


def test_a_shop_erased_while_the_audience_is_listed_is_counted_once_or_not_at_all(town: Town) -> None:
    made = [town.keeper() for _ in range(4)]
    campaign = town.plan(LEAFLET)
    assert town.list(LEAFLET, campaign, batch=2)
    with town.house.look() as session:
        licences = [session.get_one(Retailer, shop).licence for shop in made[1:3]]
    for licence in licences:
        assert town.house.flask("people", "erase", licence, "--shop", "--yes").exit_code == 0
    town.send(LEAFLET, campaign)
    found = figures(town, campaign)
    assert (found.sent, found.left_out, found.audience) == (2, {"unbound": 1}, 3)
    counted(town)


def test_what_comes_back_from_the_call_of_a_paused_campaign_is_not_tried_again(town: Town) -> None:
    town.keeper()
    campaign = town.plan(LEAFLET)
    queued(town, campaign)
    call = claimed(town)
    town.steer(steering.pause, campaign)
    comes_back(town, call)
    look_after(town)
    town.house.later(minutes=5)
    assert (deliveries(town), figures(town, campaign).sent) == (["cancelled"], 0)
    town.steer(steering.resume, campaign)
    look_after(town)
    found = figures(town, campaign)
    assert (deliveries(town), found.sent, found.audience) == (["cancelled", "sent"], 1, 1)
    counted(town)


def test_what_was_in_the_call_when_it_was_paused_is_taken_back_when_it_is_cancelled_later(town: Town) -> None:
    town.keeper()
    campaign = town.plan(LEAFLET)
    queued(town, campaign)
    call = claimed(town)
    town.steer(steering.pause, campaign)
    town.steer(steering.resume, campaign)
    comes_back(town, call)
    assert town.steer(steering.cancel, campaign) == 1
    town.house.later(minutes=5)
    assert (deliveries(town), figures(town, campaign).of("stopped")) == (["cancelled"], 1)
    counted(town)


def test_what_is_sent_in_the_call_while_it_is_cancelled_counts_as_sent(town: Town) -> None:
    made = [town.keeper() for _ in range(3)]
    campaign = town.plan(LEAFLET)
    queued(town, campaign)
    call = claimed(town)
    assert town.steer(steering.cancel, campaign) == 2
    with town.house.services.transaction() as session:
        settling.note(session, call, None, None, now=town.now)
        reached = session.scalars(select(Recipient.retailer_id).where(Recipient.delivery_id == call.id)).one()
    look_after(town)
    found = figures(town, campaign)
    assert (found.sent, found.of("stopped"), found.audience) == (1, 2, 3)
    assert part(town, campaign, "failed") == [shop for shop in made if shop != reached]
    assert not part(town, campaign, "waiting")
    counted(town)


def test_many_that_wait_for_a_contact_are_taken_back_a_few_at_a_time(town: Town, monkeypatch) -> None:
    made = [town.shop(message_left=0) for _ in range(5)]
    campaign = town.plan(LEAFLET)
    queued(town, campaign)
    look_after(town)
    assert figures(town, campaign).of("held") == 5
    monkeypatch.setattr(steering, "BATCH", 2)
    assert town.steer(steering.cancel, campaign) == 5
    assert Counter(deliveries(town)) == {"held": 3, "cancelled": 2}
    look_after(town)
    found = figures(town, campaign)
    assert (set(deliveries(town)), found.of("stopped"), found.waiting, found.audience) == ({"cancelled"}, 5, 0, 5)
    assert part(town, campaign, "stopped") == part(town, campaign, "failed") == made
    counted(town)


def test_a_campaign_resumed_before_all_was_taken_back_sends_each_shop_one_message(town: Town, monkeypatch) -> None:
    for _ in range(5):
        town.shop(message_left=0)
    campaign = town.plan(LEAFLET)
    queued(town, campaign)
    look_after(town)
    monkeypatch.setattr(steering, "BATCH", 2)
    town.steer(steering.pause, campaign)
    town.steer(steering.resume, campaign)
    look_after(town)
    assert Counter(deliveries(town)) == {"held": 5, "cancelled": 2}
    with town.house.look() as session:
        waiting = select(Delivery.openid).where(Delivery.state == DeliveryState.HELD)
        assert len(set(session.scalars(waiting))) == figures(town, campaign).of("held") == 5
    counted(town)


def test_who_answers_at_once_is_credited_to_the_message_that_has_just_arrived(town: Town) -> None:
    shop = town.keeper()
    earlier = town.plan(LEAFLET, number=1)
    town.send(LEAFLET, earlier)
    campaign = town.plan(LEAFLET, number=2)
    queued(town, campaign)
    town.house.work()  # sent, and the clock has not looked yet
    with town.house.services.transaction() as session:
        assert answering.is_unopened(session, LEAFLET, 1, shop)
        answering.acted(session, LEAFLET, 1, shop, now=town.now)
    look_after(town)
    assert [(figures(town, each).acted, figures(town, each).opened) for each in (earlier, campaign)] == [(0, 0), (1, 1)]
    counted(town)


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_who_answers_while_their_message_is_released_waits_for_nobody(town: Town) -> None:
    shop = town.keeper()
    queued(town, town.plan(LEAFLET))
    with town.house.services.transaction() as releasing:
        releasing.execute(update(Delivery).values(due_at=town.now))
        with town.house.services.transaction() as session:
            session.execute(text("set local lock_timeout = '1s'"))
            answering.acted(session, LEAFLET, 1, shop, now=town.now)
    assert deliveries(town) == ["pending"]


def test_an_answer_after_the_last_moment_is_credited_to_nothing(town: Town) -> None:
    shop = town.keeper()
    campaign = town.plan(LEAFLET, not_after=town.now + timedelta(days=1))
    town.send(LEAFLET, campaign)
    town.house.clock.advance(timedelta(days=2))
    with town.house.services.transaction() as session:
        answering.acted(session, LEAFLET, 1, shop, now=town.now)
    assert figures(town, campaign).acted == 0


def test_a_receipt_that_comes_after_the_end_is_counted(town: Town) -> None:
    town.keeper()
    campaign = town.plan(LEAFLET)
    queued(town, campaign)
    call = claimed(town)
    town.steer(steering.cancel, campaign)
    with town.house.services.transaction() as session:
        settling.note(session, call, "7", None, now=town.now)
        session.execute(update(Delivery).values(channel="template"))
    look_after(town)
    assert figures(town, campaign).of("template") == 1
    with town.house.services.transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.DELIVERED, has_news=True))
    look_after(town)
    found = figures(town, campaign)
    assert (found.of("template"), found.of("arrived"), found.audience) == (0, 1, 1)
    counted(town)


def test_what_an_ended_campaign_never_sent_does_not_count_towards_the_weekly_limit(town: Town) -> None:
    town.cap, shop = 1, town.keeper()
    ended = town.plan(CAPPED, reference=1, audience={"shops": [shop]})
    listed(town, ended, CAPPED)
    town.steer(steering.cancel, ended)
    campaign = town.plan(CAPPED, reference=2, audience={"shops": [shop]})
    town.send(CAPPED, campaign)
    assert figures(town, campaign).sent == 1


def test_the_week_begins_when_a_message_goes_and_not_when_its_audience_was_frozen(town: Town) -> None:
    town.cap, shop = 1, town.keeper()
    slow = town.plan(CAPPED, reference=1, audience={"shops": [shop]})
    listed(town, slow, CAPPED)
    town.steer(steering.pause, slow)
    town.house.clock.advance(timedelta(days=8))
    town.house.phone(f"店主{shop}").say("您好")
    town.steer(steering.resume, slow)
    town.send(CAPPED, slow)
    campaign = town.plan(CAPPED, reference=2, audience={"shops": [shop]})
    town.send(CAPPED, campaign)
    assert (figures(town, slow).sent, figures(town, campaign).left_out) == (1, {"cap": 1})


def test_of_two_campaigns_at_once_one_keeps_to_the_weekly_limit(town: Town) -> None:
    town.cap, shop = 1, town.keeper()
    one, other = (town.plan(CAPPED, reference=n, audience={"shops": [shop]}) for n in (1, 2))
    services = town.house.another_process()
    begun, errors = threading.Event(), list[BaseException]()

    def step() -> None:
        try:
            begun.set()
            with services.transaction() as session:
                listing.some(session, other, CAPPED, town.context)
                sending.queue_some(session, other, CAPPED, town.context)
        except BaseException as error:
            errors.append(error)

    second = threading.Thread(target=step)
    with town.house.services.transaction() as session:
        listing.some(session, one, CAPPED, town.context)
        sending.queue_some(session, one, CAPPED, town.context)
        second.start()
        begun.wait(5)
        second.join(1)
    second.join(10)
    services.database.dispose()
    assert errors == []
    town.house.work()
    found = [figures(town, each) for each in (one, other)]
    assert sorted(each.listed for each in found) == [0, 1]
    assert sum(each.of("queued", "custom") for each in found) == 1


def test_the_counters_are_added_to_once_in_a_transaction_in_the_order_of_their_keys(town: Town) -> None:
    """Two transactions that lock counters in two orders would wait for each other."""
    odd = kind(reasons=lambda session, campaign: [LeftOutReason("odd", Retailer.keeper == "单号")], meant=LEAFLET.meant)
    made = [town.shop(area, message_left=left) for area, left in (("江山", 0), ("城区", 0), ("城区", 5), ("江山", 5))]
    campaign = town.plan(odd)
    listed(town, campaign, odd)
    with town.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.id == made[2]).values(keeper="单号"))
    said: list[str] = []
    listen = town.house.services.database.engine
    note = lambda *given: said.append(given[2]) if "INTO campaign_tally" in given[2] else None  # noqa: E731
    event.listen(listen, "before_cursor_execute", note)
    try:
        with town.house.services.transaction() as session:
            sending.queue_some(session, campaign, odd, context(town.house.services, town.now))
        assert len(said) == 1
        town.house.work()
        said.clear()
        town.steer(steering.pause, campaign)
        town.steer(steering.resume, campaign)
        assert len(said) <= 1
    finally:
        event.remove(listen, "before_cursor_execute", note)
    counted(town, odd)


def test_two_workers_hand_over_each_recipient_once(town: Town) -> None:
    for _ in range(4):
        town.keeper()
    campaign = town.plan(LEAFLET)
    others = [town.house.another_process() for _ in range(2)]
    start, errors = threading.Barrier(2), list[BaseException]()

    def work(services) -> None:
        try:
            start.wait()
            for _ in range(3):
                jobs.send(services, LEAFLET)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.database.dispose()
    assert errors == []
    look_after(town)
    with town.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 4
    assert figures(town, campaign).sent == 4
    assert {each.outcome for each in recipients(town, campaign)} == {Outcome.CUSTOM}
    counted(town)
