"""The month's page: beside paper and the month before, by whom it is seen, closed and recounted, and what leaves it."""

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from console.models import Task
from effect.models.months import EffectMonth, FactBy, MonthFact
from people.models import Area
from tests.effect.conftest import Company
from tests.h5 import Browser

PAGE = "/console/effect"
NEED = "红七匹狼这周断货了能不能先补两条"


def read(markup: str) -> str:
    """What can be read of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def file_month(
    company: Company, month: int, facts: dict[str, tuple[int, int | None]], area: str = "", *, is_of_rows: bool = True
) -> None:
    """A closed month that holds these facts: of the company, or of an area; counted from rows, or written down."""
    by, member = (FactBy.AREA, company.office.area(area)) if area else (FactBy.WHOLE, 0)
    now = company.house.clock()
    with company.house.services.transaction() as session:
        if session.get(EffectMonth, month) is None:
            session.execute(insert(EffectMonth).values(month=month, filed_at=now, closed_at=now, took_ms=0))
        for name, (n, of) in facts.items():
            values = {"by": by, "member_id": member, "month": month, "measure": name}
            seen = (n, of) if is_of_rows else (0, None if of is None else 0)
            session.execute(insert(MonthFact).values(**values, n=n, of=of, seen_n=seen[0], seen_of=seen[1]))


def row(page: str, label: str) -> list[str]:
    """The cells of a measure's row, without its line of months."""
    found = re.search(rf'<th scope="row"><a class="plain"[^>]*>{label}</a></th>(.*?)</tr>', page, re.DOTALL)
    assert found, read(page)
    return [read(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1], re.DOTALL)][:4]


def chapter(page: str, mark: str) -> str:
    """What can be read in the card with this id."""
    return read(page.split(f'id="{mark}"')[1].split("</section>")[0])


def test_case_50_every_measure_stands_beside_paper_and_the_month_before(company) -> None:
    file_month(company, 202601, {"surveys_valid": (200, 250), "requests": (10, None), "certified_ever": (0, None)})
    steps = {"opened_ever": (40, None), "learnt_ever": (12, None), "certified_ever": (3, None)}
    facts = {
        "surveys_returned": (233, 300),
        "surveys_valid": (216, 233),
        "requests": (12, None),
        "satisfaction": (0, 0),
    }
    file_month(company, 202602, {**facts, **steps, "saved_gatherings": (38520, 1284), "saved_venues": (3300, 11)})
    for month, one, other in ((202601, 951, 949), (202602, 890, 948)):
        file_month(company, month, {"answered_24h": (one + other, 2000)})
        file_month(company, month, {"answered_24h": (one, 1000)}, area="城区一片")
        file_month(company, month, {"answered_24h": (other, 1000)}, area="江山片")
    page = company.office.browser("market").get(f"{PAGE}?month=2026-02").text
    assert "城区一片：24 小时内答复从 95.1% 降到 89.0%。" in read(page) and "看人手" in page
    assert row(page, "有效的调查") == ["92.7%", "80.0%", "92.7% 216 / 233 份", "+12.7"], "300 sent, 233 back, 216 valid"
    assert row(page, "交回的调查") == ["300 张，约 2 周", "—", "77.7% 233 / 300 份", "—"]
    assert row(page, "收到的留言") == ["城区每月一次，农村每季一次", "10 条", "12 条", "+20%"]
    assert row(page, "满意") == ["—", "—", "—", "—"], "nothing was rated: a dash, never 0"
    assert "有效的调查从 80.0% 涨到 92.7%。" in read(page)
    assert "打开过推送 40" in chapter(page, "steps-card") and "少 28 家" in chapter(page, "steps-card")
    assert "¥41,820 上课 1,284 家 × ¥30 = ¥38,520 场地 11 场 × ¥300 = ¥3,300" in chapter(page, "money")
    assert "已结账" in page and "公司原来的做法" in page


