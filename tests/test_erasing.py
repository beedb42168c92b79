"""Somebody is erased: by every door, out of every table, every file and the database's own bytes."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import delete, func, insert, inspect, select, text, update

from broadcasts.models.answers import PushGuest
from broadcasts.models.library import LibraryArticle
from broadcasts.models.pushes import Push
from broadcasts.models.staff import StaffRecipient
from console import tasks
from console.models import Task, TaskState
from console.rules.visitors import Role, Visitor
from console.tasks import Lost
from courses.actions import authoring as courses
from courses.models.figures import SavedGathering
from courses.models.weak_spots import WeakSpot
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from foundation.clock import day_in
from foundation.text import grams
from people import actions, erasing, queries
from people.erasing import ErasedPerson
from people.feature import people
from people.models import (
    ERASED,
    AreaCount,
    BindCode,
    Errand,
    Retailer,
    RetailerTag,
    RosterImport,
    RosterPart,
    RosterWord,
    Tag,
)
from people.picker import short
from simulator.phone import Phone
from surveys.models import Participation, Submission, Tally
from tests.broadcasts.conftest import Library
from tests.conftest import House
from tests.h5 import Browser as H5
from tests.office import Browser, Office
from visits.models.answers import Rating
from visits.models.filed import SpokenWords
from visits.models.plans import Visited, VisitPlan
from visits.models.requests import Message, Request
from visits.queries import reports, visibility
from visits.rules.figures import DividedBy, Narrowed, ReportSpan
from wechat_bot.chat import chat
from wechat_bot.feature import Feature
from wechat_bot.mass import quota
from wechat_bot.mass.models import MassUse
from wechat_bot.models import Delivery, DeliveryState, Follower, Receipt, Reported
from wechat_bot.outbox import queueing
from wechat_bot.reply import text_message

SHOPS = {
    "王建国": ("350802100001", "城南便利店", "13600008899", "龙岩市曹溪路八号"),
    "李福生": ("350802100002", "老李食杂店", "13600001234", "龙岩市登高西路三号"),
    "王丽芳": ("350802100003", "小王超市", "13600005678", "龙岩市龙腾路九号"),
    "郑小青": ("350802100004", "村口小卖部", "13600004321", "龙岩市江山镇村口"),
    "赵有才": ("350802100005", "有才烟酒行", "13600007777", "龙岩市莲花山下"),
}
ROSTER = "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n" + "".join(
    f"{licence},{shop},{keeper},{phone},{address},城区一片,普通终端,陈志强,13900002201\n"
    for keeper, (licence, shop, phone, address) in SHOPS.items()
)
SURVEY = """
title: 陈列调查
questions:
  - {code: q1, type: single, text: 您满意吗, options: [满意, 不满意], other: true}
  - {code: q2, type: text, text: 原因是什么}
  - {code: q3, type: photo, text: 请拍一张照片}
  - {code: q4, type: number, text: 每天几位顾客}
"""
QUIZ = """
title: 用语测试
attempts: 2
questions:
  - {code: k1, type: fill, text: 许可证延续应提前几天申请？, answer: 三十天, tags: [许可证]}
  - {code: k2, type: fill, text: 零售点要有什么证？, answer: 许可证}
  - {code: k3, type: truth, text: 许可证可以转借。, answer: false}
