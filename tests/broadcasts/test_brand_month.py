"""The month by brand: targets and sales from a file, what came of its pushes beside them, by area, within bounds."""

import io
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, select, update

from broadcasts.models.brand_months import BrandMonth
from broadcasts.models.library import ArticleBrand, Brand
from broadcasts.models.pushes import Push, PushBrand
from campaigns.models import Campaign, CampaignTally, Recipient
from people.models import Area
from tests.broadcasts.conftest import Library
from tests.broadcasts.town import PushTown
from tests.conftest import House
from tests.office import Browser, Office, file_of

MONTH = "/console/broadcasts/brands/month"
HEAD = ("品牌", "片区", "月份", "目标", "销量")


@pytest.fixture
def town(house: House) -> PushTown:
    town = PushTown(house)
    house.lay_out("a town that gets pushes", town.settle)
    return town


@pytest.fixture
def office(house: House) -> Office:
    office = Office(house)
    office.settle()
    return office


def workbook(*rows: tuple[Any, ...]) -> io.BytesIO:
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def checked(office: Office, browser: Browser, file: io.BytesIO, name: str = "十二月.xlsx") -> str:
    """Upload a file and let it be checked; gives the address of what was found."""
    browser.get(f"{MONTH}/import")
    answer = browser.post(f"{MONTH}/import", {"file": (file, name)})
    assert answer.status_code == 303, answer.text
    office.work()
    return str(answer.location)


def bring(office: Office, browser: Browser, *rows: tuple[Any, ...]) -> str:
    """Upload, look and confirm; gives what was said."""
    found = checked(office, browser, workbook(*rows))
    browser.get(found)
    answer = browser.post(f"{found}/confirm")
    assert answer.status_code == 303, answer.text
    office.work()
    # Whoever imported is led to the month it tells of, which says what was done.
    done = browser.get(answer.location)
    assert "/brands/month?month=2026-" in str(done.location)
    said = re.search(r"新增 [^<]*。", browser.get(done.location).text)
    assert said
    return said[0]


def kept(house: House) -> list[tuple[Any, ...]]:
    with house.look() as session:
        rows = session.execute(
            select(BrandMonth.month, Brand.name, Area.name, BrandMonth.target, BrandMonth.sold)
            .join(Brand, Brand.id == BrandMonth.brand_id)
            .join(Area, Area.id == BrandMonth.area_id)
            .order_by(BrandMonth.month, Brand.name, Area.id)
        )
        return [tuple(row) for row in rows]


@pytest.mark.on_sqlite
def test_every_fault_of_a_file_is_named_by_its_cell_and_nothing_is_taken(office: Office, library: Library) -> None:
    library.brand("甲品牌")
    market = office.browser("market")
    found = checked(
        office,
        market,
        workbook(
            ("甲品牌", "城区一片", "2026-12", 500, 310),
            ("乙品牌", "城区一片", "2026-12", 500, 310),
            ("甲品牌", "城区九片", "2026-12", 500, 310),
            ("甲品牌", "江山片", "十二月", "五百", -3),
            ("甲品牌", "城区一片", date(2026, 12, 1), "1,200", 2.5),
            ("", "江山片", None, None, 1),
        ),
    )
    page = market.get(found).text
    assert re.findall(r"<li>([A-E]\d[^<]*)</li>", page) == [
        "A3 的品牌“乙品牌”没有，请先在“品牌”页建好，或改成那里的名称。",
        "B4 的片区“城区九片”没有，请和“片区”页上的名称写得一样。",
        "C5 的“十二月”不是月份，请写成 2026-11。",
        "D5 的目标“五百”不是数字。",
        "E5 的销量不能是负数。",
        "E6 的销量要写整数。",
        "A6 和第 2 行是同一个品牌、片区和月份，请只留一行。",
        "A7 没有写品牌。",
        "C7 没有写月份。",
        "D7 的目标没有写。",
    ]
    assert "共 10 处要改，什么都没有导入。" in page
    assert market.post(f"{found}/confirm").status_code == 422
    assert kept(office.house) == []


def test_a_file_imported_again_takes_the_place_of_its_rows_and_says_what_is_new_and_changed(
    office: Office, library: Library
) -> None:
    library.brand("甲品牌")
    market = office.browser("market")
    first = [
        ("甲品牌", "城区一片", "2026-12", "1,200", 310),
        ("甲品牌", "江山片", "2026年12月", 400, "1，000"),
        ("甲品牌", "江山片", date(2026, 11, 1), 0, 5),
    ]
    assert bring(office, market, *first) == "新增 3 条，更新 0 条，不变 0 条。"
    second = [("甲品牌", "城区一片", "2026-12", 1200, 350), ("甲品牌", "江山片", "2026/12", 400, 1000)]
    assert bring(office, market, *second) == "新增 0 条，更新 1 条，不变 1 条。"
    assert kept(office.house) == [
        (202611, "甲品牌", "江山片", 0, 5),
        (202612, "甲品牌", "城区一片", 1200, 350),
        (202612, "甲品牌", "江山片", 400, 1000),
    ]
    assert len(office.audited("brand.import")) == 2
    assert "已有目标和销量，不能删除" in delete_brand(market)


