"""Mass messages of a campaign: parts and reasons, the month's four, pauses, and the accounts that must balance.

WeChat's side stands in the rows of mass jobs here: what it says becomes a state of a job.
"""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from campaigns import jobs, listing, missed, parts, rules, sending, steering, tally
from campaigns.kinds import BY_OUTBOX, LeftOutReason, SendingWay
from campaigns.mass import MASS
from campaigns.models import Campaign, CampaignPart, CampaignState, CampaignTally, Outcome, Recipient
from foundation.errors import Refused
from people.models import Retailer
from tests.campaigns.conftest import Town, kind
from tests.campaigns.test_accounting import Killed, figures, recipients, state
from wechat_bot.mass import planning, quota
from wechat_bot.mass.models import AccountUse, MassJob, MassState, MassUse
from wechat_bot.models import Follower

AUTO = (SendingWay.MESSAGE, SendingWay.MASS)


def pushes(*ways: SendingWay, **more: Any):
    return kind("flyer", **{"ways": lambda session, campaign: ways or AUTO, "within": timedelta(days=1), **more})


FLYER = pushes()
_references = count(100)


def work(town: Town, of=FLYER) -> None:
    """What the clock does for a kind: list, cut, plan, hand over, note."""
    jobs.send(town.house.services, of)
    jobs.note_news_of_mass(town.house.services)
    jobs.note_news(town.house.services, of)


def planned(town: Town, shops: list[int], of=FLYER, **more: Any) -> int:
    campaign = town.plan(of, audience={"shops": shops}, **more)
    work(town, of)
    return campaign


def lines(town: Town, campaign: int) -> list[tuple[int, int, str]]:
    with town.house.look() as session:
        found = select(CampaignPart.number, CampaignPart.size, MassJob.state)
        mine = found.outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
        rows = session.execute(mine.where(CampaignPart.campaign_id == campaign).order_by(CampaignPart.number))
        return [(row.number, row.size, row.state or "planned") for row in rows]


def takes(town: Town, campaign: int, number: int, became: MassState, **told: Any) -> list[str]:
    """WeChat's side of one part: the sender asks for receivers, and something becomes of the job. Empty where the
    campaign holds it back."""
    with town.house.services.transaction() as session:
        mine = (CampaignPart.campaign_id == campaign, CampaignPart.number == number)
        found = select(MassJob).join(CampaignPart, CampaignPart.mass_job_id == MassJob.id).where(*mine)
        job = session.scalars(found).one()
        if MASS.holds(session, job, town.now):
            return []
        openids = list(MASS.receivers(town.house.services, session, job))
        job.size, job.state, job.has_news = len(openids), became, True
        for name, value in told.items():
            setattr(job, name, value)
        if became in (MassState.ACCEPTED, MassState.FINISHED):
            job.accepted_at = town.now
    return openids


def used(town: Town, month: int = 0) -> Counter[int]:
    """How many followers have had how many of the month."""
    with town.house.look() as session:
        month = month or quota.month_of(town.now)
        rows = session.execute(select(MassUse.used, func.count()).where(MassUse.month == month).group_by(MassUse.used))
        return Counter({number: times for number, times in rows if number})


def had(town: Town, shops: list[int], number: int) -> None:
    """These shops had so many mass messages this month."""
    with town.house.services.transaction() as session:
        openids = session.scalars(select(Retailer.openid).where(Retailer.id.in_(shops))).all()
        month = quota.month_of(town.now)
        session.execute(insert(MassUse), [{"openid": each, "month": month, "used": number} for each in openids])


def who_missed(session: Session, campaign: int) -> dict[int, str]:
    """Who missed a campaign, by shop, and why."""
    found = session.get_one(Campaign, campaign)
    rows = session.execute(select(missed.select_from(found, missed.kinds(session, found), lambda kind: kind))).all()
    assert len({row.retailer_id for row in rows}) == len(rows)
    return {row.retailer_id: row.why for row in rows}


