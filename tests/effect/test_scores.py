"""Scorecard of customer managers: by the command, on the console's page, as a file."""

import io
import json
import re
import statistics
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, insert, select, update

from effect.models.months import EffectMonth, MonthFact
from people.models import Manager
from surveys.models import Submission
from tests.effect.test_people_measures import TO_LIN
from tests.h5 import Browser
from tests.office import ROSTER
from tests.surveys.test_pages import upload

NEED = "红七匹狼这周断货了能不能先补两条"
NOT_MEASURED = dict.fromkeys(("n", "share", "shrunk", "low", "high", "place"))


def scorecard(company, month: str) -> dict[str, dict[str, Any]]:
    shown = company.house.flask("effect", "scorecard", month, "--json")
    assert shown.exit_code == 0, shown.output
    return {row["manager"]: row for row in json.loads(shown.output)}


def closed(company, month: int, facts: dict[str, dict[str, tuple[int, int]]]) -> None:
    """A closed month with these facts by measure and manager; under 公司 those of the company."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with company.house.services.transaction() as session:
        session.execute(insert(EffectMonth).values(month=month, filed_at=at, closed_at=at, closed_by=""))
        known = {row.name: row.id for row in session.execute(select(Manager.name, Manager.id))}
        for name in {name for by in facts.values() for name in by} - {*known, "公司"}:
            manager = Manager(name=name, phone=f"139{len(known):08}")
            session.add(manager)
            session.flush()
            known[name] = manager.id
        session.execute(
            insert(MonthFact),
            [
                {"by": "whole" if name == "公司" else "manager", "member_id": known.get(name, 0), "month": month}
                | {"measure": measure, "n": n, "of": of, "seen_n": n, "seen_of": of}
                for measure, by in facts.items()
                for name, (n, of) in by.items()
            ],
        )


def test_what_a_manager_did_in_a_month_is_on_their_line(company) -> None:
    company.wang.say(NEED)
    company.chen.say("101 明早带两条")
    company.chen.say("101 完结")
    company.house.work()
    asked = next(entry for entry in company.wang.unread() if "满意吗" in entry.text)
    company.wang.tap(asked.detail["list"][0]["id"])
    company.li.say(NEED)
    company.until("2026-03-31T10:00")
    rows = scorecard(company, "2026-03")
    chen, lin = rows["陈志强"], rows["林小燕"]
    assert (chen["satisfaction"]["n"], chen["satisfaction"]["share"], chen["satisfaction"]["place"]) == (1, 1.0, None)
    # The need nobody answered within 24 hours counts as not answered.
    assert (chen["speed"]["n"], chen["speed"]["share"]) == (2, 0.5)
    assert chen["learning"] == {"n": 2, "share": 0.0, "shrunk": 0.0, "low": 0.0, "place": None} | {
        "high": pytest.approx(0.6576, abs=1e-4)
    }
    assert lin["satisfaction"] == NOT_MEASURED | {"n": 0}, "a dash, not 0"
    told = company.house.flask("effect", "scorecard", "2026-03").output
    assert "陈志强  满意 样本不足（1 人评）" in told and "林小燕  满意 —" in told


def test_case_47_few_ratings_are_drawn_to_the_mean_and_have_no_place(company) -> None:
    ratings = {"公司": (850, 1000), "陈志强": (148, 165), "林小燕": (45, 50), "董小芳": (1, 1)}
    closed(company, 202602, {"satisfaction": ratings})
    rows = scorecard(company, "2026-02")
    assert list(rows) == ["陈志强", "林小燕", "董小芳"]
    chen, lin, dong = (row["satisfaction"] for row in rows.values())
    assert [round(each["shrunk"], 4) for each in (chen, lin, dong)] == [0.8943, 0.8917, 0.8636]
    assert (round(lin["low"], 4), round(lin["high"], 4)) == (0.7864, 0.9565)
    assert [each["place"] for each in (chen, lin, dong)] == [1, 2, None]
    assert rows["陈志强"]["reach"] == NOT_MEASURED
    refused = company.house.flask("effect", "scorecard", "2026-09", "--json")
    assert refused.exit_code == 1 and "还没有到" in refused.output


def sheets(*scores: int) -> dict[str, tuple[int, int]]:
    """What sheets with these scores, in hundredths, give to the two measures."""
    return {
        "survey_score": (sum(scores), 10_000 * len(scores)),
        "survey_score_squares": (sum(score**2 for score in scores), len(scores)),
    }


def test_scored_sheets_are_a_mean_with_an_interval_drawn_to_the_companys_and_have_no_place_under_ten(company) -> None:
    given = {"陈志强": [8000, 9000] * 10, "林小燕": [6000, 10000] * 6, "董小芳": [10000]}
    given["公司"] = [score for scores in given.values() for score in scores]
    by_name = {name: sheets(*scores) for name, scores in given.items()}
    closed(company, 202602, {m: {who: each[m] for who, each in by_name.items()} for m in sheets()})
    rows = scorecard(company, "2026-02")
    chen, lin, dong = (rows[name]["score"] for name in ("陈志强", "林小燕", "董小芳"))
    # By hand: the sum of all 33 is 27.6; with fewer than five managers it weighs as much as ten sheets.
    assert chen["n"] == 20 and chen["share"] == pytest.approx(0.85)
    assert chen["shrunk"] == pytest.approx((20 * 0.85 + 10 * 27.6 / 33) / 30)
    reach = statistics.NormalDist().inv_cdf(0.975) * statistics.stdev([0.8, 0.9] * 10) / 20**0.5
    assert (chen["low"], chen["high"]) == (pytest.approx(0.85 - reach), pytest.approx(0.85 + reach))
    assert [each["place"] for each in (chen, lin, dong)] == [1, 2, None]
    assert dong["n"] == 1 and dong["low"] is None
    told = company.house.flask("effect", "scorecard", "2026-02").output
    assert "测评 84.5（20 份，82.8–87.2，第 1 名）" in told and "测评 样本不足（1 份）" in told


MEASURED_SURVEY = """
title: 客户满意度测评
questions:
  - {code: q1, type: single, text: 服务满意吗?, options: ["满意 [2分]", "一般 [1分]", "不满意 [0分]"]}
