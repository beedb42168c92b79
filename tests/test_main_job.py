"""The main job, through its doors: follow, bind, answer by number replies, tally, export."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from simulator.world import Account
from tests.conftest import AES_KEY
from wechat_bot.models import Media

ROSTER = """许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机
350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201
350802100002,老李食杂店,李福生,13600001234,新罗区,城区一片,普通终端,陈志强,13900002201
350802100003,=小王超市,王丽芳,13600005678,新罗区,江山片,优质终端,林小燕,13900002202
"""
SURVEY = """
title: 2026年三季度服务满意度调查
anonymous: {anonymous}
questions:
  - {{code: q1, type: single, text: 您对客户经理的服务满意吗?, options: [非常满意, 满意, 一般, 不满意]}}
  - {{code: q2, type: multiple, text: 您最希望改进哪些?, options: [送货时间, 货源信息, 上门拜访], other: true, max: 2}}
  - {{code: q3, type: rating, text: 请给本季度服务打分(1-5), required: true}}
  - {{code: q4, type: nps, text: 您愿意向同行推荐我们的服务吗?(0-10)}}
  - {{code: q5, type: number, text: 您店里平均每天来多少位顾客?, min: 0, max: 5000, required: false}}
  - {{code: q6, type: text, text: 不满意的原因是?, show_if: {{q1: [一般, 不满意]}}}}
  - {{code: q7, type: photo, text: 请拍一张陈列照片, required: false}}
"""

BROKEN = """
title: x
questions:
  - {code: q1, type: ratng, text: 几分}
  - {code: q1, type: single, text: 选, options: []}
