"""A complaint goes to whoever is above, and never, by any way, to the person complained of."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.h5 import Browser
from tests.office import Office
from tests.visits.conftest import NEED
from visits.models.answers import Rating
from visits.models.requests import Category

WORDS = ["我要投诉", "投诉陈经理", "举报陈志强收钱", "红七匹狼断货没人管,我要投诉你们"]


@pytest.fixture
def three(town):
    """The shop, its manager, and whoever is above, all told of what happened so far."""
    managers = ("陈志强", "周主任", "林小燕")

    def bind() -> None:
        phones = [town.manager(name) for name in managers]
        town.shop("王建国")
        for phone in phones:
            town.news(phone)

    town.house.lay_out("a shop and three managers", bind)
    town.chen, town.zhou, town.lin, town.wang = map(town.house.phone, (*managers, "王建国"))
    return town


def knows(town, phone, number: int) -> list[str]:
    """By which ways a manager can learn of a request."""
    page = Browser(town.house, phone)
    page.open("/m/visits?shelf=open")
    listed = page.page.text
    page.open("/m/visits?shelf=open&search=城南")
    sought = page.page.text
    page.open(f"/m/visits/{number}")
    ways = {
        "notice": any(f"#{number}" in text or "投诉" in text for text in town.news(phone)),
        "list": f"#{number}" in phone.say("待办").text,
        "choosing": "没有这条留言" not in phone.say(str(number)).text,
        "inbox": f"/m/visits/{number}" in listed,
        "search": f"/m/visits/{number}" in sought,
        "page": page.page.status_code == 200,
    }
    phone.say("退出")
    return [way for way, is_open in ways.items() if is_open]


@pytest.mark.parametrize(
    ("stores", "words"), [("postgresql", WORDS[0]), *(("sqlite", each) for each in WORDS)], indirect=["stores"]
)
def test_a_complaint_goes_to_the_supervisor_and_to_nobody_complained_of(three, words) -> None:
    said = three.wang.say(words).text
    assert said.startswith("已收到您的投诉，由上级周主任处理，明天") and "陈志强" not in said
    number = three.request().number
    assert three.owners() == ["周主任"]
    assert three.news(three.zhou)[0].startswith(f"【投诉 #{number}】城南便利店")
    three.house.later(hours=25)
    three.run("escalate requests")
    three.run("sweep requests of absent owners")
    assert knows(three, three.chen, number) == []
    assert f"#{number}" in three.zhou.say("待办").text
    three.zhou.say(f"{number} 我来处理，今天去您店里")
    assert three.news(three.wang)[-1] == "周主任：我来处理，今天去您店里"


ACCUSING = [
    "陈经理态度太差",
    "我不满意陈志强",
    "对陈经理有意见",
    "陈志强骂人",
    "我要投訴",
    "我要投拆",
    "陈经理服务太差劲了",
]
ACCUSING += [
    "你们这个经理不行，我要反映",
    "我要找你们领导反映陈志强",
    "小陈吃拿卡要",
    "要求换个客户经理",
    "志强收我红包",
]


@pytest.mark.on_sqlite
def test_who_is_complained_of_without_the_word_for_it_does_not_get_it_either(three) -> None:
    for words in ACCUSING:
        assert "由上级周主任处理" in three.wang.say(words).text, words
        assert three.owners()[-1] == "周主任"
        three.zhou.say("在吗")
        three.news(three.zhou)
        three.zhou.say(f"{three.requests()[-1].number} 不用回复")
        three.house.later(days=4)
    for words in ("对价格不满意，能不能调低", "陈经理，这批货不行，换一下"):
        three.wang.say(words)
        assert three.owners()[-1] == "陈志强", words


@pytest.mark.on_sqlite
def test_a_complaint_said_to_a_message_to_many_is_no_answer_to_who_wrote_it(three) -> None:
    page = Browser(three.house, three.chen)
    page.open("/m/visits/groups/new")
    page.send("look", whom="all", content="明天在店吗？")
    page.send("send", whom="all", content="明天在店吗？")
    three.house.work()
    assert "由上级周主任处理" in three.wang.say("举报陈志强收钱").text
    number = three.request().number
    group = page.open("/m/visits/groups/1")
    assert "收钱" not in group and f"#{number}" not in group and "已回 0 家" in group
    assert knows(three, three.chen, number) == []


def seen(three, account: str, number: int, words: str = "陈志强收钱") -> list[str]:
    """On which pages of the console somebody meets a request."""
    browser = three.office.browser(account)
    search = "&search=城南"
    lists = ("/console", f"/console/visits?shelf=open{search}", "/console/visits?shelf=overdue", "/console/messages")
    pages = [*lists, f"/console/visits/{number}", "/console/visits/reports", "/console/audit", "/console/visits/groups"]
    pages += [f"/console/visits/reports/requests?by=manager&figure={each}" for each in ("all", "open", "overdue")]
    pages += ["/console/visits/reports/requests?by=area&figure=all", "/console/people/shops/350802100001"]
    texts = {page: browser.get(page) for page in pages}
    return [page for page, got in texts.items() if f"#{number}" in got.text or words in got.text]


@pytest.mark.on_sqlite
def test_no_report_and_no_page_of_the_console_shows_it_to_whom_it_is_of(three) -> None:
    three.office = Office(three.house)
    three.office.staff()
    three.office.user("head", "supervisor", area_id=three.office.area("新罗区"))
    three.wang.say("举报陈志强收钱")
    first = three.request().number
    assert seen(three, "chen", first) == []
    assert any("reports/requests" in page for page in seen(three, "head", first))
    three.news(three.zhou)
    three.zhou.say(f"{first} 不用回复")
    three.house.later(days=4)
    # Of somebody who stands above areas: whose account sees these areas may be that somebody.
    three.wang.say("举报周主任收钱")
    second = three.requests()[-1].number
    three.house.later(hours=25)
    three.run("escalate requests")
    for account in ("chen", "head", "zhou"):
        assert seen(three, account, second, "周主任收钱") == [], account
    assert f"/console/visits/{second}" in seen(three, "market", second)


def test_a_complaint_within_an_open_request_takes_it_away_from_whom_it_may_be_of(three) -> None:
    three.wang.say(NEED)
    number = three.request().number
    three.news(three.chen)
    three.wang.say("怎么还没人理")
    assert "由上级周主任处理" in three.wang.say("我要投诉").text
    three.house.later(minutes=2)
    assert three.owners() == ["周主任"] and knows(three, three.chen, number) == []
    assert any(each.startswith(f"【投诉 #{number}】") and "我要投诉" in each for each in three.news(three.zhou))
    assert three.wang.say("还有,价签也不对").text == "已补充。"
    three.house.later(minutes=2)
    assert knows(three, three.chen, number) == []


def test_nobody_hands_a_complaint_to_whom_it_is_of_and_no_leave_brings_it_there(three) -> None:
    three.wang.say("投诉陈经理")
    number = three.request().number
    assert "不能转给被投诉的人" in three.zhou.say(f"{number} 转 陈志强").text
    today = three.house.clock().astimezone(three.house.services.zone).date()
    three.leave("新罗区", "陈志强", today, date(2030, 1, 1))
    three.run("sweep requests of absent owners")
    assert three.owners() == [""]
    assert knows(three, three.chen, number) == []
    office = Office(three.house)
    office.staff()
    market = office.browser("market")
    assert f"#{number}" in market.get("/console/visits?shelf=pool").text


@pytest.mark.on_sqlite
def test_of_the_supervisor_it_goes_further_up_or_to_the_office(three) -> None:
    said = three.wang.say("我要投诉周主任和陈志强").text
    assert said.startswith("已收到您的投诉，由公司办公室处理，明天") and "周" not in said
    number = three.request().number
    assert three.owners() == [""]
    three.house.later(hours=25)
    three.run("escalate requests")
    three.run("sweep requests of absent owners")
    assert knows(three, three.chen, number) == [] and knows(three, three.zhou, number) == []


@pytest.mark.on_sqlite
def test_after_a_closing_a_complaint_is_one_of_its_own_and_the_next_need_is_the_managers(three) -> None:
    three.wang.say(NEED)
    first = three.request().number
    three.chen.say(f"{first} 明早带两条")
    three.chen.say(f"{first} 完结")
    three.house.later(hours=2)
    assert "由上级周主任处理" in three.wang.say("投诉,两条都没带").text
    assert three.owners() == ["陈志强", "周主任"]
    number = three.requests()[-1].number
    three.zhou.say(f"{number} 已经批评，今天补送")
    three.zhou.say(f"{number} 完结")
    three.house.later(hours=2)
    assert "已转给客户经理陈志强" in three.wang.say("打火机能不能换一批").text
    assert knows(three, three.chen, number) == []


@pytest.mark.on_sqlite
def test_somebody_unknown_complains_and_it_is_kept_from_the_manager_once_they_are_known(three) -> None:
    passer = three.house.phone("路人")
    passer.follow()
    assert passer.say("我要投诉客户经理").text.startswith("已收到您的投诉。请告诉我们店名")
    number = three.request().number
    assert "已转给上级周主任" in passer.say("绑定 350802100002 1234").text
    assert three.owners() == ["周主任"] and knows(three, three.chen, number) == []


@pytest.mark.on_sqlite
def test_the_office_decides_which_category_goes_to_the_supervisor(three) -> None:
    office = Office(three.house)
    office.staff()
    browser = office.browser("admin")
    with three.house.look() as session:
        goods = session.scalars(select(Category).where(Category.name == "价格")).one()
        above = session.scalars(select(Category).where(Category.name == "投诉建议")).one()
    assert "交给上级" in browser.get("/console/visits/settings").text
    form = {"name": goods.name, "keywords": "、".join(goods.keywords), "position": goods.position, "goes_up": "1"}
    browser.post(f"/console/visits/settings/categories/{goods.id}", form)
    browser.post(
        f"/console/visits/settings/categories/{above.id}",
        {"name": above.name, "keywords": "、".join(above.keywords), "position": above.position},
    )
    assert "由上级周主任处理" in three.wang.say("这个价格不对").text
    three.zhou.say(f"{three.request().number} 已改")
    three.zhou.say(f"{three.request().number} 完结")
    three.house.later(days=4)
    assert "已转给客户经理陈志强" in three.wang.say("我要投诉送货的").text


@pytest.mark.on_sqlite
def test_a_complaint_said_of_a_rating_is_one_and_no_comment(three) -> None:
    three.wang.say(NEED)
    first = three.request().number
    three.chen.say(f"{first} 明早带两条")
    three.chen.say(f"{first} 完结")
    three.house.work()
    asked = [entry for entry in three.wang.unread() if "这次答复您满意吗" in entry.text]
    assert "哪里不满意" in three.wang.tap(asked[-1].detail["list"][2]["id"]).text
    assert "由上级周主任处理" in three.wang.say("投诉陈经理,态度差").text
    assert three.owners() == ["陈志强", "周主任"]
    with three.house.look() as session:
        assert session.scalars(select(Rating.comment)).all() == [""]


@pytest.mark.on_sqlite
def test_a_complaint_written_under_a_rating_on_the_page_is_one(three) -> None:
    three.wang.say(NEED)
    first = three.request().number
    three.chen.say(f"{first} 明早带两条")
    three.chen.say(f"{first} 完结")
    three.house.work()
    page = Browser(three.house, three.wang)
    page.open(f"/m/visits/mine/{first}")
    page.post(f"/m/visits/mine/{first}/rating", page.form() | {"do": "3", "comment": "我要投诉陈志强"})
    assert three.owners() == ["陈志强", "周主任"]
    with three.house.look() as session:
        assert session.scalars(select(Rating.comment)).all() == [""]
