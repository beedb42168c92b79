"""Certificates: given once, sent as a picture, checked by anybody, revoked with a reason."""

import json
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select

from courses.actions import certifying
from courses.export import certificate
from courses.models.certificates import Certificate
from courses.rules import certificate_numbers, printed
from tests.courses.conftest import COURSE, School
from tests.courses.learners import wait
from tests.h5 import Browser
from tests.office import Office, file_of


def finish(school: School) -> str:
    """王建国 learns the whole course, wrong once; gives what is said at its end."""
    said = ("学习", "下一页", "下一页", "下一页", "1", "3", "1", "下一页", "下一页")
    for seconds, words in zip((0, 0, 10, 3, 0, 0, 0, 0, 3), said, strict=True):
        wait(school, seconds)
        last = school.wang.say(words).text
    return last


def certify(school: School) -> None:
    job = next(job for job in school.house.app.extensions["jobs"] if job.name == "certificates")
    job.run(school.house.services)


def sent(school: School) -> list[Any]:
    """What came to 王建国 by itself since it was last looked at."""
    school.house.work()
    return [entry for entry in school.wang.unread() if entry.source == "account" and entry.channel == "customer"]


def given(school: School) -> list[Certificate]:
    with school.house.look() as session:
        return list(session.scalars(select(Certificate)))


@pytest.fixture
def certified(school: School) -> School:
    school.published(replace(COURSE, has_certificate=True))
    finish(school)
    certify(school)
    return school


@pytest.mark.pooled
def test_a_finish_gives_one_certificate_whatever_comes_twice(certified) -> None:
    (one,) = given(certified)
    with certified.house.services.transaction() as session:
        certifying.drawn(session, one.id, object(), now=certified.house.clock())  # another worker was later
    certify(certified)
    certified.again(
        1, replace(COURSE, has_certificate=True, lessons=(*COURSE.lessons, replace(COURSE.lessons[1], code="l9")))
    )
    for said in ("学习", "下一页", "下一页"):
        certified.wang.say(said)
        certify(certified)
    (still,) = given(certified)
    assert (still.number, still.media_key, still.made_at) == (one.number, one.media_key, one.made_at)
    assert [each.kind for each in sent(certified)] == ["text", "image"]
    of = printed.from_json(one.printed)
    assert (of.course, of.shop, of.keeper, of.lessons, of.score) == ("怎么辨别真假烟", "城南便利店", "王建国", 2, 50)


@pytest.mark.on_sqlite
def test_anybody_checks_it_by_its_number_and_one_wrong_sign_is_noticed(certified) -> None:
    (one,) = given(certified)
    number = certificate_numbers.printed(one.number)
    anybody = certified.house.app.test_client()
    page = anybody.get(f"/c/{number}").text
    assert "这张证书是真的" in page
    for word in ("怎么辨别真假烟", "城南便利店", "王*国", "50 分", "2 课", number):
        assert word in page, word
    assert "王建国" not in page
    assert "这张证书是真的" in anybody.get("/c", query_string={"number": f" {number.lower()} "}).text
    for place, sign in enumerate(one.number):
        other = certificate_numbers.SIGNS[(certificate_numbers.SIGNS.index(sign) + 1) % 31]
        assert certificate_numbers.read(one.number[:place] + other + one.number[place + 1 :]) is None
    wrong = anybody.get("/c/ABCDEFGH-2")
    assert wrong.status_code == 404 and "没有这个编号" in wrong.text


@pytest.mark.on_sqlite
def test_tries_are_limited_by_the_hour_and_the_address(certified) -> None:
    number = certificate_numbers.printed(given(certified)[0].number)
    anybody = certified.house.app.test_client()
    for _ in range(certifying.TRIES):
        assert anybody.get("/c/ABCDEFGH-2").status_code == 404
    assert anybody.get(f"/c/{number}").status_code == 429
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert anybody.get(f"/c/{number}", environ_base=elsewhere).status_code == 200
    wait(certified, 3600)
    assert anybody.get(f"/c/{number}").status_code == 200


@pytest.mark.on_sqlite
def test_what_is_printed_is_text_in_an_embedded_typeface(certified) -> None:
    (one,) = given(certified)
    sheet = certificate.pdf(
        printed.from_json(one.printed), certificate_numbers.printed(one.number), public_url="https://example.com"
    )
    page = pypdfium2.PdfDocument(sheet)[0]
    text = page.get_textpage().get_text_bounded()
    for word in ("结业证书", "城南便利店", "王建国", "怎么辨别真假烟", certificate_numbers.printed(one.number)):
        assert word in text, word
    assert b"/FontFile2" in sheet
    # A long sentence is broken where Chinese is: no line begins with a comma.
    long = replace(printed.from_json(one.printed), course="怎么辨别真假烟，从封签、喷码和钢印三处看起", score=None)
    text = (
        pypdfium2.PdfDocument(certificate.pdf(long, "7K3MQ2VX-7", public_url=""))[0].get_textpage().get_text_bounded()
    )
    assert "\n，" not in text.replace("\r", "") and "准予结业" in text


