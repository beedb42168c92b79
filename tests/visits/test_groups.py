"""One message to many shops, from the phone and the console; each answer a request of its own."""

import io
import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from campaigns.models import Campaign, Recipient
from foundation.errors import Refused
from people.models import Audience, Manager, Retailer
from people.picker import short
from simulator.phone import PIXEL
from tests.h5 import Browser
from tests.office import Office
from visits.actions import groups
from visits.models.groups import GroupAnswer
from visits.models.requests import Message
from visits.queries import visibility
from wechat_bot.models import Delivery, Follower

SAID = "明天下午到您店里看新品,在店吗?"
NEW = "/m/visits/groups/new"
DESK = "/console/visits/groups/new"


@pytest.fixture
def chens(town):
    """陈志强 looks after two shops, both bound and with their windows open; 小王 is somebody else's."""

    def bind() -> None:
        chen = town.manager("陈志强")
        for name in ("王建国", "老李", "小王"):
            town.shop(name)
        town.news(chen)

    town.house.lay_out("a manager and three shops", bind)
    town.chen, town.wang, town.li, town.xiao = map(town.house.phone, ("陈志强", "王建国", "老李", "小王"))
    town.page = Browser(town.house, town.chen)
    return town


def send(town, **fields) -> str:
    """陈志强 writes to all of his shops, having looked how many they are."""
    town.page.open(NEW)
    town.page.send("look", whom="all", content=SAID)
    return town.page.send("send", **{"whom": "all", "content": SAID, **fields})


def read(town, phone) -> list[str]:
    return town.news(phone)


def progress(town) -> str:
    return town.page.open("/m/visits/groups/1")


@pytest.mark.pooled
def test_one_message_reaches_every_shop_of_the_manager_and_nobody_elses(chens) -> None:
    chens.page.open(NEW)
    shown = chens.page.send("look", whom="all", content=SAID)
    assert "负责的全部店" in shown and "2 家。" in shown and "现在能发消息 2 家" in shown and SAID in shown
    assert "已安排发送" in chens.page.send("send", whom="all", content=SAID)
    for phone, letters in ((chens.wang, 1), (chens.li, 1), (chens.xiao, 0)):
        assert read(chens, phone) == [f"陈志强：{SAID}"] * letters
    assert "名单 2 家，已发出 2 家" in progress(chens)


@pytest.mark.on_sqlite
def test_at_night_every_page_says_until_when_the_message_waits_and_what_it_is(chens) -> None:
    office = Office(chens.house)
    office.staff()
    clock = chens.house.clock
    here = clock().astimezone(chens.house.services.zone)
    clock.advance(here.replace(hour=22, minute=0) - here)
    send(chens, title="看新品")
    chens.house.work()
    assert "等到明天 07:30再发" in progress(chens)
    market = office.browser("market")
    assert "等到明天 07:30再发" in market.get("/console/visits/groups/1").text
    waiting = market.get("/console/messages?state=pending").text
    assert waiting.count("等到明天 07:30") == 2
    name = re.search(r"群发《[^》]*》", waiting)[0]
    assert f'<a href="/console/visits/groups/1">{name}</a>' in waiting
    assert name in chens.house.flask("outbox", "list", "--state", "pending").output
    cancelled = chens.house.flask("outbox", "cancel", "--about", "visit-group:1").output
    assert name in cancelled and "已取消 2 条" in cancelled


def test_each_answer_is_its_own_request_with_its_own_clock_and_shows_what_it_answers(chens) -> None:
    send(chens)
    chens.house.work()
    assert "24" not in chens.wang.say("好的").text  # thanks at other times, an answer here
    chens.house.later(hours=2)
    chens.li.say("1")
    assert "老李食杂店（普通终端，城区一片）回群发《" in chens.news(chens.chen)[-1]
    assert "老李食杂店回群发《" in chens.chen.say("待办").text and "回《" in chens.page.open("/m/visits")
    first, second = chens.requests()
    assert first.group_id == second.group_id == 1
    assert second.due_at - first.due_at == timedelta(hours=2)
    with chens.house.look() as session:
        said = session.execute(select(Message.author, Message.content).where(Message.request_id == second.id)).all()
    assert [tuple(each) for each in said] == [("manager", SAID), ("shop", "1")]
    assert "已回 2 家，没办结 2 家" in progress(chens)
    chens.house.later(hours=23)
    assert "超时 1 家" in progress(chens)
    assert "城南便利店" in chens.page.open("/m/visits/groups/1?part=overdue")
    assert "老李食杂店" not in chens.page.text


