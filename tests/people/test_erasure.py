"""Erasing who is gone, and who asked for it."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.errors import Refused
from people import actions, audiences, erasing, identity, jobs
from people.erasing import ErasedPerson
from people.feature import people
from people.models import Audience, Binding, BindTries, Retailer, Withdrawal
from wechat_bot import collecting, reading
from wechat_bot.chat import chat
from wechat_bot.messages import DataWithdrawn
from wechat_bot.models import Delivery, DeliveryState, Follower, Heard, Talk
from wechat_bot.services import Services

OPENID = "o-laoli"


def services(database: Database, now: datetime) -> Services:
    """Whoever is asked for at WeChat follows no more."""
    world = SimpleNamespace(
        database=database,
        clock=lambda: now,
        real_time=lambda: now,
        transaction=database.transaction,
        reading=database.reading,
        forgets=(people.forgets, chat.forgets),
        tables=collecting.tables((people, chat)),
        wechat=SimpleNamespace(follows=lambda openid: False),
    )
    return cast(Services, world)


def live_a_little(session: Session, now: datetime) -> None:
    session.add(Follower(openid=OPENID, followed_at=now, heard_at=now, message_until=now, message_left=4))
    actions.bind_by_token(session, OPENID, "token-of-lao-li", now=now)
    session.add_all(
        [
            Talk(openid=OPENID, topic="survey", reference="1", begun_at=now, heard_at=now),
            BindTries(openid=OPENID, day_on=now.date(), count=1),
            Heard(key="k", openid=OPENID, heard_at=now, answer={"text": "您好李老板"}),
            Delivery(openid=OPENID, message={"text": "李老板"}, state=DeliveryState.SENT, due_at=now, created_at=now),
            Delivery(
                openid=OPENID, message={"text": "李老板"}, state=DeliveryState.PENDING, due_at=now, created_at=now
            ),
        ]
    )


def leave(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        live_a_little(session, now)
        session.flush()
        follower = session.get(Follower, OPENID)
        assert follower is not None
        follower.unfollowed_at = now


def test_who_is_gone_for_thirty_days_is_erased_and_what_was_counted_stays(settled: Database, now: datetime) -> None:
    leave(settled, now)
    erasing.erase_due(services(settled, now + timedelta(days=30)))
    with settled.reading() as session:
        assert session.scalar(select(Retailer.openid).where(Retailer.openid.is_not(None))) is None
        assert not session.scalars(select(Talk)).all() and not session.scalars(select(BindTries)).all()
        [follower] = session.scalars(select(Follower)).all()
        [binding] = session.scalars(select(Binding)).all()
        heard = session.scalars(select(Heard)).one()
        states = sorted((each.state, each.openid, str(each.message)) for each in session.scalars(select(Delivery)))
        pseudonym = follower.openid
        assert pseudonym.startswith("erased:") and follower.unfollowed_at == now and follower.heard_at is None
        assert binding.openid == pseudonym and binding.unbound_at == now + timedelta(days=30)
        assert (heard.openid, heard.answer) == (pseudonym, None)
        assert session.scalar(select(Heard.key).where(Heard.answer.is_(None))) == "k"
        assert states == [("cancelled", pseudonym, "{}"), ("sent", pseudonym, "{}")]


def test_before_thirty_days_nothing_is_erased_and_afterwards_only_once(settled: Database, now: datetime) -> None:
    leave(settled, now)
    erasing.erase_due(services(settled, now + timedelta(days=29)))
    with settled.reading() as session:
        assert identity.shop_of(session, OPENID)
    erasing.erase_due(services(settled, now + timedelta(days=31)))
    with settled.reading() as session:
        before = session.scalars(select(Follower.openid)).all()
    erasing.erase_due(services(settled, now + timedelta(days=90)))
    with settled.reading() as session:
        assert session.scalars(select(Follower.openid)).all() == before


def test_who_came_back_meanwhile_is_not_erased(settled: Database, now: datetime) -> None:
    leave(settled, now)
    with settled.transaction() as session:
        follower = session.get(Follower, OPENID)
        assert follower is not None
        follower.unfollowed_at = None
        session.flush()
        assert not erasing.erase_gone(session, OPENID, now=now + timedelta(days=40), forgets=())
        assert identity.shop_of(session, OPENID)


def withdrawn(event: str, now: datetime, **raw: Any) -> DataWithdrawn:
    told = {"ToUserName": "gh", "FromUserName": "o-wechat-itself", "CreateTime": int(now.timestamp())}
    message = reading.read({**told, "MsgType": "event", "Event": event, **raw}, b"", now=now)
    assert isinstance(message, DataWithdrawn)
    return message


def test_who_withdraws_is_erased_at_the_next_look(settled: Database, now: datetime) -> None:
    with settled.transaction() as session:
        live_a_little(session, now)
        event = withdrawn("user_authorization_cancellation", now, OpenID=OPENID)
        jobs.note_withdrawal(session, event, now)
        jobs.note_withdrawal(session, event, now)
    erasing.erase_due(services(settled, now))
    with settled.reading() as session:
        assert identity.shop_of(session, OPENID) is None
        assert not session.scalars(select(Withdrawal)).all()
        assert session.scalars(select(Follower.unfollowed_at)).all() == [now]


def test_a_command_erases_one_person_by_licence_or_openid_after_asking(office) -> None:
    with office.house.look() as session:
        token = session.scalars(select(Retailer.bind_token).where(Retailer.keeper == "王建国")).one()
    office.house.phone("王建国").follow(f"bind:{token}")
    office.house.phone("路人").follow()
    with office.house.look() as session:
        passer = session.scalars(
            select(Follower.openid).outerjoin(Retailer, Retailer.openid == Follower.openid).where(Retailer.id.is_(None))
        ).one()
    erase = ("people", "erase", "350802100001")
    assert office.house.flask(*erase).exit_code == 1  # nobody answered the question: nothing is done
    with office.house.look() as session:
        assert session.scalars(select(Retailer.openid).where(Retailer.keeper == "王建国")).one() is not None
    assert "已删除" in office.house.flask(*erase, "--yes").output
    assert "没有绑定微信" in office.house.flask(*erase, "--yes").output
    assert "已删除" in office.house.flask("people", "erase", passer, "--yes").output
    assert "没有" in office.house.flask("people", "erase", passer, "--yes").output
    with office.house.look() as session:
        assert all(each.startswith("erased:") for each in session.scalars(select(Follower.openid)))
        assert session.scalars(select(Retailer.shop).where(Retailer.keeper == "王建国")).one() == "城南便利店"


def test_a_shop_that_is_erased_is_named_in_no_saved_audience(settled: Database, now: datetime) -> None:
    named = {"any": [{"licence": ["350802100001", "350802100002"]}, {"licence": "350802100001"}]}
    with settled.transaction() as session:
        session.add(Audience(name="常客", spec=named, created_at=now))
        shop = session.scalars(select(Retailer).where(Retailer.licence == "350802100001")).one()
        erasing.erase(
            session, ErasedPerson(shop.openid or "", shop.id), now=now, forgets=(people.forgets, chat.forgets)
        )
    with settled.reading() as session:
        kept = session.scalars(select(Audience.spec)).one()
        assert kept == {"any": [{"licence": ["350802100002"]}, {"licence": []}]}
        # Nobody must never become everyone: what is left of the second refuses.
        with pytest.raises(Refused, match="licence 是空的"):
            audiences.select_ids(session, kept, {}, now=now)