def adds_up(session: Session, campaign: Campaign) -> bool:
    """Whether nobody is lost: the audience is those left out, those in parts, and those sent to one by one, by the
    counters and by the rows."""
    kept = select(CampaignTally.key, func.sum(CampaignTally.count)).where(CampaignTally.campaign_id == campaign.id)
    counts = {key: int(count) for key, count in session.execute(kept.group_by(CampaignTally.key)) if is_of_all(key)}
    audience = session.scalar(select(func.count()).where(Recipient.campaign_id == campaign.id))
    parts = select(CampaignPart.number, CampaignPart.size).where(CampaignPart.campaign_id == campaign.id)
    sizes = {tally.part_key(row.number): row.size for row in session.execute(parts) if row.size}
    full = {key: count for key, count in counts.items() if tally.part_of(key) and count}
    is_cut = campaign.state not in (CampaignState.LISTING, CampaignState.PAUSED)
    return sum(counts.values()) == audience and (not is_cut or full == sizes)


def is_of_all(key: str) -> bool:
    """Whether a counter counts everybody once, and not who opened or acted besides."""
    return key in list(Outcome) or key.startswith((tally.PART, rules.LEFT_OUT))


def balanced(town: Town, campaign: int, of=FLYER) -> None:
    """Nobody is lost: the counters agree with the rows, and the audience is reasons, parts and single messages."""
    with town.house.services.transaction() as session:
        found = session.get_one(Campaign, campaign)
        assert tally.recount(session, [of.name], found.reference) == {}
        assert adds_up(session, found)


def test_parts_are_never_one_and_never_more_than_ten_thousand(town: Town) -> None:
    shops = town.many(10_001)
    for reference, number, expected in ((1, 10_001, [9_999, 2]), (2, 10_000, [10_000])):
        campaign = town.plan(pushes(SendingWay.MASS), reference=reference, audience={"shops": shops[:number]})
        work(town)
        assert [size for _, size, _ in lines(town, campaign)] == expected
        with town.house.look() as session:
            counted = select(Recipient.part, func.count()).where(Recipient.campaign_id == campaign)
            rows = session.execute(counted.group_by(Recipient.part).order_by(Recipient.part)).all()
        assert [tuple(each) for each in rows] == list(enumerate(expected, 1))
        balanced(town, campaign)
    alone = town.plan(pushes(SendingWay.MASS), reference=3, audience={"shops": shops[:1]})
    work(town)
    assert (lines(town, alone), figures(town, alone).left_out, state(town, alone)) == ([], {"alone": 1}, "sent")
    assert used(town) == {2: 10_000, 1: 1}
    balanced(town, alone)


def test_by_area_while_the_calls_of_the_day_suffice_and_else_by_id(town: Town, few) -> None:
    shops = town.many(11) + town.many(4, "江山")
    by_area = planned(town, shops)
    assert lines(town, by_area) == [(1, 9, "planned"), (2, 2, "planned"), (3, 4, "planned")]
    with town.house.services.transaction() as session:
        session.add(AccountUse(what="mass", day_on=town.now.date(), used=93))
    by_id = planned(town, shops, reference=2)
    assert lines(town, by_id) == [(1, 10, "planned"), (2, 5, "planned")]
    with town.house.look() as session:
        found = select(CampaignPart.area_id).where(CampaignPart.campaign_id.in_([by_area, by_id]))
        areas = session.scalars(found.order_by(CampaignPart.campaign_id, CampaignPart.number)).all()
    assert areas == [1, 1, 2, None, None]
    joined = planned(town, [*shops[:4], shops[-1]], reference=3)
    assert lines(town, joined) == [(1, 5, "planned")]
    for campaign in (by_area, by_id, joined):
        balanced(town, campaign)


def test_each_shop_goes_by_the_first_way_that_is_open_or_has_the_one_reason_why_not(town: Town, few) -> None:
    """A message while the window is open, else a mass message, else a template where the kind has one."""
    open_, closed, full = town.shop(), town.many(2), town.many(2)
    unbound, gone, refused = town.shop(bound=False), town.shop(follows=False), town.shop()
    had(town, full, 4)
    with town.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.id == refused).values(keeper="不要"))
    no = [LeftOutReason("refused", Retailer.keeper == "不要")]
    shops = [open_, *closed, *full, unbound, gone, refused]
    for reference, ways, counts in (
        (1, AUTO, {"listed": 1, "batched": 2, "why:quota": 2}),
        (2, (SendingWay.MASS,), {"batched": 3, "why:quota": 2}),
        (3, (SendingWay.MESSAGE,), {"listed": 1, "why:no_channel": 4}),
        (4, BY_OUTBOX, {"listed": 5}),
    ):
        of = pushes(*ways, reasons=lambda session, campaign: no)
        campaign = town.plan(of, reference=reference, audience={"shops": shops})
        while town.list(of, campaign):
            pass
        found = {name: times for name, times in figures(town, campaign).counts.items() if times}
        assert found == {**counts, "why:unbound": 1, "why:unfollowed": 1, "why:refused": 1}


