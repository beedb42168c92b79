"""The library as shops read it: lists and articles on their phones, in the chat, and who may read what."""

import re

import pytest
from sqlalchemy import func, select

from broadcasts.actions import articles
from broadcasts.models.library import LibraryArticle, LibraryColumn
from broadcasts.models.reading import ArticleRead, Favourite
from people import actions as people_actions
from simulator.handset import Seen
from tests.broadcasts.conftest import BRANDS, LAW, SUPPLY, Library
from tests.h5 import Browser
from tests.office import Office
from wechat_bot.models import Follower
from wechat_bot.outbox import queueing
from wechat_bot.reply import text_message


@pytest.fixture
def town(library: Library) -> Library:
    """A house with three shops, two of them bound, and four articles in three columns."""
    Office(library.house).import_roster()
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        library.house.phone(name).follow()
        assert "已绑定" in library.house.phone(name).say(f"绑定 {licence} {ending}").text
    library.house.phone("路人").follow()
    for title, column in (
        ("封签怎么看", LAW),
        ("本周货源怎么订", SUPPLY),
        ("红狼的牌号介绍", BRANDS),
        ("十八岁以下怎么问", LAW),
    ):
        library.published(title, f"{title}，看这里。", column=column)
        library.house.later(minutes=10)
    return library


def phone(library: Library, name: str) -> Browser:
    return Browser(library.house, library.house.phone(name))


def address(library: Library, title: str) -> str:
    with library.house.look() as session:
        return f"/m/library/{session.scalars(select(LibraryArticle.token).where(LibraryArticle.title == title)).one()}"


def reads(library: Library, title: str) -> tuple[int, int]:
    """What its counter says, and how many shops are written down."""
    with library.house.look() as session:
        found = session.scalars(select(LibraryArticle).where(LibraryArticle.title == title)).one()
        rows = select(func.count()).where(ArticleRead.article_id == found.id)
        return found.reads, session.scalars(rows).one()


def card_of(seen: Seen) -> dict[str, str] | None:
    """The card that was just sent, if it is one."""
    [entry] = seen
    return entry.detail["articles"][0] if entry.kind == "news" else None


def titles(text: str) -> list[str]:
    return re.findall(r"封签怎么看|本周货源怎么订|红狼的牌号介绍|十八岁以下怎么问", text)


def test_a_shop_sees_the_newest_first_a_column_and_the_most_read(town) -> None:
    wang = phone(town, "王建国")
    shown = wang.open("/m/library")
    assert titles(shown) == ["十八岁以下怎么问", "红狼的牌号介绍", "本周货源怎么订", "封签怎么看"]
    assert re.search(r"按栏目找 货源策略 1 篇 品牌信息 1 篇 法规与真假鉴别 2 篇", shown)
    law = town.column(LAW)
    assert titles(wang.open(f"/m/library?column={law}")) == ["十八岁以下怎么问", "封签怎么看"]
    for name in ("王建国", "李福生"):
        phone(town, name).open(address(town, "封签怎么看"))
    wang.open(address(town, "本周货源怎么订"))
    assert titles(wang.open("/m/library?by=most"))[:2] == ["封签怎么看", "本周货源怎么订"]


@pytest.mark.on_sqlite
def test_an_article_is_read_once_by_a_shop_however_often_it_is_opened(town) -> None:
    wang, seal = phone(town, "王建国"), address(town, "封签怎么看")
    assert "没看过， 法规与真假鉴别" in wang.open("/m/library")
    shown = wang.open(seal)
    assert "封签怎么看，看这里。" in shown and "读 1 分钟" in shown and "问陈志强" in shown and "直接回复" in shown
    for _ in range(2):
        wang.open(seal)
    phone(town, "路人").open(seal)
    assert reads(town, "封签怎么看") == (1, 1)
    phone(town, "李福生").open(seal)
    assert reads(town, "封签怎么看") == (2, 2)
    assert wang.open("/m/library").count("没看过") == 3
    base, law = town.house.settings.public_url, address(town, "十八岁以下怎么问")
    for ask, more in ((wang.client.head, {}), (wang.client.get, {"Purpose": "prefetch"})):
        for each in (seal, law):
            ask(each, base_url=base, headers={"User-Agent": wang.agent, **more})
    assert (reads(town, "封签怎么看"), reads(town, "十八岁以下怎么问")) == ((2, 2), (0, 0))