def test_revoked_it_says_so_with_the_reason(certified) -> None:
    office = Office(certified.house)
    office.staff()
    browser = office.browser("market")
    (one,) = given(certified)
    number = certificate_numbers.printed(one.number)
    assert number in browser.get("/console/courses/1/certificates").text
    here = f"/console/courses/1/certificates/{one.id}"
    browser.get(here)
    assert "请写上为什么作废" in browser.post(here, {"reason": " "}).text
    assert browser.post(here, {"reason": "答题不是本人"}).status_code == 303
    assert "已经作废" in browser.post(here, {"reason": "再来一次"}).text
    page = certified.house.app.test_client().get(f"/c/{number}").text
    assert "这张证书已作废" in page and "答题不是本人" in page
    told = json.loads(certified.house.flask("courses", "certificate", number, "--json").output)
    assert (told["valid"], told["keeper"], told["reason"]) == (False, "王*国", "答题不是本人")
    listed = json.loads(certified.house.flask("courses", "certificates", "1", "--json").output)
    assert listed == [{"number": number, "licence": "350802100001"}]
    rows = file_of(office, browser, "/console/courses/1/certificates/export", {})
    assert [row[0] for row in rows][1:] == [number]


@pytest.mark.on_sqlite
def test_staff_see_the_picture_and_the_sheet_of_it_and_a_manager_those_of_own_shops(certified) -> None:
    office = Office(certified.house)
    office.staff()
    (one,) = given(certified)
    number, here = certificate_numbers.printed(one.number), f"/console/courses/1/certificates/{one.id}"
    for name in ("market", "chen"):
        browser = office.browser(name)
        page = browser.get(here).text
        assert f'src="{here}/picture"' in page and f'href="{here}/pdf"' in page and number in page
        assert ("作废这张证书" in page) == (name == "market")
        picture = browser.get(f"{here}/picture")
        assert (picture.content_type, picture.data[:4]) == ("image/png", b"\x89PNG")
        sheet = browser.get(f"{here}/pdf")
        assert sheet.content_type == "application/pdf"
        text = pypdfium2.PdfDocument(sheet.data)[0].get_textpage().get_text_bounded()
        assert all(word in text for word in ("结业证书", "城南便利店", "王建国", number))
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    lin = office.browser("lin")
    assert {lin.get(f"{here}{end}").status_code for end in ("", "/picture", "/pdf")} == {404}
    assert office.browser("chen").post(here, {"reason": "看看"}).status_code == 403
    market = office.browser("market")
    market.get(here)
    assert market.post(here, {"reason": "答题不是本人"}).status_code == 303
    page = market.get(here).text
    assert f'src="{here}/picture"' in page and f"{here}/pdf" not in page
    assert market.get(f"{here}/pdf").status_code == 404


@pytest.mark.on_sqlite
def test_its_owner_keeps_the_picture_and_has_it_sent_again(certified) -> None:
    (one,) = given(certified)
    number = certificate_numbers.printed(one.number)
    mine, other = (Browser(certified.house, phone) for phone in (certified.wang, certified.li))
    assert number in mine.open(f"/m/certificates/{number}")
    other.open("/m/courses")
    picture = mine.get(f"/m/certificates/{number}/picture")
    assert picture.content_type == "image/png" and len(picture.data) < 60_000
    assert {other.get(f"/m/certificates/{number}{end}").status_code for end in ("", "/picture")} == {404}
    sent(certified)
    assert "王建国" in mine.get(f"/m/certificates/{number}").text
    mine.open(f"/m/certificates/{number}")
    assert "已经发到聊天里" in mine.send("chat")
    assert [each.kind for each in sent(certified)] == ["text", "image"]


@pytest.mark.on_sqlite
def test_every_page_of_the_finished_course_leads_to_it_once_it_is_given(school) -> None:
    school.published(replace(COURSE, has_certificate=True))
    assert finish(school) == "恭喜您，《怎么辨别真假烟》2 课都学完了。证书做好就发给您。\n还想学，回复“学习”。"
    mine = Browser(school.house, school.wang)
    pages = ("/m/courses", "/m/courses/1", "/m/lessons/1")
    for address in pages:
        mine.open(address)
        assert "正在制作" in mine.text and "/m/certificates/" not in mine.page.text
    certify(school)
    (one,) = given(school)
    number = certificate_numbers.printed(one.number)
    for address in pages:
        mine.open(address)
        assert f'href="/m/certificates/{number}"' in mine.page.text and "正在制作" not in mine.text
    assert 'href="/m/courses/1"' in (mine.open(f"/m/certificates/{number}"), mine.page.text)[1]
    with school.house.services.transaction() as session:
        certifying.revoke(session, one.id, reason="答题不是本人", who="", now=school.house.clock())
    assert "学完，证书已作废" in mine.open("/m/courses")
    for address in pages:
        mine.open(address)
        assert f'href="/c/{number}"' in mine.page.text and "/m/certificates/" not in mine.page.text