@pytest.mark.on_sqlite
def test_an_account_without_mass_by_openid_says_so_of_everybody(town: Town) -> None:
    shops, account = town.many(3), replace(town.context.account, has_pages=False)
    campaign = town.plan(FLYER, audience={"shops": shops})
    with town.house.services.transaction() as session:
        listing.some(session, campaign, FLYER, replace(town.context, account=account))
    assert figures(town, campaign).left_out == {"no_channel": 3}


def test_who_had_four_this_month_gets_none_and_is_named(town: Town, few) -> None:
    shops = town.many(10)
    had(town, shops[:3], 4)
    campaign = planned(town, shops)
    assert lines(town, campaign) == [(1, 7, "planned")]
    openids = takes(town, campaign, 1, MassState.FINISHED, total=7, filtered=7, sent=7, errors=0, msg_id="9")
    assert len(openids) == 7
    work(town)
    found = figures(town, campaign)
    assert (state(town, campaign), found.left_out, found.sent, found.audience) == ("sent", {"quota": 3}, 7, 10)
    assert used(town) == {4: 3, 1: 7}
    with town.house.look() as session:
        assert who_missed(session, campaign) == dict.fromkeys(shops[:3], "quota")
    balanced(town, campaign)


def test_twelve_who_list_at_once_never_pass_four(town: Town) -> None:
    shops = town.many(6)
    had(town, shops, 3)
    both = [town.plan(FLYER, reference=n, audience={"shops": shops}) for n in (1, 2)]
    others, errors = [town.house.another_process() for _ in range(12)], list[BaseException]()
    start = threading.Barrier(12)

    def work_beside(services) -> None:
        try:
            start.wait()
            for campaign in both:
                is_more = True
                while is_more:
                    with services.transaction() as session:
                        is_more = listing.some(session, campaign, FLYER, town.context, batch=shops[0] + 2)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work_beside, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.database.dispose()
    assert errors == []
    assert used(town) == {4: 6}
    found = [figures(town, each) for each in both]
    assert sum(each.of("batched") for each in found) == 6
    assert sum(each.left_out.get("quota", 0) for each in found) == 6


def test_a_second_push_on_the_same_day_is_not_for_those_of_the_first(town: Town, few) -> None:
    shops = town.many(5)
    once = pushes(is_once_a_day=True)
    planned(town, shops[:2], once)
    second = planned(town, shops, once, reference=2)
    assert figures(town, second).left_out == {"same_day": 2}
    third = planned(town, shops[2:4], once, reference=3, due_at=town.now)
    assert figures(town, third).left_out == {"same_day": 2}
    town.house.clock.advance(timedelta(days=1))
    takes(town, second, 1, MassState.FINISHED)
    work(town, once)
    fourth = planned(town, shops[2:4], once, reference=4)
    assert figures(town, fourth).left_out == {"same_day": 2}, "what was put off until today went today"


def test_listed_in_the_last_night_of_a_month_it_counts_in_the_month_in_which_it_goes(town: Town) -> None:
    shops = town.many(2)
    here = town.now.astimezone(town.house.services.zone)
    town.house.clock.advance(here.replace(month=11, day=30, hour=23, minute=58) - here)
    campaign = planned(town, shops)
    with town.house.look() as session:
        months = session.execute(select(MassUse.month, MassUse.used).distinct()).all()
        job = session.scalars(select(MassJob)).one()
    assert [tuple(each) for each in months] == [(202612, 1)] and job.month == 202612
    assert lines(town, campaign) == [(1, 2, "planned")]


def test_a_part_that_the_review_refuses_pauses_the_campaign_and_gives_its_sends_back(town: Town, few) -> None:
    shops = town.many(50)
    campaign = planned(town, shops)
    assert len(lines(town, campaign)) == 5
    assert len(takes(town, campaign, 1, MassState.FINISHED)) == 10
    assert len(takes(town, campaign, 2, MassState.REFUSED, error="err(20013)：版权")) == 10
    work(town)
    with town.house.look() as session:
        found = session.get_one(Campaign, campaign)
        assert (found.state, found.paused_because) == ("paused", "第 2 批没有发出：err(20013)：版权")
    assert [takes(town, campaign, number, MassState.ACCEPTED) for number in (3, 4, 5)] == [[], [], []]
    assert used(town) == {1: 40}
    balanced(town, campaign)
    town.steer(steering.cancel, campaign, by="周主任")
    work(town)
    assert used(town) == {1: 10}
    assert (figures(town, campaign).sent, figures(town, campaign).of("refused", "stopped")) == (10, 40)
    balanced(town, campaign)


