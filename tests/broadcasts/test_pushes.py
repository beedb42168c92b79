"""Pushes on the way to the shops: what the card says, whom it leaves out and why, one a day, one law for promotions."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from broadcasts.actions import sending
from broadcasts.models.pushes import Push, Refusal
from campaigns.models import Campaign, Recipient
from people.models import Retailer
from simulator.world import Account
from tests.broadcasts.conftest import BRANDS, Library
from tests.broadcasts.test_push_commands import SHANGHAI, push, refused, run, state
from tests.conftest import AES_KEY, House
from tests.office import Office
from wechat_bot.mass.models import MassUse
from wechat_bot.models import Delivery


def settle(house: House) -> Office:
    """The office on 10 December 2026 at 10:00; 王建国 and 李福生 are bound and have just written."""
    house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - house.clock())
    office = Office(house)
    office.settle()
    office.user("sun", "marketing", name="孙宁")
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        house.phone(name).follow()
        assert "已绑定" in house.phone(name).say(f"绑定 {licence} {ending}").text
    return office


@pytest.fixture
def office(house: House) -> Office:
    return settle(house)


def sent(office: Office, *more: str, at: str = "2026-12-10 10:05", **where: Any) -> int:
    """Write a push, have it approved, and let its time come; gives its id."""
    push_id = push(office, *more, at=at, **where)
    run(office, "submit", str(push_id), "--by", "market", "--aware")
    run(office, "approve", str(push_id), "--by", "sun")
    office.house.clock.advance(timedelta(minutes=6))
    office.house.tick()
    return push_id


def reasons(office: Office, push_id: int) -> dict[str, str | None]:
    """Why each shop is left out, by licence; None where a message is meant."""
    with office.house.look() as session:
        rows = session.execute(
            select(Retailer.licence, Recipient.why)
            .join(Recipient, Recipient.retailer_id == Retailer.id)
            .join(Campaign, Campaign.id == Recipient.campaign_id)
            .where(Campaign.kind == "push", Campaign.reference == push_id)
        )
        return {row.licence: row.why for row in rows}


def messages(office: Office, push_id: int) -> list[dict[str, Any]]:
    with office.house.look() as session:
        return list(session.scalars(select(Delivery.message).where(Delivery.about == f"push:{push_id}")))


def test_a_promotion_is_a_card_whose_last_line_says_how_to_order_and_to_refuse(office: Office) -> None:
    article = Library(office.house).published("元旦备货提醒", "元旦前还有两次到货。", digest="两次到货，早一周报。")
    push_id = sent(office, "--channel", "message", article=article)
    (card, *_) = messages(office, push_id)[0]["news"]["articles"]
    assert card["title"] == "元旦备货提醒"
    assert card["description"] == "两次到货，早一周报。\n回复“2”留言订货，回复“9”不再接收促销"
    with office.house.look() as session:
        token = session.get_one(Push, push_id).token
    assert card["url"].endswith(f"/m/p/{token}")
    assert "/m/library/pictures/" in card["picurl"]
    shown = office.house.phone("王建国").unread()
    assert "元旦备货提醒" in str(shown)


@pytest.mark.on_sqlite
def test_a_service_notice_has_no_such_line(office: Office) -> None:
    push_id = sent(office, "--channel", "message", "--kind", "service")
    (card, *_) = messages(office, push_id)[0]["news"]["articles"]
    assert "回复“9”" not in card["description"]


@pytest.mark.on_sqlite
def test_a_promotion_never_goes_as_a_template_message_and_a_service_notice_may(build: Callable[..., House]) -> None:
    template = {"push": {"id": "T", "fields": {"thing1": "{what}"}}}
    office = settle(build(wechat_templates=template))
    office.house.sim.add_template("通知", "内容:{{thing1.DATA}}")
    office.house.clock.advance(timedelta(hours=50))  # nobody's window is open
    promo = sent(office, "--channel", "message", at="2026-12-12 12:05")
    assert set(reasons(office, promo).values()) == {"no_channel"}
    office.house.clock.advance(timedelta(days=1))
    service = sent(office, "--channel", "message", "--kind", "service", at="2026-12-13 12:11")
    assert set(reasons(office, service).values()) == {None}
    assert messages(office, promo) == []


@pytest.mark.on_sqlite
def test_everybody_in_the_audience_is_meant_or_has_one_reason(office: Office) -> None:
    with office.house.services.transaction() as session:
        li = office.house.phone("李福生").openid
        session.add(Refusal(openid=li, kind="promo", at=office.house.clock()))
    push_id = sent(office, "--channel", "message", audience="all")
    assert reasons(office, push_id) == {
        "350802100001": None,
        "350802100002": "refused",
        "350802100003": "unbound",
    }
    assert Counter(reasons(office, push_id).values()).total() == 3


@pytest.mark.on_sqlite
def test_who_refused_promotions_still_gets_service_notices(office: Office) -> None:
    with office.house.services.transaction() as session:
        li = office.house.phone("李福生").openid
        session.add(Refusal(openid=li, kind="promo", at=office.house.clock()))
    push_id = sent(office, "--channel", "message", "--kind", "service")
    assert reasons(office, push_id)["350802100002"] is None


def test_a_shop_gets_one_push_a_day(office: Office) -> None:
    first = sent(office, "--channel", "message")
    second = sent(office, "--channel", "message", at="2026-12-10 10:12")
    assert reasons(office, first)["350802100001"] is None
    assert set(reasons(office, second).values()) == {"same_day"}


@pytest.mark.on_sqlite
def test_a_push_that_was_approved_goes_out_at_its_time_and_not_before(office: Office) -> None:
    push_id = push(office, "--channel", "message", at="2026-12-10 14:00")
    run(office, "submit", str(push_id), "--by", "market")
    office.house.tick()
    run(office, "approve", str(push_id), "--by", "sun")
    office.house.tick()
    assert messages(office, push_id) == []
    office.house.clock.advance(timedelta(hours=4, minutes=1))
    office.house.tick()
    assert len(messages(office, push_id)) == 2


@pytest.mark.on_sqlite
def test_the_mass_article_is_the_librarys_with_the_buttons_and_the_last_line_behind(office: Office) -> None:
    article = Library(office.house).published("甲品规介绍", "规格和包装。", column=BRANDS)
    push_id = push(office, article=article)
    run(office, "submit", str(push_id), "--by", "market")
    with office.house.services.transaction() as session:
        session.execute(update(Push).values(buttons=[["看一看", f"article:{article}"]]))
    with office.house.look() as session:
        found = sending.in_mass(session, session.get_one(Push, push_id), "https://here").article
    assert found is not None
    assert found.title == "甲品规介绍"
    assert found.content.index("规格和包装") < found.content.index("看一看") < found.content.index("不再接收促销")
    assert found.source_url.startswith("https://here/m/p/")
    # An article without a picture gets a cover when it is submitted: WeChat takes none without.
    assert len(found.cover) == 64


@pytest.mark.on_sqlite
def test_a_subscription_account_sends_by_tag_only_and_once_a_day(build: Callable[..., House]) -> None:
    office = settle(build(account=Account(aes_key=AES_KEY, kind="subscription")))
    mirror(office)
    plain = push(office, at="2026-12-15 09:00")
    assert "订阅号只能按标签群发" in refused(office, "submit", str(plain), "--by", "market")
    first, second, third = (
        push(office, "--channel", "tag", at=at) for at in ("2026-12-15 09:00", "2026-12-15 15:00", "2026-12-16 09:00")
    )
    run(office, "submit", str(first), "--by", "market")
    said = refused(office, "submit", str(second), "--by", "market")
    assert "订阅号一天只能群发一次：12 月 15 日已经有《看好有效期》" in said
    assert state(office, second) == "draft"
    run(office, "submit", str(third), "--by", "market")


def test_by_tag_is_refused_with_the_names_of_those_who_carry_it_and_must_not_get_it(office: Office) -> None:
    mirror(office)
    with office.house.services.transaction() as session:
        li = office.house.phone("李福生").openid
        session.add(Refusal(openid=li, kind="promo", at=office.house.clock()))
    push_id = push(office, "--channel", "tag")
    said = refused(office, "submit", str(push_id), "--by", "market")
    assert "老李食杂店 1 家" in said
    service = push(office, "--channel", "tag", "--kind", "service")
    run(office, "submit", str(service), "--by", "market")


def mirror(office: Office) -> None:
    """Put the town's tag into WeChat."""
    done = office.house.flask("people", "tags", "sync")
    assert done.exit_code == 0, done.output


def test_by_mass_the_phones_show_the_card_and_each_has_one_of_the_months_four_less(office: Office) -> None:
    article = Library(office.house).published("元旦备货提醒", "元旦前还有两次到货。")
    push_id = sent(office, "--channel", "mass", article=article)
    office.house.tick()
    assert set(reasons(office, push_id).values()) == {None}
    for name in ("王建国", "李福生"):
        assert "元旦备货提醒" in str(office.house.phone(name).unread())
    with office.house.look() as session:
        assert sorted(session.scalars(select(MassUse.used))) == [1, 1]