"""


def test_a_sheet_counts_for_the_manager_the_shop_had_and_where_it_is_set_aside_late_in_the_next_month(company) -> None:
    market = company.office.browser("market")
    assert scorecard(company, "2026-03")["陈志强"]["score"] == NOT_MEASURED | {"n": 0}, "a dash, not 0"
    page = upload(market, MEASURED_SURVEY).location
    assert market.post(f"{page}/publish").status_code == 303
    for phone, said in ((company.wang, "1"), (company.li, "2")):
        phone.say("调查")
        phone.say(said)
    company.office.import_roster(ROSTER.replace("城区一片,现代终端,陈志强,13900002201", TO_LIN))
    rows = scorecard(company, "2026-03")
    assert (rows["陈志强"]["score"]["n"], rows["陈志强"]["score"]["share"]) == (2, 0.75)
    assert rows["林小燕"]["score"]["n"] == 0, "a shop that moves takes no sheet along"
    assert company.counted("2026-03", "survey_score", "--area", "城区一片") == (15_000, 20_000)
    assert "survey_score_squares" not in company.month("2026-03")["measures"]
    company.until("2026-04-01T02:10")
    with company.house.look() as session:
        low = session.scalar(select(Submission.id).where(Submission.score == 5000))
    assert company.house.flask("surveys", "void", str(low)).exit_code == 0
    assert scorecard(company, "2026-03")["陈志强"]["score"]["share"] == 0.75, "a closed month stays as it is"
    assert company.counted("2026-04", "survey_score") == (-5_000, -10_000)
    assert scorecard(company, "2026-04")["陈志强"]["score"]["n"] <= 0
    assert company.house.flask("effect", "recount", "2026-03", "--by", "李主任").exit_code == 0
    assert scorecard(company, "2026-03")["陈志强"]["score"]["share"] == 1.0


PAGE = "/console/effect/scores"
#: The same inside WeChat.
MINE = "/m/effect/score"
MEASURED = {
    "satisfaction": {"公司": (210, 250), "陈志强": (148, 165), "林小燕": (45, 50), "董小芳": (1, 1)},
    "answered_24h": {"公司": (300, 320), "陈志强": (150, 160), "林小燕": (80, 80), "董小芳": (20, 20)},
    "survey_score": {"公司": (2_500_000, 3_000_000), "陈志强": (1_640_000, 2_000_000), "董小芳": (10_000, 10_000)},
    "survey_score_squares": {
        "公司": (21_000_000_000, 300), "陈志强": (13_600_000_000, 200), "董小芳": (100_000_000, 1)
    },
    "bound": {"公司": (330, 340), "陈志强": (160, 170), "林小燕": (150, 160), "董小芳": (10, 10)},
}


def rows(page) -> list[str]:
    """The words of each row of a page's table."""
    found = re.findall(r"<tr>(.*?)</tr>", page.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in found[1:]]


