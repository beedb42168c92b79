"""The shell of the console: the menu features declare, what waits behind it, and the way back from a step."""

import re
from html import unescape

import pytest

from config.app import FEATURES
from config.icons import outline
from console import extension
from console.extension import ConsoleExtension
from console.menu import Item, MenuGroup
from console.permissions import SIGNED_IN
from tests.addresses import lay_out
from tests.office import file_of, undo
from wechat_bot.feature import Feature

SHOPS = "350802100001"


def menu(page: str) -> list[str]:
    """The words of the menu, a group's name before its entries."""
    nav = page.split('<nav aria-label="主菜单">')[1].split("</nav>")[0]
    return re.findall(r"<span>([^<]+)</span>|<li><a [^>]*>([^<]+)<", nav)


def words(page: str) -> list[str]:
    return [group or entry for group, entry in menu(page)]


@pytest.mark.on_sqlite
def test_the_menu_stands_in_groups_and_shows_what_a_role_may_open(office) -> None:
    assert words(office.browser("admin").get("/console/").text) == [
        *("首页", "微调查"),
        *("微拜访", "待办", "群发", "计划", "人手", "统计", "设置"),
        *("微培育", "推送", "日历", "系列", "资料库", "陈列秀", "栏目", "品牌", "检索用词"),
        *("微课堂", "微课", "没答上的问题", "反复答错", "节省标准"),
        *("微测试", "测试", "题库"),
        *("零售户", "店铺", "片区", "对象", "标签", "要告诉的", "绑定卡"),
        *("成效", "月度成效", "评分表", "黏性", "费用"),
        *("系统", "任务", "消息", "账号", "操作记录"),
    ]
    reader = words(office.browser("intern").get("/console/").text)
    assert "设置" not in reader and "账号" not in reader and "店铺" in reader
    page = office.browser("admin").get("/console/people/areas").text
    assert re.findall(r'<a href="([^"]+)" aria-current="page">片区', page) == ["/console/people/areas"]
    assert '<details class="here" open>' in page


def test_an_entry_in_a_group_nobody_declares_stops_the_start() -> None:
    lost = MenuGroup("微培育", "speakerphone")
    stray = Feature(
        name="stray", forgets=None, more=[ConsoleExtension(items=[Item("推送", "stray.all", SIGNED_IN, group=lost)])]
    )
    with pytest.raises(ValueError, match="stray puts '推送' into the undeclared menu group '微培育'"):
        extension.collect((*FEATURES, stray))


def test_an_icon_the_set_does_not_have_is_no_icon() -> None:
    for name in ("no-such-icon", "../package"):
        with pytest.raises(FileNotFoundError, match="no icon"):
            outline(name)


@pytest.mark.on_sqlite
def test_the_counts_are_answered_only_where_they_changed_and_keep_no_session_awake(house) -> None:
    office = lay_out(house)
    admin = office.browser("admin")
    page = admin.get("/console/").text
    address = unescape(re.search(r'hx-get="(/console/waiting[^"]*)"', page)[1])
    assert admin.get(address).status_code == 204
    house.phone("路人").say("送货单少了一条，帮我查查")
    renewed = admin.get(address)
    assert renewed.status_code == 200
    before, after = (int(re.search(r'data-count="(\d+)"', each)[1]) for each in (page, renewed.text))
    assert after == before + 1
    assert f'id="count-all" hx-swap-oob="true">{after}</span>' in renewed.text
    assert "<title>" not in renewed.text
    house.clock.advance(hours=1, minutes=59)
    admin.get(address)
    house.clock.advance(minutes=2)
    assert admin.get("/console/").status_code == 303, "a page left open signs its user out as any other"


@pytest.mark.on_sqlite
def test_how_the_menu_is_folded_is_a_word_of_two(office) -> None:
    admin = office.browser("admin")
    for said, shown in (("rail", "shell rail"), ("wide", "shell wide"), ('"><script>', "shell ")):
        admin.client.set_cookie("wuwei_menu", said, path="/console")
        assert f'<div class="{shown}">' in admin.get("/console/").text


def test_a_step_is_taken_back_by_a_form_of_the_next_page_once(house) -> None:
    office = lay_out(house)
    admin = office.browser("admin")
    shop = f"/console/people/shops/{SHOPS}"
    admin.get(shop)
    settings, plan, canned = "/console/visits/settings", "/console/visits/plans/1", "/console/visits/canned/1"
    for seen, path, data, said, taken_back in (
        (shop, f"{shop}/tags", {"tag": "1", "do": "put"}, "标签“示范店”已打上。", "标签“示范店”已去掉。"),
        (f"{settings}/categories/1", f"{settings}/categories/1/retire", {"retired": "1"}, "已停用。", "已恢复。"),
        (f"{plan}/edit", f"{plan}/end", {}, "已结束", "继续。"),
        (canned, f"{canned}/drop", {}, "常用语“明早送”已删除。", "已保存。"),
        (shop, "/console/visits/visited/1", {"how": "phone", "days": "30"}, "已记下：电话拜访", "已撤销：电话拜访"),
        (shop, "/console/surveys/1/invitations/1/steer", {"do": "pause"}, "已暂停第 1 次邀请。", "已继续第 1 次邀请。"),
    ):
        admin.get(seen)
        answer = admin.post(path, data)
        assert answer.status_code == 303, (path, answer.text)
        page = admin.get(answer.location).text
        assert said in page, path
        assert 'class="undo"' in page, path
        where, fields = undo(page)
        assert 'class="undo"' not in admin.get(answer.location).text, "it is offered once"
        back = admin.post(where, fields)
        assert back.status_code == 303, (path, back.text)
        assert taken_back in admin.get(back.location).text, path


@pytest.mark.on_sqlite
def test_what_narrows_a_list_is_dropped_one_by_one(office) -> None:
    admin = office.browser("admin")
    page = admin.get("/console/people?search=店&bound=no").text
    found = re.findall(r'class="pill" aria-current="true"\s+href="([^"]+)"[^>]*>([^<]+)<', page)
    pills = {word: unescape(href) for href, word in found}
    assert list(pills) == ["“店”", "未绑定"]
    assert "bound=no" in pills["“店”"] and "search" not in pills["“店”"]
    assert "“店”" not in re.findall(r'class="pill"[^>]*>([^<]+)<', admin.get(pills["“店”"]).text)
    nothing = admin.get("/console/people?search=没有的店").text
    assert "清除筛选" in nothing and "没有符合的店" in nothing
    assert len(file_of(office, admin, "/console/people/export", {"bound": "no"})) > 1
