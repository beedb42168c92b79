"""A changed key: reckoned, decided by another person, carried out in steps, told once, undone to the digit."""

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from campaigns.approving import CampaignAuthor
from console.models import AuditEntry
from foundation.errors import Refused
from quizzes.actions import rekeying
from quizzes.models.attempts import Mistake
from quizzes.models.bank import BankQuestion
from tests.h5 import Browser as H5
from tests.office import Office
from tests.quizzes.corrections import agrees, attempts, everything, take

#: 100 points; k1 is worth 5.
HUNDRED = """
title: 满分一百
attempts: 3
pass: 60
questions:
  - {code: k1, type: single, text: 封签应贴在哪一面？, options: [正面, 背面, 顶部], answer: 2, points: 5}
  - {code: k2, type: single, text: 哪个对？, options: [甲, 乙], answer: 1, points: 55}
  - {code: k3, type: fill, text: 提前几天？, answer: [三十天], points: 40}
"""
WANG, LI = "350802100001", "350802100002"


@pytest.mark.on_sqlite
def test_a_changed_key_is_decided_by_another_told_once_and_undone_to_the_digit(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "不知道")  # 55: k1 wrong by the key, and no pass
    take(school.li, "2", "1", "30天")  # 100: k1 right by the key
    before = everything(house)
    dry = desk.rekey(quiz_id, "k1", "--answer", "A", by="")
    assert {key: dry[key] for key in ("up", "down", "newly_passed", "newly_failed")} == {
        "up": [{"licence": WANG, "before": 55, "after": 60}],
        "down": [],
        "newly_passed": [{"licence": WANG, "before": 55, "after": 60}],
        "newly_failed": [],
    }
    assert everything(house) == before
    both = desk.rekey(quiz_id, "k1", "--answer", "A", "--also-down", by="")
    assert both["down"] == [{"licence": LI, "before": 100, "after": 95}] and both["up"] == dry["up"]
    plan = desk.rekey(quiz_id, "k1", "--answer", "A", "--also-down")
    assert everything(house) == before
    assert desk.decide(plan["regrade"], "approve", "zhang") == "自己提交的更正，要由别人批准。"
    assert desk.decide(plan["regrade"], "approve", "chen") == "“chen”没有这个权限。"
    assert everything(house) == before
    assert desk.decide(plan["regrade"], "approve") == "已更正。"
    agrees(house, quiz_id)
    wang, li = attempts(house)
    assert (wang.marks, wang.key_numbers, wang.total, wang.is_passed) == ("500,5500,0", "2,1,1", 6000, True)
    assert (li.marks, li.key_numbers, li.total, li.is_passed) == ("0,5500,4000", "2,1,1", 9500, True)
    head = "测试《满分一百》里“封签应贴在哪一面？”这道题的答案更正了，您的成绩由 "
    assert school.wang.unread().text == head + "55 分改为 60 分，现在合格了。"
    assert school.li.unread().text == head + "100 分改为 95 分，还是合格。"
    house.tick()
    assert (school.wang.unread().text, school.li.unread().text) == ("", "")
    assert desk.decide(plan["regrade"], "undo", "zhang") == "已撤销。"
    assert everything(house) == before
    agrees(house, quiz_id)
    head = "测试《满分一百》里“封签应贴在哪一面？”这道题的更正撤销了，您的成绩由 "
    assert school.wang.unread().text == head + "60 分改回 55 分，现在没有合格。"
    assert school.li.unread().text == head + "95 分改回 100 分，还是合格。"
    assert desk.decide(plan["regrade"], "undo") == "这次更正没有做过，或已经撤销了。"


def test_only_upward_unless_it_is_ticked(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "不知道")
    take(school.li, "2", "1", "30天")
    desk.changed(quiz_id, "k1", "--answer", "A")
    wang, li = attempts(house)
    assert (wang.total, wang.key_numbers, li.total, li.key_numbers) == (6000, "2,1,1", 10_000, "1,1,1")
    agrees(house, quiz_id)
    assert school.li.unread().text == ""
    # Who takes it from now on is marked by the new key alone.
    take(school.li, "2", "1", "30天")
    assert attempts(house)[2].total == 9500


