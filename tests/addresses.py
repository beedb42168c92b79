"""Every address the app serves, and a house in which each of them has something to show."""

import io
import re
from dataclasses import dataclass
from datetime import date, time

from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from broadcasts.actions import articles, brand_months, brands, documents, own_rows, series
from broadcasts.models.displays import Display
from broadcasts.models.library import LibraryColumn, ShelfPicture
from broadcasts.models.pushes import Push
from broadcasts.models.rows import OwnRow, OwnTable
from broadcasts.models.series import Occurrence
from broadcasts.queries import pictures
from campaigns.approving import CampaignAuthor
from campaigns.models import Campaign, CampaignState
from console.models import Task, TaskState, User
from console.rules.visitors import Role, Visitor
from courses.actions import asking
from courses.actions import authoring as courses
from courses.models.certificates import Certificate
from courses.models.courses import CourseMedia, MediaKind
from courses.models.learning import Enrolment
from courses.queries import media as lesson_media
from courses.rules import printed
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from courses.rules.printed import CertificateText
from effect.actions import weights as scores
from effect.models.months import EffectMonth
from foundation.clock import day_in
from people.models import Audience, Retailer, Tag
from quizzes.actions import importing
from quizzes.models.bank import QuestionPicture
from simulator.phone import PIXEL
from surveys.actions import counting
from surveys.models import Participation, Submission, SurveyPicture
from tests.conftest import House
from tests.office import Office
from visits.models.answers import Canned
from visits.models.plans import Visited, VisitPlan
from wechat_bot import media, storage
from wechat_bot.models import Delivery, DeliveryState, Media

ROSTER = (
    "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
    "350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201\n"
    "350802100002,老李食杂店,李福生,13600001234,新罗区,城区一片,普通终端,陈志强,13900002201\n"
    "350802100003,小王超市,王丽芳,13600005678,新罗区,江山片,优质终端,林小燕,13900002202\n"
)
QUIZ = """
title: 用语小测试
minutes: 15
questions:
  - {code: k1, type: single, text: 封签应贴在哪一面？, options: [正面, 背面, 顶部], answer: 3}
"""
BANK = "1. 许可证可以转借。\n答案：错\n标签：许可证\n"
SURVEY = """
title: 满意度
audience: {class: 现代终端}
questions:
  - {code: q1, type: photo, text: 请拍一张陈列照片}
  - {code: q2, type: single, text: 您对服务满意吗?, options: [满意, 不满意]}
"""
#: What an address is asked for with: by endpoint and name, by name, or else 1. The shop, survey, area, user and task of
#: this number are laid out by `lay_out`; whoever adds an address to something new lays that out too.
VALUES = {
    "licence": "350802100001",
    "code": "q1",
    "filename": "console/console.css",
    "name": "console/console.css",
    "key": "a-picture-of-the-survey",
    "session_id": 9999,
    ("people_pages", "user_id"): 6,
    ("console", "task_id"): 2,
    ("people_pages.brought", "task_id"): 3,
    ("broadcasts_pages", "task_id"): 4,
    ("broadcasts_pages.checked_brands", "task_id"): 6,
    ("broadcasts_pages.confirm_brands", "task_id"): 6,
    ("broadcasts_pages.push_staff", "push_id"): 2,
    ("visits_pages", "number"): 101,
    ("visits_mobile", "number"): 101,
    "day": "2026-10-01",
    "sha256": "a" * 64,
    "month": "2026-01",
    ("effect_pages.recount", "month"): "2026-02",
    ("broadcasts_mobile", "token"): "an-article",
    ("broadcasts_mobile.own_row", "token"): "own-rows",
    ("broadcasts_pages.own_rows_check", "task_id"): 5,
    ("broadcasts_pages.take_own_rows", "task_id"): 5,
    ("courses_mobile", "number"): "7K3MQ2VX-7",
    ("quizzes_pages", "task_id"): 7,
    ("quizzes_pages.paper_item", "code"): "k1",
    ("courses_pages", "code"): "l1",
    **{(f"quizzes_pages.bank_{what}", "question_id"): 2 for what in ("item", "edit", "retire", "restore")},
}


