"""Pushes in the console: written with a preview, saved over each other, submitted, approved by another, stopped."""

import io
import re
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from broadcasts.actions import articles
from broadcasts.models.library import LibraryArticle
from broadcasts.models.pushes import Push
from campaigns.models import Campaign, CampaignHand, CampaignStep
from people.models import Audience
from surveys.models import Survey
from tests.broadcasts.conftest import Library
from tests.broadcasts.test_push_commands import SHANGHAI, refused, run, state, steps, withdraw
from tests.conftest import House
from tests.office import Browser, Office
from wechat_bot.mass.models import AccountUse, MassUse

PUSHES = "/console/broadcasts/pushes"
PREVIEW = "/cgi-bin/message/mass/preview"
CARD = {
    "shows": "card",
    "title": "元旦备货提醒",
    "words": "元旦前还有两次到货。",
    "kind": "service",
    "plan": "auto",
    "at": "2026-12-15 09:00",
    "whom": "all",
}


@pytest.fixture
def office(house: House) -> Office:
    """The office, on 10 December 2026 at 10:00, with a second person who leads marketing."""
    house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - house.clock())
    office = Office(house)
    office.settle()
    office.user("sun", "marketing", name="孙宁")
    return office


def picture() -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (900, 383), "#0b5f3c").save(file, "JPEG")
    file.seek(0)
    return file, "cover.jpg"


def compose(browser: Browser, do: str = "save", **changes: Any) -> Any:
    page = browser.get(f"{PUSHES}/new").text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    return browser.post(f"{PUSHES}/new", {"token": token[1], **CARD, "picture_file": picture(), **changes, "do": do})


def written(browser: Browser, do: str = "save", **changes: Any) -> int:
    answer = compose(browser, do, **changes)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rpartition("/")[2])


def approve(browser: Browser, push_id: int) -> int:
    """Look at a push and approve it; gives the status."""
    seen = re.search(r'name="seen" value="(\w*)"', browser.get(f"{PUSHES}/{push_id}").text)
    answer = browser.post(f"{PUSHES}/{push_id}/decide", {"do": "approve", "seen": seen[1] if seen else ""})
    return int(answer.status_code)