@pytest.mark.parametrize("then", ["resume", "cancel"])
def test_a_pause_says_what_is_in_flight_and_the_rest_waits(town: Town, few, then: str) -> None:
    campaign = planned(town, town.many(98))
    assert len(lines(town, campaign)) == 10
    for number in (1, 2):
        takes(town, campaign, number, MassState.SENDING)
    town.steer(steering.pause, campaign, by="周主任")
    with town.house.look() as session:
        in_call = planning.in_call(session, session.get_one(Campaign, campaign).about)
        assert [job.size for job in in_call] == [10, 10]
    assert takes(town, campaign, 3, MassState.ACCEPTED) == []
    assert town.steer(getattr(steering, then), campaign, by="周主任") == (78 if then == "cancel" else None)
    work(town)
    if then == "resume":
        assert [len(takes(town, campaign, number, MassState.FINISHED)) for number in range(3, 11)] == [10] * 7 + [8]
        assert used(town) == {1: 98}
        work(town)
        assert state(town, campaign) == "sending", "two are in the call still"
    else:
        assert Counter(each[2] for each in lines(town, campaign)) == {"sending": 2, "cancelled": 8}
        assert used(town) == {1: 20}
    with town.house.services.transaction() as session:
        done = update(MassJob).where(MassJob.state == MassState.SENDING)
        session.execute(done.values(state=MassState.UNSURE, has_news=True))
    work(town)
    assert state(town, campaign) == ("sent" if then == "resume" else "cancelled")
    found = figures(town, campaign)
    assert (found.of("unsure"), found.sent, found.of("stopped")) == (20, *((78, 0) if then == "resume" else (0, 78)))
    balanced(town, campaign)


def test_what_was_not_sent_by_its_last_moment_is_late_and_the_campaign_is_done_when_that_is_counted(
    town: Town, few
) -> None:
    shops = town.many(25)
    campaign = planned(town, shops, not_after=town.now + timedelta(hours=4))
    takes(town, campaign, 1, MassState.FINISHED)
    work(town)
    assert state(town, campaign) == "sending"
    for number in (2, 3):
        takes(town, campaign, number, MassState.LATE)
        work(town)
    assert (state(town, campaign), used(town)) == ("sent", {1: 10})
    with town.house.look() as session:
        assert who_missed(session, campaign) == dict.fromkeys(shops[10:], "late")
    balanced(town, campaign)


def test_a_stranger_and_who_unfollowed_since_are_taken_out_of_their_part(town: Town, few) -> None:
    shops = town.many(10)
    campaign = planned(town, shops)
    with town.house.services.transaction() as session:
        gone = session.get_one(Retailer, shops[0]).openid
        session.execute(update(Follower).where(Follower.openid == gone).values(unfollowed_at=town.now))
        strange = session.get_one(Retailer, shops[1]).openid
        MASS.excepted(session, session.scalars(select(MassJob)).one(), [strange], "stranger")
        quota.give_back(session, select(Retailer.openid).where(Retailer.id == shops[1]), quota.month_of(town.now))
    assert len(takes(town, campaign, 1, MassState.FINISHED)) == 8
    work(town)
    assert (lines(town, campaign)[0][1], used(town)) == (8, {1: 8})
    assert figures(town, campaign).left_out == {"stranger": 1, "unfollowed": 1}
    balanced(town, campaign)


@pytest.mark.on_sqlite
def test_somebody_who_is_erased_before_it_is_sent_is_left_out_with_that_reason(town: Town, few) -> None:
    shops = town.many(4)
    campaign = planned(town, shops)
    with town.house.look() as session:
        licence = session.get_one(Retailer, shops[0]).licence
    assert town.house.flask("people", "erase", licence, "--yes").exit_code == 0
    assert len(takes(town, campaign, 1, MassState.FINISHED)) == 3
    assert (figures(town, campaign).left_out, lines(town, campaign)[0][1]) == ({"erased": 1}, 3)
    balanced(town, campaign)