def delete_brand(browser: Browser) -> str:
    browser.get("/console/broadcasts/brands")
    return str(browser.post("/console/broadcasts/brands/1/delete").text)


def test_an_area_and_one_within_it_are_never_both_counted(office: Office, library: Library) -> None:
    library.brand("甲品牌")
    market = office.browser("market")
    with office.house.services.transaction() as session:
        city = Area(name="城区")
        session.add(city)
        session.flush()
        session.scalars(select(Area).where(Area.name == "城区一片")).one().parent_id = city.id
    both = [("甲品牌", "城区", "2026-12", 900, 450), ("甲品牌", "城区一片", "2026-12", 500, 310)]
    page = market.get(checked(office, market, workbook(*both))).text
    assert "B3 的片区在第 2 行的片区里面，两行会算重，请只写一级。" in page
    assert bring(office, market, both[0]).startswith("新增 1 条")
    found = checked(office, market, workbook(both[1]))
    assert "原来按上级或下级片区记的 1 条会换掉" in market.get(found).text
    assert bring(office, market, both[1]).endswith("；换掉上级或下级片区的 1 条。")
    assert kept(office.house) == [(202612, "甲品牌", "城区一片", 500, 310)]


@pytest.mark.on_sqlite
def test_the_template_is_what_is_read(office: Office, library: Library) -> None:
    library.brand("甲品牌")
    market = office.browser("market")
    file = market.get(f"{MONTH}/template")
    book = load_workbook(io.BytesIO(file.data))
    assert [cell.value for cell in book["品牌"][1]] == list(HEAD)
    book["品牌"].append(("甲品牌", "江山片", "2026-12", 10, 1))
    filled = io.BytesIO()
    book.save(filled)
    filled.seek(0)
    assert "检查通过，还没有导入" in market.get(checked(office, market, filled)).text
    for wrong, said in ((b"a,b\n1,2\n", "没有找到这些列：品牌、片区、月份、目标、销量"), (b"\x00\x01", "文件")):
        page = market.get(checked(office, market, io.BytesIO(wrong), "错.csv")).text
        assert said in page and "没有完成" not in page
    assert office.browser("intern").get(f"{MONTH}/import").status_code == 403


def named(town: PushTown, push_id: int, *brands: int) -> None:
    """Let a push name brands, as its composer does."""
    with town.house.services.transaction() as session:
        session.add_all([PushBrand(push_id=push_id, brand_id=each) for each in brands])