ARTICLE = {
    "title": "元旦备货",
    "blocks": [
        {"kind": "heading", "text": "怎么备货", "level": 1},
        {"kind": "text", "text": "元旦前还有**两次**到货。"},
        {"kind": "picture", "picture": "a" * 64, "words": "门头"},
        {"kind": "list", "numbered": False, "items": [{"text": "先看去年", "items": ["十二月"]}]},
        {"kind": "quote", "text": "依法办事。", "source": "某法"},
        {"kind": "table", "has_head": True, "rows": [["规格", "条"], ["甲", "3"]]},
        {"kind": "video", "url": "https://example.com/v", "title": "怎么陈列"},
        {"kind": "button", "words": "填写", "link": "survey:1"},
        {"kind": "line"},
    ],
}
#: What a form must say to be heard at all.
FORMS = {
    "surveys_pages.steer": {"do": "cancel"},
    "quizzes_pages.steer": {"do": "cancel"},
    "courses_pages.steer": {"do": "cancel"},
    "surveys_pages.publish": {"stamp": "1"},
    "broadcasts_mobile.mark": {"do": "keep"},
    "courses_mobile.send": {"do": "chat"},
    "courses_mobile.take": {"do": "next", "screen": "1"},
    "broadcasts_pages.choose_displays": {"do": "pass", "display": "1"},
    "broadcasts_pages.stop_push": {"do": "cancel"},
}


@dataclass
class Address:
    """Something the app serves."""

    endpoint: str
    method: str
    rule: str
    path: str

    @property
    def form(self) -> dict[str, str]:
        return FORMS.get(self.endpoint, {})


def addresses(app: Flask) -> list[Address]:
    """Every address of the app."""
    urls = app.url_map.bind("localhost")
    found = [
        Address(rule.endpoint, method, rule.rule, urls.build(rule.endpoint, values(rule)))
        for rule in app.url_map.iter_rules()
        for method in methods(rule)
    ]
    return sorted(found, key=lambda each: (each.method, each.rule))


def numbered(app: Flask, number: int) -> list[Address]:
    """Every address with a number in it, asked for with this one; where there are several, one after another."""
    urls = app.url_map.bind("localhost")
    return [
        Address(rule.endpoint, method, rule.rule, urls.build(rule.endpoint, values(rule) | {name: number}))
        for rule in app.url_map.iter_rules()
        for name, value in values(rule).items()
        for method in methods(rule)
        if isinstance(value, int)
    ]


def values(rule: Rule) -> dict[str, object]:
    """What an address is asked for with."""
    blueprint = rule.endpoint.partition(".")[0]
    named = {name: VALUES.get((blueprint, name), VALUES.get(name, 1)) for name in rule.arguments}
    return {name: VALUES.get((rule.endpoint, name), value) for name, value in named.items()}


def methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}


def hand_in(house: House) -> None:
    """A sheet handed in by the third shop, with the photo of the first."""
    with house.services.transaction() as session:
        draft, shop = session.scalars(select(Participation)).one(), session.get_one(Retailer, 3)
        of_shop = {name: getattr(shop, name) for name in ("area_id", "class_id")}
        answers = {**draft.answers, "q2": {"o": 2}}
        of_survey = {"id": 1, "survey_id": 1, "version_id": 1, "source": "page", "photos": 1, "is_filed": True}
        whole = {"retailer_id": 3, "answers": answers, "submitted_at": house.clock(), **of_shop, **of_survey}
        session.add(Submission(**whole))
        session.flush()
        counting.recount(session, 1, zone=house.services.zone)