"""
DRAFT = SURVEY.replace("陈列调查", "新品调查")
#: Tables of which nothing is laid out here, for they hold nobody. Whoever makes a new one lets it be filled in `live`.
NOBODYS = {
    "account_use",
    "article",
    "article_brand",
    "article_picture",
    "article_version",
    "audience",
    "beat",
    "brand",
    "brand_month",
    "broadcast_column",
    "campaign_hand",
    "campaign_part",
    "chosen_columns",
    "classroom_answer",
    "course_media",
    "course_media_use",
    "course_certificate_try",
    "course_saved_month",
    "course_saving_rate",
    "effect_month",
    "effect_paper",
    "effect_recount",
    "effect_remark",
    "effect_sms_price",
    "effect_tier",
    "effect_weights",
    "finding_state",
    "foreign_picture",
    "handed_in",
    "indexed_word",
    "mail",
    "mass_by_hand",
    "mass_draft",
    "mass_job",
    "mass_month",
    "mass_receipt",
    "mirrored_tag",
    "month_fact",
    "pair_tally",
    "passage",
    "posting",
    "pulse",
    "push_brand",
    "push_counted",
    "push_occurrence",
    "push_own_row",
    "push_own_table",
    "push_reads",
    "push_refusal",
    "push_series",
    "push_split",
    "quiz_question_picture",
    "quiz_question_use",
    "quota",
    "raised",
    "recovery_code",
    "roster_part",
    "saved_filter",
    "share_code",
    "shelf_picture",
    "special_day",
    "survey_picture",
    "synonyms",
    "trade_word",
    "tried",
    "used_step",
    "visit_canned",
    "visit_escalation",
    "visit_escalation_told",
    "visit_filed",
    "visit_group_answer",
    "visit_kept_from",
    "visit_policy",
    "wechat_picture",
    "withdrawal",
    "working_week",
}
SHOP_PAGE = "/console/people/shops"


@dataclass
class Life:
    """Whoever leaves every kind of trace; what they say and send is theirs alone."""

    house: House
    name: str

    @property
    def phone(self) -> Phone:
        return self.house.phone(self.name)

    @property
    def licence(self) -> str:
        return SHOPS[self.name][0]

    def word(self, what: str) -> str:
        return f"{what}之{self.name}亲笔"

    def picture(self, what: str) -> bytes:
        """A picture that tells who took it, as those of telephones do."""
        said, content = PngInfo(), io.BytesIO()
        said.add_text("Description", f"{what} {self.phone.openid}")
        Image.new("RGB", (2, 2)).save(content, "png", pnginfo=said)
        return content.getvalue()

    @property
    def traces(self) -> list[str]:
        """What must be nowhere once they are erased."""
        said = (
            "语音",
            "别的",
            "缘故",
            "没交",
            "断货",
            "再问",
            "不满",
            "留言页",
            "答复",
            "陈列",
            "填空",
            "又填",
            "课堂",
        )
        return [self.phone.openid, *(self.word(each) for each in said)]

    @property
    def roster(self) -> list[str]:
        """What the company's own list says of them."""
        licence, shop, mobile, address = SHOPS[self.name]
        return [licence, shop, self.name, mobile, address]


def live(house: House, life: Life, chen: Browser) -> Iterator[None]:
    """A wrong try, a binding, sheets handed in and begun, a need with everything in it, a rating; stops where the
    clock's jobs have their turn, which are the same for all."""
    phone = life.phone
    licence, _, mobile, _ = SHOPS[life.name]
    phone.follow()
    phone.say(f"绑定 {licence} 0000")
    assert "已绑定" in phone.say(f"绑定 {licence} {mobile[-4:]}").text
    phone.report_location(25.1, 117.0)
    phone.event("user_info_modified_one_day", OpenID=phone.openid, FromUserName="oWeChatItself")
    for survey, answers in (
        (1, ("其他 " + life.word("别的"), life.word("缘故"), b"", "12")),
        (2, ("1", life.word("没交"))),
    ):
        phone.click(f"survey:{survey}")
        for answer in answers:
            phone.send_image(life.picture("display")) if isinstance(answer, bytes) else phone.say(answer)
    phone.say("退出")
    for said in ("测试", "开始", life.word("填空"), life.word("又填"), "错", "测试", "开始", life.word("没填完")):
        phone.say(said)
    reader = H5(house, phone)
    reader.open(f"/m/library/{article_token(house)}")
    assert "已收藏" in reader.send("keep")
    phone.say("陈列秀")
    phone.send_image(life.picture("stand"))
    phone.say(life.word("陈列"))
    assert "收到了" in phone.say("1").text
    house.later(minutes=2)
    phone.say(f"{life.word('断货')}，红七匹狼断货了能不能先补两条")
    phone.send_image(life.picture("shelf"))
    phone.send_voice(f"#!AMR\n{life.word('语音')}".encode())
    phone.send_location(25.1, 117.0, life.word("断货"))
    phone.send_link("公告", "https://example.com/", life.word("断货"))
    assert phone.say(f"学习 {life.word('课堂')}").text
    yield
    number = numbers(house, phone)[-1]
    page = f"/console/visits/{number}"
    for do in ({"do": "answer", "content": f"您好，{life.word('答复')}"}, {"do": "note", "content": life.word("再问")}):
        chen.get(page)
        answer = chen.post(page, do | {"token": f"{number}{do['do']}", "seen": "999999"})
        assert answer.status_code in (303, 409), answer.text
    house.work()
    chen.get(page)
    assert chen.post(page, {"do": "close", "token": f"{number}close"}).status_code == 303
    house.work()
    phone.say("3")
    phone.say(life.word("不满"))
    house.later(minutes=10)
    phone.say(f"{life.word('留言页')}，还想再问一问什么时候送货")
    yield


