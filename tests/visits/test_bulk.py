"""The inbox in bulk: what is ticked is judged one by one; the next request of one's list; filters kept under names."""

import re
from html import unescape

import pytest

from tests.office import Office, undo
from visits.models.requests import Message

INBOX, BULK = "/console/visits", "/console/visits/bulk"


@pytest.fixture
def desk(town):
    """Three shops have written, one of them was answered; somebody of every role sits at the console."""
    town.office = Office(town.house)

    def begin() -> None:
        town.office.staff()
        for name, words in (("王建国", "红七匹狼断货了"), ("老李", "扫码枪坏了"), ("小王", "送货太晚了")):
            town.shop(name).say(f"{words}，请帮我看看怎么办")
            town.house.clock.advance(minutes=5)
        first = town.requests()[0].number
        market = town.office.browser("market")
        market.get(f"{INBOX}/{first}")
        answer = {"do": "answer", "content": "明天送到", "token": "t", "seen": 99}
        assert market.post(f"{INBOX}/{first}", answer).status_code == 303

    town.house.lay_out("three shops have written", begin)
    town.market = town.office.browser("market")
    return town


def ticks(page: str) -> list[str]:
    return re.findall(r'name="n"\s+value="([^"]+)"', page)


def do(desk, button: str, **fields) -> str:
    """Tick all of the list and press a button; gives what is said then."""
    boxes = ticks(desk.market.get(INBOX).text)
    assert len(boxes) == 3
    assert desk.market.post(BULK, {"do": button, "n": boxes, **fields}).status_code == 303
    return desk.market.get(INBOX).text


def closed(desk) -> list[bool]:
    return [request.closed_at is not None for request in desk.requests()]


@pytest.mark.on_sqlite
def test_what_may_be_closed_is_closed_and_the_rest_is_named_with_its_reason_and_taken_back(desk) -> None:
    first, second, third = (request.number for request in desk.requests())
    told = do(desk, "close")
    assert closed(desk) == [True, False, False]
    assert "已完结 1 条。" in told and f"没有办的：#{second} 还没有答复过" in told and f"#{third} 还没有答复过" in told
    assert [entry.about for entry in desk.office.audited("visit.close")] == [f"visit:{first}"]
    assert desk.market.post(BULK, {"do": "reopen", "n": str(first)}).status_code == 303
    assert closed(desk) == [False, False, False]


@pytest.mark.on_sqlite
@pytest.mark.parametrize(("button", "at_once"), [("no_reply", {}), ("snooze", {"hours": "24"})])
def test_what_somebody_did_anew_is_not_taken_back_with_what_was_done_before(desk, button, at_once) -> None:
    way_back, second = undo(do(desk, button, **at_once)), desk.requests()[1].number
    anew, other = {"no_reply": "reopen", "snooze": "wake"}[button], desk.office.browser("market")
    for path in (BULK, f"{INBOX}/{second}"):
        desk.house.clock.advance(minutes=1)
        other.get(INBOX)
        assert other.post(BULK, {"do": anew, "n": str(second)}).status_code == 303
        done = other.post(path, {"do": button, "n": str(second), "seen": "99", "hours": "2"})
        assert done.status_code == 303
        stale, way_back = way_back, undo(other.get(done.location).text)
        answer = desk.market.post(*stale)
        assert answer.status_code == 303, (stale, answer.text)
        assert "刚刚有人又处理过，没有撤销。请看过再办。" in desk.market.get(answer.location).text
    left = [request.closed_at or request.snoozed_until for request in desk.requests()]
    assert [bool(each) for each in left] == [False, True, False]
    assert other.post(*way_back).status_code == 303
    request = desk.requests()[1]
    assert (request.closed_at, request.snoozed_until) == (None, None)


@pytest.mark.on_sqlite
def test_what_somebody_else_closed_meanwhile_is_not_closed_again_nor_taken_back(desk) -> None:
    first = desk.requests()[0].number
    box = next(each for each in ticks(desk.market.get(INBOX).text) if each.startswith(f"{first}:"))
    boss, thread = desk.office.browser("admin"), f"{INBOX}/{first}"
    boss.get(thread)
    assert boss.post(thread, {"do": "close"}).status_code == 303
    for button in ("close", "no_reply"):
        assert desk.market.post(BULK, {"do": button, "n": box}).status_code == 303
        told = desk.market.get(INBOX).text
        assert f"没有办的：#{first}：已经完结了。" in told
        assert 'class="undo"' not in told
    assert len(desk.office.audited("visit.close")) == 1


