"""Approval: somebody else approves exactly what is sent, to whom and when; whatever is changed is a draft again."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaigns import approving, jobs, steering
from campaigns.approving import CampaignAuthor
from campaigns.models import Campaign, CampaignState, CampaignStep
from console.models import User
from foundation.errors import Refused
from people.models import Audience
from tests.campaigns.conftest import Town, kind
from tests.campaigns.test_accounting import figures, state

#: What the kind itself adds to an approval: here the version of something it shows.
VERSION = {"version": 1}
APPROVED = kind(needs_approval=True, content=lambda session, campaign: VERSION, within=timedelta(days=1))


@pytest.fixture(autouse=True)
def _first_version():
    VERSION["version"] = 1


def saved(town: Town, spec) -> None:
    with town.house.services.transaction() as session:
        session.add(Audience(name="老店", spec=spec, created_at=town.now))
        session.add(Audience(name="城里老店", spec={"audience": "老店"}, created_at=town.now))


def plan(town: Town, reference: int = 1, **more) -> int:
    """A draft of 周主任's."""
    campaign, who = town.plan(APPROVED, reference, **more), town.author("周主任")
    with town.house.services.transaction() as session:
        approving.have_a_hand(session, session.get_one(Campaign, campaign), who)
    return campaign


def digest(town: Town, campaign: int) -> str:
    with town.house.look() as session:
        return approving.digest(session, session.get_one(Campaign, campaign), APPROVED)


def act(town: Town, what: str, campaign: int, by: str, **more) -> None:
    do = getattr(approving, what)
    if what in ("reject", "take_back"):
        return town.steer(do, campaign, by=by, **more)
    if what == "revise":
        more.setdefault("before", digest(town, campaign))
    if what == "approve":
        more["seen"] = None
    return town.steer(do, campaign, APPROVED, who=town.author(by), **more)


def steps(town: Town) -> list[tuple[str, str, str]]:
    with town.house.look() as session:
        rows = session.execute(select(CampaignStep.by, CampaignStep.state, CampaignStep.why).order_by(CampaignStep.id))
        return [tuple(each) for each in rows]


def refused(town: Town, what: str, campaign: int, by: str, said: str, **more) -> None:
    with pytest.raises(Refused, match=said):
        act(town, what, campaign, by, **more)


@pytest.mark.on_sqlite
def test_a_draft_goes_out_when_somebody_else_has_approved_it(town: Town) -> None:
    town.keeper()
    campaign = plan(town, audience={"bound": True})
    town.send(APPROVED, campaign)
    assert state(town, campaign) == CampaignState.DRAFT
    refused(town, "approve", campaign, "林经理", "不在等审批")
    act(town, "submit", campaign, "周主任")
    refused(town, "submit", campaign, "周主任", "不是草稿")
    town.send(APPROVED, campaign)
    assert state(town, campaign) == CampaignState.SUBMITTED
    refused(town, "approve", campaign, "周主任", "要由别人审批")
    act(town, "approve", campaign, "林经理")
    refused(town, "approve", campaign, "林经理", "不在等审批")
    town.send(APPROVED, campaign)
    assert figures(town, campaign).sent == 1
    refused(town, "revise", campaign, "周主任", "已经开始发送")
    assert steps(town) == [
        ("周主任", "draft", ""),
        ("周主任", "submitted", ""),
        ("林经理", "planned", ""),
        ("", "listing", ""),
        ("", "sent", ""),
    ]


def test_neither_the_maker_nor_an_editor_nor_the_submitter_ever_approves_whatever_they_are_called(town: Town) -> None:
    campaign = plan(town, audience={"bound": True})
    act(town, "revise", campaign, "管理员", said="新品到货了")
    act(town, "revise", campaign, "管理员", said="新品到货了！")
    act(town, "submit", campaign, "陈经理")
    for author in ("周主任", "管理员", "陈经理"):
        refused(town, "approve", campaign, author, "要由别人审批")
    refused(town, "reject", campaign, "林经理", "原因", why=" ")
    act(town, "reject", campaign, "林经理", why="少了价格")
    assert state(town, campaign) == CampaignState.DRAFT
    act(town, "submit", campaign, "周主任")
    refused(town, "approve", campaign, "周主任", "要由别人审批")
    act(town, "take_back", campaign, "周主任")
    act(town, "submit", campaign, "周主任")
    with town.house.services.transaction() as session:
        session.execute(update(User).where(User.name == "管理员").values(name="新名字"))
    refused(town, "approve", campaign, "新名字", "要由别人审批")
    act(town, "approve", campaign, "林经理")
    assert [each[:2] for each in steps(town)] == [
        ("周主任", "draft"),
        ("管理员", "draft"),  # once, however often they saved
        ("陈经理", "submitted"),
        ("林经理", "draft"),
        ("周主任", "submitted"),
        ("周主任", "draft"),
        ("周主任", "submitted"),
        ("林经理", "planned"),
    ]