def article_token(house: House) -> str:
    with house.look() as session:
        return session.scalars(select(LibraryArticle.token)).one()


def numbers(house: House, phone: Phone) -> list[int]:
    with house.look() as session:
        return [key + 100 for key in session.scalars(select(Request.id).where(Request.openid == phone.openid))]


def office_life(office: Office, lives: Iterable[Life]) -> None:
    """What staff do with all of them: groups, plans, tags, searches, imports, exports; what waits to be sent."""
    house, market, chen = office.house, office.browser("market"), office.browser("chen")
    chen.get("/console/visits/groups/new")
    letter = {"whom": "all", "looked": "all", "content": "明天上门,在店吗?", "token": "g", "do": "send"}
    assert chen.post("/console/visits/groups/new", letter).status_code == 303
    house.work()
    with house.services.transaction() as session:
        now, zone, tag = house.clock(), house.services.zone, Tag(name="示范店")
        session.add(tag)
        session.flush()
        session.add(VisitPlan(name="月访", audience={"class": "普通终端"}, every_days=30, begins_on=date(2026, 1, 1)))
        push = Push(token="p", title="旺季陈列", buttons=[], created_at=now, created_by="周敏")
        session.add(push)
        session.flush()
        for life in lives:
            session.add(PushGuest(push_id=push.id, openid=life.phone.openid, at=now))
            # The file had no header: somebody's own name was taken for one.
            session.add(RosterWord(kind="columns", said=life.name, means="店主", changed_at=now))
            key = session.scalars(select(Retailer.id).where(Retailer.licence == life.licence)).one()
            session.add(RetailerTag(tag_id=tag.id, retailer_id=key))
            as_staff = {"person": f"user:{key}", "openid": life.phone.openid, "is_mailed": False}
            session.add(StaffRecipient(push_id=push.id, outcome="queued", **as_staff))
            session.add(BindCode(app_id="wx", retailer_id=key, url="http://weixin.qq.com/q/1", made_at=now))
            told = {"openid": life.phone.openid, "raw": {"FromUserName": life.phone.openid}, "reported_at": now}
            session.add(Reported(kind="subscribe_msg_popup_event", about=life.phone.openid, **told))
            session.merge(SavedGathering(retailer_id=key, year=now.year))  # the clock may have noted it already
            session.add(Errand(source="push:1", retailer_id=key, title="没有送到", made_at=now, made_by="周敏"))
            session.add(MassUse(openid=life.phone.openid, month=quota.month_of(now), used=1))
            session.add(Receipt(msgid=f"m{key}", openid=life.phone.openid, status="success", received_at=now))
            note = f"{life.name}不在"
            session.add(Visited(retailer_id=key, made_on=day_in(now, zone), how="shop", note=note, noted_at=now))
            # As filed while it was closed: it is open again.
            number, said = numbers(house, life.phone)[-1], life.word("断货")
            session.add(SpokenWords(request_id=number - 100, said=said, grams=grams(said)))
            for n, state in enumerate((DeliveryState.PENDING, DeliveryState.HELD)):
                queueing.queue(session, life.phone.openid, text_message(life.word("答复")), now=now, key=f"{key}:{n}")
                session.execute(
                    update(Delivery)
                    .where(Delivery.key == f"{key}:{n}")
                    .values(state=state, due_at=now + timedelta(days=9))
                )
    assert house.flask("surveys", "invite", "2").exit_code == 0
    house.tick()
    market.get("/console/people/import")
    market.post("/console/people/import", {"file": (io.BytesIO(ROSTER.encode()), "名单.csv")})
    market.post("/console/people/export")
    market.get("/console/surveys/1")
    market.post("/console/surveys/1/export", {"format": "xlsx"})
    market.get("/console/visits/report")
    market.post("/console/visits/report/export", {"by": "manager"})
    for life in lives:
        for sought in (life.name, life.word("缘故"), life.licence):
            market.get("/console/people", query_string={"search": sought})
            market.get("/console/surveys/1/words", query_string={"question": "q2", "search": sought})
        market.get(f"{SHOP_PAGE}/{life.licence}")
    market.get("/console/visits/report/requests")
    office.work()
    house.tick()