@pytest.mark.on_sqlite
def test_a_struck_question_leaves_the_maximum_and_full_marks_lower_nobody(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "30天")  # 95 of 100
    take(school.li, "2", "1", "不知道")  # 60 of 100: without k1 it is 55 of 95, and no pass
    before = everything(house)
    struck = desk.changed(quiz_id, "k1", "struck", "--also-down")
    assert struck["up"] == [{"licence": WANG, "before": 95, "after": 95}]
    assert struck["down"] == struck["newly_failed"] == [{"licence": LI, "before": 60, "after": 55}]
    wang, li = attempts(house)
    assert (wang.marks, wang.total, wang.maximum) == (",5500,4000", 9500, 9500)
    assert (li.marks, li.total, li.maximum, li.is_passed) == (",5500,0", 5500, 9500, False)
    agrees(house, quiz_id)
    told = "这道题不再计分了，您的成绩 95 分不变（满分改为 95 分），还是合格。"
    assert school.wang.unread().text.endswith(told)
    assert "满分 95 分，57 分及格" in school.wang.say("测试").text
    desk.decide(struck["regrade"], "undo")
    assert everything(house) == before
    full = desk.changed(quiz_id, "k1", "full")
    assert (full["up"], full["down"]) == ([{"licence": WANG, "before": 95, "after": 100}], [])
    agrees(house, quiz_id)
    assert [(each.total, each.maximum) for each in attempts(house)] == [(10_000, 10_000), (6000, 10_000)]
    desk.decide(full["regrade"], "undo")
    assert everything(house) == before
    # Only upward, whoever would lose a share of the maximum keeps the question.
    kept = desk.changed(quiz_id, "k1", "struck")
    assert (len(kept["up"]), kept["down"], kept["newly_failed"]) == (1, [], [])
    assert [(each.total, each.maximum) for each in attempts(house)] == [(9500, 9500), (6000, 10_000)]


