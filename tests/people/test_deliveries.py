"""Messages that need a person, in the console: why they stand where they stand, and deciding about them."""

import pytest
from sqlalchemy import select

from campaigns.models import Campaign
from foundation import paging
from people.models import Retailer
from surveys.models import Survey
from wechat_bot.mass import planning, settling
from wechat_bot.mass.models import MassJob, MassReceipt, MassState
from wechat_bot.models import Delivery, Lane

MESSAGES = "/console/messages"


@pytest.fixture
def wang(office) -> str:
    """王 keeps the first shop and follows; gives the openid."""
    with office.house.look() as session:
        token = session.scalars(select(Retailer.bind_token).where(Retailer.keeper == "王建国")).one()
    office.house.phone("王建国").follow(f"bind:{token}")
    with office.house.services.transaction() as session:
        session.add(Survey(title="满意度", draft={}, created_at=office.house.clock()))
        return session.scalars(select(Retailer.openid).where(Retailer.keeper == "王建国")).one()


def queue(office, openid: str, **values) -> int:
    message = {"msgtype": "text", "text": {"content": "请填写调查"}}
    now = office.house.clock()
    with office.house.services.transaction() as session:
        delivery = Delivery(
            **{"openid": openid, "message": message, "about": "survey:1", "due_at": now, "created_at": now, **values}
        )
        session.add(delivery)
        session.flush()
        return delivery.id


def state_of(office, delivery_id: int) -> str:
    with office.house.look() as session:
        return session.get_one(Delivery, delivery_id).state


def test_an_unsure_message_is_settled_once(office, wang) -> None:
    now = office.house.clock()
    first, second, third = (queue(office, wang, state="unsure", settled_at=now, error="timed out") for _ in range(3))
    browser = office.browser("market")
    page = browser.get(MESSAGES).text
    assert page.count("再发一次") == 3
    assert "城南便利店" in page
    assert "调查《满意度》" in page
    assert "请填写调查" in page
    assert "不知道对方是否收到" in page
    for delivery, outcome, state in (
        (first, "sent", "sent"),
        (second, "failed", "failed"),
        (third, "resend", "pending"),
    ):
        assert browser.post(f"{MESSAGES}/{delivery}/settle", {"outcome": outcome}).status_code == 303
        assert state_of(office, delivery) == state
    again = browser.post(f"{MESSAGES}/{first}/settle", {"outcome": "resend"})
    assert again.status_code == 422
    assert "已经有人处理过" in again.text
    assert browser.post(f"{MESSAGES}/{third}/settle", {"outcome": "maybe"}).status_code == 422
    assert [entry.detail for entry in office.audited("delivery.settle")] == ["记为已收到", "记为没收到", "再发一次"]
    assert "没有不确定的消息" in browser.get(MESSAGES).text


@pytest.mark.on_sqlite
def test_an_unsure_part_of_a_mass_message_is_shown_and_settled_once(office, wang) -> None:
    house, market = office.house, office.browser("market")
    with house.services.transaction() as session:
        due = {"due_at": house.clock(), "not_after": None, "heeds_quiet": False, "now": house.clock()}
        job = planning.plan(session, source="x", about="survey:1", part=2, generation=0, size=9999, month=202603, **due)
        session.flush()
        settling.end(session, job, MassState.UNSURE, "微信一直没有说收到没有", now=house.clock())
    page = market.get(MESSAGES).text
    for said in ("不确定的群发", "调查《满意度》", "9,999", "微信一直没有说收到没有"):
        assert said in page
    health = house.app.test_client().get("/healthz").get_json()
    assert health["mass"] == {"unsure": 1}
    assert market.post(f"{MESSAGES}/mass/{job.id}/settle", {"outcome": "maybe"}).status_code == 422
    none = market.post(f"{MESSAGES}/mass/{job.id}/settle", {"outcome": "report", "report": "1"})
    assert (none.status_code, "这条回执对不上这一批" in none.text) == (422, True)
    assert market.post(f"{MESSAGES}/mass/{job.id}/settle", {"outcome": "sent"}).status_code == 303
    again = market.post(f"{MESSAGES}/mass/{job.id}/settle", {"outcome": "failed"})
    assert (again.status_code, "已经有人处理过" in again.text) == (422, True)
    assert [entry.detail for entry in office.audited("delivery.settle")] == ["记为已发出"]
    assert "不确定的群发" not in market.get(MESSAGES).text
    with house.look() as session:
        job = session.get_one(MassJob, job.id)
        assert (job.state, job.has_news) == ("finished", True)


def test_a_report_that_could_be_that_of_two_unsure_parts_is_given_to_one_by_hand(office) -> None:
    house, market = office.house, office.browser("market")
    now = house.clock()
    with house.services.transaction() as session:
        due = {"due_at": now, "not_after": None, "heeds_quiet": False, "now": now}
        for part in (1, 2):
            job = planning.plan(
                session, source="x", about="survey:1", part=part, generation=0, size=50, month=202603, **due
            )
            session.flush()
            job.first_attempt_at = now
            settling.end(session, job, MassState.UNSURE, "微信一直没有说收到没有", now=now)
        told = {"status": "send success", "total": 50, "filtered": 50, "sent": 49, "errors": 1, "urls": []}
        session.add(MassReceipt(msg_id="77", received_at=now, **told))
    page = market.get(MESSAGES).text
    assert page.count("的回执：送达 49，没送到 1") == 2
    form = {"outcome": "report", "report": "77"}
    assert market.post(f"{MESSAGES}/mass/{job.id}/settle", form).status_code == 303
    assert [entry.detail for entry in office.audited("delivery.settle")] == ["记为回执 77"]
    assert "的回执：" not in market.get(MESSAGES).text
    with house.look() as session:
        assert [each.sent for each in session.scalars(select(MassJob).order_by(MassJob.part))] == [None, 49]