@pytest.mark.on_sqlite
def test_everybody_sees_the_month_of_their_own_shops_and_of_no_others(company) -> None:
    company.wang.say(NEED)
    company.until("2026-03-02T12:00")
    path = f"{PAGE}?month=2026-03"
    office, mine = company.office, f"area-{company.office.area('城区一片')}"
    other, chen = f"area-{office.area('江山片')}", f"manager-{office.manager('陈志强')}"
    seen = {}
    for name in ("market", "intern", "zhou", "chen"):
        browser = office.browser(name)
        assert row(browser.get(path).text, "收到的留言")[2] == "1 条"
        asked = (mine, other, chen, "class-1", "area-999", "all", "area-x")
        seen[name] = [browser.get(f"{path}&of={each}").status_code == 200 for each in asked]
    everything = [True, True, True, True, False, False, False]
    assert seen["market"] == seen["intern"] == everything
    assert seen["zhou"] == [True, False, True, False, False, False, False]
    assert seen["chen"] == [True, False, True, False, False, False, False]
    assert row(office.browser("market").get(f"{path}&of={other}").text, "收到的留言")[2] == "0 条"
    assert office.browser("market").get(f"{PAGE}?month=2026-13").text.count("不是月份") == 1
    assert "还没有到" in office.browser("market").get(f"{PAGE}?month=2026-04").text


def test_the_front_page_has_each_service_beside_the_same_days_of_the_last_month(company) -> None:
    company.wang.say(NEED)
    company.li.say(NEED)
    company.until("2026-04-02T10:00")
    for name in ("market", "chen"):
        part = chapter(company.office.browser(name).get("/console/").text, "tile-services")
        assert "五微这个月 4 月 1–2 日，比上月同期" in part
        assert "收到的留言 0 条 −100%" in part, part


@pytest.mark.on_sqlite
def test_a_month_after_one_written_down_is_never_compared_with_all_of_it_and_takes_nothing_from_it(company) -> None:
    company.only("requests", "answered_24h")
    file_month(company, 202602, {"requests": (20, None), "answered_24h": (15, 20)}, is_of_rows=False)
    company.wang.say(NEED)
    company.li.say(NEED)
    company.file()
    browser = company.office.browser("market")
    # Of the same days rows tell nothing.
    assert row(browser.get(PAGE).text, "收到的留言")[1:] == ["20 条", "2 条", "+2"]
    part = chapter(browser.get("/console/").text, "tile-services")
    assert "比上月同期" in part and "收到的留言 2 条 +2" in part, part


@pytest.mark.on_sqlite
def test_the_file_holds_the_page_with_its_moment_and_whose_it_is(company) -> None:
    file_month(company, 202602, {"surveys_valid": (216, 233), "requests": (12, None)})
    file_month(company, 202602, {"requests": (5, None)}, area="城区一片")
    browser = company.office.browser("zhou")
    asked = browser.post(f"{PAGE}/export", {"month": "2026-02"})
    company.office.work()
    book = load_workbook(io.BytesIO(browser.get(f"{asked.location}/file").data))
    lines = [[cell for cell in line if cell is not None] for line in book["成效"].iter_rows(values_only=True)]
    assert lines[0] == ["2026 年 2 月成效"]
    assert "城区一片 · 已结账，2026-03-02 09:00" in lines[1][0] and "zhou 2026-03-02 09:00 导出" in lines[2][0]
    assert next(each for each in lines if each[:1] == ["收到的留言"])[:4] == [
        "收到的留言",
        "城区每月一次，农村每季一次",
        "—",
        5,
    ]
    areas = list(book["片区明细"].iter_rows(values_only=True))
    assert ("城区一片", "微拜访", "收到的留言", 5, None, None, None, "条") in areas
    assert [entry.detail for entry in company.office.audited("effect.export")] == ["2026-02 城区一片"]
    assert company.office.browser("chen").post(f"{PAGE}/export", {}).status_code == 403


def test_an_administrator_closes_a_month_and_recounts_it_and_sees_what_changed(company) -> None:
    company.until("2026-03-31T22:00")
    company.wang.say(NEED)
    company.until("2026-04-01T01:00")  # before the clock does
    admin = company.office.browser("admin")
    page = admin.get(f"{PAGE}?month=2026-03").text
    assert f"{PAGE}/2026-03/close" in page and "recount" not in page
    assert company.office.browser("market").post(f"{PAGE}/2026-03/close").status_code == 403
    assert admin.post(f"{PAGE}/2026-04/close").status_code == 422, "it runs"
    done = admin.post(f"{PAGE}/2026-03/close")
    company.office.work()
    assert "2026-03 已经结账。" in admin.get(done.location).text
    company.chen.say("101 今天下午送到")
    done = admin.post(f"{PAGE}/2026-03/recount")
    company.office.work()
    assert "24 小时内答复：— → 100.0%（1 / 1 条）" in admin.get(done.location).text
    page = admin.get(f"{PAGE}?month=2026-03").text
    assert "24 小时内答复 — 100.0%" in chapter(page, "recounted") and "重算过" in page
    audited = [company.office.audited(did)[-1] for did in ("effect.close", "effect.recount")]
    assert [(entry.who, entry.detail) for entry in audited] == [("admin", "2026 年 3 月")] * 2
    assert admin.post(f"{PAGE}/2026-03/close").status_code == 422


