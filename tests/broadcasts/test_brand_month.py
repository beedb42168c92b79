"""The month by brand: targets and sales from a file, what came of its pushes beside them, by area, within bounds."""

import io
import re
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from broadcasts.models.brand_months import BrandMonth
from broadcasts.models.library import Brand
from people.models import Area
from tests.broadcasts.conftest import Library
from tests.broadcasts.town import PushTown
from tests.conftest import House
from tests.office import Browser, Office

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
    said = re.search(r"新增 [^<]*。", browser.get(answer.location).text)
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