@pytest.mark.on_sqlite
def test_a_supervisor_sees_their_managers_and_a_manager_their_own_and_answers(company) -> None:
    admin, zhou, chen = (company.office.browser(name) for name in ("admin", "zhou", "chen"))
    assert "还没有评分" in admin.get(PAGE).text
    closed(company, 202602, MEASURED)
    seen = rows(admin.get(PAGE))
    assert seen[0].startswith("1 陈志强 城区一片 · 170 家 · 初级 89.4 165 人评 82.1 200 份 93.8 160 条 —")
    assert seen[1].startswith("2 林小燕 江山片 · 160 家") and "样本不足，不排名次 — 1 人评" in seen[2]
    assert [row.split()[1] for row in rows(admin.get(f"{PAGE}?load=fewer"))] == ["林小燕", "董小芳"]
    assert rows(admin.get(f"{PAGE}?load=fewer"))[0].startswith("1 林小燕"), "a place among those compared"
    assert [row.split()[:2] for row in rows(admin.get(f"{PAGE}?by=speed"))] == [
        ["1", "林小燕"], ["2", "董小芳"], ["3", "陈志强"]
    ]  # fmt: skip
    assert [row.split()[1] for row in rows(zhou.get(PAGE))] == ["陈志强"]
    own = chen.get(PAGE)
    assert "我的评分" in own.text and "林小燕" not in own.text
    assert "满意 89.4 165 人评 84.0 1 / 2" in rows(own)[0]
    lin = company.office.manager("林小燕")
    assert chen.get(f"{PAGE}/{lin}").status_code == 404 == zhou.get(f"{PAGE}/{lin}").status_code
    stamp = re.search(r'name="stamp" value="([^"]*)"', own.text)[1]
    said = {"text": "二月住院两周", "month": "2026-02", "stamp": stamp}
    assert chen.post(f"{PAGE}/remark", said).status_code == 303
    assert "二月住院两周" in zhou.get(PAGE).text and "二月住院两周" in chen.get(PAGE).text
    assert chen.post(f"{PAGE}/remark", said | {"text": "另一句"}).status_code == 409
    assert company.office.browser("intern").get(PAGE).status_code == 403
    assert "“2026-99”不是月份" in admin.get(f"{PAGE}?month=2026-99").text
    assert "没有分数" in admin.get(f"{PAGE}?month=2026-01").text


