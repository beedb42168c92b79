"""What is so follows the order in which things happened, not that in which WeChat's callbacks arrive."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from people.models import Retailer, Withdrawal
from tests.conftest import House
from tests.office import Office
from visits.models.requests import Message
from wechat_bot.client.codes import SendError
from wechat_bot.models import Delivery, DeliveryState, Follower, Heard
from wechat_bot.outbox import claiming, queueing, settling
from wechat_bot.reply import text_message

INFO = "/cgi-bin/user/info"


def seconds(house: House, ago: float = 0) -> int:
    """WeChat's time so long ago."""
    return int((house.clock() - timedelta(seconds=ago)).timestamp())


def is_following(house: House, phone) -> bool:
    with house.look() as session:
        return session.scalars(select(Follower.unfollowed_at).where(Follower.openid == phone.openid)).one() is None


def run(house: House, name: str) -> None:
    [job] = [job for job in house.app.extensions["jobs"] if job.name == name]
    job.run(house.services)


def bound(house: House, name: str = "王建国", pair: str = "350802100001 8899"):
    Office(house).import_roster()
    wang = house.phone(name)
    wang.follow()
    assert "已绑定" in wang.say(f"绑定 {pair}").text
    return wang


def openid_of_shop(house: House) -> str | None:
    with house.look() as session:
        return session.scalars(select(Retailer.openid).where(Retailer.keeper == "王建国")).one()


def test_an_unfollow_and_a_follow_count_in_the_order_in_which_they_happened(house) -> None:
    wang = bound(house)
    house.clock.advance(minutes=5)
    # They left and came back; the first callback was posted again only after the second.
    wang.event("subscribe", CreateTime=seconds(house))
    wang.event("unsubscribe", CreateTime=seconds(house, 8))
    assert is_following(house, wang)
    house.clock.advance(minutes=5)
    # The reverse: they came back and left again. The late follow says nothing, opens no window and releases nothing.
    with house.services.transaction() as session:
        queueing.queue(session, wang.openid, text_message("通知"), now=house.clock())
        session.execute(update(Delivery).values(state=DeliveryState.HELD))
        session.execute(update(Follower).values(has_held=True))
    wang.event("unsubscribe", CreateTime=seconds(house))
    assert wang.event("subscribe", CreateTime=seconds(house, 8)).text == ""
    assert not is_following(house, wang)
    with house.look() as session:
        assert session.scalars(select(Delivery.state)).all() == ["held"]
        assert session.scalars(select(Follower.event_left)).all() == [0]
    # What was said before they left is heard all the same, and brings nobody back.
    wang.event(
        "text", MsgType="text", Content="红七匹狼断货了", MsgId="24000000000000077", CreateTime=seconds(house, 3)
    )
    with house.look() as session:
        assert session.scalars(select(Message.content)).all() == ["红七匹狼断货了"]
    assert not is_following(house, wang)
    # Within one second WeChat's clock does not tell: what arrived last counts.
    house.clock.advance(seconds=5)
    wang.event("subscribe", CreateTime=seconds(house))
    assert is_following(house, wang)
    wang.event("unsubscribe", CreateTime=seconds(house))
    assert not is_following(house, wang)


def test_a_follow_older_than_the_last_one_moves_nothing_back(house) -> None:
    wang = bound(house)
    house.clock.advance(minutes=5)
    wang.event("unsubscribe", CreateTime=seconds(house, 60))
    wang.event("subscribe", CreateTime=seconds(house, 20))
    wang.event("subscribe", CreateTime=seconds(house, 200))
    wang.event("unsubscribe", CreateTime=seconds(house, 40))
    assert is_following(house, wang)
    # They left, came back and left again; only the last was delivered in its turn.
    house.clock.advance(minutes=5)
    for name, ago in (("unsubscribe", 10), ("unsubscribe", 50), ("subscribe", 30)):
        wang.event(name, CreateTime=seconds(house, ago))
        assert not is_following(house, wang)


def test_who_comes_back_while_wechat_refuses_a_message_follows(house) -> None:
    wang = bound(house)
    with house.services.transaction() as session:
        queueing.queue(session, wang.openid, text_message("通知"), now=house.clock())
    with house.services.transaction() as session:
        claim, _ = claiming.claim(house.services, session, 0, now=house.clock())
    assert claim is not None
    house.clock.advance(seconds=2)
    wang.event("subscribe", CreateTime=seconds(house))
    with house.services.transaction() as session:
        settling.note(session, claim, None, SendError("43004", code=43004), now=house.clock())
    assert is_following(house, wang)


def test_who_followed_again_before_the_refusal_came_is_welcome_though_that_is_heard_later(house) -> None:
    wang = bound(house)
    with house.services.transaction() as session:
        queueing.queue(session, wang.openid, text_message("通知"), now=house.clock())
    with house.services.transaction() as session:
        claim, _ = claiming.claim(house.services, session, 0, now=house.clock())
    assert claim is not None
    house.clock.advance(seconds=5)
    with house.services.transaction() as session:
        settling.note(session, claim, None, SendError("43004", code=43004), now=house.clock())
    assert not is_following(house, wang)
    house.clock.advance(seconds=1)
    assert wang.event("subscribe", CreateTime=seconds(house, 3)).text
    assert is_following(house, wang)