def test_whoever_is_bound_to_nothing_reads_open_columns_alone_and_is_told_how_to_be_bound(town) -> None:
    stranger = phone(town, "路人")
    shown = stranger.open("/m/library")
    assert titles(shown) == ["十八岁以下怎么问", "封签怎么看"]
    assert "货源策略" not in shown and "绑定您的店，还能看到货源、新品和品牌信息" in shown
    assert "封签怎么看，看这里" in stranger.open(address(town, "封签怎么看"))
    assert "收藏" not in stranger.text
    for title in ("本周货源怎么订", "红狼的牌号介绍"):
        refused = stranger.open(address(town, title))
        assert "只给零售户看" in refused and "绑定 许可证号 手机后四位" in refused and "看这里" not in refused
        assert stranger.page.status_code == 422
    assert "只给零售户看" in stranger.open(f"/m/library?column={town.column(SUPPLY)}")
    # Unbound again, a shop reads no more than they do.
    wang = phone(town, "王建国")
    assert "看这里" in wang.open(address(town, "红狼的牌号介绍"))
    town.house.phone("王建国").say("解绑")
    town.house.phone("王建国").say("1")
    assert "只给零售户看" in wang.open(address(town, "红狼的牌号介绍"))


@pytest.mark.on_sqlite
def test_a_page_snapshot_of_wechat_reads_nothing(town) -> None:
    wang, seal = phone(town, "王建国"), address(town, "封签怎么看")
    snapshot = town.house.phone("王建国")
    asked = wang.sign_in_address(seal).replace("snsapi_base", "snsapi_userinfo")
    back = snapshot.open(asked, is_snapshot=True)
    answer = wang.get(back.removeprefix(town.house.settings.public_url))
    assert answer.status_code == 403 and "快照" in answer.text
    assert reads(town, "封签怎么看") == (0, 0)


def test_a_favourite_is_one_press_and_one_press_takes_it_back(town) -> None:
    wang, seal = phone(town, "王建国"), address(town, "封签怎么看")
    assert "还没有收藏文章" in wang.open("/m/library?by=kept")
    wang.open(seal)
    form = wang.form("keep")
    assert "已收藏" in wang.send("keep")
    assert wang.post(seal, form | {"do": "keep"}).status_code == 303
    assert titles(wang.open("/m/library?by=kept")) == ["封签怎么看"]
    assert "我的收藏 1" in wang.text
    me = wang.open("/m/me")
    assert "资料 货源、新品、法规和真假鉴别" in me and "我的收藏 1 篇" in me
    wang.open(seal)
    assert "不再收藏" in wang.send("drop")
    with town.house.look() as session:
        assert session.scalars(select(Favourite)).all() == []
    stranger = phone(town, "路人")
    stranger.open(seal)
    refused = stranger.post(seal, stranger.form() | {"do": "keep"})
    assert refused.status_code in (403, 422)


@pytest.mark.on_sqlite
def test_the_chat_lists_what_is_new_and_a_number_opens_its_card(town) -> None:
    wang = town.house.phone("王建国")
    said = wang.say("资料").text
    assert said == (
        "最新的资料：\n1 本周货源怎么订（货源策略）\n2 红狼的牌号介绍（品牌信息）\n"
        "3 十八岁以下怎么问（法规与真假鉴别）\n"
        "回复编号看文章，回复“资料”加上想找的词，如：资料 真假鉴别"
    )
    card = card_of(wang.say("2"))
    assert card["title"] == "红狼的牌号介绍"
    assert card["url"] == f"{town.house.settings.public_url}{address(town, '红狼的牌号介绍')}"
    for number in ("３", "三。", "回复3"):
        assert card_of(wang.say(number))["title"] == "十八岁以下怎么问"
    assert wang.say("9").text.startswith("请回复 1 到 3 的编号看文章")
    said = wang.say("资料 真假鉴别").text
    assert said.startswith("法规与真假鉴别：\n1 十八岁以下怎么问\n2 封签怎么看\n")
    card = card_of(wang.say("2"))
    assert card["title"] == "封签怎么看"
    assert wang.say("资料 火星").text.startswith("没有找到“火星”")
    # What a column is not called is searched.
    assert wang.say("资料 红狼").text.startswith("找“红狼”：\n1 红狼的牌号介绍（品牌信息）\n回复编号")
    assert card_of(wang.say("1"))["title"] == "红狼的牌号介绍"
    assert town.house.phone("路人").say("资料 红狼").text.startswith("没有找到“红狼”")


