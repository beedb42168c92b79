"""A manager's day on the phone: tabs, the box in reach, the ways to a shop, and a trial of what many are sent."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaigns.models import Campaign
from simulator.phone import PIXEL
from tests.h5 import Browser
from tests.visits.test_groups import NEW, SAID, chens
from tests.visits.test_plans import pass_days, planned
from visits.models.answers import Canned
from visits.models.requests import Message, Request
from visits.texts.answering import SEND
from wechat_bot.models import Delivery

__all__ = ["chens", "planned"]


@pytest.fixture
def asked(asked):
    asked.page, asked.own = Browser(asked.house, asked.chen), Browser(asked.house, asked.wang)
    return asked


def tabs(browser: Browser) -> list[str]:
    """The tabs of the page, each with its count; the present one is marked."""
    foot = re.search(r'(?s)<nav class="tabs".*?</nav>', browser.page.text)
    if foot is None:
        return []
    found = re.findall(r'(?s)<a href="([^"]+)"( aria-current="page")?>(.*?)</a>', foot[0])
    return [f"{address} {re.sub('(?s)<.*?>', ' ', word).split()}{'*' if here else ''}" for address, here, word in found]


@pytest.mark.on_sqlite
def test_the_tabs_say_where_one_is_and_how_much_waits(asked) -> None:
    asked.page.open("/m/visits")
    there = "/m/visits ['留言', '1']", "/m/visits/due ['拜访']", "/m/visits/groups ['群发']", "/m/me ['我的']"
    assert tabs(asked.page) == [f"{there[0]}*", *there[1:]]
    for path, place in (("/m/visits/due", 1), ("/m/visits/groups", 2), ("/m/me", 3)):
        asked.page.open(path)
        assert tabs(asked.page) == [f"{each}*" if n == place else each for n, each in enumerate(there)]
    asked.page.open(f"/m/visits/{asked.n}")
    assert tabs(asked.page) == [], "a task has a foot of its own"
    asked.page.send("answer", content="明早带两条")
    asked.page.open("/m/visits")
    assert tabs(asked.page)[0] == "/m/visits ['留言']*", "it is the shop's turn"
    asked.own.open("/m/me")
    places = "/m/visits/mine ['留言']", "/m/courses ['学习']", "/m/library ['资料']"
    assert tabs(asked.own) == ["/m/me ['我的']*", *places]
    stranger = Browser(asked.house, asked.house.phone("路人"))
    stranger.open("/m/me")
    assert tabs(stranger) == []


def test_shops_to_visit_are_counted_on_their_tab_and_one_less_once_one_was_visited(planned) -> None:
    pass_days(planned, 32)
    said = planned.page.open("/m/visits/due")
    assert "2 家到期" in said and tabs(planned.page)[1] == "/m/visits/due ['拜访', '2']*"
    assert "已记下：上门拜访城南便利店。 撤销" in planned.page.send("shop", at="0")
    assert tabs(planned.page)[1] == "/m/visits/due ['拜访', '1']*"
    planned.page.send("undo")
    assert tabs(planned.page)[1] == "/m/visits/due ['拜访', '2']*"


@pytest.mark.on_sqlite
def test_what_was_just_recorded_stands_where_its_card_stood(planned) -> None:
    pass_days(planned, 32)
    planned.page.open("/m/visits/due")
    second = re.findall(r'action="(/m/visits/visited/[^"]+)"', planned.page.page.text)[1]
    places = re.findall(r'name="at" value="(\d)"', planned.page.page.text)
    assert places == ["0", "1"]
    form = planned.page.form() | {"do": "phone", "at": places[1]}
    planned.page.open(planned.page.post(second, form).location)
    page = planned.page.page.text
    assert page.index("城南便利店") < page.index('<li class="done"')


@pytest.mark.on_sqlite
def test_a_talk_says_each_day_once_above_its_first_message(asked) -> None:
    asked.house.later(days=1)
    asked.page.open(f"/m/visits/{asked.n}")
    asked.page.send("answer", content="明早带两条")
    asked.page.open(f"/m/visits/{asked.n}")
    asked.page.send("answer", content="再带一盒")
    for browser, path in ((asked.page, f"/m/visits/{asked.n}"), (asked.own, "/m/visits/mine")):
        browser.open(path)
        days = re.findall(r'class="bubbles__day"><time>(.*?)</time>', browser.page.text)
        assert days == ["昨天", "今天"]
        assert re.fullmatch(r"\d\d:\d\d", re.findall(r'bubble__head">.*?<time>(.*?)</time>', browser.page.text)[0])


def test_the_button_beside_the_box_leaves_it_the_width() -> None:
    assert all(len(word) <= 3 for word in SEND.values())


@pytest.mark.on_sqlite
def test_phone_and_map_are_one_tap_away_and_the_deadlines_fold_to_one_line(asked) -> None:
    asked.page.open(f"/m/visits/{asked.n}")
    page = asked.page.page.text
    assert 'href="tel:13600008899"' in page
    address = "%E6%96%B0%E7%BD%97%E5%8C%BA"  # 新罗区
    assert f'href="https://apis.map.qq.com/uri/v1/search?keyword={address}&amp;referer=wuwei"' in page
    folded = re.search(r'(?s)<details class="fold"><summary>(.*?)</summary>(.*?)</details>', page)
    assert re.sub("<.*?>", "", folded[1]).startswith(f"#{asked.n} · ")
    assert "陈志强" in folded[2] and "首次答复" in folded[2]
    assert page.index("</ol>") < page.index('class="dock"') < page.index('name="content"')
    assert 'id="newest"' in page
    assert f'href="/m/visits/{asked.n}#newest"' in asked.page.open("/m/visits") + asked.page.page.text


@pytest.mark.on_sqlite
def test_phrases_stand_above_the_box_and_one_fills_it_with_what_is_written_kept(asked) -> None:
    with asked.house.services.transaction() as session:
        session.add(Canned(title="明早送", content="{称呼}，明早送到。"))
    asked.page.open(f"/m/visits/{asked.n}")
    page = asked.page.page.text
    assert page.index('class="dock"') < page.index(">明早送</button>") < page.index('id="content"')
    said = asked.page.send("", canned="1", content="好的")
    assert "好的 王老板，明早送到。" in said and asked.page.page.status_code == 200


@pytest.mark.on_sqlite
def test_photos_are_small_and_open_large(asked) -> None:
    asked.wang.send_image(PIXEL)
    asked.house.work()
    asked.page.open(f"/m/visits/{asked.n}")
    [(link, picture)] = re.findall(
        r'<a href="([^"]+)"><img class="bubble__picture" src="([^"]+)"', asked.page.page.text
    )
    assert link == picture
    assert asked.page.get(link).data == PIXEL


def deliveries(town) -> int:
    with town.house.look() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


@pytest.mark.on_sqlite
def test_a_trial_reaches_its_writer_alone_and_counts_towards_nothing(chens) -> None:
    chens.page.open(NEW)
    assert "发给我试试" not in chens.page.text
    shown = chens.page.send("look", whom="all", content=SAID)
    assert "店主看到的样子" in shown and f"陈志强： {SAID}" in shown
    assert "已发到您的微信，只有您收到" in chens.page.send("try", whom="all", content=SAID)
    assert SAID in chens.page.page.text, "what was written is kept"
    assert chens.news(chens.chen) == [f"【试发】陈志强：{SAID}"]
    for phone in (chens.wang, chens.li, chens.xiao):
        assert chens.news(phone) == []
    with chens.house.look() as session:
        counted = [session.scalar(select(func.count()).select_from(each)) for each in (Campaign, Message, Request)]
    assert counted == [0, 0, 0]
    assert "还没有群发过" in chens.page.open("/m/visits/groups")


def test_a_trial_posted_twice_is_sent_once_with_its_photo_and_again_once_it_was_changed(chens) -> None:
    chens.page.open(NEW)
    chens.page.send("look", whom="all", content=SAID)
    assert "照片还在" in chens.page.send("try", whom="all", content=SAID, photo=(io.BytesIO(PIXEL), "a.png"))
    for _ in range(2):
        chens.page.send("try", whom="all", content=SAID)
    chens.house.work()
    assert [entry.kind for entry in chens.chen.unread() if entry.source == "account"] == ["text", "image"]
    chens.page.send("try", whom="all", content=f"{SAID}请回复")
    assert chens.news(chens.chen)[0] == f"【试发】陈志强：{SAID}请回复"
    assert "已安排发送" in chens.page.send("send", whom="all", content=f"{SAID}请回复")
    chens.house.work()
    assert [entry.kind for entry in chens.wang.unread() if entry.source == "account"] == ["text", "image"]


@pytest.mark.on_sqlite
def test_a_trial_says_what_is_missing_where_it_cannot_be_sent(chens) -> None:
    chens.page.open(NEW)
    chens.page.send("look", whom="all", content=SAID)
    assert "空" in chens.page.send("try", whom="all", content=" ") or chens.page.page.status_code == 422
    chens.house.clock.advance(timedelta(days=3))
    chens.page.open(NEW)
    chens.page.send("look", whom="all", content=SAID)
    before = deliveries(chens)
    assert "请先在公众号里随便发一句" in chens.page.send("try", whom="all", content=SAID)
    assert SAID in chens.page.page.text
    assert deliveries(chens) == before


@pytest.mark.on_sqlite
def test_a_shops_page_has_its_manager_the_box_in_reach_and_what_waits_folded(asked) -> None:
    asked.own.open("/m/visits/mine")
    page = asked.own.page.text
    assert "陈志强" in asked.own.text and 'href="tel:13900002201"' in page
    assert page.index("</ol>") < page.index('class="dock"') < page.index('name="content"')
    assert "会在明天" in asked.own.text
    nobody = Browser(asked.house, asked.house.phone("路人"))
    assert "还没有留过言 缺货、送货、灯条坏了、想要海报，都可以在这里说。" in nobody.open("/m/visits/mine")