def test_an_answer_joins_the_request_that_is_open_and_never_reopens_a_closed_one(chens) -> None:
    chens.wang.say("红七匹狼这周断货了能不能先补两条")
    chens.li.say("打火机卖完了,麻烦送一盒")
    n = chens.requests()[1].number
    chens.chen.say(f"{n} 明早带来")
    chens.chen.say(f"{n} 完结")
    chens.house.work()
    send(chens)
    chens.house.work()
    chens.wang.say("在的")
    chens.li.say("下午都在店里")
    open_one, closed, new = chens.requests()
    assert (open_one.group_id, closed.group_id, new.group_id) == (1, None, 1)
    assert open_one.closed_at is None and closed.closed_at is not None
    # Only the first is counted, and a closed group brings nothing more.
    chens.li.say("四点以前")
    with chens.house.look() as session:
        assert session.scalar(select(func.count()).where(GroupAnswer.request_id == new.id)) == 1


def test_what_comes_after_the_days_of_answers_is_a_message_like_any_other(chens) -> None:
    send(chens)
    chens.house.work()
    chens.house.later(days=8)
    chens.wang.say("红七匹狼这周断货了能不能先补两条")
    assert chens.request().group_id is None


@pytest.mark.on_sqlite
def test_the_same_form_posted_twice_sends_once(chens) -> None:
    chens.page.open(NEW)
    chens.page.send("look", whom="all", content=SAID)
    form = chens.page.form() | {"do": "send", "whom": "all", "content": SAID}
    for _ in range(2):
        assert chens.page.post(NEW, form).status_code == 303
    assert read(chens, chens.wang) == [f"陈志强：{SAID}"]


@pytest.mark.pooled
def test_the_same_form_posted_twice_at_the_same_moment_sends_once(chens) -> None:
    services, other = chens.house.services, chens.house.another_process()
    sent, errors = list[int](), list[BaseException]()

    def post(services) -> None:
        now = services.clock()
        try:
            with services.transaction() as session:
                who = visibility.of_manager(session, chens.chen.openid, now=now, zone=services.zone)
                sent.append(groups.send(session, who, None, SAID, criteria={}, now=now, token="the form").id)
                if services is not other:
                    second.start()
                    second.join(1)  # long enough to have begun
        except BaseException as error:
            errors.append(error)

    second = threading.Thread(target=post, args=(other,))
    post(services)
    second.join(10)
    other.database.dispose()
    assert (errors, len(sent), len(set(sent))) == ([], 2, 1)
    assert read(chens, chens.wang) == [f"陈志强：{SAID}"]


@pytest.mark.on_sqlite
def test_nothing_is_sent_before_the_numbers_of_this_very_choice_were_shown(chens) -> None:
    chens.page.open(NEW)
    chens.page.send("send", whom="all", content=SAID)
    assert "2 家。" in chens.page.text
    shown = chens.page.send("send", **{"whom": "some", "whom-class-": "普通终端", "content": SAID})
    assert "发给 1 家" in shown
    assert read(chens, chens.wang) == read(chens, chens.li) == []


@pytest.mark.on_sqlite
def test_who_cannot_be_reached_now_waits_and_is_cancelled_in_time(chens) -> None:
    with chens.house.services.transaction() as session:
        mine = Follower.openid == chens.li.openid
        session.execute(update(Follower).where(mine).values(message_left=0, event_left=0))
    chens.page.open(NEW)
    shown = chens.page.send("look", whom="all", content=SAID)
    assert "等对方下次联系 1 家" in shown and "有 1 家微信现在不让发" in shown and "一分钟内发完" in shown
    send(chens)
    chens.house.work()
    assert "已发出 1 家，还在等 1 家" in progress(chens)
    chens.page.open("/m/visits/groups/1")
    assert "1 家还没发出的不再发" in chens.page.send("cancel")
    chens.li.say("打火机卖完了,麻烦送一盒")
    assert not any(SAID in text for text in read(chens, chens.li))
    assert chens.request().group_id is None


@pytest.mark.on_sqlite
def test_what_a_shop_writes_before_the_message_reached_it_is_no_answer(chens) -> None:
    with chens.house.services.transaction() as session:
        mine = Follower.openid == chens.li.openid
        session.execute(update(Follower).where(mine).values(message_left=0, event_left=0))
    send(chens)
    chens.house.work()
    chens.li.say("打火机卖完了,麻烦送一盒")
    assert any(SAID in text for text in read(chens, chens.li)), "what waited comes with the contact"
    assert chens.request().group_id is None
    chens.li.say("在店里")
    assert chens.request().group_id == 1


