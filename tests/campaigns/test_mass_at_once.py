"""Two at the same moment over the mass messages of a campaign: neither waits for the other in a circle, and what one is
told is still true when the other is done. On PostgreSQL: SQLite has one writer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from campaigns import erasing, jobs, listing, mass, sending, steering
from campaigns.caps import _JUDGING
from campaigns.mass import MASS
from foundation.database import Database
from people.models import Retailer
from tests.campaigns.conftest import Town
from tests.campaigns.test_accounting import figures, state
from tests.campaigns.test_mass import FLYER, balanced, lines, planned, pushes, takes, work
from wechat_bot.client.mass import Taken
from wechat_bot.erasure import Forgetting
from wechat_bot.mass import claiming, planning, receipts, settling
from wechat_bot.mass.models import MassJob, MassReceipt, MassState
from wechat_bot.mass.quota import _LEDGER
from wechat_bot.models import Follower

pytestmark = pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
SOURCES = {MASS.name: MASS}


class Meanwhile:
    """Something done in another process, which may have to wait."""

    def __init__(self, town: Town, do: Callable[[Any], Any]) -> None:
        self.services = town.house.another_process()
        self.came_of_it: Any = None
        self._do = do
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with self.services.transaction() as session:
                self.came_of_it = self._do(session)
        except Exception as error:
            self.came_of_it = error

    def waits(self) -> bool:
        """Whether it is not done yet, after it had time for it."""
        self._thread.join(0.3)
        return self._thread.is_alive()

    def ends(self) -> Any:
        self._thread.join(20)
        self.services.database.dispose()
        return self.came_of_it


def job_of(session: Any, part: int) -> MassJob:
    return session.scalars(select(MassJob).where(MassJob.part == part)).one()


def test_who_cancels_does_not_wait_in_a_circle_with_who_notes_what_became_of_a_part(town: Town, few) -> None:
    campaign = planned(town, town.many(20))
    with town.house.services.transaction() as session:
        session.execute(
            update(MassJob).where(MassJob.part == 1).values(has_news=True, error="没有权限", error_code=48001)
        )
    with town.house.services.transaction() as session:
        found = steering.find(session, FLYER, 1)
        noting = Meanwhile(town, lambda session: mass.note_news(session, now=town.now))
        noting.waits()
        steering.cancel(session, found, by="周主任", now=town.now)
    assert noting.ends() is False, "the next beat notes it"
    work(town)
    assert (state(town, campaign), figures(town, campaign).of("stopped")) == ("cancelled", 20)
    balanced(town, campaign)


@pytest.mark.parametrize("do", [steering.pause, steering.cancel])
def test_who_stops_it_is_told_of_a_part_that_is_being_claimed_at_that_moment(town: Town, few, do: Any) -> None:
    planned(town, town.many(20))
    with town.house.services.transaction() as session:
        session.execute(update(MassJob).values(state=MassState.DRAFTED, kind="text"))

    def stop(session: Any) -> list[int]:
        do(session, steering.find(session, FLYER, 1), by="周主任", now=town.now)
        return [each.part for each in planning.in_call(session, "flyer:1")]

    services = town.house.services
    with services.transaction() as session:
        job = claiming._next(session, SOURCES, claiming.DRAFTED, MassJob.due_at <= town.now)
        assert job is not None and MASS.holds(session, job, town.now) == ""
        stopping = Meanwhile(town, stop)
        assert stopping.waits()
        job.state = MassState.SENDING
    assert stopping.ends() == [1]
    assert takes(town, 1, 2, MassState.ACCEPTED) == []


@contextmanager
def held_by(database: Database) -> Iterator[list[str]]:
    """What is locked, in the order in which it is: advisory locks by number, and the counters."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, given: Any, *more: Any) -> None:
        if "pg_advisory_xact_lock" in statement:
            found.append({_JUDGING: "judging", _LEDGER: "ledger"}.get(given["key"], "other"))
        elif "INTO campaign_tally" in statement:
            found.append("counters")

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_locks_are_taken_in_one_order_by_all_who_list_and_hand_over_and_leave_somebody_out(town: Town, few) -> None:
    of = pushes(is_capped=True)
    open_, shops, services = [town.shop() for _ in range(2)], town.many(12), town.house.services
    order = ["judging", "ledger", "counters"]
    database = services.database

    def kept_to(found: list[str]) -> bool:
        first = [each for each in dict.fromkeys(found) if each in order]
        return len(first) > 1 and first == [each for each in order if each in first]

    campaign = town.plan(of, audience={"shops": [*open_, *shops]})
    with held_by(database) as found:
        while town.list(of, campaign, batch=100):
            pass
    assert kept_to(found)
    with services.transaction() as session:
        while listing.cut_some(session, campaign, of, town.context):
            pass
        session.execute(update(Follower).where(Follower.message_left > 0).values(message_left=0))
    with held_by(database) as found, services.transaction() as session:
        sending.queue_some(session, campaign, of, town.context)
    assert kept_to(found) and "judging" in found
    with services.transaction() as session:
        openids = session.scalars(select(Retailer.openid).where(Retailer.id.in_(shops)).order_by(Retailer.id)).all()
        session.execute(update(Follower).where(Follower.openid == openids[0]).values(unfollowed_at=town.now))
    with held_by(database) as found, services.transaction() as session:
        MASS.receivers(services, session, job_of(session, 1))
    assert kept_to(found)
    with held_by(database) as found, services.transaction() as session:
        erasing.forget(session, Forgetting(str(openids[1]), "erased:1", town.now))
    assert kept_to(found)
    jobs.send(services, of)
    balanced(town, campaign, of)


def test_a_report_of_a_part_whose_answer_is_being_noted_is_not_taken_for_that_of_an_unsure_one(town: Town, few) -> None:
    planned(town, town.many(20))
    began = town.now
    with town.house.services.transaction() as session:
        session.execute(update(MassJob).values(state=MassState.SENDING, first_attempt_at=began, size=10))
        settling.end(session, job_of(session, 1), MassState.UNSURE, "微信一直没有说收到没有", now=began)

    def reports(session: Any) -> int:
        told = {"status": "send success", "total": 10, "filtered": 10, "sent": 10, "errors": 0, "urls": []}
        session.add(MassReceipt(msg_id="7", received_at=town.now, **told))
        session.flush()
        return receipts.match(session, now=town.now)

    with town.house.services.transaction() as session:
        settling.note_taken(session, job_of(session, 2).id, Taken("7", None, was_before=False), now=town.now)
        reporting = Meanwhile(town, reports)
        reporting.waits()
    assert reporting.ends() == 0
    with town.house.services.transaction() as session:
        receipts.catch_up(session, now=town.now + timedelta(minutes=1))
    assert [each[2] for each in lines(town, 1)] == ["unsure", "finished"]