def town(house: House, only: Iterable[str] = SHOPS) -> tuple[Office, list[Life]]:
    office = Office(house)
    office.import_roster(ROSTER)
    office.staff()
    house.phone("陈志强").follow()
    invited = house.flask("people", "invite-manager", "13900002201").output
    assert "已绑定" in house.phone("陈志强").say(re.search(r"绑定 \w+", invited)[0]).text
    for what, number, written in (("surveys", 1, SURVEY), ("surveys", 2, DRAFT), ("quizzes", 1, QUIZ)):
        path = house.settings.media_path.parent / f"{what}{number}.yaml"
        path.write_text(written, encoding="utf-8")
        for command in (("load", str(path)), ("publish", str(number))):
            done = house.flask(what, *command)
            assert done.exit_code == 0, done.output
    Library(house).published()
    lives = [Life(house, name) for name in only]
    chen = office.browser("chen")
    for _ in zip(*(live(house, life, chen) for life in lives), strict=True):
        house.tick()
    with house.services.transaction() as session:
        session.execute(update(WeakSpot).values(due_on=house.clock().date()))
    for life in lives:
        assert life.phone.say("每天一题").text.startswith("每天一题：")
        life.phone.say("许可")
    lessons = (LessonDefinition("l1", "看封签", (Screen("先看小盒顶部。"),)),)
    learnt = CourseDefinition("看封签", lessons=lessons, has_certificate=True)
    with house.services.transaction() as session:
        courses.load(session, learnt, who="", now=house.clock())
        courses.publish(session, 1, criteria=house.services.criteria, stamp=1, who="", now=house.clock())
    for said in ("学习", "下一页", "下一页"):
        house.later(seconds=5)
        answers = [life.phone.say(said).text for life in lives]
    assert all("学完了" in answer for answer in answers)
    house.tick()
    office_life(office, lives)
    for command, by in (
        (("rekey", "1", "k3", "--answer", "对", "--also-down"), "market"),
        (("regrade", "1", "approve"), "admin"),
    ):
        done = house.flask("quizzes", *command, "--by", by)
        assert done.exit_code == 0, done.output
    house.tick()
    return office, lives


