"""Signs nobody sees are nothing written, whoever writes them wherever; and a name is read as its owner writes it."""

import io
import re

import pytest

from tests.h5 import Browser
from tests.office import Office

#: Formats, fillers of Hangul, the braille cell without dots, blanks of every width, marks without a sign under them.
UNSEEN = (
    "\u200b",
    "\u3164",
    "\u2800",
    "\u115f\u1160",
    "\uffa0",
    "\u00a0\u3000\u2003",
    "\u202e\u2066",
    "\ufeff\u2060",
    "\u0301\u0489",
    "\ufe0f\u200d",
    "\u00ad\u034f",
    "\U000e0020\U000e0100",
)
CONDITION = {"mode": "all", "row": ["0"], "0-criterion": "class", "0-class-": ["普通终端"]}
SURVEY = "title: 满意度\nquestions: [{code: q1, type: text, text: 为什么?}]\n"


@pytest.mark.on_sqlite
def test_a_required_question_wants_a_sign_that_is_seen(town, tmp_path) -> None:
    wang = town.shop("王建国")
    path = tmp_path / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    assert town.house.flask("surveys", "load", str(path)).exit_code == 0
    assert town.house.flask("surveys", "publish", "1").exit_code == 0
    wang.say("调查")
    page = Browser(town.house, wang)
    for blank in UNSEEN:
        assert "已提交" not in wang.say(blank).text, ascii(blank)
        page.open("/m/surveys/1")
        assert "已提交" not in page.send(text=blank), ascii(blank)
    assert "已提交" in page.send(text="\u200b。")


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_a_message_an_answer_and_a_note_want_a_sign_that_is_seen(town) -> None:
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    page, desk = Browser(town.house, wang), Browser(town.house, chen)
    page.open("/m/visits/mine")
    for blank in UNSEEN:
        wang.say(f"留言 {blank}")
        wang.say(blank)
        wang.say("退出")
        assert page.post("/m/visits/mine", page.form() | {"content": blank}).status_code == 422, ascii(blank)
    assert town.requests() == []
    wang.say("红七匹狼这周断货了能不能先补两条")
    number = town.request().number
    for blank in UNSEEN:
        for order in (f"{number} {blank}", f"{number} 备注 {blank}", f"{number} 已电话联系 {blank}"):
            chen.say(order)
        desk.open(f"/m/visits/{number}")
        for do in ("answer", "note", "wait", "phrase"):
            assert desk.submit(do, content=blank).status_code == 422, (do, ascii(blank))
    assert len(town.said()) == 1


@pytest.mark.on_sqlite
def test_a_form_of_the_console_wants_a_sign_that_is_seen(town) -> None:
    office = Office(town.house)
    office.staff()
    market, admin = office.browser("market"), office.browser("admin")
    market.get("/console/visits/canned/new")
    days = {"first": "2026-12-01", "last": "2026-12-01", "kind": "off", "name": "\u3164"}
    group = {"whom": "all", "looked": "all", "content": "\u3164", "do": "send"}
    plan = {"name": "\u3164", "whom": "some", "whom-class-": "普通终端", "every_days": "30", "begins_on": "2026-12-01"}
    forms = (
        (market, "people/tags/new", {"name": "\u3164"}, "标签要有名字"),
        (market, "people/audiences/new", {"name": "\u3164", "do": "save", **CONDITION}, "起一个名字"),
        (market, "visits/canned/new", {"title": "\u3164", "content": "好"}, "标题和内容都要写"),
        (market, "visits/canned/new", {"title": "好", "content": "\u2800"}, "标题和内容都要写"),
        (market, "visits/settings/categories/new", {"name": "\u3164", "position": "1"}, "请写上类别的名称"),
        (market, "visits/settings/days", days, "请写上这几天的名称"),
        (market, "visits/groups/new", group, "请写上要发的内容"),
        (market, "visits/plans/new", plan, "起一个名字"),
        (admin, "users/new", {"login": "\u3164", "name": "新来的", "role": "reader"}, "用户名不能为空"),
        (admin, "users/new", {"login": "neu", "name": "\u3164", "role": "reader"}, "请写姓名"),
    )
    for browser, address, form, sentence in forms:
        answer = browser.post(f"/console/{address}", form)
        assert answer.status_code == 422 and sentence in answer.text, address
    market.get("/console/surveys/new")
    survey = SURVEY.replace("满意度", "\u3164\u3164").encode()
    answer = market.post("/console/surveys/new", {"file": (io.BytesIO(survey), "survey.yaml")})
    assert answer.status_code == 422 and "不能为空" in answer.text


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("keeper", "greeted"),
    [
        ("买买提·艾合买提", "买买提·艾合买提"),
        ("买买提・艾合买提", "买买提・艾合买提"),
        ("阿依古丽•买买提", "阿依古丽•买买提"),
        ("Ahmed", "Ahmed"),
        ("王Ahmed", "王Ahmed"),
        ("欧阳兰", "欧阳老板"),
        ("王建国", "王老板"),
    ],
)
def test_a_name_with_a_dot_or_foreign_letters_is_not_cut_into_a_surname(town, tmp_path, keeper, greeted) -> None:
    path = tmp_path / "roster.csv"
    head = "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
    path.write_text(
        f"{head}350802100009,城北店,{keeper},13600009999,,城区一片,现代终端,陈志强,13900002201\n", encoding="utf-8"
    )
    assert town.house.flask("people", "import", str(path)).exit_code == 0
    phone = town.house.phone("新店主")
    phone.follow()
    phone.say("绑定 350802100009 9999")
    assert re.match(f"{greeted}[,，]", phone.say("绑定").text)