def test_before_somebody_is_erased_for_having_left_wechat_is_asked(house) -> None:
    wang = bound(house)
    # The callback of their coming back never reached us.
    wang.event("unsubscribe", CreateTime=seconds(house))
    house.clock.advance(timedelta(days=31))
    house.sim.faults.add(INFO, "unreachable", times=None)
    run(house, "erase who is gone")
    assert openid_of_shop(house) == wang.openid and not is_following(house, wang)
    house.sim.faults.clear()
    run(house, "erase who is gone")
    assert openid_of_shop(house) == wang.openid and is_following(house, wang)
    # Who has left by WeChat's word is erased.
    wang.unfollow()
    house.clock.advance(timedelta(days=31))
    asked = house.sim.count(INFO)
    run(house, "erase who is gone")
    assert openid_of_shop(house) is None and house.sim.count(INFO) > asked


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("fault", "code", "is_erased"),
    [("errcode", 40003, True), ("errcode", 46004, True), ("bare", 0, False),
     ("errcode", -1, False), ("errcode", 45009, False), ("http", 200, False), ("slow", 60, False)],
)  # fmt: skip
def test_only_wechats_word_that_somebody_is_gone_erases(house, fault, code, is_erased) -> None:
    people = sorted((house.phone(name) for name in ("老李", "小王")), key=lambda phone: phone.openid)
    for phone in people:
        phone.follow(), phone.unfollow()
    house.clock.advance(timedelta(days=31))
    house.sim.faults.add(INFO, fault, value=code, times=1)
    run(house, "erase who is gone")
    with house.look() as session:
        left = [session.get(Follower, phone.openid) is not None for phone in people]
    assert left == [not is_erased] * 2
    run(house, "erase who is gone")
    with house.look() as session:
        assert [session.get(Follower, phone.openid) for phone in people] == [None, None]


@pytest.mark.on_sqlite
def test_an_account_that_may_not_ask_goes_by_what_it_heard(house) -> None:
    wang = bound(house)
    wang.unfollow()
    house.clock.advance(timedelta(days=31))
    house.sim.faults.add(INFO, "errcode", value=48001, times=None)
    run(house, "erase who is gone")
    assert openid_of_shop(house) is None


def test_a_revocation_takes_what_it_names_and_only_a_cancellation_everything(house) -> None:
    wang = bound(house)
    wang.say("红七匹狼这周断货了能不能先补两条")
    wang.send_image(b"\x89PNG\r\n\x1a\n of the shelf")
    wang.send_voice()
    wang.send_location(25.1, 117.0, "龙岩市新罗区")
    house.work()
    wang.unread()
    platform = {"FromUserName": "oWeChatItself"}

    def kept() -> dict[str, bool]:
        with house.look() as session:
            rows = session.execute(select(Message.kind, Message.content, Message.media_key, Message.more))
            return {kind: bool(content or key or more) for kind, content, key, more in rows}

    everything = {"text": True, "image": True, "voice": True, "location": True}
    assert kept() == everything
    # Nothing of these is kept; who is not named is nobody, and a cleaned nickname costs nothing.
    wang.event("user_authorization_revoke", **platform, RevokeInfo="201")
    wang.event("user_authorization_cancellation", **platform)
    # What nobody knows is kept for whoever teaches the program; of it nothing is said to anybody.
    for unknown in ("299", "", "2070"):
        wang.event("user_authorization_revoke", **platform, OpenID=wang.openid, RevokeInfo=unknown)
    wang.event("user_info_modified", **platform, OpenID=wang.openid)
    run(house, "erase who is gone")
    house.work()
    assert kept() == everything and openid_of_shop(house) == wang.openid and wang.unread().text == ""
    with house.look() as session:
        assert len(session.scalars(select(Heard.raw).where(Heard.raw.is_not(None))).all()) == 5
        assert session.scalars(select(Withdrawal)).all() == []
    wang.event("user_authorization_revoke", **platform, OpenID=wang.openid, RevokeInfo="205")
    run(house, "erase who is gone")
    house.work()
    assert kept() == everything and "没有保存" in wang.unread().text
    house.clock.advance(seconds=1)
    wang.event("user_authorization_revoke", **platform, OpenID=wang.openid, RevokeInfo="206")
    house.clock.advance(seconds=1)
    wang.event("user_authorization_revoke", **platform, OpenID=wang.openid, RevokeInfo="207")
    run(house, "erase who is gone")
    house.work()
    assert kept() == {**everything, "image": False, "location": False}
    said = wang.unread().text
    assert (
        said.startswith("您在微信里收回了授权，您发过的图片、位置已经删除。") and openid_of_shop(house) == wang.openid
    )
    house.clock.advance(seconds=1)
    wang.event("user_authorization_revoke", **platform, OpenID=wang.openid, RevokeInfo="204")
    wang.event("user_authorization_cancellation", **platform, OpenID=wang.openid)
    run(house, "erase who is gone")
    assert not any(kept().values()) and openid_of_shop(house) is None