@pytest.mark.on_sqlite
def test_whose_window_closes_before_their_message_goes_gets_a_mass_message_after_all(town: Town, few) -> None:
    shops = [town.shop() for _ in range(2)] + town.many(3)
    campaign = town.plan(FLYER, audience={"shops": shops})
    while town.list(FLYER, campaign):
        pass
    with town.house.services.transaction() as session:
        session.execute(update(Follower).values(message_left=0))
    work(town)
    work(town)
    assert lines(town, campaign) == [(1, 3, "planned"), (2, 2, "planned")]
    assert used(town) == {1: 5}
    balanced(town, campaign)


def test_messages_that_wechat_refuses_one_after_the_other_pause_the_campaign(town: Town) -> None:
    shops = [town.shop() for _ in range(5)]
    of = pushes(SendingWay.MESSAGE, stops_after=3)
    town.house.sim.faults.add("/cgi-bin/message/custom/send", "errcode", value=45002, times=None)
    campaign = planned(town, shops, of)
    town.house.work()
    jobs.note_news(town.house.services, of)
    with town.house.look() as session:
        found = session.get_one(Campaign, campaign)
        assert found.state == "paused" and "接连 3 次" in (found.paused_because or "")


def test_by_tag_it_is_one_part_of_any_size(town: Town, few) -> None:
    campaign = planned(town, town.many(25), pushes(SendingWay.TAG, tag=lambda session, campaign: 101))
    assert lines(town, campaign) == [(1, 25, "planned")]
    with town.house.look() as session:
        assert session.scalars(select(MassJob.tag_id)).all() == [101]


@pytest.mark.on_sqlite
def test_by_tag_nothing_goes_while_somebody_with_a_reason_carries_the_tag(town: Town, few) -> None:
    shops, of = town.many(6), pushes(SendingWay.TAG, tag=lambda session, campaign: 101)
    had(town, shops[:1], 4)
    campaign = planned(town, [*shops, town.shop(bound=False)], of)
    work(town, of)
    with town.house.look() as session:
        found = session.get_one(Campaign, campaign)
        name = session.get_one(Retailer, shops[0]).shop
        assert (found.state, found.error) == ("broken", f"没有发：有 1 家带着这个标签却不该收到：{name}。")
        assert not found.is_withdrawing
    assert (lines(town, campaign), used(town)) == ([], {4: 1})
    balanced(town, campaign)


@pytest.mark.parametrize("step", range(7))
def test_killed_at_any_step_of_listing_and_cutting_each_is_in_one_part(town: Town, few, step: int) -> None:
    shops = town.many(12) + town.many(5, "江山")
    campaign = town.plan(FLYER, audience={"shops": shops})
    services, steps, killed = town.house.another_process(), 0, False
    more = {listing.some: True, listing.cut_some: True}
    with town.house.services.transaction() as session:
        session.execute(update(Campaign).values(cursor=shops[0] - 1, cut_to=shops[0] - 1))
    while any(more.values()):
        do = listing.some if more[listing.some] else listing.cut_some
        try:
            with services.transaction() as session:
                given = {"batch": 6} if do is listing.some else {}
                more[do] = do(session, campaign, FLYER, town.context, **given)
                steps += 1
                if steps == step and not killed:
                    killed = True
                    raise Killed
        except Killed:
            more[do] = True
            services.database.dispose()
            services = town.house.another_process()
            assert lines(town, campaign) == [] or state(town, campaign) == "listing"
            with town.house.look() as session:
                assert session.scalar(select(func.count()).select_from(MassJob)) == 0
    services.database.dispose()
    assert lines(town, campaign) == [(1, 10, "planned"), (2, 2, "planned"), (3, 5, "planned")]
    assert [each.retailer_id for each in recipients(town, campaign)] == shops
    assert used(town) == {1: 17}
    balanced(town, campaign)


def test_paused_when_all_are_in_parts_and_no_job_is_planned_it_goes_on_where_it_stopped(town: Town, few) -> None:
    shops = town.many(12)
    others = town.many(3, "江山")
    campaign = town.plan(FLYER, audience={"shops": shops})
    while town.list(FLYER, campaign, batch=100):
        pass
    with town.house.services.transaction() as session:
        found = session.get_one(Campaign, campaign)
        parts.cut_some(session, found, FLYER, heeds_quiet=True, now=town.now)
        assert parts.cut_some(session, found, FLYER, batch=others[0] - 1, heeds_quiet=True, now=town.now)
        assert parts.uncut(session, found) == {}
    town.steer(steering.pause, campaign)
    town.steer(steering.resume, campaign)
    work(town)
    assert lines(town, campaign) == [(1, 10, "planned"), (2, 2, "planned")]
    assert [len(takes(town, campaign, number, MassState.FINISHED)) for number in (1, 2)] == [10, 2]
    work(town)
    assert state(town, campaign) == "sent"
    balanced(town, campaign)


