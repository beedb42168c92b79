"""Pushes to staff: approved by another, sent once to WeChat and by e-mail, each missed one named; never for shops."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from broadcasts.actions.sending import PUSHES
from broadcasts.models.staff import StaffRecipient
from campaigns import kinds, listing, sending
from campaigns.models import Campaign
from console import jobs as console_jobs
from console import mailing
from console.models import Mail, User
from foundation.mail import MailError
from people.models import Manager
from tests.broadcasts.conftest import BRANDS, Library
from tests.broadcasts.town import PushTown
from tests.mail import MailServer, mail_server
from wechat_bot.models import Delivery

EVERYBODY = "{staff: all}"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def town(build: Any, server: MailServer) -> PushTown:
    town = PushTown(build(mail_from="notice@example.com", smtp_url=server.url))
    town.settle()
    return town


def wants_mail(town: PushTown, *logins: str) -> None:
    with town.house.services.transaction() as session:
        for login in logins:
            values = {"email": f"{login}@example.com", "email_at": town.house.clock(), "wants_mail": True}
            session.execute(update(User).where(User.login == login).values(**values))


def write(town: PushTown, *more: str, audience: str = EVERYBODY, column: str = "货源策略") -> int:
    """Write a service notice for staff in an hour; gives its id."""
    article = Library(town.house).published("周三盘点", "带上扫码枪。", column=column, digest="带上扫码枪。")
    kind = () if "--kind" in more else ("--kind", "service")
    at = ("--at", "2026-12-10 11:00", "--by", "market")
    return int(town.run("push", str(article), "--audience", audience, *at, *kind, *more))


def approve(town: PushTown, push_id: int) -> None:
    town.run("submit", str(push_id), "--by", "market", "--aware")
    town.run("approve", str(push_id), "--by", "sun")


def sent(town: PushTown, **where: Any) -> int:
    push_id = write(town, **where)
    approve(town, push_id)
    tick(town, hours=1)
    return push_id


def tick(town: PushTown, **later: int) -> None:
    town.house.later(**later)
    for _ in range(3):
        town.house.tick()
        mailing.send(town.house.services)


def to_whom(server: MailServer) -> list[str]:
    return sorted(mail["To"].partition("@")[0] for mail in server.taken)


def missed(town: PushTown, push_id: int) -> dict[str, str]:
    return {each["licence"]: each["reason"] for each in town.missed(push_id)}


def test_each_of_the_staff_gets_it_once_by_wechat_or_mail_and_the_others_are_named(town, server) -> None:
    chen = town.manager("陈志强", "13900002201")
    wants_mail(town, "zhou", "chen")
    push_id = write(town)
    town.run("submit", str(push_id), "--by", "market")
    assert "对象 7 家，会收到 2 家" in town.run("forecast", str(push_id))
    # Nor does it stand in the way of the forecast of a push to shops that goes after it.
    to_shops = town.run("push", "1", "--audience", "all", "--at", "2026-12-10 15:00", "--by", "market")
    assert "对象 3 家" in town.run("forecast", to_shops)
    approve_own = town.house.flask("broadcasts", "approve", str(push_id), "--by", "market")
    assert "要由别人审批" in approve_own.output
    town.run("approve", str(push_id), "--by", "sun")
    tick(town)
    assert server.taken == []
    tick(town, hours=1)
    tick(town)
    card = chen.unread().text
    assert card.count("周三盘点") == 1
    assert "绑定 许可证号" not in chen.say("我的").text
    # 陈志强 wants mails as well; 周 is reached by mail alone.
    assert to_whom(server) == ["chen", "zhou"]
    assert "带上扫码枪。" in server.taken[0].get_content()
    assert f"/console/broadcasts/pushes/{push_id}" in server.taken[0].get_content()
    assert missed(town, push_id) == dict.fromkeys(["林小燕", "admin", "market", "intern", "孙宁"], "unbound")
    told = town.report(push_id)
    assert (told["state"], told["audience"], told["reasons"]) == ("done", 7, {"unbound": 5})
    assert (told["singles"], told["delivered"], told["missed"], told["opened"]) == (2, 2, 5, 0)
    # No shop got any of it.
    with town.house.look() as session:
        openids = session.scalars(select(Delivery.openid).where(Delivery.about == f"push:{push_id}")).all()
    assert openids == [chen.openid]


@pytest.mark.on_sqlite
def test_its_page_is_for_staff_who_open_it_once_and_no_shop_sees_it(town, server) -> None:
    town.manager("陈志强", "13900002201")
    push_id = sent(town)
    shown = town.page("王建国").open(town.address(push_id))
    assert "这条消息是发给同事的" in shown
    assert "带上扫码枪" not in shown
    assert "周三盘点" not in shown
    for _ in range(2):
        assert "带上扫码枪" in town.page("陈志强").open(town.address(push_id))
    assert town.report(push_id)["opened"] == 1
    assert town.counts(push_id) == {}


@pytest.mark.on_sqlite
def test_who_left_is_left_out_and_so_is_who_cannot_be_reached(town, server) -> None:
    chen, lin = town.manager("陈志强", "13900002201"), town.manager("林小燕", "13900002202")
    push_id = write(town, audience="{staff_role: [manager]}")
    approve(town, push_id)
    lin.unfollow()
    tick(town, hours=1)
    assert missed(town, push_id) == {"林小燕": "unfollowed"}
    with town.house.services.transaction() as session:
        session.execute(update(Manager).where(Manager.name == "陈志强").values(disabled_at=town.house.clock()))
    chen.unread()
    at = ("--at", "2026-12-10 12:00", "--by", "market", "--kind", "service")
    second = int(town.run("push", "1", "--audience", "{staff_area: [城区一片]}", *at))
    approve(town, second)
    tick(town, hours=1)
    assert missed(town, second) == {"陈志强": "disabled"}
    assert "周三盘点" not in chen.unread().text


def test_without_a_window_and_a_template_nobody_is_reached_by_wechat(town, server) -> None:
    town.manager("陈志强", "13900002201")
    town.house.clock.advance(timedelta(hours=50))
    article = Library(town.house).published("周三盘点", "带上扫码枪。")
    at = ("--at", "2026-12-12 13:00", "--by", "market", "--kind", "service")
    push_id = int(town.run("push", str(article), "--audience", "{staff_area: [城区一片]}", *at))
    approve(town, push_id)
    tick(town, hours=2)
    assert missed(town, push_id) == {"陈志强": "no_channel"}


def test_killed_between_listing_and_sending_nothing_is_doubled_and_paused_it_goes_on(town, server) -> None:
    chen = town.manager("陈志强", "13900002201")
    wants_mail(town, "zhou")
    push_id = write(town)
    approve(town, push_id)
    town.house.later(hours=1)
    services = town.house.services
    with town.house.look() as session:
        campaign_id = session.scalars(select(Campaign.id).where(Campaign.reference == push_id)).one()
    # A worker lists them, and is killed before it hands anything over.
    with services.transaction() as session:
        listing.some(session, campaign_id, PUSHES, kinds.context(services, services.clock()))
    town.run("pause", str(push_id), "--by", "market")
    tick(town)
    assert (chen.unread().text, server.taken) == ("", [])
    town.run("resume", str(push_id), "--by", "market")
    tick(town)
    tick(town)
    assert chen.unread().text.count("周三盘点") == 1
    assert to_whom(server) == ["zhou"]
    with town.house.look() as session:
        assert session.scalar(select(func.count()).select_from(StaffRecipient)) == 7
        assert session.scalar(select(func.count()).where(Mail.key.startswith("push:"))) == 1
    assert town.report(push_id)["state"] == "done"


@pytest.mark.on_sqlite
def test_promotions_and_unknown_audiences_are_refused_by_name(town, server) -> None:
    push_id = write(town, "--kind", "promo", column=BRANDS)
    refused = town.house.flask("broadcasts", "submit", str(push_id), "--by", "market", "--aware")
    assert refused.exit_code == 1
    assert "发给同事的推送，性质请选“业务通知”或“节日祝福”" in refused.output
    more = ("--at", "2026-12-10 11:00", "--kind", "service")
    for audience, said in (
        ("{staff: all, class: [现代终端]}", "不认识“class”这个条件"),
        ("{staff_role: [boss]}", "没有“boss”这个角色"),
    ):
        answer = town.house.flask("broadcasts", "push", "1", "--audience", audience, *more)
        assert (answer.exit_code, said in answer.output) == (1, True), answer.output
    lost = write(town, audience="{staff_area: [没有这片]}")
    answer = town.house.flask("broadcasts", "submit", str(lost), "--by", "market", "--aware")
    assert "没有片区“没有这片”" in answer.output


def test_it_is_written_approved_and_accounted_for_in_the_console(town, server) -> None:
    town.manager("陈志强", "13900002201")
    market, sun = town.office.browser("market"), town.office.browser("sun")
    article = Library(town.house).published("周三盘点", "带上扫码枪。")
    form = market.get("/console/broadcasts/pushes/new").text
    assert all(each in form for each in ("零售户", "同事", "全部同事", "这些片区的客户经理", "江山片"))
    token = re.search(r'name="token" value="([^"]+)"', form)
    assert token
    given = {
        "token": token[1],
        "shows": "article",
        "article": str(article),
        "kind": "service",
        "plan": "auto",
        "at": "2026-12-10 11:00",
        "to": "staff",
        "staff_role": ["manager", "marketing"],
        "do": "submit",
    }
    answer = market.post("/console/broadcasts/pushes/new", given)
    assert answer.status_code == 303, answer.text
    page = answer.location
    shown = sun.get(f"{page}?reach=1").text
    assert "同事：客户经理、营销人员" in shown
    assert "林小燕（没有绑定微信，也不收邮件）" in shown
    seen = re.search(r'name="seen" value="([^"]+)"', shown)
    assert seen
    assert sun.post(f"{page}/decide", {"do": "approve", "seen": seen[1]}).status_code == 303
    edit = market.get(f"{page}/edit").text
    assert re.search(r'name="to"\s+value="staff" checked', edit)
    tick(town, hours=1)
    report = sun.get(f"{page}/report", follow_redirects=True)
    assert "名单 4 人，收到 1 人" in report.text
    assert "没有绑定微信，也不收邮件" in report.text and "微信已收到" in report.text
    lost = sun.get(f"{page}/staff?became=missed").text
    assert "林小燕" in lost and "陈志强" not in lost
    assert sun.post(f"{page}/staff/export").status_code in (302, 303)
    assert town.office.browser("chen").get(f"{page}/staff").status_code == 403


@pytest.mark.on_sqlite
def test_paused_with_messages_waiting_they_go_once_after_it_is_resumed(town, server) -> None:
    chen = town.manager("陈志强", "13900002201")
    wants_mail(town, "chen")
    push_id = write(town, audience="{staff_role: [manager, marketing]}")
    approve(town, push_id)
    town.house.later(hours=1)
    services = town.house.services
    with town.house.look() as session:
        campaign_id = session.scalars(select(Campaign.id).where(Campaign.reference == push_id)).one()
    context = kinds.context(services, services.clock())
    with services.transaction() as session:
        listing.some(session, campaign_id, PUSHES, context)
        sending.queue_some(session, campaign_id, PUSHES, context)
    # The message waits in the outbox and is withdrawn, and so is the e-mail.
    town.run("pause", str(push_id), "--by", "market")
    tick(town)
    assert (chen.unread().text, to_whom(server)) == ("", [])
    town.run("resume", str(push_id), "--by", "market")
    tick(town)
    tick(town)
    assert chen.unread().text.count("周三盘点") == 1
    assert to_whom(server) == ["chen"]
    told = town.report(push_id)
    assert (told["state"], told["delivered"], told["reasons"]) == ("done", 1, {"unbound": 3})


def handed(town: PushTown) -> int:
    """A push that was handed over: its e-mails are in the queue."""
    wants_mail(town, "market", "zhou", "chen")
    push_id = write(town, audience="{staff_role: [manager, marketing, supervisor]}")
    approve(town, push_id)
    town.house.later(hours=1)
    services = town.house.services
    with town.house.look() as session:
        campaign_id = session.scalars(select(Campaign.id).where(Campaign.reference == push_id)).one()
    context = kinds.context(services, services.clock())
    with services.transaction() as session:
        listing.some(session, campaign_id, PUSHES, context)
        sending.queue_some(session, campaign_id, PUSHES, context)
    return push_id


def mails(town: PushTown) -> list[str]:
    with town.house.look() as session:
        return list(session.scalars(select(Mail.state).order_by(Mail.id)))


@pytest.mark.on_sqlite
def test_cancelled_its_mails_are_withdrawn_and_one_in_the_call_is_told_and_counted(town, server) -> None:
    town.manager("陈志强", "13900002201")
    push_id, services = handed(town), town.house.services
    assert mails(town) == ["pending"] * 3
    told: list[str] = []

    class Busy:
        def send(self, to: str, subject: str, text: str) -> None:
            told.append(town.run("cancel", str(push_id), "--by", "market"))
            assert mails(town) == ["sending", "withdrawn", "withdrawn"]
            raise MailError("451 later")

    mailing.send(replace(services, mailer=Busy()))
    assert "1 封邮件已在途，会发出去。" in told[0]
    # What the server did not take then is not tried again.
    tick(town, days=1)
    assert (server.taken, mails(town)) == ([], ["withdrawn"] * 3)
    report = town.report(push_id)
    assert (report["state"], report["delivered"], report["missed"]) == ("cancelled", 0, report["audience"])
    assert set(missed(town, push_id).values()) == {"unbound", "stopped"}


def test_a_mail_that_went_before_the_push_was_cancelled_stays_known_when_mails_are_deleted(town, server) -> None:
    push_id = handed(town)
    with town.house.services.transaction() as session:
        first = select(func.min(Mail.id)).scalar_subquery()
        later = town.house.clock() + timedelta(minutes=10)
        session.execute(update(Mail).where(Mail.id != first).values(due_at=later))
    mailing.send(town.house.services)
    town.run("cancel", str(push_id), "--by", "market")
    tick(town, minutes=20)
    assert (len(server.taken), mails(town)) == (1, ["sent", "withdrawn", "withdrawn"])
    town.house.clock.advance(mailing.KEPT + timedelta(days=1))
    console_jobs.forget_mails(town.house.services)
    tick(town)
    assert (mails(town), len(server.taken), town.report(push_id)["delivered"]) == ([], 1, 1)


@pytest.mark.on_sqlite
def test_without_a_mail_server_it_ends_and_those_who_wait_for_mails_are_named_beforehand(build) -> None:
    town = PushTown(build())
    town.settle()
    chen = town.manager("陈志强", "13900002201")
    wants_mail(town, "zhou", "chen")
    assert "系统还没有设置发邮件的服务器" in town.office.browser("market").get("/console/broadcasts/pushes/new").text
    push_id = write(town, audience="{staff_role: [manager, supervisor]}")
    shown = town.office.browser("sun").get(f"/console/broadcasts/pushes/{push_id}?reach=1").text
    assert "只能发邮件，可系统没有设置发邮件的服务器" in shown
    approve(town, push_id)
    tick(town, hours=1)
    assert chen.unread().text.count("周三盘点") == 1
    report = town.report(push_id)
    assert (report["state"], report["delivered"], mails(town)) == ("done", 1, [])
    assert report["reasons"] == {"unbound": 1, "no_mail": 1}


@pytest.mark.on_sqlite
def test_mails_that_no_server_took_in_time_are_given_up_and_the_push_ends(town, server) -> None:
    push_id, services = handed(town), town.house.services
    without = replace(services, mailer=None)
    mailing.send(without)
    assert town.report(push_id)["state"] == "sending"
    town.house.clock.advance(timedelta(days=1, minutes=1))
    mailing.send(without)
    tick(town)
    assert (server.taken, mails(town)) == ([], ["failed"] * 3)
    assert (town.report(push_id)["state"], town.report(push_id)["delivered"]) == ("done", 0)
    assert "not_mailed" in missed(town, push_id).values()