def fill_library(house: House) -> None:
    """A published article that was written on, one that was begun, a brand, a picture."""
    with house.services.transaction() as session:
        now, sha256 = house.clock(), VALUES["sha256"]
        session.add(ShelfPicture(sha256=sha256, content_type="image/png", size=99, width=1, height=1, made_at=now))
        storage.write(pictures.path(house.services.media_folder, "a" * 64), PIXEL)
        column_id, who = session.scalars(select(LibraryColumn.id).limit(1)).one(), "market"
        article = articles.begin(session, column_id, draft=ARTICLE, who=who, now=now)
        article.token = str(VALUES["broadcasts_mobile", "token"])
        articles.publish(session, article.id, stamp=article.stamp, who=who, knows=lambda link: True, now=now)
        articles.save(session, article.id, ARTICLE | {"title": "元旦备货提醒"}, stamp=article.stamp, who=who, now=now)
        articles.begin(session, column_id, draft=ARTICLE, who=who, now=now)
        brands.add(session, "某品牌")
        task = {
            "kind": documents.OFFER,
            "title": "读 Word 文件",
            "params": {"article": article.id, "name": "备货.docx"},
        }
        made = {"state": TaskState.DONE, "created_at": now, "settled_at": now, "result": {"draft": ARTICLE}}
        owner = session.scalars(select(User.id).where(User.login == who)).one()
        session.add(Task(owner_id=owner, stage="", done=0, total=0, attempts=1, **task, **made))


def write_push(house: House) -> None:
    """Pushes of the published article, as drafts: to shops, and to staff."""
    for number, audience in (("1", "all"), ("2", "{staff: all}")):
        how = ("--audience", audience, "--at", "2026-12-15 09:00", "--by", "market")
        assert house.flask("broadcasts", "push", "1", *how).output.strip() == number
    with house.services.transaction() as session:
        token = VALUES["broadcasts_mobile", "token"]
        buttons = [["看公告", "article:1"]]
        session.execute(update(Push).where(Push.id == 1).values(token=token, buttons=buttons))


def send_own_rows(house: House) -> None:
    """A service notice that went out and told the first shop something of itself; a table that was checked."""
    with house.services.transaction() as session:
        now, owner = house.clock(), session.scalars(select(User.id).where(User.login == "market")).one()
        who = {"created_at": now, "created_by": "market"}
        notice = Push(token="own-rows", title="本周货源", shows="text", words="可以订的：", buttons=[], **who)
        session.add(notice)
        session.flush()
        moments = {"due_at": now, "frozen_at": now, "ended_at": None}
        of_push = {"kind": "push", "reference": notice.id, "about": f"push:{notice.id}", "said": notice.title}
        session.add(Campaign(audience={}, state=CampaignState.SENT, **of_push, **moments, **who))
        brought = {"file_name": "货源.xlsx", "digest": "", "brought_at": now, "brought_by": "market"}
        table = OwnTable(push_id=notice.id, is_whole=True, headings=["可订"], rows=1, **brought)
        session.add(table)
        session.flush()
        session.add(OwnRow(table_id=table.id, retailer_id=1, values=["86"], said="可订：86"))
        task = {
            "kind": own_rows.CHECK,
            "title": "检查各店表格",
            "params": {"push": notice.id, "name": "货源.xlsx", "file": "gone"},
        }
        found = {"rows": 1, "headings": ["可订"], "first": [["城南便利店", "可订：86"]], "brings": {}}
        made = {"state": TaskState.DONE, "created_at": now, "settled_at": now, "result": found}
        session.add(Task(owner_id=owner, stage="", done=0, total=0, attempts=1, **task, **made))


def begin_series(house: House) -> None:
    """A series made of the push, whose next day depends on holidays that nobody has published."""
    with house.services.transaction() as session:
        rule, who = {"every": "month", "day": 1, "rest": "move"}, CampaignAuthor(None, "market")
        more = {"at": time(9), "until": None, "who": who, "now": house.clock(), "zone": house.services.zone}
        series_id = series.begin(session, 1, name="月初货源", rule=rule, **more)
        session.add(Occurrence(series_id=series_id, wanted_on=date(2030, 1, 1), day_on=None))