def test_who_was_erased_by_half_is_found_and_finished(house) -> None:
    _, [wang, *_] = town(house, only=("王建国",))
    openid = wang.phone.openid
    with house.services.transaction() as session:
        # An older program told no feature; and one message was in the call at that moment.
        session.execute(update(Delivery).where(Delivery.key.endswith(":0")).values(state=DeliveryState.SENDING))
        erasing.erase(session, ErasedPerson(openid), now=house.clock(), forgets=(people.forgets, chat.forgets))
        session.execute(update(Delivery).where(Delivery.openid == openid).values(state=DeliveryState.SENT))
    assert {name for name, _ in found(house, wang.traces, is_raw=False)} >= {"delivery", "visit_message", "words"}
    pseudonym = erased_as(house)
    with house.services.transaction() as session:
        actions.withdraw(session, pseudonym, now=house.clock())  # as the migration does
    house.later(minutes=20)
    run(house, "forget heard messages", "erase who is gone")
    assert found(house, wang.traces) == []
    assert erased_as(house) == pseudonym
    # Somebody new is not taken for them, and a table to come is looked at by itself.
    house.phone("路人").follow()
    house.phone("路人").say("红七匹狼断货了")
    run(house, "erase who is gone")
    with house.look() as session:
        assert session.scalars(select(Request.openid).where(Request.openid == house.phone("路人").openid)).all()
        looked_at = str(queries.select_left_over(house.services.tables))
    kept = {table.name for table in house.services.tables if "openid" in table.c}
    assert all(f"{name}.openid" in looked_at for name in kept - {"follower", "heard", "withdrawal"})


def erased_as(house: House) -> str:
    with house.look() as session:
        return session.scalars(select(Follower.openid).where(Follower.openid.startswith(ERASED))).one()


def test_a_feature_must_say_what_it_forgets() -> None:
    with pytest.raises(TypeError, match="forgets"):
        Feature(name="quizzes")