"""


@pytest.fixture
def town(house, tmp_path):
    """Three shops in the roster."""
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="gbk")
    done = house.flask("people", "import", str(path))
    assert done.exit_code == 0, done.output
    return house


def publish(house, tmp_path: Path, anonymous: str = "false") -> str:
    path = tmp_path / "survey.yaml"
    path.write_text(SURVEY.format(anonymous=anonymous), encoding="utf-8")
    loaded = house.flask("surveys", "load", str(path))
    assert loaded.exit_code == 0, loaded.output
    number = loaded.stdout.strip()
    done = house.flask("surveys", "publish", number)
    assert done.exit_code == 0, done.output
    return number


def bound(house, name: str, licence: str, last4: str):
    phone = house.phone(name)
    phone.follow()
    assert "已绑定" in phone.say(f"绑定 {licence} {last4}").text
    return phone


def tally(house, number: str) -> dict:
    done = house.flask("surveys", "tally", number, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def options(question: dict) -> dict[str, int]:
    return {option["label"]: option["count"] for option in question["options"]}


def test_a_shopkeeper_binds_answers_by_number_and_staff_see_it(town, tmp_path) -> None:
    wang = bound(town, "王建国", "350802100001", "8899")
    li = bound(town, "老李", "３５０８０２１００００２", "１２３４")
    number = publish(town, tmp_path)
    assert (tally(town, number)["sent"], tally(town, number)["returned"]) == (2, 0)

    said = wang.say("调查").text
    assert "1/6 您对客户经理的服务满意吗?" in said
    assert "\n1 非常满意\n2 满意" in said
    assert "2/6" in wang.say("２").text
    third = wang.say("13").text
    assert "已选：送货时间、上门拜访" in third
    assert "3/6" in third
    assert "1 到 5" in wang.say("很好").text
    assert "送货时间、上门拜访" in wang.say("上一题").text
    assert "3/6" in wang.say("1 0 价格牌").text
    assert "4/6" in wang.say("五分").text
    assert "5/6" in wang.say("十").text
    assert "6/6" in wang.say("约３０人").text
    assert "已提交" in wang.send_image().text
    assert "已填写过" in wang.say("调查").text

    for reply in ("调查", "四", "3", "2", "6", "跳过", "送货太慢"):
        li.say(reply)
    assert "已提交" in li.say("跳过").text

    found = tally(town, number)
    assert (found["sent"], found["returned"], found["valid"]) == (2, 2, 2)
    questions = {question["code"]: question for question in found["questions"]}
    assert options(questions["q1"]) == {"非常满意": 0, "满意": 1, "一般": 0, "不满意": 1}
    assert options(questions["q2"]) == {"送货时间": 1, "货源信息": 0, "上门拜访": 1, "其他": 1}
    assert questions["q2"]["n"] == 2
    assert (questions["q3"]["mean"], round(questions["q3"]["sd"], 6)) == (3.5, 2.12132)
    assert questions["q4"]["nps"] == 0
    assert (questions["q5"]["n"], questions["q5"]["mean"]) == (1, 30)
    share = next(o for o in questions["q1"]["options"] if o["label"] == "满意")
    assert (share["code"], share["share"]) == (2, 0.5)
    assert 0 < share["low"] < 0.5 < share["high"] < 1
    assert "一致" in town.flask("surveys", "recount", number).output


@pytest.mark.on_sqlite
def test_the_export_holds_every_answer_cell_by_cell(town, tmp_path) -> None:
    wang = bound(town, "王建国", "350802100001", "8899")
    xiao = bound(town, "小王", "350802100003", "5678")
    number = publish(town, tmp_path)
    for reply in ("调查", "2", '1 0 =HYPERLINK("x")', "5", "9", "跳过", "跳过"):
        wang.say(reply)
    for reply in ("调查", "4", "2", "1", "0", "12", "-5 度时送货", "跳过"):
        xiao.say(reply)
    for form in ("xlsx", "csv"):
        out = tmp_path / f"out.{form}"
        done = town.flask("surveys", "export", number, "--format", form, "--out", str(out))
        assert done.exit_code == 0, done.output
    book = load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames[:1] == ["数据"]
    header, *rows = [[cell.value for cell in row] for row in book["数据"].iter_rows()]
    by_licence = {row[header.index("许可证号")]: row for row in rows}
    assert set(by_licence) == {"350802100001", "350802100003"}
    assert all(cell.data_type != "f" for row in book["数据"].iter_rows() for cell in row)
    assert any("HYPERLINK" in str(value) for value in by_licence["350802100001"])
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == [str(name) for name in header]
    assert len(lines) == 3
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_anonymous_survey_takes_one_answer_and_tells_nobody_whose(town, tmp_path) -> None:
    wang = bound(town, "王建国", "350802100001", "8899")
    number = publish(town, tmp_path, anonymous="true")
    for reply in ("调查", "2", "1", "5", "9", "跳过", "跳过"):
        wang.say(reply)
    assert "已填写过" in wang.say("调查").text
    out = tmp_path / "out.csv"
    town.flask("surveys", "export", number, "--format", "csv", "--out", str(out))
    written = out.read_text(encoding="utf-8-sig")
    for personal in ("350802100001", "城南便利店", "王建国", "13600008899", wang.openid):
        assert personal not in written
    assert tally(town, number)["returned"] == 1


def test_a_survey_is_left_and_taken_up_after_a_night_and_a_restart(town, tmp_path) -> None:
    wang = bound(town, "王建国", "350802100001", "8899")
    publish(town, tmp_path)
    wang.say("调查"), wang.say("2")
    assert "继续" in wang.say("退出").text
    town.later(hours=14)
    again = wang.say("继续").text
    assert "2/6" in again
    assert "3/6" in wang.say("2").text


def test_the_manager_s_printed_code_binds_in_one_step_and_names_the_survey(town, tmp_path) -> None:
    publish(town, tmp_path)
    done = town.flask("people", "qr", "350802100001")
    assert done.exit_code == 0, done.output
    scene = town.sim.world.scenes
    assert scene
    wang = town.phone("王建国")
    created = [call for call in town.sim.calls if call.path == "/cgi-bin/qrcode/create"][-1]
    said = wang.follow(scene=json.loads(created.body)["action_info"]["scene"]["scene_str"]).text
    assert "城南便利店" in said
    assert "调查" in said
    other = town.phone("路人")
    assert "客户经理" in other.follow(scene=json.loads(created.body)["action_info"]["scene"]["scene_str"]).text


def test_a_survey_s_own_code_opens_it(town, tmp_path) -> None:
    number = publish(town, tmp_path)
    wang = bound(town, "王建国", "350802100001", "8899")
    assert town.flask("surveys", "qr", number).output.startswith("https://")
    assert "1/6" in wang.scan(f"survey:{number}").text
    assert town.flask("surveys", "qr", "99").exit_code == 1


def test_a_photo_in_an_anonymous_survey_leads_to_nobody(town, tmp_path) -> None:
    publish(town, tmp_path, anonymous="true")
    wang = bound(town, "王建国", "350802100001", "8899")
    for reply in ("调查", "2", "1", "5", "9", "跳过"):
        wang.say(reply)
    assert "已提交" in wang.send_image().text
    town.work()
    with town.look() as session:
        assert session.scalars(select(Media)).one().openid == ""


@pytest.mark.on_sqlite
def test_three_wrong_tries_a_day_and_no_more(town) -> None:
    stranger = town.phone("路人")
    stranger.follow()
    assert "还可试 2 次" in stranger.say("绑定 350802100001 0000").text
    assert "还可试 1 次" in stranger.say("绑定 999999999999 8899").text
    stranger.say("绑定 350802100001 1111")
    assert "已绑定" not in stranger.say("绑定 350802100001 8899").text
    town.clock.advance(timedelta(days=1))
    assert "已绑定" in stranger.say("绑定 350802100001 8899").text


@pytest.mark.on_sqlite
def test_the_invitation_reaches_who_has_not_answered(town, tmp_path) -> None:
    wang = bound(town, "王建国", "350802100001", "8899")
    li = bound(town, "老李", "350802100002", "1234")
    number = publish(town, tmp_path)
    for reply in ("调查", "2", "1", "5", "9", "跳过", "跳过"):
        wang.say(reply)
    xiao = bound(town, "小王", "350802100003", "5678")  # only after the publication
    assert town.flask("surveys", "invite", number).exit_code == 0
    town.tick()
    assert "调查" in li.unread().text
    assert "调查" in xiao.unread().text
    assert wang.unread().text == ""
    assert tally(town, number)["sent"] == 3


def test_an_answer_after_the_close_is_met_kindly(town, tmp_path) -> None:
    wang = bound(town, "王建国", "350802100001", "8899")
    number = publish(town, tmp_path)
    wang.say("调查"), wang.say("2")
    assert town.flask("surveys", "close", number).exit_code == 0
    assert "结束" in wang.say("1").text
    assert tally(town, number)["returned"] == 0


@pytest.mark.on_sqlite
def test_a_broken_definition_names_every_mistake_and_keeps_nothing(town, tmp_path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    done = town.flask("surveys", "load", str(path))
    assert done.exit_code == 1
    assert "ratng" in done.output
    assert "q1" in done.output
    assert "1" not in town.flask("surveys", "list").output.split()


@pytest.mark.on_sqlite
def test_a_broken_roster_names_its_cells_and_changes_nothing(town, tmp_path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text(
        ROSTER.replace("13600008899", "1360000")
        + "350802100002,重复,李,13600001111,,城区一片,超级终端,陈志强,13900002201\n",
        encoding="utf-8",
    )
    done = town.flask("people", "import", str(path))
    assert done.exit_code == 1
    for named in ("D2", "A5", "G5"):
        assert named in done.output
    assert "城南便利店" in town.flask("people", "list").output


def test_the_menu_is_published_with_the_conditional_one_for_managers(town) -> None:
    done = town.flask("menu", "publish")
    assert done.exit_code == 0, done.output
    wang = bound(town, "王建国", "350802100001", "8899")
    assert "没有" in wang.tap_menu("填写调查").text
    mine = wang.menu[1]["sub_button"][0]
    assert (mine["type"], mine["url"]) == ("view", f"{town.settings.public_url}/m/me")


@pytest.mark.on_sqlite
def test_a_menu_on_an_account_without_pages_falls_back_on_keys(build, tmp_path) -> None:
    house = build(account=Account(aes_key=AES_KEY, kind="subscription"))
    assert house.flask("menu", "publish").exit_code == 0
    path = tmp_path / "menu.yaml"
    path.write_text('menu: [{name: 我的, url: "{public_url}/m/me"}]', encoding="utf-8")
    refused = house.flask("menu", "publish", str(path))
    assert refused.exit_code == 1
    assert "请再写一个 key" in refused.output
    passer = house.phone("路人")
    passer.follow()
    assert passer.menu[1]["sub_button"][0]["key"] == "bind:"