@pytest.mark.on_sqlite
def test_nobodys_telephone_rings_at_night(chens) -> None:
    chens.house.clock.advance(timedelta(hours=12) - timedelta(minutes=1))
    while not chens.house.services.quiet.over_at(chens.house.clock()):
        chens.house.clock.advance(timedelta(hours=1))
    send(chens)
    assert read(chens, chens.wang) == []
    chens.house.later(hours=12)
    assert f"陈志强：{SAID}" in [entry.text for entry in chens.wang.unread()]


@pytest.mark.on_sqlite
def test_a_photo_goes_along_and_the_shop_sees_it_on_its_page(chens) -> None:
    send(chens, photo=(io.BytesIO(PIXEL), "a.png"))
    chens.house.work()
    assert [entry.kind for entry in chens.wang.unread() if entry.source == "account"] == ["text", "image"]
    own = Browser(chens.house, chens.wang)
    assert SAID in own.open("/m/visits/mine/groups/1")
    assert own.get("/m/visits/mine/groups/1/picture").data == PIXEL
    other = Browser(chens.house, chens.xiao)
    assert "没有这次群发" in other.open("/m/visits/mine/groups/1")
    assert other.get("/m/visits/mine/groups/1/picture").status_code == 404
    own.open("/m/visits/mine/groups/1")
    own.send("write", content="在店里")
    assert chens.request().group_id == 1


def test_the_console_writes_to_an_audience_or_licences_narrowed_to_what_the_writer_may_see(chens) -> None:
    office = Office(chens.house)
    office.staff()
    with chens.house.services.transaction() as session:
        session.add(Audience(name="全城", spec={"followed": True}, created_at=chens.house.clock()))
    zhou = office.browser("zhou")  # 市场经理 of 城区一片
    zhou.get(DESK)
    form = {"whom": "some", "whom-audience-": "全城", "content": SAID, "token": "a" * 80}
    looked = zhou.post(DESK, form | {"do": "look"}).text
    assert re.search(r"名单</dt><dd>2<", looked)
    done = zhou.post(DESK, form | {"do": "send", "looked": short.mark({"audience": "全城"})})
    assert done.status_code == 303
    assert [len(read(chens, phone)) for phone in (chens.wang, chens.li, chens.xiao)] == [1, 1, 0]
    foreign = {"whom": "some", "whom-licence-": "350802100001\n350802100003，LY999999", "content": SAID}
    shown = zhou.post(DESK, foreign | {"do": "look"}).text
    assert "2 个许可证号不在您能看到的店里" in shown and "350802100003、LY999999" in shown
    shown = zhou.get(done.headers["Location"]).text
    assert "城南便利店" in shown and "老李食杂店" in shown
    assert [entry.detail for entry in office.audited("visit.group")] == [SAID]


@pytest.mark.on_sqlite
def test_what_a_shop_will_see_stands_beside_the_form_and_is_tried_on_its_writer_alone(chens) -> None:
    office = Office(chens.house)
    office.staff()
    chen = office.browser("chen")
    chen.get(DESK)
    form = {"content": SAID, "token": "a" * 80}

    def seen(page: str) -> str:
        phone = re.search(r'(?s)<div class="phone">.*?</section>', page)[0]
        return " ".join(re.sub(r"(?s)<[^>]*>", "", phone).split())

    shown = chen.post(DESK, form | {"do": "show", "photo": (io.BytesIO(PIXEL), "a.png")}).text
    assert f"陈志强：{SAID}" in seen(shown) and "发给我试试" in seen(shown)
    assert re.search(r'id="seen-picture"[^>]* src="/console/visits/[^"]+"', shown)
    assert "请选择发给谁" not in shown, "whom may come later"
    tried = chen.post(DESK, form | {"do": "try"})
    assert tried.status_code == 200 and "已发到您的微信，只有您收到" in tried.text and SAID in tried.text
    chens.house.work()
    letters = [entry for entry in chens.chen.unread() if entry.source == "account"]
    assert [entry.kind for entry in letters] == ["text", "image"] and f"【试发】陈志强：{SAID}" in letters[0].text
    assert [read(chens, phone) for phone in (chens.wang, chens.li, chens.xiao)] == [[], [], []]
    with chens.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0
    assert len(office.audited("visit.group.try")) == 1

    market = office.browser("market")
    without = seen(market.get(DESK).text)
    assert "发给我试试" not in without.replace("按“发给我试试”", "") and "没有微信可发" in without
    refused = market.post(DESK, form | {"do": "try"})
    assert refused.status_code == 422 and "没有绑定客户经理" in refused.text and SAID in refused.text
    assert office.browser("intern").post(DESK, form | {"do": "try"}).status_code == 403
    chens.house.clock.advance(timedelta(days=3))
    late = office.browser("chen").post(DESK, form | {"do": "try", "content": "在吗"})
    assert "请先在公众号里随便发一句" in late.text and "在吗" in late.text
    assert len(office.audited("visit.group.try")) == 1


