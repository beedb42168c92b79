"""Mass jobs are planned once; nobody is booked a fifth message of a month; no call beyond the day's is taken."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from wechat_bot.mass import planning, quota
from wechat_bot.mass.models import MassJob, MassUse
from wechat_bot.models import Follower

pytestmark = pytest.mark.pooled

DECEMBER = 202612
#: 2026-12-15 09:00 in China.
DUE = datetime(2026, 12, 15, 1, tzinfo=UTC)
THREADS = 12


@pytest.fixture
def followers(house):
    """Twenty people who follow, by openid."""
    with house.services.transaction() as session:
        openids = [f"o{n:02}" for n in range(20)]
        session.add_all(Follower(openid=each, followed_at=house.clock()) for each in openids)
    return openids


def plan(session, house, **changed) -> MassJob:
    given = {"source": "test", "about": "push:12", "part": 1, "generation": 0, "size": 2, "month": DECEMBER}
    given |= {"due_at": DUE, "not_after": None, "heeds_quiet": True, "now": house.clock()}
    return planning.plan(session, **given | changed)


def used(house) -> Counter:
    with house.look() as session:
        return Counter(dict(session.execute(select(MassUse.openid, MassUse.used)).all()))


def at_once(do) -> list:
    """Let twelve threads do something at the same moment; gives what each gave."""
    barrier = threading.Barrier(THREADS)

    def wait_and_do(n: int) -> object:
        barrier.wait()
        return do(n)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(wait_and_do, range(THREADS)))


def test_a_job_planned_twice_is_one_and_a_part_sent_once_more_is_another(house) -> None:
    with house.services.transaction() as session:
        first = plan(session, house)
        assert plan(session, house).id == first.id
        again, other = plan(session, house, generation=1), plan(session, house, part=2)
        far = plan(session, house, about="a_topic_of_twenty_fi:2147483647", part=32767, generation=999)
        names = [each.client_id for each in (first, again, other, far)]
    assert len(set(names)) == 4
    assert all(len(name) <= 32 and name.isascii() for name in names)


def test_what_was_not_sent_is_cancelled_and_what_is_in_the_call_is_named(house) -> None:
    with house.services.transaction() as session:
        for part in (1, 2, 3):
            plan(session, house, part=part)
        plan(session, house, about="push:13")
        session.get_one(MassJob, 2).state = "sending"
        session.flush()
        assert [job.part for job in planning.in_call(session, "push:12")] == [2]
        assert planning.cancel(session, "push:12", now=house.clock()) == planning.Cancelled((1, 3), (2,))
        assert planning.cancel(session, "push:12", now=house.clock()) == planning.Cancelled((), (2,))
    with house.look() as session:
        assert list(session.scalars(select(MassJob.state).order_by(MassJob.id))) == [
            "cancelled",
            "sending",
            "cancelled",
            "planned",
        ]
        assert session.scalars(planning.has_news("test")).all() == []


def test_twelve_who_list_a_follower_at_once_book_four_sends(house, followers) -> None:
    """Each reads who is full and books the others, as a listing does."""

    def list_them(n: int) -> int:
        with house.services.transaction() as session:
            quota.hold(session)
            free = select(Follower.openid).where(~quota.is_full(Follower.openid, DECEMBER))
            meant = len(session.scalars(free).all())
            assert quota.book(session, free, DECEMBER) == meant
            return meant

    assert sum(at_once(list_them)) == 4 * len(followers)
    assert used(house) == dict.fromkeys(followers, 4)


def test_a_booked_send_is_given_back_and_a_full_follower_stays_at_four(house, followers) -> None:
    some = select(Follower.openid).where(Follower.openid < "o05")
    with house.services.transaction() as session:
        assert [quota.book(session, some, DECEMBER) for _ in range(5)] == [5, 5, 5, 5, 0]
        one = select(Follower.openid).where(Follower.openid == "o00")
        assert quota.give_back(session, one, DECEMBER) == 1
        assert quota.book(session, some, DECEMBER) == 1  # all but one are full
        assert quota.give_back(session, one, 202701) == 0
    assert used(house) == dict.fromkeys([f"o0{n}" for n in range(5)], 4)


@pytest.mark.on_sqlite
def test_what_was_sent_by_hand_is_booked_for_all_who_follow(house, followers) -> None:
    with house.services.transaction() as session:
        noted = quota.by_hand(session, quota.everybody(), whom=None, noted_by="周经理", now=DUE)
        assert (noted.month, noted.count) == (DECEMBER, 20)
    assert used(house) == dict.fromkeys(followers, 1)


def test_twelve_threads_never_take_more_calls_than_a_day_has(house) -> None:
    def take_nine(n: int) -> int:
        taken = 0
        for _ in range(9):
            with house.services.transaction() as session:
                taken += quota.take(session, "mass", now=DUE)
        return taken

    assert sum(at_once(take_nine)) == 100
    with house.services.transaction() as session:
        assert quota.calls_left(session, "mass", now=DUE) == 0
        assert quota.calls_left(session, "draft", now=DUE) == 1000
        # 16:00 UTC is midnight in China.
        assert not quota.take(session, "mass", now=DUE + timedelta(hours=14))
        assert quota.take(session, "mass", now=DUE + timedelta(hours=15))