def test_with_a_shop_goes_what_managers_wrote_of_it_and_its_pages_say_so(house) -> None:
    office, [wang, *_] = town(house, only=("王建国",))
    market, chen, phone = office.browser("market"), office.browser("chen"), house.phone("陈志强")
    chen.get("/console/visits/groups/new")
    letter = {
        "whom": "some",
        "whom-licence-": wang.licence,
        "looked": short.mark({"licence": [wang.licence]}),
        "token": "l",
    }
    assert chen.post("/console/visits/groups/new", letter | {"content": "王建国在吗", "do": "send"}).status_code == 303
    chen.get("/console/visits/canned/new")
    canned = {"title": "给王建国", "content": "王建国您好", "scope": "own"}
    assert chen.post("/console/visits/canned/new", canned).status_code == 303
    house.work()
    wang.phone.say(f"{wang.word('断货')}，又断货了，能不能补两条")
    house.tick()
    number = numbers(house, wang.phone)[-1]
    # One notice that quotes them is in the call, and the manager has not said yet to whom a text is to go.
    assert "没有发出" in phone.say(f"王建国说{wang.word('不满')}").text
    with house.services.transaction() as session:
        quoting = (Delivery.openid == phone.openid, Delivery.about == f"visit:{number - 100}")
        session.execute(update(Delivery).where(*quoting).values(state=DeliveryState.SENDING))
    market.get("/console/people")
    market.post("/console/people/export", {"search": "王建国"})
    market.get("/console/people/import")
    market.post("/console/people/import", {"file": (io.BytesIO(ROSTER.encode()), "名单.csv")})
    refused = house.flask("people", "erase", wang.licence, "--shop", "--yes")
    assert "名单正在导入" in refused.output  # what waits to be looked at would bring it back
    with house.services.transaction() as session:
        session.execute(update(Task).where(Task.kind == "people.check").values(state=TaskState.FAILED))
    before = figures(house)
    erased = house.flask("people", "erase", wang.licence, "--shop", "--yes")
    assert erased.exit_code == 0, erased.output
    with house.services.transaction() as session:
        session.execute(update(Delivery).where(Delivery.state == "sending").values(state=DeliveryState.UNSURE))
        [unsure] = session.scalars(select(Delivery.id).where(*quoting, Delivery.state == "unsure").limit(1))
    # Whoever sends it again sends nothing without words.
    assert house.flask("outbox", "resolve", str(unsure), "resend").exit_code == 0
    house.work()
    with house.look() as session:
        assert session.get_one(Delivery, unsure).error == "erased"
    house.later(minutes=20)
    run(house, "forget heard messages", "erase who is gone")
    office.work()
    assert found(house, [*wang.traces, *wang.roster]) == []
    assert figures(house) == before
    with house.look() as session:
        [mine] = session.scalars(select(Request)).all()
        licence = session.scalars(select(Retailer.licence).where(Retailer.id == mine.retailer_id)).one()
    for page in (f"/console/visits/{number}", "/console/visits/groups/2", "/console/visits/plans/1"):
        shown = market.get(page)
        assert shown.status_code == 200 and "已删除" in shown.text
        assert ">erased:" not in shown.text and "没有核实" not in shown.text and "正在取回" not in shown.text
    assert "按要求删除" in market.get(f"{SHOP_PAGE}/{licence}").text
    assert "按要求删除" in phone.say(f"{number} 重开").text
    assert "（已删除）" in H5(house, phone).open("/m/visits?shelf=closed")
    out = house.settings.media_path.parent / "sheets.csv"
    assert house.flask("surveys", "export", "1", "--format", "csv", "--out", str(out)).exit_code == 0
    assert "已删除,已删除的店" in out.read_text("utf-8").replace('"', "").replace("=", "")
    # It is in no list of those to be visited, whenever its turn would come.
    house.clock.advance(days=40)
    due = office.browser("market").get("/console/visits/plans/1").text
    assert "小王超市" in due and "已删除" not in due


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_finished_file_that_is_gone_says_why_and_work_under_way_is_begun_again(house) -> None:
    office, [wang, *_] = town(house, only=("王建国",))
    market = office.browser("market")
    with house.look() as session:
        done = session.scalars(select(Task).where(Task.file.is_not(None)).order_by(Task.id)).all()
    page = f"/console/tasks/{done[0].id}"
    assert market.get(f"{page}/file").status_code == 200
    (house.settings.files_path / str(done[1].file)).unlink()
    assert "这个文件已经不在了" in market.get(f"/console/tasks/{done[1].id}/file").text
    # The file of a picture is gone: where it is shown stands a picture that says so.
    with house.look() as session:
        message = session.scalars(select(Message).where(Message.kind == "image")).first()
    picture = f"/console/visits/{message.request_id + 100}/media/{message.id}"
    as_picture = {"headers": {"Accept": "image/avif,image/webp,*/*;q=0.8"}}
    assert market.get(picture, **as_picture).status_code == 200
    for path in [each for each in house.settings.media_path.rglob("*") if each.is_file()]:
        path.unlink()
    shown = market.get(picture, **as_picture)
    assert shown.mimetype == "image/svg+xml" and "图片已经不在了" in shown.text
    assert "已经删除" in market.get(picture, headers={"Accept": "text/html"}).text
    with house.services.transaction() as session:
        session.execute(update(Task).where(Task.id == done[1].id).values(state=TaskState.WAITING, file=None))
        claim = tasks.claim(session, [done[1].kind], now=house.clock())
    erase_on_the_page(office, wang, "follower")
    assert "有人要求删除个人信息" in market.get(page).text
    assert market.get(f"{page}/file").status_code == 404
    with house.services.transaction() as session, pytest.raises(Lost):
        tasks.finish(session, claim, now=house.clock(), result={"said": "made of what was read before"})
    assert office.task(claim.id).state == TaskState.WAITING


def rows(house: House) -> Iterator[tuple[str, str]]:
    """Every row of every table there is, as a text; JSON as people read it."""
    engine = house.services.database.engine
    tables = inspect(engine).get_table_names()
    assert set(tables) >= {table.name for table in house.services.tables}
    with house.look() as session:
        for table in tables:
            for row in session.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    plain = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    yield table, plain + (unescaped(plain) if "\\u" in plain else "")