def test_groups_are_seen_by_who_sent_them_and_those_above_alone(chens) -> None:
    send(chens)
    office = Office(chens.house)
    office.staff()
    office.user("lin", "manager", manager_id=chens.id_of("林小燕"))
    address = "/console/visits/groups/1"
    for name, status in (("market", 200), ("zhou", 200), ("chen", 200), ("intern", 200), ("lin", 404)):
        browser = office.browser(name)
        assert browser.get(address).status_code == status, name
        assert (SAID in browser.get("/console/visits/groups").text) == (status == 200)
    for name, status in (("lin", 422), ("zhou", 422), ("intern", 403)):
        browser = office.browser(name)
        assert browser.post(f"{address}/cancel").status_code == status, name
    with chens.house.look() as session:
        assert session.scalars(select(Campaign.ended_at)).one() is None
    lin = Browser(chens.house, chens.manager("林小燕"))
    assert "没有这次群发" in lin.open("/m/visits/groups/1")
    assert "没有这次群发" not in Browser(chens.house, chens.manager("周主任")).open("/m/visits/groups/1")


@pytest.mark.pooled
def test_a_thousand_members_are_one_statement_and_too_many_refuse(chens) -> None:
    chens.fill("城区一片", 30)
    send(chens)
    with chens.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Recipient)) == 32
        assert session.scalar(select(func.count()).where(Recipient.delivery_id.is_(None))) == 0
        carried = select(func.count(Delivery.id)).join(Recipient, Recipient.delivery_id == Delivery.id)
        assert session.scalar(carried.where(Delivery.openid == Recipient.openid)) == 32
    now, services = chens.house.clock(), chens.house.services
    with services.reading() as session:
        who = visibility.of_manager(session, chens.chen.openid, now=now, zone=services.zone)
    few = {"criteria": services.criteria, "now": now, "most": 31}
    with (
        services.database.transaction() as session,
        pytest.raises(Refused, match="微信一天最多让公众号发 31 条服务通知"),
    ):
        groups.send(session, who, None, SAID, **few)
    with chens.house.services.transaction() as session:
        session.execute(update(Retailer).values(openid=None))
    assert "没有能收到的店" in send(chens)


def large(town, **more):
    """A group that is too large to go out at once."""
    now, services = town.house.clock(), town.house.services
    with services.transaction() as session:
        who = visibility.of_manager(session, town.chen.openid, now=now, zone=services.zone)
        groups.send(session, who, None, SAID, criteria=services.criteria, now=now, at_once=1, **more)


@pytest.mark.pooled
def test_a_large_group_is_listed_by_the_clock_and_may_be_cancelled_before(chens) -> None:
    large(chens)
    assert "名单 0 家" in progress(chens)
    chens.house.tick()
    assert "名单 2 家，已发出 2 家" in progress(chens)
    assert read(chens, chens.wang) == read(chens, chens.li) == [f"陈志强：{SAID}"]
    assert read(chens, chens.xiao) == []
    large(chens)
    chens.page.open("/m/visits/groups/2")
    chens.page.send("cancel")
    chens.house.tick()
    assert read(chens, chens.wang) == []


@pytest.mark.on_sqlite
def test_a_large_group_whose_writer_is_gone_by_then_goes_to_nobody(chens) -> None:
    large(chens)
    with chens.house.services.transaction() as session:
        session.execute(update(Manager).where(Manager.name == "陈志强").values(disabled_at=chens.house.clock()))
    chens.house.tick()
    assert read(chens, chens.wang) == []
    with chens.house.look() as session:
        assert session.scalars(select(Campaign.state)).one() == "broken"


def test_whoever_cannot_get_it_is_shown_with_the_reason(chens) -> None:
    with chens.house.services.transaction() as session:
        session.execute(
            update(Follower).where(Follower.openid == chens.li.openid).values(unfollowed_at=chens.house.clock())
        )
    send(chens)
    office = Office(chens.house)
    office.staff()
    page = office.browser("market").get("/console/visits/groups/1").text
    assert "收不到的：没有关注公众号 1 家" in page and "老李食杂店" not in page
    left_out = office.browser("market").get("/console/visits/groups/1?part=left_out").text
    assert "老李食杂店" in left_out and "没有关注公众号" in left_out and "城南便利店" not in left_out
