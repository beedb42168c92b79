"""Tags in the console: made, renamed, deleted, put on one shop and on many, and mirrored in WeChat."""

import re

import pytest
from sqlalchemy import func, select, update

from people import rules
from people.models import Area, Audience, Retailer, RetailerTag, Tag
from surveys.models import Survey


@pytest.fixture
def browser(office):
    browser = office.browser("market")
    browser.get("/console/people/tags")
    return browser


def make(browser, name: str, **more) -> None:
    assert browser.post("/console/people/tags/new", {"name": name, **more}).status_code == 303


def tagged(office, name: str) -> set[str]:
    with office.house.look() as session:
        found = select(Retailer.keeper).join(RetailerTag).join(Tag).where(Tag.name == name)
        return set(session.scalars(found))


def test_a_tag_is_put_on_a_shop_and_taken_off_by_who_looks_after_it(office, browser) -> None:
    make(browser, "示范店")
    chen, path = office.browser("chen"), "/console/people/shops/350802100001"
    assert "示范店" in chen.get(path).text
    assert chen.post(f"{path}/tags", {"tag": "1", "do": "put"}).status_code == 303
    assert tagged(office, "示范店") == {"王建国"}
    assert chen.post("/console/people/shops/350802100003/tags", {"tag": "1", "do": "put"}).status_code == 404
    assert chen.post(f"{path}/tags", {"tag": "1", "do": "off"}).status_code == 303
    assert tagged(office, "示范店") == set()
    assert [entry.about for entry in office.audited("tag.put")] == ["shop:350802100001"]


def test_many_shops_are_tagged_at_once_after_the_count_and_only_ones_own(office, browser) -> None:
    make(browser, "节日")
    page = browser.get("/console/people/tagging?class=&search=").text
    assert "1. 给谁" in page and "2. 哪个标签" not in page
    page = browser.get("/console/people/tagging?whom=all").text
    assert "2. 哪个标签" in page and "3. 会怎样" not in page
    assert "给这 3 家店打上" in browser.get("/console/people/tagging?whom=all&tag=1").text
    zhou = office.browser("zhou")
    asked = "/console/people/tagging?whom=all&tag=1&do=put"
    assert "给这 2 家店打上" in zhou.get(asked).text
    assert "请先选给哪些店" in zhou.post("/console/people/tagging", {"tag": "1", "do": "put"}).text
    every = {"tag": "1", "do": "put", "whom": "all"}
    assert "刚才看到的是 3 家" in zhou.post("/console/people/tagging", every | {"seen": "3"}).text
    assert zhou.post("/console/people/tagging", every | {"seen": "2"}).status_code == 303
    assert "<b>1</b> 家会打上“节日”；2 家已经有，不变" in browser.get(asked).text
    assert "<b>2</b> 家有“节日”，会去掉；1 家本来没有" in browser.get(asked.replace("put", "off")).text
    assert tagged(office, "节日") == {"王建国", "李福生"}
    with office.house.services.transaction() as session:
        session.add(Audience(name="终端", spec={"bound": False, "class": "优质终端"}, created_at=office.house.clock()))
    asked = {"tag": "1", "do": "put", "audience": "1"}
    done = browser.post("/console/people/tagging", asked)
    assert "1 家店打上了" in browser.get(done.location).text
    assert len(tagged(office, "节日")) == 3
    assert browser.post("/console/people/tagging", asked | {"do": "off"}).status_code == 303
    assert tagged(office, "节日") == {"王建国", "李福生"}
    assert "对象“终端”" in office.audited("tag.off")[0].detail


def test_renaming_a_tag_renames_it_in_saved_audiences_and_deleting_waits_for_them(office, browser) -> None:
    make(browser, "老店")
    with office.house.services.transaction() as session:
        session.add(Audience(name="老的", spec={"any": [{"tag": ["老店"]}]}, created_at=office.house.clock()))
    browser.get("/console/people/tags")
    assert browser.post("/console/people/tags/1", {"name": "十年老店"}).status_code == 303
    with office.house.look() as session:
        assert session.scalars(select(Audience.spec)).one() == {"any": [{"tag": ["十年老店"]}]}
    browser.get("/console/people/tags")
    assert "对象“老的”正在用它" in browser.post("/console/people/tags/1/delete").text
    with office.house.services.transaction() as session:
        draft = {"title": "满意度", "audience": {"tag": "十年老店"}}
        session.add(Survey(title="满意度", draft=draft, created_at=office.house.clock()))
        session.delete(session.scalars(select(Audience)).one())
    browser.get("/console/people/tags")
    assert "调查《满意度》正在用它" in browser.post("/console/people/tags/1", {"name": "新名"}).text
    with office.house.services.transaction() as session:
        session.delete(session.scalars(select(Survey)).one())
    browser.post("/console/people/tagging", {"tag": "1", "do": "put", "whom": "all"})
    browser.get("/console/people/tags")
    assert browser.post("/console/people/tags/1/delete").status_code == 303
    with office.house.look() as session:
        assert session.scalar(select(func.count()).select_from(RetailerTag)) == 0