def test_words_find_articles_on_the_page_and_always_lead_on_to_a_person(town) -> None:
    wang = phone(town, "王建国")
    shown = wang.open("/m/library?q=封签")
    assert "找到 1 篇" in shown and "<mark>封签</mark>怎么看" in wang.page.text and "问陈志强" in shown
    nothing = wang.open("/m/library?q=%25_%22*")
    assert '没有找到“%_"*”' in nothing and 'href="/m/visits/mine"' in wang.page.text
    assert "没有找到" in phone(town, "路人").open("/m/library?q=红狼")
    assert "看货源" not in phone(town, "路人").open("/m/library?q=%E2%80%8B")


@pytest.mark.on_sqlite
def test_a_number_opens_an_article_only_while_the_list_was_the_last_thing_said(town) -> None:
    wang = town.house.phone("王建国")
    menu = wang.say("帮助").text
    assert "看货源和新品" in menu
    number = re.search(r"(\d) 看货源和新品", menu)[1]
    assert wang.say(number).text.startswith("最新的资料：")
    # The menu is the last thing said now.
    wang.say("帮助")
    assert wang.say(number).text.startswith("最新的资料：")
    wang.say("人工")
    assert card_of(wang.say("1")) is None
    wang.say("资料")
    with town.house.services.transaction() as session:
        now = town.house.clock()
        queueing.queue(session, wang.openid, text_message("回复 1 参加，回复 2 不参加"), about="survey:1", now=now)
    town.house.later(seconds=5)
    assert "请再回复“资料”" in wang.say("1").text
    wang.say("资料")
    assert "已转给" in wang.say("红七匹狼断货了，能不能先补两条").text
    assert card_of(wang.say("1")) is None
    wang.say("资料")
    town.house.later(minutes=31)
    assert card_of(wang.say("1")) is None


@pytest.mark.on_sqlite
def test_in_the_chat_whoever_is_bound_to_nothing_gets_the_open_columns(town) -> None:
    stranger = town.house.phone("路人")
    said = stranger.say("资料").text
    assert said.startswith(
        "最新的资料：\n1 十八岁以下怎么问（法规与真假鉴别）\n2 封签怎么看（法规与真假鉴别）\n回复编号"
    )
    assert "绑定 许可证号" in said
    assert stranger.say("资料 ？").text == said
    assert card_of(stranger.say("1"))["title"] == "十八岁以下怎么问"
    assert "只给零售户看" in stranger.say("资料 货源策略").text
    with town.house.look() as session:
        brand = session.scalars(select(LibraryArticle.id).where(LibraryArticle.title == "红狼的牌号介绍")).one()
    assert "只给零售户看" in stranger.click(f"article:{brand}").text
    assert card_of(town.house.phone("王建国").click(f"article:{brand}"))["title"] == "红狼的牌号介绍"