@pytest.mark.on_sqlite
def test_paper_is_set_from_a_month_on_and_the_months_before_keep_theirs(company) -> None:
    page = (browser := company.office.browser("admin")).get(f"{PAGE}/paper").text
    assert "城区每月一次，农村每季一次" in page and "公司原来的做法" in page and "一开始" in page
    figure = {"measure": "surveys_valid", "from": "2026-04", "n": "90", "of_all": "100", "source": "2025 年台账"}
    assert browser.post(f"{PAGE}/paper", figure | {"source": ""}).status_code == 422
    assert browser.post(f"{PAGE}/paper", figure | {"from": "2026-02"}).status_code == 422
    assert browser.post(f"{PAGE}/paper", figure).status_code == 303
    assert company.office.audited("effect.paper")[-1].detail == "有效的调查，2026-04 起：90.0%（2025 年台账）"
    assert company.office.browser("market").post(f"{PAGE}/paper", figure).status_code == 403
    company.until("2026-04-02T10:00")
    browser = company.office.browser("admin")
    months = {month: browser.get(f"{PAGE}?month={month}").text for month in ("2026-03", "2026-04")}
    assert [row(page, "有效的调查")[0] for page in months.values()] == ["92.7%", "90.0%"]


def test_on_the_first_working_day_each_supervisor_gets_the_closed_month_once(company) -> None:
    company.only("requests", "answered_24h")
    office = company.office
    with company.house.services.transaction() as session:
        above = Area(name="东部", manager_id=office.manager("陈志强"))
        session.add(above)
        session.flush()
        session.get_one(Area, office.area("城区一片")).parent_id = above.id
    company.until("2026-04-30T10:00")
    for early in ("2026-05-05T09:00", "2026-05-06T07:30"):  # the last of the holidays, and before anybody works
        company.until(early)
        assert _sent(company) == []
    company.chen.say("待办")
    company.until("2026-05-06T08:10")
    office.work()
    [task] = _sent(company)
    assert task.title == "2026 年 4 月成效" and task.file
    file = office.browser("zhou").get(f"/console/tasks/{task.id}/file").data
    assert "城区一片 · 已结账" in load_workbook(io.BytesIO(file))["成效"]["A2"].value
    assert "2026 年 4 月成效已结账，您片区的数都在里面。" in company.chen.unread().text
    company.until("2026-05-07T09:00")
    assert len(_sent(company)) == 1 and "结账" not in company.chen.unread().text


def _sent(company: Company) -> list[Task]:
    with company.house.look() as session:
        return list(session.scalars(select(Task).where(Task.kind == "effect.month.export").order_by(Task.id)))


@pytest.mark.on_sqlite
def test_a_supervisor_reads_the_month_inside_wechat_area_by_area(company) -> None:
    company.wang.say(NEED)
    company.until("2026-03-02T12:00")
    page = Browser(company.house, company.chen).open("/m/effect")
    assert "陈志强的店" in page and "收到的留言 1 条" in read(page)
    assert "给客户经理看" in Browser(company.house, company.wang).open("/m/effect")
    with company.house.services.transaction() as session:
        above = Area(name="东部", manager_id=company.office.manager("陈志强"))
        session.add(above)
        session.flush()
        session.get_one(Area, company.office.area("城区一片")).parent_id = above.id
    browser = Browser(company.house, company.chen)
    page = browser.open("/m/effect")
    assert "东部 · 统计到 今天 12:00" in page and "各片区" in page and re.search("城区一片.{1,60}24 小时内答复", page)
    one = re.search(r'href="([^"]*of=area[^"]*)"[^>]*><span>城区一片', browser.page.text)
    assert one and "收到的留言 1 条" in browser.open(unescape(one[1]))
    other = f"/m/effect?of=area-{company.office.area('江山片')}"
    assert browser.get(other).status_code == 404