def unescaped(said: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), said)


def files(house: House) -> Iterator[tuple[str, bytes]]:
    """Every file of ours, and what archives hold."""
    for folder in (house.settings.media_path, house.settings.files_path):
        for path in (each for each in folder.rglob("*") if each.is_file()):
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        yield f"{path}:{name}", archive.read(name)


def stored(house: House) -> Iterator[tuple[str, bytes]]:
    """SQLite's own files; another database's are not ours to read."""
    if house.services.database.is_sqlite:
        path = Path(str(house.services.database.url.database))
        for each in path.parent.glob(f"{path.name}*"):
            yield each.name, each.read_bytes()


def found(house: House, sought: Iterable[str], *, is_raw: bool = True) -> list[tuple[str, str]]:
    """Where one of these stands, and which."""
    sought = list(sought)
    met = {(table, each) for table, row in rows(house) for each in sought if each in row}
    for name, content in [*files(house), *(stored(house) if is_raw else ())]:
        for each in sought:
            spelled = {each.encode(), json.dumps(each)[1:-1].encode(), each.encode("gb18030")}
            if any(spelling in content for spelling in spelled):
                met.add((name, each))
    return sorted(met)


def run(house: House, *names: str) -> None:
    for job in house.app.extensions["jobs"]:
        if job.name in names:
            job.run(house.services)


def figures(house: House) -> dict[str, list[tuple[object, ...]]]:
    with house.look() as session:
        now = house.clock()
        admin = visibility.of_visitor(session, Visitor(0, "", Role.ADMIN), now=now, zone=house.services.zone)
        span = ReportSpan(date(2026, 1, 1), date(2026, 12, 31))
        lines, total = reports.report(session, admin, Narrowed(span), DividedBy.MANAGER, now=now)
        return {
            # What was open is over, and what time alone makes late is left out.
            "report": [
                (each.name, each.requests, each.promised, each.kept, each.within, each.rated)
                for each in (*lines, total)
            ],
            "tally": [
                tuple(row)
                for row in session.execute(
                    select(Tally.question, Tally.option, Tally.count).order_by(Tally.question, Tally.option)
                )
            ],
            "ratings": [
                tuple(row)
                for row in session.execute(select(Rating.request_id, Rating.score).order_by(Rating.request_id))
            ],
            "asked": [tuple(row) for row in session.execute(select(func.count()).select_from(Participation))],
            "answered": [
                tuple(row)
                for row in session.execute(
                    select(Request.id, Request.first_answered_at, Request.owner_id).order_by(Request.id)
                )
            ],
        }


def erase_on_the_page(office: Office, life: Life, what: str) -> Browser:
    """An admin erases somebody on their shop's page; nobody else may, and a wrong name erases nobody."""
    page = f"{SHOP_PAGE}/{life.licence}/erase"
    assert office.browser("market").get(page).status_code == 403
    admin = office.browser("admin")
    assert f'href="{page}"' in admin.get(f"{SHOP_PAGE}/{life.licence}").text
    asked = admin.get(page).text
    assert SHOPS[life.name][1] in asked
    assert "请选择" in admin.post(page, {"name": SHOPS[life.name][1]}).text
    wrong = admin.post(page, {"what": what, "name": "别的店"})
    assert wrong.status_code == 422 and "没有删除" in wrong.text and found(office.house, life.traces, is_raw=False)
    assert admin.post(page, {"what": what, "name": SHOPS[life.name][1]}).status_code == 303
    return admin