@pytest.mark.on_sqlite
def test_a_paper_of_which_all_is_struck_passes_nobody_and_divides_by_nothing(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(
        "title: 一题\nquestions:\n  - {code: k1, type: truth, text: 对吗？, answer: true, points: 5}"
    )
    take(school.wang, "错")
    take(school.li, "对")
    before = everything(house)
    struck = desk.changed(quiz_id, "k1", "struck", "--also-down")
    assert [(each.total, each.maximum, each.is_passed) for each in attempts(house)] == [(0, 0, False)] * 2
    assert struck["newly_failed"] == [{"licence": LI, "before": 5, "after": 0}]
    assert house.flask("quizzes", "figures", str(quiz_id), "--json").exit_code == 0
    desk.decide(struck["regrade"], "undo")
    assert everything(house) == before
    full = desk.changed(quiz_id, "k1", "full")
    assert full["newly_passed"] == [{"licence": WANG, "before": 0, "after": 5}]


def test_what_is_open_ends_by_the_new_key_and_what_ended_meanwhile_is_marked_anew(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "30天")
    school.li.say("测试")
    school.li.say("开始")
    school.li.say("1")
    plan = desk.rekey(quiz_id, "k1", "--answer", "A")
    house.clock.advance(minutes=1)
    take(school.wang, "1", "1", "不知道")  # ended between the plan and its approval
    assert attempts(house)[2].total == 5500
    desk.decide(plan["regrade"], "approve")
    assert [each.total for each in attempts(house)] == [10_000, None, 6000]
    for reply in ("1", "30天"):
        said = school.li.say(reply).text
    assert said.startswith("您得了 100 分，合格。\n全部答对。")
    assert attempts(house)[1].key_numbers == "2,1,1"
    agrees(house, quiz_id)
    # Undone, that one too has what the key of before gives.
    desk.decide(plan["regrade"], "undo")
    assert [(each.total, each.key_numbers) for each in attempts(house)] == [
        (9500, "1,1,1"), (9500, "1,1,1"), (5500, "1,1,1"),
    ]  # fmt: skip
    assert "改回 95 分" in school.li.unread().text
    agrees(house, quiz_id)


@pytest.mark.on_sqlite
def test_one_change_of_a_question_at_a_time_and_only_the_last_is_undone(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "30天")
    before = everything(house)
    stale = desk.rekey(quiz_id, "k1", "--answer", "C", by="")
    first = desk.rekey(quiz_id, "k1", "--answer", "A")
    refused = desk.run("rekey", str(quiz_id), "k1", "--answer", "C", "--dry-run")
    assert refused.output == f"这道题有一次更正（第 {first['regrade']} 号）等批准，等它做完再改。\n"
    house.clock.advance(minutes=1)
    desk.decide(first["regrade"], "approve")
    after_first = everything(house)
    assert desk.run("rekey", str(quiz_id), "k1", "--answer", "正面", "--dry-run").output == (
        "新答案和现在用的一样，不用更正。\n"
    )
    second = desk.changed(quiz_id, "k1", "--answer", "C", "--also-down")
    assert second["down"] == [{"licence": WANG, "before": 100, "after": 95}]
    assert desk.decide(first["regrade"], "undo") == (
        f"在这之后又更正过这道题。请先撤销后一次（第 {second['regrade']} 号）。"
    )
    other = desk.changed(quiz_id, "k2", "--answer", "乙", "--also-down")
    assert attempts(house)[0].total == 4000
    desk.decide(second["regrade"], "undo")
    assert attempts(house)[0].total == 4500
    desk.decide(other["regrade"], "undo")
    assert everything(house) == after_first
    desk.decide(first["regrade"], "undo")
    assert everything(house) == before
    with house.services.transaction() as session, pytest.raises(Refused, match="又改过"):
        rekeying.submit(session, stale["regrade"], who=CampaignAuthor(1, "张"), now=house.clock())


@pytest.mark.on_sqlite
def test_the_pages_reckon_submit_decide_and_undo_with_names(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "不知道")
    take(school.li, "2", "1", "30天")
    before = everything(house)
    with house.look() as session:
        question = session.scalars(select(BankQuestion.id).where(BankQuestion.code == "k1")).one()
    office = Office(house)
    zhang, market = office.browser("zhang"), office.browser("market")
    at = f"/console/quizzes/{quiz_id}"
    form = f"{at}/questions/{question}/rekey"
    page = zhang.get(form).text
    assert "封签应贴在哪一面？" in page and "现在的答案" in page
    assert zhang.post(form, {"effect": "marked", "right": ["1"]}).status_code == 422
    refused = zhang.post(form, {"effect": "marked", "reason": "贴错了"})
    assert (refused.status_code, "请勾上正确的选项。" in refused.text) == (422, True)
    made = zhang.post(form, {"effect": "marked", "right": ["1"], "reason": "贴错了", "also_down": "1"})
    here = made.location
    page = zhang.get(here).text
    for said in ("城南便利店", "55 / 100，没有合格", "60 / 100，合格", "老李食杂店", "贴错了", "提交，请人批准"):
        assert said in page, said
    assert "老李食杂店" not in zhang.get(f"{here}?move=up").text
    assert everything(house) == before
    assert zhang.post(f"{here}/submit").status_code == 303
    assert "提交的人自己不能批" in zhang.get(here).text
    assert zhang.post(f"{here}/decide", {"do": "approve", "stamp": "x"}).status_code == 409
    waiting = market.get("/console/").text
    assert "《满分一百》改答案，等您批准" in waiting
    page = market.get(here).text
    assert "等您批准" in page
    # Somebody hands in while the page is open: the difference is said before it is approved.
    house.clock.advance(minutes=1)
    take(school.wang, "2", "1", "30天")
    again = market.post(f"{here}/decide", {"do": "approve"})
    assert again.status_code == 409 and "算过以后又有 1 份答卷交上来" in again.text
    assert market.post(f"{here}/decide", {"do": "approve"}).status_code == 303
    assert "封签应贴在哪一面？" in market.get(f"{at}/regrades").text
    page = market.get(here).text
    assert "已更正" in page and "95 / 100，合格" in page
    assert market.post(f"{here}/undo").status_code == 303
    assert "已撤销" in market.get(here).text
    assert [each.total for each in attempts(house)] == [5500, 10_000, 10_000]
    agrees(house, quiz_id)
    assert office.browser("chen").get(here).status_code == 403
    done = [entry.did for entry in audit_of(house) if entry.did.startswith("regrade.")]
    assert done == ["regrade.plan", "regrade.submit", "regrade.approve", "regrade.undo"]


def audit_of(house) -> list[AuditEntry]:
    with house.look() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


@pytest.mark.on_sqlite
def test_a_change_is_rejected_with_a_reason_and_another_may_come(desk):
    school = desk.school
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "30天")
    plan = desk.rekey(quiz_id, "k1", "--answer", "A")
    assert desk.decide(plan["regrade"], "reject", "zhang") == "自己提交的更正，要由别人批准。"
    assert desk.decide(plan["regrade"], "reject") == "已退回。"
    assert desk.decide(plan["regrade"], "approve") == "这次更正不在等批准。"
    assert desk.rekey(quiz_id, "k1", "--answer", "A")["regrade"] != plan["regrade"]
    for wrong, said in (
        (("k9", "--answer", "A"), "这份测试里没有编码为“k9”的题。"),
        (("k1", "--answer", "D"), "答案“D”但只有 3 个选项。"),
        (("k1",), "请写 --answer 新答案，或 struck（不计分）、full（都得分），只写一样。"),
        (("k1", "struck", "--answer", "A"), "请写 --answer 新答案，或 struck（不计分）、full（都得分），只写一样。"),
    ):
        done = desk.run("rekey", str(quiz_id), *wrong, "--dry-run")
        assert (done.exit_code, done.output.strip()) == (1, said)
    assert "没有这个用户" in desk.run("rekey", str(quiz_id), "k2", "--answer", "B", "--by", "nobody").output
    assert "请用 --by" in desk.run("rekey", str(quiz_id), "k2", "--answer", "B").output