@pytest.mark.on_sqlite
def test_why_a_message_failed_or_waits_is_said_in_chinese(office, wang) -> None:
    now = office.house.clock()
    for error, code in (("no longer follows", None), ("43101", 43101), ("too late to be useful", None), ("x", 99999)):
        queue(office, wang, state="failed", settled_at=now, error=error, error_code=code)
    queue(office, wang, state="held", error="waits for the next contact")
    browser = office.browser("admin")
    page = browser.get(f"{MESSAGES}?state=failed").text
    for said in ("对方已取消关注", "对方没有同意接收", "过了有效时间", "错误码 99999"):
        assert said in page
    assert "等他下次来消息时自动发出" in browser.get(f"{MESSAGES}?state=held").text


@pytest.mark.on_sqlite
def test_that_wechats_day_is_used_up_is_said_where_staff_look(office, wang) -> None:
    said, browser = "群发的消息明天 00:00 以后接着发", office.browser("admin")
    waiting = queue(office, wang, lane=Lane.BROADCAST)
    assert said not in browser.get(f"{MESSAGES}?state=pending").text + browser.get("/console/").text
    office.house.sim.set_quota("/cgi-bin/message/custom/send", 0)
    office.house.work()
    assert state_of(office, waiting) == "pending"
    assert said in browser.get(f"{MESSAGES}?state=pending").text
    front = browser.get("/console/").text
    assert said in front and "微信拒绝了接口调用" not in front


def test_what_waits_is_cancelled_by_what_it_is_about(office, wang) -> None:
    waiting, held = queue(office, wang), queue(office, wang, state="held")
    other = queue(office, wang, about="survey:2")
    sent = queue(office, wang, state="sent")
    browser = office.browser("market")
    assert "全部取消" in browser.get(f"{MESSAGES}?state=pending").text
    done = browser.post(f"{MESSAGES}/cancel", {"about": "survey:1"})
    assert "已取消 2 条" in browser.get(done.location).text
    assert [state_of(office, each) for each in (waiting, held, other, sent)] == [
        "cancelled",
        "cancelled",
        "pending",
        "sent",
    ]
    assert "没有在等的消息" in browser.post(f"{MESSAGES}/cancel", {"about": "survey:1"}).text
    assert office.audited("delivery.cancel")[0].detail == "调查《满意度》 2 条"


def test_the_list_is_paged_by_key(office, wang, monkeypatch) -> None:
    now = office.house.clock()
    numbers = [queue(office, wang, state="unsure", settled_at=now) for _ in range(60)]
    browser = office.browser("market")
    first = browser.get(MESSAGES).text
    assert first.count("再发一次") == 50
    assert f"/console/messages/{numbers[-1]}/settle" in first
    second = browser.get(f"{MESSAGES}?state=unsure&after={paging.written((now, numbers[10]))}").text
    assert second.count("再发一次") == 10
    assert f"/console/messages/{numbers[0]}/settle" in second


def test_waiting_messages_are_cancelled_by_a_command(office, wang) -> None:
    waiting, other = queue(office, wang), queue(office, wang, about="survey:2")
    house = office.house
    assert "已取消 1 条" in house.flask("outbox", "cancel", "--about", "survey:1").output
    assert "已取消 1 条" in house.flask("outbox", "cancel", "--id", str(other)).output
    assert house.flask("outbox", "cancel").exit_code == 2
    assert {state_of(office, waiting), state_of(office, other)} == {"cancelled"}


@pytest.mark.on_sqlite
def test_an_unsure_message_is_named_and_leads_to_its_page_before_anybody_decides(office, wang) -> None:
    now, unsure = office.house.clock(), {"state": "unsure", "settled_at": office.house.clock()}
    with office.house.services.transaction() as session:
        wave = {"kind": "survey", "reference": 1, "number": 2, "about": "survey:1", "said": "请填", "state": "sent"}
        session.add(Campaign(**wave, due_at=now, created_at=now, created_by=""))
    answer = queue(office, wang, about="visit:7", key="visit-answer:3", **unsure)
    queue(office, wang, about="visit:7", key="visit:7:more:9", **unsure)
    queue(office, wang, about="survey:1", key="campaign:1:0:1", **unsure)
    queue(office, wang, about="visits", key="x", **unsure)
    queue(office, wang, about=None, **unsure)
    page = office.browser("market").get(MESSAGES).text
    for path, title in (
        ("visits/107", "答复 #107"),
        ("visits/107", "通知 #107"),
        ("surveys/1/invitations/2", "调查邀请《满意度》第 2 次"),
        ("visits", "给客户经理的通知（几条留言）"),
    ):
        assert f'<a href="/console/{path}">{title}</a>' in page
    listed = office.house.flask("outbox", "list").output
    for title in ("答复 #107", "通知 #107", "调查邀请《满意度》第 2 次", "聊天里的回复"):
        assert title in page and title in listed
    assert "答复 #107" in office.house.flask("outbox", "resolve", str(answer), "sent").output