@pytest.mark.parametrize("why", ["missed", "broken"])
def test_what_ends_in_the_middle_of_listing_gives_back_what_was_booked(town: Town, few, why: str) -> None:
    shops = town.many(8)
    campaign = town.plan(FLYER, audience={"shops": shops}, not_after=town.now + timedelta(hours=1))
    with town.house.services.transaction() as session:
        session.execute(update(Campaign).values(cursor=shops[0] - 1))
    assert town.list(FLYER, campaign, batch=5)
    assert used(town) == {1: 5}

    def meant(session: Session, campaign: Campaign, context: Any) -> Any:
        raise Refused("没有这个对象。")

    if why == "missed":
        town.house.clock.advance(timedelta(hours=2))
    work(town, FLYER if why == "missed" else replace(FLYER, meant=meant))
    work(town)
    assert (state(town, campaign), used(town)) == (why, {})
    assert figures(town, campaign).counts["stopped"] == 5
    balanced(town, campaign)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["list", "cut", "die", "queue", "work", "pause", "resume", "take", "finish", "refuse", "gone"]),
        st.integers(1, 4),
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, ends=st.sampled_from(["", "cancel"]))
def test_the_accounts_balance_after_any_steps(town: Town, few, steps, ends: str) -> None:
    reference = next(_references)
    shops = town.many(23) + [town.shop("江山") for _ in range(3)] + [town.shop(bound=False)]
    campaign = town.plan(FLYER, reference=reference, audience={"shops": shops})
    with town.house.services.transaction() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign).values(cursor=shops[0] - 1))
    for what, number in steps:
        _do(town, campaign, what, number)
        with town.house.look() as session:
            assert adds_up(session, session.get_one(Campaign, campaign)) or what == ""
    if ends and state(town, campaign) not in ("sent", "cancelled"):
        town.steer(steering.cancel, campaign, by="周主任")
        work(town)
        work(town)
        with town.house.look() as session:
            assert not session.get_one(Campaign, campaign).is_withdrawing
    balanced(town, campaign)
    found = figures(town, campaign)
    assert found.audience in (0, len(shops)) or state(town, campaign) in ("listing", "paused", "cancelled")


def _do(town: Town, campaign: int, what: str, number: int) -> None:
    services, now = town.house.services, state(town, campaign)
    if what in ("list", "cut", "die", "queue"):
        do = {"cut": listing.cut_some, "queue": sending.queue_some}.get(what, listing.some)
        given = {"batch": 9} if do is listing.some else {}
        try:
            with services.transaction() as session:
                do(session, campaign, FLYER, town.context, **given)
                if what == "die":
                    raise Killed
        except Killed:
            return
    elif what == "work":
        work(town)
        town.house.work()
        work(town)
    elif what == "pause" and now in ("planned", "listing", "sending"):
        town.steer(steering.pause, campaign)
    elif what == "resume" and now == "paused":
        town.steer(steering.resume, campaign)
    elif number <= len(lines(town, campaign)) and now in ("sending", "paused"):
        became = {"take": MassState.ACCEPTED, "finish": MassState.FINISHED, "refuse": MassState.REFUSED}
        if lines(town, campaign)[number - 1][2] == "planned" and what in became:
            takes(town, campaign, number, became[what], error="版权")
            jobs.note_news_of_mass(services)


def test_the_news_of_parts_are_noted_once_in_any_order(town: Town, few) -> None:
    campaign = planned(town, town.many(30))
    for number in (3, 1, 2):
        takes(town, campaign, number, MassState.ACCEPTED)
    assert figures(town, campaign).of(Outcome.TAKEN) == 30
    takes(town, campaign, 2, MassState.FINISHED)
    work(town)
    assert state(town, campaign) == "sending"
    for number in (1, 3):
        takes(town, campaign, number, MassState.FINISHED)
        work(town)
    assert (state(town, campaign), figures(town, campaign).of(Outcome.FINISHED)) == ("sent", 30)
    with town.house.look() as session:
        assert session.scalar(select(func.count()).where(MassJob.source == parts.SOURCE, MassJob.has_news)) == 0
    balanced(town, campaign)