def count(office: Office, what: Any) -> int:
    with office.house.look() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_a_push_goes_from_the_composer_to_the_approval_by_another(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    push_id = written(market, "submit")
    assert state(office, push_id) == "submitted"
    page = market.get(f"{PUSHES}/{push_id}").text
    assert "等您审批" not in page
    assert "写过、改过、提交的人不能批" in page
    assert market.post(f"{PUSHES}/{push_id}/decide", {"do": "approve"}).status_code == 422
    assert "推送《元旦备货提醒》等您审批" in sun.get("/console/").text
    assert "推送《元旦备货提醒》等您审批" not in market.get("/console/").text
    assert "等您审批" in sun.get(f"{PUSHES}/{push_id}").text
    assert approve(sun, push_id) == 303
    page = market.get(f"{PUSHES}/{push_id}").text
    assert re.findall(r"<li>\s*<b>(\S+?)</b> (\S+)", page) == [
        ("批准", "孙宁"),
        ("提交审批", "market"),
        ("写下", "market"),
    ]
    assert [entry.who for entry in office.audited("push.approve")] == ["孙宁"]


@pytest.mark.on_sqlite
def test_an_administrator_who_changed_it_cannot_approve_it(office: Office) -> None:
    market, admin = office.browser("market"), office.browser("admin")
    push_id = written(market)
    page = admin.get(f"{PUSHES}/{push_id}/edit")
    answer = admin.post(f"{PUSHES}/{push_id}/edit", {**kept_form(page.text), "title": "元旦备货提醒一", "do": "submit"})
    assert answer.status_code == 303, answer.text
    for browser in (market, admin):
        refusal = browser.post(f"{PUSHES}/{push_id}/decide", {"do": "approve"})
        assert refusal.status_code == 422
        assert "自己写过、改过或提交的，要由别人审批" in refusal.text


def kept_form(page: str) -> dict[str, str]:
    """What the composer's form holds as it stands."""
    values = dict(CARD)
    found = re.search(r'type="radio" name="picture"\s+value="([0-9a-f]{64})"[^>]*checked', page)
    return values | ({"picture": found[1]} if found else {})


def test_of_two_who_approve_at_once_one_does(office: Office) -> None:
    push_id = written(office.browser("market"), "submit")
    browsers = [office.browser(name) for name in ("sun", "zhou")]
    together, answers = Barrier(2), []

    def press(browser: Browser) -> None:
        together.wait()
        answers.append(approve(browser, push_id))

    threads = [Thread(target=press, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422]
    assert [each for _, each in steps(office, push_id)].count("planned") == 1


@pytest.mark.on_sqlite
def test_what_was_changed_and_submitted_again_since_it_was_looked_at_is_not_approved(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    push_id = written(market, "submit")
    seen = re.search(r'name="seen" value="(\w+)"', sun.get(f"{PUSHES}/{push_id}").text)
    assert seen
    page = market.get(f"{PUSHES}/{push_id}/edit").text
    market.post(f"{PUSHES}/{push_id}/edit", {**kept_form(page), "title": "别的内容", "do": "submit"})
    answer = sun.post(f"{PUSHES}/{push_id}/decide", {"do": "approve", "seen": seen[1]})
    assert answer.status_code == 422
    assert "刚刚改过" in answer.text
    assert state(office, push_id) == "submitted"
    assert approve(sun, push_id) == 303


@pytest.mark.on_sqlite
def test_an_approved_push_that_is_changed_needs_a_new_approval_and_saved_as_it_was_it_stays(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    push_id = written(market, "submit")
    assert approve(sun, push_id) == 303
    page = market.get(f"{PUSHES}/{push_id}/edit").text
    assert market.post(f"{PUSHES}/{push_id}/edit", {**kept_form(page), "do": "save"}).status_code == 303
    assert state(office, push_id) == "planned"
    page = market.get(f"{PUSHES}/{push_id}/edit").text
    market.post(f"{PUSHES}/{push_id}/edit", {**kept_form(page), "title": "元旦备货提醒。", "do": "save"})
    assert state(office, push_id) == "draft"
    assert "标题已改动，需重新审批。" in market.get(f"{PUSHES}/{push_id}").text


@pytest.mark.on_sqlite
def test_a_saved_audience_that_is_changed_sends_its_push_back_to_draft(office: Office) -> None:
    with office.house.services.transaction() as session:
        session.add(Audience(name="老店", spec={"area": "城区一片"}, created_at=office.house.clock()))
    market, sun = office.browser("market"), office.browser("sun")
    chosen = {"whom": "some", "whom-audience-": "老店"}
    push_id = written(market, "submit", **chosen)
    assert approve(sun, push_id) == 303
    office.house.tick()
    assert state(office, push_id) == "planned"
    with office.house.services.transaction() as session:
        session.execute(update(Audience).values(spec={"area": "江山片"}))
    office.house.tick()
    assert state(office, push_id) == "draft"
    assert "对象已改动，需重新审批。" in market.get(f"{PUSHES}/{push_id}").text


def test_a_saved_audience_is_not_deleted_while_a_push_that_has_not_begun_names_it(office: Office) -> None:
    market = office.browser("market")
    with office.house.services.transaction() as session:
        kept = Audience(name="老店", spec={"area": "城区一片"}, created_at=office.house.clock())
        session.add(kept)
        session.flush()
        where = f"/console/people/audiences/{kept.id}"
    push_id = written(market, "submit", **{"whom": "some", "whom-audience-": "老店"})
    for _ in range(2):
        market.get(where)
        answer = market.post(f"{where}/delete")
        assert (answer.status_code, "推送《元旦备货提醒》正在用它" in answer.text) == (422, True)
        approve(office.browser("sun"), push_id)
    run(office, "cancel", str(push_id), "--by", "market")
    market.get(where)
    assert market.post(f"{where}/delete").status_code == 303
    assert count(office, Audience) == 0


def test_the_same_form_posted_twice_makes_one_push(office: Office) -> None:
    market = office.browser("market")
    page = market.get(f"{PUSHES}/new").text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    places = {market.post(f"{PUSHES}/new", {**CARD, "token": token[1], "do": "save"}).location for _ in range(2)}
    assert len(places) == 1
    assert count(office, Push) == 1


@pytest.mark.on_sqlite
def test_who_saves_over_a_newer_draft_sees_both_and_may_write_over_it(office: Office) -> None:
    first, second = office.browser("market"), office.browser("sun")
    push_id = written(first)
    edit = f"{PUSHES}/{push_id}/edit"
    form = kept_form(first.get(edit).text)
    second.get(edit)
    assert second.post(edit, {**form, "title": "先存的标题", "do": "save"}).status_code == 303
    answer = first.post(edit, {**form, "title": "后存的标题", "do": "save"})
    assert answer.status_code == 409
    assert "孙宁刚刚存过" in answer.text
    assert "先存的标题" in answer.text
    assert 'value="后存的标题"' in answer.text
    assert first.post(edit, {**form, "title": "后存的标题", "do": "save"}).status_code == 303
    with office.house.look() as session:
        assert session.get_one(Push, push_id).title == "后存的标题"


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"at": "明天"}, "日期和时间请写成"),
        ({"at": ""}, "请写什么时候发"),
        ({"kind": "spam"}, "请选择推送的性质"),
        ({"plan": "carrier pigeon"}, "请选择怎么发"),
        ({"shows": "video"}, "请选择推送的内容"),
        ({"button_words": "学一学", "button_link": "", "button_address": "ftp://x"}, "链接读不懂"),
        ({"button_words": "学一学", "button_link": "", "button_address": ""}, "还没有选通到哪里"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_written_kept(office: Office, changes: Any, said: str) -> None:
    answer = compose(office.browser("market"), **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert "元旦前还有两次到货。" in answer.text
    assert count(office, Push) == 0


@pytest.mark.on_sqlite
def test_a_file_that_is_no_picture_is_refused(office: Office) -> None:
    answer = compose(office.browser("market"), picture_file=(io.BytesIO(b"GIF"), "x.jpg"))
    assert answer.status_code == 422
    assert "图片" in answer.text


@pytest.mark.on_sqlite
def test_everything_that_is_missing_is_said_when_it_is_submitted_and_nothing_is_made(office: Office) -> None:
    answer = compose(
        office.browser("market"),
        "submit",
        title="",
        words="",
        picture_file=(io.BytesIO(), ""),
        whom="some",
        at="2026-12-09 09:00",
        button_words="学一学",
        button_link="gift:5",
        button_address="",
    )
    assert answer.status_code == 422
    for said in (
        "还没有写标题。",
        "还没有写内容。",
        "还没有放图片。",
        "系统里没有“gift”这种内容",
        "发送时间已经过了",
        "还没有选发给谁。",
    ):
        assert said in answer.text
    assert count(office, Push) == count(office, Campaign) == count(office, CampaignHand) == 0
    # Nor is anything cut off from what is too long even for a draft.
    for do in ("save", "submit"):
        answer = compose(office.browser("market"), do, title="题" * 65)
        assert (answer.status_code, "标题有 65 个字，微信最多 32 个。" in answer.text) == (422, True)
        assert "题" * 65 in answer.text
    assert count(office, Push) == 0


@pytest.mark.on_sqlite
def test_a_button_leads_to_what_exists_and_can_be_opened_when_it_goes(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    ends = datetime(2026, 12, 14, 18, tzinfo=SHANGHAI)
    surveys = (("备货意向", 1, None), ("旺季打算", 1, ends), ("还在写", None, None))
    with office.house.services.transaction() as session:
        for title, version, closes in surveys:
            now = office.house.clock()
            session.add(Survey(title=title, draft={}, version_id=version, closes_at=closes, created_at=now))
    gone = Library(office.house).published("旧消息")
    withdraw(office, gone)
    links = ["survey:1", "survey:2", "survey:3", "survey:44", f"article:{gone}", "article:55"]
    given = {"button_words": [f"按钮{n}" for n in range(6)], "button_link": links, "button_address": [""] * 6}
    answer = compose(market, "submit", **given)
    assert answer.status_code == 422
    assert re.findall(r"“按钮\d”通到“\w+:\d+”，[^，]+，", answer.text) == [
        "“按钮1”通到“survey:2”，调查《旺季打算》那时已经结束，",
        "“按钮2”通到“survey:3”，调查《还在写》还没有发布，",
        "“按钮3”通到“survey:44”，没有编号为 44 的调查，",
        f"“按钮4”通到“article:{gone}”，文章《旧消息》已经撤下，",
        "“按钮5”通到“article:55”，没有编号为 55 的文章，",
    ]
    push_id = written(market, "submit", button_words="填写", button_link="survey:1", button_address="")
    approve(sun, push_id)
    with office.house.services.transaction() as session:
        session.get_one(Survey, 1).closes_at = ends
    office.house.tick()
    assert state(office, push_id) == "draft"
    assert "按钮“填写”通到“survey:1”，调查《备货意向》那时已经结束" in market.get(f"{PUSHES}/{push_id}").text


@pytest.mark.on_sqlite
def test_advertising_words_must_be_ticked(office: Office) -> None:
    market = office.browser("market")
    answer = compose(market, "submit", words="口感醇和，买二送一。")
    assert answer.status_code == 422
    assert "《广告法》（2021 年修正）第二十二条" in answer.text
    assert 'name="aware"' in answer.text
    assert state(office, written(market, "submit", words="口感醇和，买二送一。", aware="1")) == "submitted"


@pytest.mark.on_sqlite
def test_a_draft_keeps_buttons_chosen_from_what_is_there(office: Office) -> None:
    article = Library(office.house).published("看好有效期")
    market = office.browser("market")
    assert "文章《看好有效期》" in market.get(f"{PUSHES}/new").text
    push_id = written(market, button_words="看文章", button_link=f"article:{article}", button_address="")
    page = market.get(f"{PUSHES}/{push_id}").text
    assert "→ 文章《看好有效期》" in page and f"/pushes/new?like={push_id}" in page
    # Another is written like it: with its words and buttons, for the next morning.
    again = market.get(f"{PUSHES}/new?like={push_id}").text
    assert 'value="元旦备货提醒"' in again and 'value="看文章"' in again and 'value="2026-12-15 09:00"' not in again
    with office.house.look() as session:
        assert session.get_one(Push, push_id).buttons == [["看文章", f"article:{article}"]]


def test_the_composer_opens_without_counting_and_asks_once_whom_the_audience_would_reach(office: Office) -> None:
    wang = office.house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    market = office.browser("market")
    for page in (market.get(f"{PUSHES}/new").text, market.get(f"{PUSHES}/new?whom=all").text):
        assert 'hx-trigger="load, change' in page and "算一算谁收不到" in page and "会收到 <b>" not in page
    # What comes of it asks no more by itself, for staff neither: nobody is counted there.
    page = compose(market, "look", plan="message", at="2026-12-02 12:00").text
    assert re.search(r"<b>3</b> 家，会收到 <b>1</b> 家", page) and "load, change" not in page
    page = compose(market, "look", to="staff", staff="all").text
    assert "会收到 <b>" not in page and "load, change" not in page
    assert "还没有选" in compose(market, "look", whom="some").text
    push_id = written(market, whom="some")
    page = market.get(f"{PUSHES}/{push_id}/edit").text
    assert re.findall(r'name="whom" value="(\w+)" checked', page) == ["some"]


@pytest.mark.on_sqlite
def test_a_new_article_is_begun_from_the_composer_and_leads_back_with_nothing_lost(office: Office) -> None:
    market = office.browser("market")
    answer = compose(market, "write", whom="all", at="2026-12-16 10:00")
    assert (answer.status_code, answer.location) == (303, "/console/broadcasts/articles/new?push=1")
    market.get(answer.location)
    editor = market.post(answer.location, {"column": "1"}).location
    assert f'href="{PUSHES}/1/edit"' in market.get(editor).text
    assert "还没有发布" in refused(office, "submit", "1", "--by", "market")
    page = market.get(f"{PUSHES}/1/edit").text
    assert 'value="2026-12-16 10:00"' in page or 'value="2026-12-16"' in page
    draft = {"title": "元旦怎么备货", "blocks": [{"kind": "text", "text": "先看去年的销量。"}]}
    with office.house.services.transaction() as session:
        stamp = session.get_one(LibraryArticle, 1).stamp
        now = office.house.clock()
        article = articles.save(session, 1, draft, stamp=stamp, who="market", now=now)
        articles.publish(session, 1, stamp=article.stamp, who="market", knows=lambda link: True, now=now)
    run(office, "submit", "1", "--by", "market")
    assert "《元旦怎么备货》第 1 版" in " ".join(re.sub(r"<[^>]+>", "", market.get(f"{PUSHES}/1").text).split())


def test_the_composer_tells_whom_another_push_of_the_day_costs_and_what_is_left_of_the_month(office: Office) -> None:
    market = office.browser("market")
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        office.house.phone(name).follow()
        office.house.phone(name).say(f"绑定 {licence} {ending}")
    with office.house.services.transaction() as session:
        session.add(MassUse(openid=office.house.phone("李福生").openid, month=202612, used=3))
    written(market, "submit")
    early, late = (
        " ".join(re.sub(r"<[^>]+>", " ", compose(market, "look", at=at, plan="mass").text).split())
        for at in ("2026-12-15 08:00", "2026-12-15 15:00")
    )
    assert "3 家，会收到 2 家" in early and "其中 2 家会因此收不到那一条" in early
    assert "到时本月还剩 1 条 1 家；4 条 1 家" in early
    assert "3 家，会收到 0 家" in late and "其中 2 家先收那一条，收不到这一条" in late
    assert "老李食杂店 城区一片 同一天有另一条推送" in late
    nobody = compose(market, "look", whom="some")
    assert nobody.status_code == 200 and "还没有选发给谁。" in nobody.text
    assert count(office, Push) == 1


@pytest.mark.on_sqlite
def test_it_is_given_back_with_a_reason_and_taken_back_by_its_writer(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    push_id = written(market, "submit")
    assert sun.post(f"{PUSHES}/{push_id}/decide", {"do": "reject", "why": " "}).status_code == 422
    sun.post(f"{PUSHES}/{push_id}/decide", {"do": "reject", "why": "标题要短一点"})
    assert state(office, push_id) == "draft"
    assert "标题要短一点" in market.get(f"{PUSHES}/{push_id}").text
    market.post(f"{PUSHES}/{push_id}/submit")
    market.post(f"{PUSHES}/{push_id}/withdraw")
    assert state(office, push_id) == "draft"


@pytest.mark.on_sqlite
def test_stopping_can_be_taken_back_but_not_a_cancellation(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    push_id = written(market, "submit")
    assert approve(sun, push_id) == 303
    market.post(f"{PUSHES}/{push_id}/stop", {"do": "pause"})
    page = market.get(f"{PUSHES}/{push_id}").text
    assert state(office, push_id) == "paused"
    assert "撤销" in page
    market.post(f"{PUSHES}/{push_id}/stop", {"do": "resume"})
    market.post(f"{PUSHES}/{push_id}/stop", {"do": "cancel"})
    assert state(office, push_id) == "cancelled"
    assert market.post(f"{PUSHES}/{push_id}/stop", {"do": "resume"}).status_code == 422
    assert market.post(f"{PUSHES}/{push_id}/stop", {"do": "explode"}).status_code == 400


@pytest.mark.on_sqlite
def test_what_is_over_can_neither_be_changed_nor_stopped(office: Office) -> None:
    wang = office.house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    market, sun = office.browser("market"), office.browser("sun")
    push_id = written(market, "submit", at="2026-12-10 11:00")
    assert approve(sun, push_id) == 303
    for _ in range(2):
        office.house.later(hours=1)
        office.house.tick()
    market = office.browser("market")
    assert "已完成" in (page := market.get(f"{PUSHES}/{push_id}").text)
    assert 'value="cancel"' not in page and 'value="pause"' not in page
    assert market.get(f"{PUSHES}/{push_id}/edit").location.endswith(f"{PUSHES}/{push_id}")
    # Whom it did not reach is known by now, and no longer foretold.
    assert market.get(f"{PUSHES}/{push_id}/left-out").location.endswith(f"{PUSHES}/{push_id}/missed")


def test_the_list_is_narrowed_by_state_and_kind_and_found_by_title(office: Office) -> None:
    market = office.browser("market")
    written(market, title="元旦备货提醒")
    written(market, "submit", title="端午安康", kind="greeting")
    assert "端午安康" in market.get(f"{PUSHES}?state=submitted").text
    assert "元旦备货提醒" not in market.get(f"{PUSHES}?state=submitted").text
    assert "端午安康" not in market.get(f"{PUSHES}?kind=service").text
    assert "</mark>安康" in market.get("/console/find?q=端午").text


@pytest.mark.on_sqlite
def test_the_steps_of_a_command_and_of_a_page_are_one_history(office: Office) -> None:
    push_id = written(office.browser("market"), "submit")
    run(office, "approve", str(push_id), "--by", "sun")
    assert "不在等审批" in refused(office, "approve", str(push_id), "--by", "zhou")
    assert count(office, CampaignStep) == 3


def test_a_push_is_previewed_on_named_phones_a_hundred_times_a_day(office: Office) -> None:
    house, market = office.house, office.browser("market")
    chen = house.phone("陈志强")
    chen.follow()
    invited = house.flask("people", "invite-manager", "13900002201").output
    chen.say(re.search(r"绑定 \w+", invited)[0])
    push_id = written(market)
    page = market.get(f"{PUSHES}/{push_id}").text
    assert "今天还能预览 100 次" in page
    number = re.search(r'<option value="(\d+)">陈志强', page)
    assert number
    assert market.post(f"{PUSHES}/{push_id}/try", {"phone": number[1]}).status_code == 303
    assert "元旦备货提醒" in str(chen.unread())
    assert "今天还能预览 99 次" in market.get(f"{PUSHES}/{push_id}").text
    assert [entry.detail for entry in office.audited("push.try")] == ["陈志强"]
    unknown = market.post(f"{PUSHES}/{push_id}/try", {"phone": "", "name": "nobody-there"})
    assert unknown.status_code == 422
    assert "找不到这个微信号" in unknown.text
    nobody = market.post(f"{PUSHES}/{push_id}/try", {"phone": "", "name": ""})
    assert "请选一位客户经理，或写微信号" in nobody.text
    with house.services.transaction() as session:
        session.execute(update(AccountUse).where(AccountUse.what == "preview").values(used=99))
    assert market.post(f"{PUSHES}/{push_id}/try", {"phone": number[1]}).status_code == 303
    # Said before the tap of the 101st, and to whoever taps on a page from before; WeChat is not asked.
    made = house.sim.count(PREVIEW)
    page = market.get(f"{PUSHES}/{push_id}").text
    assert "今天的 100 次预览已经用完" in page and f"{push_id}/try" not in page
    assert "今天的预览次数" in market.post(f"{PUSHES}/{push_id}/try", {"phone": number[1]}).text
    assert house.sim.count(PREVIEW) == made == 3
    # At midnight in China there are a hundred again.
    house.clock.advance(timedelta(hours=13, minutes=59))
    market = office.browser("market")
    assert "今天的 100 次预览已经用完" in market.get(f"{PUSHES}/{push_id}").text
    house.clock.advance(timedelta(minutes=1))
    assert "今天还能预览 100 次" in market.get(f"{PUSHES}/{push_id}").text


def test_what_others_previewed_in_wechats_own_console_counts_too(office: Office) -> None:
    house, market = office.house, office.browser("market")
    push_id = written(market)
    house.sim.faults.add(PREVIEW, "errcode", value=45009, times=1)
    assert "今天的接口调用次数已用完" in market.post(f"{PUSHES}/{push_id}/try", {"name": "chen"}).text
    assert "今天的 100 次预览已经用完" in market.get(f"{PUSHES}/{push_id}").text


def test_before_it_is_scheduled_the_page_names_those_who_would_not_get_it(office: Office) -> None:
    wang = office.house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    with office.house.services.transaction() as session:
        session.add(MassUse(openid=wang.openid, month=202612, used=4))
    market = office.browser("market")
    push_id = written(market, plan="mass")
    assert "会收到" not in market.get(f"{PUSHES}/{push_id}").text
    page = market.get(f"{PUSHES}/{push_id}?reach=1").text
    assert "对象 <b>3</b> 家，会收到 <b>0</b> 家" in page
    assert "1 人本月已满 4 条：城南便利店" in page
    page = market.get(f"{PUSHES}/{push_id}/left-out").text
    assert re.findall(r"本月已满 4 条群发|没有绑定微信", page) == ["本月已满 4 条群发", "没有绑定微信", "没有绑定微信"]
    # A manager sees his own shops, and no figure of the company's.
    page = office.browser("chen").get(f"{PUSHES}/{push_id}/left-out").text
    assert ("城南便利店" in page, "小王超市" in page) == (True, False)
    assert "会收到" not in office.browser("chen").get(f"{PUSHES}/{push_id}?reach=1").text
    assert len(office.audited("push.left_out")) == 2