def fill_brands(house: House) -> None:
    """A checked file with targets and sales of brands."""
    with house.services.transaction() as session:
        now, owner = house.clock(), session.scalars(select(User.id).where(User.login == "market")).one()
        file = {"kind": brand_months.CHECK, "title": "检查品牌目标和销量", "params": {"file": "", "name": "品牌.xlsx"}}
        counts = {"new": 1, "changed": 0, "unchanged": 0, "gone": 0, "months": [202611]}
        made = {"state": TaskState.DONE, "created_at": now, "settled_at": now, "result": counts}
        session.add(Task(owner_id=owner, stage="", done=0, total=0, attempts=1, **file, **made))


def check_bank(house: House) -> None:
    """A checked file of questions."""
    with house.services.transaction() as session:
        now, owner = house.clock(), session.scalars(select(User.id).where(User.login == "market")).one()
        file = {"kind": importing.CHECK, "title": "检查题库", "params": {"file": "", "name": "题库.xlsx"}}
        found = {"new": 1, "changed": 0, "unchanged": 0, "lines": [["z0002", "判断", "证可以转借。", "错", ""]]}
        made = {"state": TaskState.DONE, "created_at": now, "settled_at": now, "result": found}
        session.add(Task(owner_id=owner, stage="", done=0, total=0, attempts=1, **file, **made))


def weigh_scores(house: House) -> None:
    """A month with scores, and weights that somebody has to approve."""
    with house.services.transaction() as session:
        market = session.scalars(select(User).where(User.login == "market")).one()
        by = Visitor(market.id, market.name, Role.MARKETING)
        scores.write(session, "junior", 202612, {"satisfaction": 100}, by=by, now=house.clock())
    assert house.flask("effect", "scorecard", f"{day_in(house.clock(), house.services.zone):%Y-%m}").exit_code == 0


