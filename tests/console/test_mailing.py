"""E-mails to staff: to an address shown to be theirs, each once; what is not known is said to be unsure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from console import jobs, mailing
from console.models import Mail, User
from tests.mail import MailServer, mail_server
from tests.office import Office

PAGE = "/console/email"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def office(build, server) -> Office:
    office = Office(build(mail_from="notice@example.com", smtp_url=server.url))
    office.settle()
    return office


def confirmed(office: Office, server: MailServer, name: str = "market"):
    browser = office.browser(name)
    assert browser.post(PAGE, {"do": "give", "email": f"{name}@example.com"}).status_code == 303
    mailing.send(office.house.services)
    code = re.search(r"\d{8}", server.taken[-1].get_content())[0]
    assert browser.post(PAGE, {"do": "confirm", "code": code}).status_code == 303
    return browser


def tell(office: Office, key: str = "push:12") -> int:
    with office.house.services.transaction() as session:
        return mailing.queue(session, select(User.id), "新通知", "明天停电。", key=key, now=office.house.clock())


def mails(office: Office) -> list[str]:
    with office.house.look() as session:
        return list(session.scalars(select(Mail.state).where(Mail.to.is_(None)).order_by(Mail.id)))


@pytest.mark.on_sqlite
def test_who_has_shown_that_an_address_is_theirs_gets_each_notice_there_once(office, server) -> None:
    confirmed(office, server)
    assert (tell(office), tell(office)) == (1, 0)
    mailing.send(office.house.services)
    mailing.send(office.house.services)
    message = server.taken[-1]
    assert len(server.taken) == 2
    assert (message["From"], message["To"], message["Subject"]) == (
        "notice@example.com",
        "market@example.com",
        "新通知",
    )
    assert message.get_content().strip() == "明天停电。"
    assert mails(office) == ["sent"]


def test_a_code_that_was_sent_does_not_stay_in_the_tables(office, server) -> None:
    confirmed(office, server)
    with office.house.look() as session:
        assert session.scalars(select(Mail.text)).all() == [""]


@pytest.mark.on_sqlite
def test_a_wrong_code_is_used_up_and_an_address_without_its_code_gets_nothing(office, server) -> None:
    browser = office.browser("market")
    assert browser.post(PAGE, {"do": "give", "email": "market@example.com"}).status_code == 303
    mailing.send(office.house.services)
    code = re.search(r"\d{8}", server.taken[-1].get_content())[0]
    wrong = browser.post(PAGE, {"do": "confirm", "code": "00000000" if code != "00000000" else "1"})
    assert wrong.status_code == 422
    assert "验证码不对，已经作废。" in wrong.text
    assert browser.post(PAGE, {"do": "confirm", "code": code}).status_code == 422
    assert tell(office) == 0
    assert browser.post(PAGE, {"do": "choose", "wants": "1"}).status_code == 422


def test_codes_are_sent_so_often_to_an_address_and_for_an_account_and_no_more(office, server) -> None:
    market, zhou = office.browser("market"), office.browser("zhou")

    def ask(browser, address: str):
        return browser.post(PAGE, {"do": "give", "email": address})

    codes = [ask(market, "a@example.com").status_code for _ in range(5)]
    assert codes == [303] * 5
    refused = ask(zhou, "A@example.com")
    assert (refused.status_code, "今天已经往这个邮箱发过 5 次验证码" in refused.text) == (422, True)
    assert [ask(market, f"b{n}@example.com").status_code for n in range(6)] == [303] * 5 + [422]
    assert "今天已经替您发过 10 次验证码，请明天再发。" in ask(market, "c@example.com").text
    with office.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 10
    office.house.clock.advance(timedelta(days=1))
    assert ask(market, "a@example.com").status_code == 303


@pytest.mark.on_sqlite
@pytest.mark.parametrize("written", ["", "market", "a@b", "a@b.cn\nBcc: x@y.cn", "陈@b.cn", "a b@c.cn"])
def test_what_is_no_address_is_refused(office, written: str) -> None:
    answer = office.browser("market").post(PAGE, {"do": "give", "email": written})
    assert answer.status_code == 422
    assert "这不像邮箱地址" in answer.text


def test_who_wants_no_mails_any_more_or_has_left_gets_none(office, server) -> None:
    browser = confirmed(office, server)
    tell(office, "first")
    assert browser.post(PAGE, {"do": "choose"}).status_code == 303
    mailing.send(office.house.services)
    assert (len(server.taken), mails(office)) == (1, ["failed"])
    assert browser.post(PAGE, {"do": "choose", "wants": "1"}).status_code == 303
    assert tell(office, "second") == 1
    assert browser.post(PAGE, {"do": "remove"}).status_code == 303
    mailing.send(office.house.services)
    assert len(server.taken) == 1
    assert tell(office, "third") == 0


def test_a_busy_server_is_asked_again_later_and_one_that_refuses_is_not(office, server) -> None:
    confirmed(office, server)
    server.to_recipient = "451 later"
    tell(office, "busy")
    mailing.send(office.house.services)
    assert mails(office) == ["pending"]
    server.to_recipient = "250 ok"
    mailing.send(office.house.services)
    assert mails(office) == ["pending"]
    office.house.clock.advance(timedelta(minutes=1))
    mailing.send(office.house.services)
    server.to_recipient = "550 no such user"
    tell(office, "wrong")
    mailing.send(office.house.services)
    assert mails(office) == ["sent", "failed"]


@pytest.mark.on_sqlite
def test_a_server_that_hung_up_with_the_text_may_have_it_and_is_not_sent_it_again(office, server) -> None:
    confirmed(office, server)
    server.hangs_up = True
    tell(office)
    mailing.send(office.house.services)
    office.house.clock.advance(timedelta(days=1))
    mailing.send(office.house.services)
    assert (len(server.taken), mails(office)) == (2, ["unsure"])


@pytest.mark.on_sqlite
def test_a_mail_whose_sender_died_in_the_call_is_unsure(office, server) -> None:
    confirmed(office, server)
    tell(office)

    class Dies:
        def send(self, to: str, subject: str, text: str) -> None:
            raise SystemExit

    with pytest.raises(SystemExit):
        mailing.send(replace(office.house.services, mailer=Dies()))
    office.house.clock.advance(mailing.LEASE + timedelta(seconds=1))
    mailing.send(office.house.services)
    assert (len(server.taken), mails(office)) == (1, ["unsure"])


def test_finished_mails_are_deleted_after_a_month(office, server) -> None:
    confirmed(office, server)
    tell(office)
    mailing.send(office.house.services)
    office.house.clock.advance(mailing.KEPT + timedelta(days=1))
    jobs.forget_mails(office.house.services)
    with office.house.look() as session:
        assert session.scalars(select(Mail)).all() == []


@pytest.mark.on_sqlite
def test_without_a_server_nobody_can_give_an_address_and_the_page_says_so(build) -> None:
    office = Office(build())
    office.settle()
    browser = office.browser("market")
    assert "系统还没有设置发邮件的服务器" in browser.get(PAGE).text
    assert browser.post(PAGE, {"do": "give", "email": "a@b.cn"}).status_code == 422
