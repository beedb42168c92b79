"""Search among requests by what was said in them: open ones at once, closed ones once they are filed."""

import re

import pytest

from tests.office import Office

INBOX = "/console/visits"


@pytest.fixture
def desk(town):
    """Two shops have written, and somebody of every role sits at the console."""
    town.office = Office(town.house)

    def begin() -> None:
        town.office.staff()
        town.shop("王建国").say("送货单少了一条ＡＢＣ，我手机13600008899，帮我查查，已经说了三天了没有人管")
        town.shop("小王").say("扫码枪坏了，能不能换一个")

    town.house.lay_out("two shops have written", begin)
    town.market = town.office.browser("market")
    return town


def numbers(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="row-(\d+)"', page)]


def found(browser, search: str, shelf: str = "open") -> list[int]:
    return numbers(browser.get(INBOX, query_string={"search": search, "shelf": shelf}).text)


def close(desk, number: int) -> None:
    address = f"{INBOX}/{number}"
    desk.market.get(address)
    assert (
        desk.market.post(
            address, {"do": "answer", "content": "下午补送，请放心", "token": f"t{number}", "seen": 99}
        ).status_code
        == 303
    )
    assert desk.market.post(address, {"do": "close", "seen": 99}).status_code == 303


@pytest.mark.on_sqlite
def test_what_was_said_is_found_whatever_its_width_and_case_and_shown_where_it_was_said(desk) -> None:
    first, second = (request.number for request in desk.requests())
    page = desk.market.get(INBOX, query_string={"search": "abc"}).text
    assert numbers(page) == [first] and "少了一条<mark>ＡＢＣ</mark>，我手机" in page
    assert found(desk.market, "扫码枪") == [second] and found(desk.market, "打印机") == []
    assert found(desk.market, "城南") == [first], "by its shop as before"


@pytest.mark.on_sqlite
def test_a_closed_request_is_found_by_every_word_of_it_once_it_is_filed_and_no_longer_when_it_is_open_again(
    desk,
) -> None:
    number = desk.requests()[0].number
    close(desk, number)
    desk.run("file closed requests")
    for search in ("abc", "少了一条", "下午补送", "城南", str(number)):
        assert found(desk.market, search, "closed") == [number], search
    assert found(desk.market, "扫码枪", "closed") == []
    assert "<mark>下午补送</mark>" in desk.market.get(f"{INBOX}?shelf=closed&search=下午补送").text
    assert desk.market.post(f"{INBOX}/{number}", {"do": "reopen"}).status_code == 303
    assert found(desk.market, "少了一条", "closed") == [] and found(desk.market, "少了一条") == [number]


def test_nobody_finds_what_they_may_not_see_nor_a_phone_by_trying_digits(desk) -> None:
    first, second = (request.number for request in desk.requests())
    intern, chen = desk.office.browser("intern"), desk.office.browser("chen")
    page = intern.get(INBOX, query_string={"search": "少了一条"}).text
    assert numbers(page) == [first] and "13600008899" not in page
    assert found(intern, "手机136") == [] and found(desk.market, "手机136") == [first]
    assert found(chen, "少了") == [first] and found(chen, "扫码枪") == []
    for number in (first, second):
        close(desk, number)
    desk.run("file closed requests")
    assert found(chen, "少了", "closed") == [first] and found(chen, "扫码枪", "closed") == []
    assert found(intern, "手机136", "closed") == []


@pytest.mark.on_sqlite
def test_what_was_erased_is_found_no_more_and_what_a_colleague_said_about_others_still_is(desk) -> None:
    first, second = (request.number for request in desk.requests())
    for number in (first, second):
        close(desk, number)
    desk.run("file closed requests")
    assert desk.house.flask("people", "erase", desk.house.phone("王建国").openid, "--yes").exit_code == 0
    assert found(desk.market, "少了一条", "closed") == []
    assert found(desk.market, "扫码枪", "closed") == [second]
