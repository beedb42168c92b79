"""Two hands at one request in the same moment: both end, nothing is lost, nothing is said twice."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from foundation.errors import Refused
from people import actions as people
from people import erasing
from people.models import Manager
from tests.h5 import Browser
from tests.office import Office
from tests.visits.conftest import Town
from tests.visits.holds import Holds
from visits.actions import (
    answering,
    attaching,
    binding,
    closing,
    escalating,
    intake,
    moving,
    rating,
    resting,
    undelivered,
)
from visits.actions.shop_message import ShopMessage
from visits.models.answers import Way
from visits.models.requests import Request
from visits.queries import visibility
from visits.queries.visibility import Colleague
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing
from wechat_bot.services import Services

pytestmark = pytest.mark.pooled

Act = Callable[["Hand", Request], object]


class Hand:
    """A process of its own, at work on a request."""

    def __init__(self, services: Services, who: str) -> None:
        self.services, self.openid = services, who

    def who(self, session) -> Colleague:
        found = visibility.of_manager(session, self.openid, now=self.services.clock(), zone=self.services.zone)
        if found is None:
            raise Refused("停用了。")
        return found

    def do(self, act: Act, request: Request, outcomes: list[BaseException | None]) -> None:
        try:
            with self.services.transaction() as self.session:
                act(self, request)
        except Refused:
            outcomes.append(None)  # a rule said no to whoever came second
        except BaseException as error:
            outcomes.append(error)

    @property
    def now(self):
        return self.services.clock()


def answer(hand: Hand, request: Request) -> None:
    # As the chat does it: the manager is in touch, and what waited for that goes out.
    hand.session.get(Follower, hand.openid, with_for_update=True)
    queueing.release(hand.session, hand.openid, now=hand.now)
    answering.answer(hand.session, request.id, hand.who(hand.session), "明早带两条", told=Way.MESSAGE)


def close(hand: Hand, request: Request) -> None:
    closing.close(hand.session, request.id, hand.who(hand.session))


def no_reply(hand: Hand, request: Request) -> None:
    closing.no_reply_needed(hand.session, request.id, hand.who(hand.session))


def reopen(hand: Hand, request: Request) -> None:
    closing.reopen(hand.session, request.id, hand.who(hand.session))


def transfer(hand: Hand, request: Request) -> None:
    lin = hand.session.scalars(select(Manager.id).where(Manager.name == "林小燕")).one()
    answering.transfer(hand.session, request.id, hand.who(hand.session), lin)


def writes(hand: Hand, request: Request) -> None:
    hand.session.get(Follower, request.openid, with_for_update=True)
    said = ShopMessage("text", "还缺三条,快一点")
    intake.receive(hand.session, request.openid, said, now=hand.now, zone=hand.services.zone)


def writes_on_the_page(hand: Hand, request: Request) -> None:
    said = [ShopMessage("text", "页面上写的,还缺两条")]
    intake.written(hand.session, request.openid, said, token="", now=hand.now, zone=hand.services.zone)


def steps(hand: Hand, request: Request) -> None:
    escalating.take_steps(hand.session, now=hand.now, zone=hand.services.zone, quiet=hand.services.quiet)


def owners(hand: Hand, request: Request) -> None:
    binding.attach_newly_bound(hand.session, now=hand.now, zone=hand.services.zone)
    moving.reassign(hand.session, now=hand.now, zone=hand.services.zone)


def erase(hand: Hand, request: Request) -> None:
    hand.session.get(Follower, request.openid, with_for_update=True)
    erasing.erase(hand.session, erasing.ErasedPerson(request.openid), now=hand.now, forgets=hand.services.forgets)


def rates(hand: Hand, request: Request) -> None:
    rating.rate(hand.session, request.openid, request.id, 1, 1, now=hand.now)


def wakes(hand: Hand, request: Request) -> None:
    resting.wake(hand.session, now=hand.now, zone=hand.services.zone)
    resting.close_quiet(hand.session, now=hand.now, zone=hand.services.zone)


def looks(hand: Hand, request: Request) -> None:
    undelivered.look(hand.session, now=hand.now, zone=hand.services.zone)


def disables(hand: Hand, request: Request) -> None:
    hand.session.execute(update(Manager).where(Manager.name == "陈志强").values(disabled_at=hand.now))
    moving.reassign(hand.session, now=hand.now, zone=hand.services.zone)


def leaves(hand: Hand, request: Request) -> None:
    """As if they had written before anybody was bound to their shop."""
    hand.session.execute(update(Request).where(Request.id == request.id).values(retailer_id=None))
    people.unbind(hand.session, request.openid, now=hand.now)


def binds(hand: Hand, request: Request) -> None:
    hand.session.get(Follower, request.openid, with_for_update=True)
    token = request.openid.replace("o-shop", "token")
    people.bind_by_token(hand.session, request.openid, token, now=hand.now)
    binding.bound(hand.session, request.openid, now=hand.now, zone=hand.services.zone)


def attaches(hand: Hand, request: Request) -> None:
    shop = f"3508029{request.openid.rpartition('-')[2]:0>5}"
    attaching.attach(hand.session, request.id, hand.who(hand.session), shop)


#: What was done before, in turn, and what is done at once then.
PAIRS: dict[str, tuple[tuple[Act, ...], Act, Act]] = {
    "answer/answer": ((), answer, answer),
    "answer/close": ((answer, writes), answer, close),
    "answer/transfer": ((), answer, transfer),
    "answer/no reply needed": ((), answer, no_reply),
    "shop writes/close": ((answer,), writes, close),
    "shop writes/answer": ((), writes, answer),
    "shop writes/sweep of steps": ((), writes, steps),
    "shop writes/sweep of owners": ((), writes, owners),
    "shop writes/its page": ((answer, close), writes, writes_on_the_page),
    "shop writes/reopen": ((answer, close), writes, reopen),
    "shop writes/erase": ((answer,), writes_on_the_page, erase),
    "answer/sweep of steps": ((), answer, steps),
    "answer/sweep of answers": ((answer, writes), answer, looks),
    "erase/answer": ((), erase, answer),
    "erase/sweep of steps": ((), erase, steps),
    "rating/close": ((answer, close, reopen), rates, close),
    "transfer/transfer": ((), transfer, transfer),
    "transfer/sweep of steps": ((), transfer, steps),
    "end of a snooze/answer": ((answer, writes), wakes, answer),
    "quiet close/shop writes": ((answer,), wakes, writes),
    "manager disabled/shop writes": ((), disables, writes),
    "manager disabled/answer": ((), disables, answer),
    "shop is bound/given the request": ((leaves,), binds, attaches),
}
TIMES = 2


@pytest.fixture
def crowd(town: Town) -> Town:
    """A manager with three times as many open requests as there are pairs; half of the day promised is over."""
    town.chen, town.lin, town.zhou = (town.manager(name) for name in ("陈志强", "林小燕", "周主任"))
    town.fill("城区一片", TIMES * len(PAIRS))
    town.house.clock.advance(timedelta(hours=12, minutes=1))
    with town.house.services.transaction() as session:
        window = {"message_left": 5, "message_until": town.house.clock() + timedelta(hours=48)}
        session.execute(update(Follower).where(Follower.openid.startswith("o-shop")).values(window))
    return town


def test_whoever_comes_second_waits_or_is_told_and_nothing_is_lost_or_doubled(crowd) -> None:
    processes = [crowd.house.another_process() for _ in range(2)]
    first, second = (Hand(services, crowd.chen.openid) for services in processes)
    requests, errors = iter(crowd.requests()), []
    holds = Holds(crowd, {})
    for name, (before, one, other) in PAIRS.items():
        for _ in range(TIMES):
            request = next(requests)
            outcomes: list[BaseException | None] = []
            for act in before:
                first.do(act, request, outcomes)
            threads = [
                threading.Thread(target=hand.do, args=(act, request, outcomes))
                for hand, act in ((first, one), (second, other))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            errors += [f"{name}: {error}" for error in outcomes if error is not None]
            with crowd.house.services.transaction() as session:
                session.execute(update(Manager).values(disabled_at=None))
    holds.always()
    assert not errors, "\n".join(errors)
    with crowd.house.look() as session:
        keys = Counter(session.scalars(select(Delivery.key).where(Delivery.key.is_not(None))))
    assert max(keys.values()) == 1
    for services in processes:
        services.database.dispose()


def test_a_page_that_loses_against_another_hand_says_so_and_works_when_tried_again(town) -> None:
    chen, wang, office = town.manager("陈志强"), town.shop("王建国"), Office(town.house)
    wang.say("断货了,快一点")
    office.staff()
    request, page, desk = town.request(), Browser(town.house, chen), office.browser("market")
    page.open(f"/m/visits/{request.number}")
    form = page.form() | {"do": "answer", "content": "明早带两条"}
    [letter] = town.house.sim.prepare([wang], ["还缺三条"])
    engine = town.house.services.database.engine
    is_sqlite = engine.dialect.name == "sqlite"
    # Nobody waits as long for a lock as the house does. Behind a pooler what a session is set to stays for others.
    moment = "checkout" if is_sqlite else "begin"

    def hurry(connection, *_) -> None:
        if is_sqlite:
            connection.execute("PRAGMA busy_timeout=50")
        else:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")

    event.listen(engine, moment, hurry)
    other = town.house.another_process()
    with other.transaction() as session:
        session.get(Request, request.id, with_for_update=True)
        for answer in (
            page.post(f"/m/visits/{request.number}", form),
            desk.post(f"/console/visits/{request.number}", {"do": "close"}),
        ):
            assert (answer.status_code, "刚才太忙了，什么都没有改，请再点一次" in answer.text) == (503, True)
        # WeChat asks again by itself, so the callback says nothing of it.
        heard = town.house.app.test_client().post("/wechat", query_string=letter.query, data=letter.body)
        assert (heard.status_code, "太忙" in heard.text) == (500, False)
    other.database.dispose()
    event.remove(engine, moment, hurry)
    engine.dispose()
    assert page.post(f"/m/visits/{request.number}", form).status_code == 303
    assert [content for _, content in town.said()] == ["断货了,快一点", "明早带两条"]