def lay_out(house: House) -> Office:
    """Three shops; of the first a survey begun and a request, both with a photo; a checked roster; account 6."""
    office = Office(house)
    office.import_roster(ROSTER)
    office.staff()
    office.user("spare", "reader")
    office.user("wu", "supervisor", area_id=office.area("江山片"))
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        house.phone(name).follow()
        assert "已绑定" in house.phone(name).say(f"绑定 {licence} {ending}").text
    path = house.settings.media_path.parent / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1"), ("invite", "1")):
        assert house.flask("surveys", *command).exit_code == 0
    path = house.settings.media_path.parent / "quiz.yaml"
    path.write_text(QUIZ, encoding="utf-8")
    bank = path.with_name("bank.txt")
    bank.write_text(BANK, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1"), ("bank", "import", str(bank))):
        assert house.flask("quizzes", *command).exit_code == 0
    # Changed keys: the first is carried out, the second only reckoned, the third waits for a decision.
    for command in (
        ("rekey", "1", "k1", "full", "--by", "market"),
        ("regrade", "1", "approve", "--by", "admin"),
        ("rekey", "1", "k1", "--answer", "A", "--dry-run"),
        ("rekey", "1", "k1", "--answer", "B", "--by", "market"),
    ):
        assert house.flask("quizzes", *command).exit_code == 0
    sign = VALUES["sha256"]
    shown = (Screen("先看小盒顶部。", picture=sign), Screen("再看喷码。"))
    learnt = CourseDefinition("看封签", lessons=(LessonDefinition("l1", "看封签", shown),), has_certificate=True)
    storage.write(lesson_media.path(house.services.media_folder, sign), PIXEL)
    with house.services.transaction() as session:
        at = house.clock()
        session.add(EffectMonth(month=202602, filed_at=at, closed_at=at, sent_at=at))
        kind, size = MediaKind.PICTURE, len(PIXEL)
        session.add(
            CourseMedia(
                sha256=sign, kind=kind, content_type="image/png", size=size, width=1, height=1, made_at=house.clock()
            )
        )
        course, now = courses.load(session, learnt, who="", now=house.clock()), house.clock()
        courses.publish(session, course.id, criteria=house.services.criteria, stamp=1, who="", now=now)
        shop = session.scalars(select(Retailer).where(Retailer.licence == "350802100001")).one()
        enrolled = session.scalars(select(Enrolment).where(Enrolment.retailer_id == shop.id)).one()
        of = CertificateText("看封签", shop.shop, shop.keeper, day_in(now, house.services.zone), 1, None, "五微服务号")
        given = {"number": "7K3MQ2VX7", "media_key": "a-picture-of-the-survey", "printed": printed.to_json(of)}
        whose = {"enrolment_id": enrolled.id, "course_id": course.id, "retailer_id": shop.id}
        session.add(Certificate(**given, **whose, made_at=now))
        for words in ("停车场在哪里", "食堂几点开"):
            asking.unanswered(session, words, house.phone("王建国").openid, None, now=now)
        written = {"path": "", "is_open": True, "who": "周敏", "now": now}
        asking.answer(session, 2, "食堂几点开", "十一点半。", "", **written)
    phone = house.phone("王建国")
    for said in ("测试", "开始", "3", "调查"):
        phone.say(said)
    phone.send_image(PIXEL)
    house.work()
    phone.say("退出")
    hand_in(house)
    assert "已转给" in phone.send_image(PIXEL).text
    house.tick()
    house.phone("路人").follow()
    house.phone("陈志强").follow()
    invited = house.flask("people", "invite-manager", "13900002201").output
    assert "已绑定" in house.phone("陈志强").say(re.search(r"绑定 \w+", invited)[0]).text
    chen = office.browser("chen")
    chen.get("/console/visits/groups/new")
    letter = {"whom": "all", "looked": "all", "content": "明天上门,在店吗?", "photo": (io.BytesIO(PIXEL), "a.png")}
    assert chen.post("/console/visits/groups/new", letter | {"do": "send"}).status_code == 303
    house.work()
    market = office.browser("market")
    for works in ("quizzes", "courses"):
        market.get(f"/console/{works}/1/invitations")
        wave = {"whom": "all", "said": "请您来一次。", "when": "now", "seen": "0"}
        assert market.post(f"/console/{works}/1/invitations", wave).status_code == 303
    market.get("/console/people/import")
    market.post("/console/people/import", {"file": (io.BytesIO(ROSTER.encode()), "名单.csv")})
    market.post("/console/people/export")
    shelf = media.receive(house.services.media_folder, io.BytesIO(PIXEL))
    with house.services.transaction() as session:
        now, owner = house.clock(), session.scalars(select(User).where(User.name == "market")).one()
        session.add(Tag(name="示范店"))
        session.add(Visited(retailer_id=1, made_on=day_in(now, house.services.zone), how="shop", noted_at=now))
        session.add(VisitPlan(name="月访", audience={"class": "普通终端"}, every_days=30, begins_on=date(2026, 1, 1)))
        session.add(Canned(title="明早送", content="{称呼},明早送到。"))
        session.add(Audience(name="城区", spec={"area": ["城区一片"]}, created_at=now, owner_id=owner.id))
        unsure = {"state": DeliveryState.UNSURE, "due_at": now, "created_at": now, "settled_at": now}
        session.add(SurveyPicture(key="a-picture-of-the-survey", survey_id=1, added_at=now, is_used=True))
        session.add(QuestionPicture(key="a-picture-of-the-survey", added_at=now, is_used=True))
        key = media.add(session, shelf, openid="", mark="shelf", now=now)
        session.execute(update(Media).where(Media.key == key).values(key="a-picture-of-the-survey"))
        sent = {"mark": "a-display", "openid": "", "words": "摆得整齐", "sent_at": now, "number": 1}
        display = Display(retailer_id=1, day_on=day_in(now, house.services.zone), state="new", **sent)
        display.media_key = "a-picture-of-the-survey"
        session.add(display)
        session.add(Delivery(openid=house.phone("王建国").openid, message={}, about="survey:1", **unsure))
    office.work()
    assert market.post("/console/people/import/1/confirm").location.endswith("/3/done")
    office.work()
    fill_library(house)
    write_push(house)
    send_own_rows(house)
    begin_series(house)
    fill_brands(house)
    check_bank(house)
    weigh_scores(house)
    return office