@pytest.mark.on_sqlite
def test_what_came_in_after_the_list_was_shown_is_seen_before_anything_is_closed(desk) -> None:
    boxes = ticks(desk.market.get(INBOX).text)
    desk.house.phone("老李").say("还有一件事")
    assert desk.market.post(BULK, {"do": "no_reply", "n": boxes}).status_code == 303
    told = desk.market.get(INBOX).text
    assert "已完结 2 条" in told and "您打开列表后来了新消息，请打开看过再办。" in told
    assert closed(desk) == [True, False, True]


def test_many_are_put_off_sorted_and_noted_at_once_and_nobody_does_it_to_what_they_do_not_see(desk) -> None:
    assert "已推后 3 条" in do(desk, "snooze", hours="24")
    assert all(request.snoozed_until for request in desk.requests())
    numbers = " ".join(str(request.number) for request in desk.requests())
    assert desk.market.post(BULK, {"do": "wake", "n": numbers}).status_code == 303
    assert not any(request.snoozed_until for request in desk.requests())
    page = desk.market.get(INBOX).text
    category = re.search(r'id="to-category".*?<option value="(\d+)">', page, re.DOTALL)[1]
    assert "已改类别 3 条" in do(desk, "category", category=category)
    assert {request.category_id for request in desk.requests()} == {int(category)}
    assert "请选一个类别" in do(desk, "category")
    assert "已记下备注 3 条" in do(desk, "note", content="等配送中心回话")
    with desk.house.look() as session:
        notes = [each.request_id for each in session.query(Message).filter(Message.is_note)]
    assert len(notes) == 3
    chen = desk.office.browser("chen")
    chen.get(INBOX)
    assert chen.post(BULK, {"do": "note", "n": numbers, "content": "别人的"}).status_code == 303
    assert "已记下备注 2 条。没有办的：#103：没有这条留言。" in chen.get(INBOX).text
    intern = desk.office.browser("intern")
    intern.get(INBOX)
    assert intern.post(BULK, {"do": "close", "n": numbers}).status_code == 403
    assert desk.market.post(BULK, {"do": "close"}).status_code == 422
    assert desk.market.post(BULK, {"do": "erase", "n": numbers}).status_code == 422


@pytest.mark.on_sqlite
def test_one_request_closed_put_off_or_handed_on_is_taken_back_by_the_toast_of_the_next_page(desk) -> None:
    first = desk.requests()[0].number
    address, owner, other = f"{INBOX}/{first}", desk.requests()[0].owner_id, desk.id_of("林小燕")
    for pressed, said, was_done in (
        ({"do": "close"}, "已完结", lambda request: request.closed_at is not None),
        ({"do": "snooze", "hours": "24"}, "再放回待办", lambda request: request.snoozed_until is not None),
        ({"do": "transfer", "to": other, "was_with": owner}, "已转交", lambda request: request.owner_id == other),
    ):
        answer = desk.market.post(address, {"seen": 99, **pressed})
        assert answer.status_code == 303 and was_done(desk.requests()[0]), pressed
        page = desk.market.get(unescape(answer.location)).text
        toast = r'(?s)data-toast>(.*?)<form class="undo"[^>]*action="([^"]+)">(.*?)</form>'
        form = re.search(toast, page)
        assert said in form[1], form[1]
        back = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[3])}
        assert desk.market.post(unescape(form[2]), back).status_code == 303
        assert not was_done(desk.requests()[0]), pressed


def next_of(browser, address: str) -> str:
    [link] = re.findall(r'href="([^"]+)" data-key="Alt\+ArrowDown"', browser.get(address).text)
    answer = browser.get(unescape(link))
    assert answer.status_code == 303
    return answer.location