@pytest.mark.parametrize("at", ["submitted", "approved"])
@pytest.mark.parametrize("change", ["one character", "the moment", "the content", "the saved audience", "nothing"])
def test_what_is_changed_after_it_was_submitted_is_a_draft_again(town: Town, at: str, change: str) -> None:
    saved(town, {"bound": True})
    campaign = plan(town, audience={"audience": "城里老店"}, due_at=town.now + timedelta(hours=1))
    act(town, "submit", campaign, "周主任")
    if at == "approved":
        act(town, "approve", campaign, "林经理")
    before = state(town, campaign)
    if change == "the saved audience":
        with town.house.services.transaction() as session:
            session.execute(update(Audience).where(Audience.name == "老店").values(spec={"followed": True}))
            assert approving.has_changed(session, session.get_one(Campaign, campaign), APPROVED)
        if at == "submitted":
            refused(town, "approve", campaign, "林经理", "对象已改动，需重新审批。")
        jobs.look_after_approvals(town.house.services, APPROVED)
    else:
        was = digest(town, campaign)
        VERSION["version"] += change == "the content"
        said = "新品到货。" if change == "one character" else "新品到货"
        hours = 2 if change == "the moment" else 1
        act(town, "revise", campaign, "陈经理", before=was, said=said, due_at=town.now + timedelta(hours=hours))
    with town.house.look() as session:
        found = session.get_one(Campaign, campaign)
        left = (found.state, found.error)
    assert left == ((before, None) if change == "nothing" else ("draft", "对象已改动，需重新审批。"))
    if change not in ("nothing", "the saved audience"):
        act(town, "submit", campaign, "周主任")
        refused(town, "approve", campaign, "陈经理", "要由别人审批")


def test_a_change_that_nobody_has_seen_yet_stops_it_when_it_is_due(town: Town) -> None:
    saved(town, {"bound": True})
    town.keeper()
    campaign = plan(town, audience={"audience": "老店"})
    act(town, "submit", campaign, "周主任")
    act(town, "approve", campaign, "林经理")
    with town.house.services.transaction() as session:
        session.execute(update(Audience).values(spec={"followed": True}))
    town.send(APPROVED, campaign)
    assert (state(town, campaign), figures(town, campaign).sent) == ("draft", 0)


def test_of_two_who_approve_at_once_one_does(town: Town) -> None:
    campaign = plan(town, audience={"bound": True}, due_at=town.now + timedelta(hours=1))
    act(town, "submit", campaign, "周主任")
    others, said = [town.house.another_process() for _ in range(2)], []
    start, authors = threading.Barrier(2), [town.author(name) for name in ("林经理", "陈经理")]

    def approve(services, who: CampaignAuthor) -> None:
        start.wait()
        try:
            with services.transaction() as session:
                found = steering.find(session, APPROVED, 1)
                approving.approve(session, found, APPROVED, seen=None, who=who, now=town.now)
            said.append("")
        except Refused as refusal:
            said.append(refusal.sentence)

    threads = [threading.Thread(target=approve, args=each) for each in zip(others, authors, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.database.dispose()
    assert sorted(said) == ["", "这一次不在等审批。"]
    assert [each[1] for each in steps(town)] == ["draft", "submitted", "planned"]


@pytest.mark.parametrize("has_last_moment", [True, False])
def test_what_was_not_begun_when_its_time_is_over_has_missed_it(town: Town, has_last_moment: bool) -> None:
    town.keeper()
    hours = 4 if has_last_moment else 24
    given = {"not_after": town.now + timedelta(hours=hours)} if has_last_moment else {}
    waits, approved = (plan(town, n, audience={"bound": True}, **given) for n in (1, 2))
    for campaign in (waits, approved):
        act(town, "submit", campaign, "周主任")
    act(town, "approve", approved, "林经理")
    # No worker ran meanwhile: the database comes from a backup.
    town.house.clock.advance(timedelta(hours=hours))
    jobs.look_after_approvals(town.house.services, APPROVED)
    town.send(APPROVED, approved)
    assert [state(town, each) for each in (waits, approved)] == ["missed", "missed"]
    refused(town, "approve", waits, "林经理", "不在等审批")
    assert figures(town, approved).sent == 0