def test_by_every_door_somebody_is_erased_everywhere_and_the_figures_stay(house) -> None:
    office, lives = town(house)
    wang, li, fang, zheng, zhao = lives
    before = figures(house)
    with house.look() as session:
        tables = house.services.tables
        empty = {table.name for table in tables if not session.execute(select(table).limit(1)).first()}
    assert empty <= NOBODYS
    for life in lives:
        met = {name for name, _ in found(house, life.traces, is_raw=False)}
        assert met >= {
            "submission",
            "participation",
            "words",
            "visit_message",
            "visit_rating",
            "visit_words",
            "delivery",
            "audit_entry",
            "heard",
            "talk",
            "media",
        }, met
        assert any(str(house.settings.media_path) in name for name in met)
    files_before = {name for name, _ in files(house)}
    # The command; the console, where the open request of another stays; the event; and a month after they left.
    assert "已删除" in house.flask("people", "erase", wang.licence, "--yes").output
    erase_on_the_page(office, li, "follower")
    house.clock.advance(seconds=1)
    fang.phone.event("user_authorization_cancellation", OpenID=fang.phone.openid, FromUserName="oWeChatItself")
    run(house, "erase who is gone")
    left = found(house, [*wang.traces, *li.traces, *fang.traces])
    assert left == []
    # The one who stays has lost nothing but files that can be made again.
    assert {name for name, _ in found(house, zheng.traces, is_raw=False)} >= {"visit_message", "submission", "delivery"}
    assert not [name for name in files_before - {name for name, _ in files(house)} if "zheng" in name]
    zheng.phone.unfollow()
    house.later(days=31)
    run(house, "forget heard messages", "erase who is gone")
    assert found(house, zheng.traces) == []
    with house.look() as session:
        assert session.scalars(select(Retailer.keeper).where(Retailer.openid.is_not(None))).all() == ["赵有才"]
        assert len(session.scalars(select(Submission.answers)).all()) == 5
        done = session.execute(select(Task.state, Task.file, Task.result)).all()
        assert all(file is None for _, file, _ in done)
    assert figures(house) == before
    # The roster is the company's own, and says of them what it said.
    assert {name for name, _ in found(house, wang.roster[2:], is_raw=False)} >= {"retailer"}
    said = [(entry.who, entry.about, entry.detail) for entry in office.audited("shop.erase")]
    assert said == [("命令行", "shop:#1", "微信里的人"), ("admin", "shop:#2", "微信里的人")]
    # While a roster comes in that may hold its row, a shop waits.
    with house.services.transaction() as session:
        number = session.execute(insert(RosterImport).values(touched_at=house.clock()).returning(RosterImport.id))
        session.add(RosterPart(import_id=number.scalar_one(), number=0, holds={}))
    refused = house.flask("people", "erase", zhao.licence, "--shop", "--yes")
    assert refused.exit_code == 1 and "名单正在导入" in refused.output
    with house.services.transaction() as session:
        session.execute(delete(RosterPart))
    # Shops that left the trade go from the roster too: one is bound, the other's keeper was erased before.
    shops_before = shops_counted(house)
    erase_on_the_page(office, zhao, "shop")
    assert "店主" in house.flask("people", "erase", wang.licence, "--shop", "--yes").output
    house.later(minutes=20)
    run(house, "forget heard messages", "erase who is gone")
    assert found(house, [*zhao.traces, *zhao.roster, *wang.roster]) == []
    # Not a picture or a voice is left, whatever is written inside.
    assert not [path for path in house.settings.media_path.rglob("*") if path.is_file()]
    assert figures(house) == before and shops_counted(house) == shops_before - 2
    market = office.browser("market")
    listed = market.get("/console/people").text
    assert "老李食杂店" in listed and "已删除的店" not in listed
    assert "没有“350802100001”" in house.flask("people", "erase", wang.licence, "--yes").output
    house.phone("路人").follow()
    assert "对不上" in house.phone("路人").say(f"绑定 {wang.licence} 8899").text
    # Nothing is left to do, and nobody is found twice.
    with house.look() as session:
        pseudonyms = session.scalars(select(Follower.openid)).all()
    run(house, "erase who is gone")
    with house.look() as session:
        assert session.scalars(select(Follower.openid)).all() == pseudonyms


def shops_counted(house: House) -> int:
    with house.look() as session:
        return session.scalar(select(func.sum(AreaCount.shops))) or 0