@pytest.mark.on_sqlite
def test_what_is_withdrawn_is_gone_everywhere_with_a_sentence(town) -> None:
    wang, seal = phone(town, "王建国"), address(town, "封签怎么看")
    wang.open(seal)
    wang.send("keep")
    town.house.phone("王建国").say("资料 真假鉴别")
    with town.house.services.transaction() as session:
        found = session.scalars(select(LibraryArticle.id).where(LibraryArticle.title == "封签怎么看")).one()
        articles.withdraw(session, found, who="周敏", now=town.house.clock())
    assert "已经撤下" in town.house.phone("王建国").say("2").text
    assert "已经撤下" in town.house.phone("王建国").click(f"article:{found}").text
    assert "已经撤下" in wang.open(seal)
    assert wang.page.status_code == 422 and "看资料" in wang.text
    for where in ("/m/library", "/m/library?by=most", "/m/library?by=kept", f"/m/library?column={town.column(LAW)}"):
        assert "封签怎么看" not in wang.open(where), where
    assert "我的收藏 1" not in wang.open("/m/me")
    assert "没有这篇文章" in wang.open("/m/library/nothing")
    assert "没有这篇文章" in wang.open(f"/m/library/{_draft(town)}")


def _draft(library: Library) -> str:
    number = library.write("还没写完")
    with library.house.look() as session:
        return session.get_one(LibraryArticle, number).token


def test_a_retired_column_is_in_no_list_and_its_articles_are_read_by_their_links(town) -> None:
    wang, supply = phone(town, "王建国"), address(town, "本周货源怎么订")
    with town.house.services.transaction() as session:
        session.get_one(LibraryColumn, town.column(SUPPLY)).retired_at = town.house.clock()
    assert "本周货源怎么订" not in wang.open("/m/library")
    assert "货源策略" not in wang.text
    assert "看这里" in wang.open(supply)
    assert "本周货源怎么订" not in town.house.phone("王建国").say("资料").text
    assert town.house.phone("王建国").say("资料 货源策略").text.startswith("没有找到")


@pytest.mark.on_sqlite
def test_buttons_lead_to_the_pages_of_what_they_name_and_others_of_the_column_follow(town) -> None:
    other = town.published("另一篇", column=SUPPLY)
    town.published(
        "有按钮的",
        {"kind": "button", "words": "留言给经理", "link": "message:"},
        {"kind": "button", "words": "看另一篇", "link": f"article:{other}"},
        {"kind": "button", "words": "填写调查", "link": "survey:7"},
        {"kind": "video", "url": "https://v.qq.com/x/page/a.html", "title": "三分钟看懂"},
        column=SUPPLY,
    )
    wang = phone(town, "王建国")
    wang.open(address(town, "有按钮的"))
    page = wang.page.text
    assert 'href="/m/visits/mine">留言给经理' in page
    assert f'href="{address(town, "另一篇")}">看另一篇' in page
    assert 'href="/m/surveys/7">填写调查' in page
    assert 'href="https://v.qq.com/x/page/a.html"' in page
    assert re.search(r"同栏目的文章 另一篇 .* 本周货源怎么订", re.sub("没看过，", "", wang.text))


def test_what_a_shop_reads_and_keeps_is_told_to_staff_counted_and_can_choose_an_audience(town) -> None:
    seal = address(town, "封签怎么看")
    phone(town, "王建国").open(seal)
    page = Office(town.house)
    page.staff()
    shown = page.browser("zhou").get("/console/people/shops/350802100001").text
    assert "看了《封签怎么看》" in shown
    with town.house.look() as session:
        found = session.scalars(select(LibraryArticle.id).where(LibraryArticle.title == "封签怎么看")).one()
    month = town.house.flask("measures", town.house.clock().strftime("%Y-%m")).output
    assert re.search(r"读了的文章\D+1\b", month), month
    counted = town.house.flask("people", "audience", f"{{read_article: {{article: {found}}}}}")
    assert "1" in counted.output, counted.output


def test_with_a_person_goes_what_they_read_and_kept(town) -> None:
    wang, seal = phone(town, "王建国"), address(town, "封签怎么看")
    wang.open(seal)
    wang.send("keep")
    phone(town, "李福生").open(seal)
    with town.house.services.transaction() as session:
        openid = town.house.phone("王建国").openid
        assert session.get(Follower, openid) is not None
        people_actions.withdraw(session, openid, now=town.house.clock())
    town.house.tick()
    with town.house.look() as session:
        assert len(session.scalars(select(ArticleRead.retailer_id)).all()) == 1
        assert session.scalars(select(Favourite)).all() == []
    # What was counted stays counted.
    assert reads(town, "封签怎么看")[0] == 2