def test_the_next_request_is_the_next_of_the_list_one_came_from_also_once_this_one_has_left_it(desk) -> None:
    first, second, third = (request.number for request in desk.requests())
    page = desk.market.get(f"{INBOX}?shelf=open").text
    links = [unescape(each) for each in re.findall(r'class="row-link[^>]*href="([^"]+)"', page)]
    assert links == [f"{INBOX}/{number}?shelf=open" for number in (second, third, first)], "the most urgent first"
    behind = next_of(desk.market, links[0])
    assert behind == links[1]
    # It is closed, and so no longer in the list; what stood behind it is still the next.
    closing = desk.market.post(links[1], {"do": "no_reply", "seen": 99})
    assert closing.status_code == 303 and f"{INBOX}/{third}?" in closing.location
    assert next_of(desk.market, closing.location) == links[2]
    # From the end of the list to its beginning; and within a filter.
    assert next_of(desk.market, links[2]) == links[0]
    narrowed = f"{INBOX}/{second}?search=扫码枪&shelf=open"
    assert next_of(desk.market, narrowed).startswith(f"{INBOX}?")
    assert "这个列表里没有下一条了" in desk.market.get(INBOX).text


@pytest.mark.on_sqlite
def test_an_answer_may_close_the_request_in_the_same_step(desk) -> None:
    second = desk.requests()[1].number
    desk.market.get(f"{INBOX}/{second}")
    answer = {"do": "answer_close", "content": "已换好", "token": "t2", "seen": 99}
    assert desk.market.post(f"{INBOX}/{second}", answer).status_code == 303
    assert closed(desk) == [False, True, False]
    assert [entry.about for entry in desk.office.audited("visit.close")] == [f"visit:{second}"]
    assert any("已换好" in text for text in desk.news(desk.house.phone("老李")))


@pytest.mark.on_sqlite
def test_a_filter_is_kept_under_a_name_for_oneself_and_deleted(desk) -> None:
    narrowed = f"{INBOX}?shelf=overdue&search=扫码枪"
    desk.market.get(narrowed)
    saving = {"list": "visits.inbox", "back": narrowed, "name": "扫码枪超时"}
    assert desk.market.post("/console/filters", saving).status_code == 303
    page = desk.market.get(INBOX).text
    [link] = re.findall(r'<a href="([^"]+)"[^>]*>扫码枪超时</a>', page)
    shown = desk.market.get(unescape(link)).text
    assert 'aria-current="page">扫码枪超时' in shown and "“扫码枪”" in shown
    assert "扫码枪超时" not in desk.office.browser("admin").get(INBOX).text, "it is one's own"
    assert desk.market.post("/console/filters", {**saving, "name": ""}).status_code == 422
    assert desk.market.post("/console/filters", {**saving, "name": "空", "back": INBOX}).status_code == 422
    assert desk.market.post("/console/filters", {**saving, "back": f"{INBOX}?search={'扫' * 2001}"}).status_code == 422
    [key] = re.findall(r'name="filter" value="(\d+)"', desk.market.get(INBOX).text)
    dropping = {"list": "visits.inbox", "back": INBOX, "filter": key, "do": "drop"}
    admin = desk.office.browser("admin")
    admin.get(INBOX)
    assert admin.post("/console/filters", dropping).status_code == 303
    assert "扫码枪超时" in desk.market.get(INBOX).text, "nobody deletes another's"
    assert desk.market.post("/console/filters", dropping).status_code == 303
    assert "扫码枪超时" not in desk.market.get(INBOX).text.partition("常用筛选")[2]


def test_a_filter_that_names_somebody_goes_when_they_are_erased(desk) -> None:
    for name, given in (("找人", "search=王建国"), ("找枪", "search=扫码枪"), ("按字段", "keeper=王建国")):
        saving = {"list": "visits.inbox", "back": f"{INBOX}?{given}", "name": name}
        desk.market.get(INBOX)
        assert desk.market.post("/console/filters", saving).status_code == 303
    assert desk.house.flask("people", "erase", "350802100001", "--shop", "--yes").exit_code == 0
    desk.market.get(INBOX)  # which still says what was saved
    page = desk.market.get(INBOX).text
    assert "找枪" in page and "找人" not in page and "按字段" not in page