def test_the_wrong_answer_book_follows_and_comes_back(desk):
    school, house = desk.school, desk.school.house
    quiz_id = school.published(HUNDRED)
    take(school.wang, "1", "1", "30天")  # k1 wrong by the key
    take(school.li, "2", "1", "30天")
    before = everything(house)

    def books() -> list[tuple[int, str]]:
        with house.look() as session:
            question = BankQuestion.id == Mistake.question_id
            rows = session.execute(select(Mistake.attempt_id, BankQuestion.code).join(BankQuestion, question))
            return sorted(tuple(row) for row in rows)

    wang, li = (each.id for each in attempts(house))
    assert books() == [(wang, "k1")]
    plan = desk.changed(quiz_id, "k1", "--answer", "A", "--also-down")
    assert books() == [(li, "k1")]
    desk.decide(plan["regrade"], "undo")
    assert everything(house) == before
    desk.changed(quiz_id, "k1", "struck")
    assert books() == []


@pytest.mark.on_sqlite
def test_34_an_edited_question_leaves_every_old_page_as_it_was(desk):
    school, house = desk.school, desk.school.house
    folder = house.settings.media_path.parent
    (folder / "bank.txt").write_text(
        "1. 封签在哪一面？\nA. 正面\nB. 背面\n答案：A\n标签：封签\n解析：看得见的一面。\n", encoding="utf-8"
    )
    assert desk.run("bank", "import", str(folder / "bank.txt")).exit_code == 0
    quiz_id = school.published("title: 抽一题\nattempts: 2\ndraw: [{tag: 封签, count: 1}]")
    school.wang.click(f"quiz:{quiz_id}")
    for said in ("开始", "2"):
        school.wang.say(said)
    phone = H5(house, school.wang)
    phone.open(f"/m/quizzes/{quiz_id}")
    seen = phone.page.data
    assert "应答：正面" in phone.page.text and "看得见的一面" in phone.page.text
    # Its text, its key and its explanation are changed in the bank.
    assert desk.run("bank", "export", "--out", str(folder / "bank.xlsx")).exit_code == 0
    book = load_workbook(folder / "bank.xlsx")
    changes = {"封签在哪一面？": "封签应贴在哪一面？", "A": "B", "看得见的一面。": "改过的解析。"}
    for cell in (cell for row in book.worksheets[0] for cell in row if cell.value in changes):
        cell.value = changes[cell.value]
    book.save(folder / "bank.xlsx")
    assert desk.run("bank", "import", str(folder / "bank.xlsx")).output.startswith("0 新增 1 修改")
    phone.open(f"/m/quizzes/{quiz_id}")
    assert phone.page.data == seen
    school.li.click(f"quiz:{quiz_id}")
    assert "封签应贴在哪一面？" in school.li.say("开始").text
    assert "全部答对" in school.li.say("2").text
    agrees(house, quiz_id)