@pytest.mark.on_sqlite
def test_a_manager_reads_their_scores_inside_wechat_and_says_something_to_them(company) -> None:
    page, other = Browser(company.house, company.chen), Browser(company.house, company.chen)
    assert "还没有评分" in page.open(MINE)
    closed(company, 202602, MEASURED)
    shown = page.open(MINE)
    assert "2026 年 2 月 · 初级 · 170 家" in shown and "林小燕" not in shown
    assert "满意 89.4 165 人评，误差范围 84.1–93.5，公司平均 84.0，第 1 名（共 2 名）" in shown
    assert "学习 — 没有量到" in shown
    other.open(MINE)
    assert "说明已存下，上级看得到。" in page.send(text="二月住院两周")
    assert "二月住院两周" in company.office.browser("zhou").get(PAGE).text
    overtaken = other.send(text="另一句")
    assert other.page.status_code == 409 and "说明刚在别处改成了“二月住院两周”" in overtaken and "另一句" in overtaken
    other.send(text="另一句")
    assert "另一句" in page.open(f"{MINE}?month=2026-02")
    assert "最多 500 个字，现在 501 个字" in page.send(text="长" * 501)
    page.send(text="")
    assert "另一句" not in company.office.browser("zhou").get(PAGE).text
    assert "给客户经理看" in Browser(company.house, company.wang).open(MINE)
    assert "“2026-99”不是月份" in page.open(f"{MINE}?month=2026-99")


@pytest.mark.on_sqlite
def test_no_score_leaves_the_house_without_its_number_of_ratings(company) -> None:
    closed(company, 202602, MEASURED)
    market = company.office.browser("market")
    assert market.post(f"{PAGE}/export", {"month": "2026-02"}).status_code == 303
    company.office.work()
    book = load_workbook(io.BytesIO(market.get("/console/tasks/1/file").data))
    head, *lines = book["客户经理评分表"].iter_rows(values_only=True)
    found = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    assert found["林小燕"]["满意"] == pytest.approx(89.0) and found["林小燕"]["满意：几人评"] == 50
    assert found["董小芳"]["满意"] is None and found["董小芳"]["满意：几人评"] == 1
    for name in ("满意", "测评", "及时", "触达", "学习", "交办"):
        assert any(each.startswith(f"{name}：几") for each in head)
    told = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert told["公司平均：满意"] == "84.0" and told["导出时间"] and told["人数"] == 3
    assert company.office.audited("effect.scores.export")


@pytest.mark.on_sqlite
def test_a_total_needs_weights_that_a_second_person_approved(company) -> None:
    admin, market = company.office.browser("admin"), company.office.browser("market")
    closed(company, 202602, MEASURED)
    weights = {"tier": "junior", "from": "2026-03", "satisfaction": "60", "speed": "40"}
    assert "已经结账" in market.post(f"{PAGE}/weights", weights | {"from": "2026-02"}).text
    assert "权重加起来是 90" in market.post(f"{PAGE}/weights", weights | {"speed": "30"}).text
    assert market.post(f"{PAGE}/weights", weights).status_code == 303
    assert "要由别人批准" in market.post(f"{PAGE}/weights/1", {"do": "approve"}).text
    company.house.flask("effect", "month", "2026-03")
    page = f"{PAGE}?month=2026-03"
    assert "公司还没有批准权重" in admin.get(page).text
    assert "初级客户经理的评分权重，等您批准" in admin.get("/console/").text
    assert admin.post(f"{PAGE}/weights/1", {"do": "approve"}).status_code == 303
    assert "已经有人处理过" in market.post(f"{PAGE}/weights/1", {"do": "reject"}).text
    assert "满意 60%，及时 40%（2026 年 3 月起，admin批准）" in admin.get(page).text
    assert "公司还没有批准权重" in admin.get(f"{PAGE}?month=2026-02").text
    with company.house.services.transaction() as session:
        session.execute(update(EffectMonth).where(EffectMonth.month == 202603).values(closed_at=company.house.clock()))
        session.execute(delete(MonthFact).where(MonthFact.month == 202603))
        session.execute(update(MonthFact).values(month=202603))
    assert rows(admin.get(page))[0].endswith(" 91.1"), "60 % of 89.4 and 40 % of 93.8"
    lin = company.office.manager("林小燕")
    shown = admin.get(f"{PAGE}/{lin}")
    stamp = re.search(r'name="stamp" value="([^"]*)"', shown.text)[1]
    assert admin.post(f"{PAGE}/{lin}/tier", {"tier": "senior", "stamp": stamp}).status_code == 303
    assert "公司还没有批准高级的权重" in admin.get(f"{PAGE}/{lin}?month=2026-03").text