@pytest.mark.on_sqlite
def test_names_that_will_not_do_are_refused(office, browser) -> None:
    make(browser, "示范店")
    for name, why in (("", "要有名字"), ("甲、乙", "不能有"), ("示范店", "已经有"), ("长" * 31, "最多 30")):
        assert why in browser.post("/console/people/tags/new", {"name": name}).text
    for name in ("城区一片", "现代终端", "客户经理"):
        assert "已经用来表示" in browser.post("/console/people/tags/new", {"name": name, "is_mirrored": "on"}).text


def test_chosen_tags_are_mirrored_in_wechat_and_never_more_than_a_follower_can_carry(office, browser) -> None:
    make(browser, "示范店", is_mirrored="on")
    make(browser, "只给自己看")
    with office.house.look() as session:
        token = session.scalars(select(Retailer.bind_token).where(Retailer.keeper == "王建国")).one()
    office.house.phone("王建国").follow(f"bind:{token}")
    for tag in ("1", "2"):
        browser.post("/console/people/shops/350802100001/tags", {"tag": tag, "do": "put"})
    asked = browser.post("/console/people/tags/mirror")
    office.work()
    assert "打上 3 人次" in browser.get(asked.location).text
    wechat = office.house.services.wechat
    assert "示范店" in wechat.tags()
    assert "只给自己看" not in wechat.tags()
    again = office.house.flask("people", "tags", "sync").output
    assert re.search("打上 0 人次，去掉 0 人次", again)
    browser.post("/console/people/shops/350802100001/tags", {"tag": "1", "do": "off"})
    assert "去掉 1 人次" in office.house.flask("people", "tags", "sync").output
    for number in range(1, rules.MOST_MIRRORED):
        make(browser, f"标签{number}", is_mirrored="on")
    assert "最多 18 个" in browser.post("/console/people/tags/new", {"name": "再一个", "is_mirrored": "on"}).text


def test_a_mirrored_tag_is_found_again_whatever_either_side_calls_it(office, browser) -> None:
    house = office.house
    with house.services.transaction() as session:
        for end in ("第一客户服务小组", "第二客户服务小组", "第一客户服务大组"):
            session.add(Area(name=f"长汀县濯田镇{end}"))
    assert house.flask("people", "tags", "sync").exit_code == 0
    wechat = house.services.wechat
    first = wechat.tags()
    long = [name for name in first if name.startswith("长汀")]
    # Ten characters each, told apart by their ends: the area is still to be recognised.
    assert long == ["长汀县濯…户服务小组", "长汀县…户服务小组2", "长汀县濯…户服务大组"]
    assert all(len(name.encode()) <= 30 for name in first)
    with house.look() as session:
        token = session.scalars(select(Retailer.bind_token).where(Retailer.keeper == "王建国")).one()
    wang = house.phone("王建国")
    wang.follow(f"bind:{token}")
    # Somebody renames one in WeChat's own console, and we another here.
    wechat.rename_tag(first["城区一片"], "一片")
    with house.services.transaction() as session:
        session.execute(update(Area).where(Area.name == "长汀县濯田镇第一客户服务小组").values(name="濯田"))
    said = house.flask("people", "tags", "sync").output
    assert "新建标签 0 个" in said and "打上 2 人次" in said
    second = wechat.tags()
    assert second["一片"] == first["城区一片"] in wang.follower.tags
    assert second["濯田"] == first[long[0]]
    # One deleted there is made anew, and only that one.
    wechat.call("/cgi-bin/tags/delete", {"tag": {"id": second["濯田"]}})
    assert "新建标签 1 个" in house.flask("people", "tags", "sync").output
    assert "新建标签 0 个，打上 0 人次，去掉 0 人次" in house.flask("people", "tags", "sync").output
    # A name that somebody else's tag has there by now is not to be had.
    wechat.create_tag("汀州")
    with house.services.transaction() as session:
        session.execute(update(Area).where(Area.name == "濯田").values(name="汀州"))
    assert house.flask("people", "tags", "sync").exit_code == 0
    assert wechat.tags().keys() >= {"汀州", "汀州2"} and "濯田" not in wechat.tags()


def test_one_whom_wechat_does_not_tag_keeps_nobody_else_from_it(office, browser) -> None:
    house = office.house
    with house.look() as session:
        shops = session.execute(select(Retailer.keeper, Retailer.bind_token).order_by(Retailer.id)).all()
    phones = [house.phone(keeper) for keeper, _ in shops]
    for phone, (_, token) in zip(phones, shops, strict=True):
        phone.follow(f"bind:{token}")
    # One left, and the callback of that was lost.
    house.sim.faults.add("callback:unsubscribe", "lost")
    phones[1].unfollow()
    house.sim.faults.add("/cgi-bin/tags/members/batchtagging", "errcode", value=45159, times=2)
    assert house.flask("people", "tags", "sync").exit_code == 0
    tagged = {
        tag: house.sim.world.tags[number].members for tag, number in house.services.wechat.tags().items() if number > 2
    }
    assert {each for members in tagged.values() for each in members} == {phones[0].openid, phones[2].openid}


def test_more_areas_than_wechat_has_tags_for_is_said_and_changes_nothing(office, browser) -> None:
    with office.house.services.transaction() as session:
        session.add_all(Area(name=f"片区{number}") for number in range(100))
    browser.post("/console/people/tags/mirror")
    office.work()
    assert "微信最多 100 个标签" in browser.get("/console/tasks/1").text
    assert list(office.house.services.wechat.tags()) == ["星标组"]