def table(browser: Browser, address: str) -> dict[str, dict[str, str]]:
    """The table of the page: for each line its cells by their labels, as they are read."""
    page = browser.get(address)
    assert page.status_code == 200, page.text
    body = page.text.partition('aria-labelledby="lines"')[2].partition("</table>")[0]
    found = {}
    for row in re.findall(r"<tr>(<td.*?)</tr>", body, re.DOTALL):
        cells = re.findall(r"<td([^>]*)>(.*?)</td>", row, re.DOTALL)
        said = [" ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split()) for _, inside in cells]
        labels = [re.search(r'data-label="([^"]*)"', attributes) for attributes, _ in cells]
        found[said[0]] = {label[1]: each for label, each in zip(labels, said, strict=True) if label}
    return found


def sent(town: PushTown, library: Library) -> tuple[int, int, int]:
    """Two brands and a push about both: 王建国 opens it and asks, 老李 opens it; gives the brands and the push."""
    first, second = library.brand("甲品牌"), library.brand("乙品牌")
    push_id = town.push()
    named(town, push_id, first, second)
    town.page("王建国").open(town.address(push_id))
    town.page("老李").open(town.address(push_id))
    town.phone("王建国").say("这个还有货吗")
    return first, second, push_id


def test_the_month_by_brand_tells_what_its_pushes_reached_beside_what_it_was_to_sell_and_sold(
    town: PushTown, library: Library
) -> None:
    first, _, _ = sent(town, library)
    market = town.office.browser("market")
    bring(
        town.office,
        market,
        ("甲品牌", "城区一片", "2026-12", "1,000", 310),
        ("甲品牌", "江山片", "2026-12", 500, 590),
        ("甲品牌", "城区一片", "2026-11", 400, 100),
        ("乙品牌", "城区一片", "2026-12", 0, 5),
    )
    lines = table(market, f"{MONTH}?month=2026-12")
    assert lines["甲品牌"] == {
        "推送": "1",
        "应发": "3",
        "送达": "3",
        "打开 / 可知": "2 / 3 66.7%",
        "提问": "1",
        "行动": "1",
        "目标": "1,500 上月 400",
        "销量": "900 上月 100",
        "品牌完成率": "60.0% 上月 25.0%",
    }
    # Without a target there is no rate, and a push about two brands is one push.
    assert (lines["乙品牌"]["销量"], lines["乙品牌"]["品牌完成率"]) == ("5", "—")
    assert (lines["合计"]["推送"], lines["合计"]["应发"], lines["合计"]["品牌完成率"]) == ("1", "3", "60.0% 上月 25.0%")
    areas = table(market, f"/console/broadcasts/brands/{first}/month?month=2026-12")
    assert {name: (each["应发"], each["打开 / 可知"], each["品牌完成率"]) for name, each in areas.items()} == {
        "城区一片": ("2", "2 / 2 100.0%", "31.0% 上月 25.0%"),
        "江山片": ("1", "0 / 1 0.0%", "118.0%"),
        "合计": ("3", "2 / 3 66.7%", "60.0% 上月 25.0%"),
    }
    # A month later it is what was before, and nothing is known of the month itself.
    january = table(market, f"{MONTH}?month=2027-01")["甲品牌"]
    assert (january["推送"], january["送达"], january["打开 / 可知"]) == ("0 上月 1", "— 上月 3", "— 上月 66.7%")
    assert (january["目标"], january["品牌完成率"]) == ("— 上月 1,500", "— 上月 60.0%")


def test_who_sees_a_part_gets_the_figures_of_that_part_and_they_add_up(town: PushTown, library: Library) -> None:
    first, _, _ = sent(town, library)
    bring(
        town.office,
        town.office.browser("market"),
        ("甲品牌", "城区一片", "2026-12", 1000, 310),
        ("甲品牌", "江山片", "2026-12", 500, 590),
    )
    for who in ("zhou", "chen"):
        browser = town.office.browser(who)
        line = table(browser, f"{MONTH}?month=2026-12")["甲品牌"]
        assert (line["应发"], line["送达"], line["打开 / 可知"]) == ("2", "2", "2 / 2 100.0%")
        assert (line["目标"], line["销量"], line["品牌完成率"]) == ("1,000", "310", "31.0%")
        areas = table(browser, f"/console/broadcasts/brands/{first}/month?month=2026-12")
        assert list(areas) == ["城区一片", "合计"]
        assert areas["城区一片"] == areas["合计"] == line


@pytest.mark.on_sqlite
def test_the_month_is_taken_away_as_a_file_with_the_same_figures(town: PushTown, library: Library) -> None:
    first, _, _ = sent(town, library)
    market, zhou = town.office.browser("market"), town.office.browser("zhou")
    bring(town.office, market, ("甲品牌", "城区一片", "2026-12", 1000, 310))
    for address, name in ((MONTH, "甲品牌"), (f"/console/broadcasts/brands/{first}/month", "城区一片")):
        market.get(address)
        rows = file_of(town.office, market, f"{address}/export", {"month": "2026-12"})
        lines = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
        assert list(lines)[-1] == "合计"
        line = lines[name]
        assert (line["推送"], line["打开"], line["可知"]) == (1, 2, 3 if name == "甲品牌" else 2)
        assert (line["目标"], line["销量"], line["品牌完成率"], line["上月目标"]) == (1000, 310, 0.31, None)
    zhou.get(MONTH)
    [line] = [row for row in file_of(town.office, zhou, f"{MONTH}/export", {"month": "2026-12"}) if row[0] == "甲品牌"]
    assert line[2] == 2
    assert "2026 年 12 月" in town.office.audited("list.export")[0].detail
    chen = town.office.browser("chen")
    chen.get(MONTH)
    assert chen.post(f"{MONTH}/export", {"month": "2026-12"}).status_code == 403


@pytest.mark.on_sqlite
def test_an_article_that_names_the_brand_counts_and_another_month_does_not(town: PushTown, library: Library) -> None:
    brand = library.brand("甲品牌")
    push_id = town.push()
    with town.house.services.transaction() as session:
        article_id = session.get_one(Push, push_id).article_id
        session.add(ArticleBrand(article_id=article_id, brand_id=brand))
    market = town.office.browser("market")
    assert table(market, MONTH)["甲品牌"]["推送"] == "1"
    assert table(market, f"{MONTH}?month=2026-11")["甲品牌"]["推送"] == "0"
    refused = market.get(f"{MONTH}?month=2026-13")
    assert refused.status_code == 422
    assert "“2026-13”不是月份，请写成 2026-11。" in refused.text
    assert market.get("/console/broadcasts/brands/99/month").status_code == 404


def test_the_page_reads_the_counters_and_no_recipient(town: PushTown, library: Library) -> None:
    first, _, push_id = sent(town, library)
    with town.house.services.transaction() as session:
        campaign = select(Campaign.id).where(Campaign.kind == "push", Campaign.reference == push_id)
        campaign_id = session.scalars(campaign).one()
        area_id = town.office.area("江山片")
        more = CampaignTally.count + 1_000_000
        mine = (CampaignTally.campaign_id == campaign_id, CampaignTally.area_id == area_id)
        session.execute(update(CampaignTally).where(*mine, CampaignTally.key == "custom").values(count=more))
        # Whoever reads recipients finds none.
        session.execute(delete(Recipient).where(Recipient.campaign_id == campaign_id))
    market = town.office.browser("market")
    assert table(market, MONTH)["甲品牌"]["应发"] == "1,000,003"
    zhou = town.office.browser("zhou")
    assert table(zhou, f"/console/broadcasts/brands/{first}/month")["合计"]["应发"] == "2"
