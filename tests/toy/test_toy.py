"""A whole small service, handed in by a test: it uses every kit, and no line of the house knows of it.

CONTRIBUTING points here. Where this fails, the kits have changed their faces.
"""

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import inspect, select, text

from config.app import FEATURES
from migrations import schema
from tests.office import Browser, Office
from tests.toy.feature import toy
from tests.toy.models import Wish

HERE = Path(__file__).parent
WISHES = "/console/wishes"
FEW = "许可证号,货名,条数\n350802100001,古田,5\n350802100003,狼,6"


@pytest.fixture
def office(build) -> Iterator[Office]:
    """A house with the toy in it, three shops, and 老王 bound to the first; the database is left as it was found, for
    PostgreSQL's is one for all tests."""
    office = Office(build((*FEATURES, toy)))
    database = office.house.services.database
    assert not schema.is_current(database, (*FEATURES, toy))
    try:
        assert office.house.flask("db", "upgrade").exit_code == 0
        assert schema.is_current(database, (*FEATURES, toy))
        office.import_roster()
        office.staff()
        wang = office.house.phone("王建国")
        wang.follow()
        assert "已绑定" in wang.say("绑定 350802100001 8899").text
        yield office
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS toy_wish"))
            connection.execute(text("UPDATE alembic_version SET version_num = 'r0001'"))
    assert schema.is_current(database, FEATURES)


def wishes(office: Office) -> list[tuple[str, int]]:
    with office.house.look() as session:
        return [tuple(row) for row in session.execute(select(Wish.what, Wish.boxes).order_by(Wish.id))]


def bring_in(office: Office, browser: Browser, text: str) -> str:
    """Upload a file of wishes; gives the page that says what is in it."""
    browser.get(f"{WISHES}/upload")
    answer = browser.post(f"{WISHES}/upload", {"file": (io.BytesIO(text.encode()), "愿望.csv")})
    assert answer.status_code == 303, answer.text
    office.work()
    return answer.location


@pytest.mark.on_sqlite
def test_a_shop_says_in_the_chat_what_it_would_like(office) -> None:
    wang = office.house.phone("王建国")
    assert "您想进什么货" in wang.say("进货").text
    assert "想要几条" in wang.say("红七匹狼").text
    assert "1 到 500" in wang.say("一千条").text
    assert "到货后通知您" in wang.say("20").text
    assert wishes(office) == [("红七匹狼", 20)]
    stranger = office.house.phone("路人")
    stranger.follow()
    assert "请先绑定" in stranger.say("进货").text


def test_wishes_are_checked_brought_in_once_listed_paged_and_taken_away_as_a_file(office) -> None:
    market = office.browser("market")
    wrong = bring_in(office, market, "许可证号,货名,条数\n999,古田,3\n350802100001,,3\n")
    assert market.get(wrong).text.count("要有名单里的许可证号") == 2 and wishes(office) == []
    rows = [f"35080210000{1 + n % 3},{'古田' if n % 2 else '=1+1'},{n + 1}" for n in range(60)]
    right = bring_in(office, market, "\n".join(["许可证号,货名,条数", *rows]))
    assert "新增 60 条愿望" in market.get(right).text
    market.post(f"{right}/confirm"), market.post(f"{right}/confirm")
    office.work()
    assert len(wishes(office)) == 60
    first = market.get(WISHES).text
    assert "通知到货" in first and "通知到货" not in office.browser("chen").get(WISHES).text
    second = market.get(unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])).text
    assert first.count("/console/people/shops/") == 50 and second.count("/console/people/shops/") == 10
    assert 'rel="prev"' in second and "第一页" in second
    chosen = {"list": "toy.wishes", "column": ["what"], "back": WISHES}
    assert market.post("/console/columns", chosen).location == WISHES
    assert "手机" not in re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', market.get(WISHES).text)
    asked = market.post(f"{WISHES}/export", {"what": "=1+1", "area": office.area("城区一片")})
    office.work()
    file = load_workbook(io.BytesIO(market.get(f"{asked.location}/file").data)).active
    heading, *lines = file.iter_rows(values_only=True)
    assert heading == ("店名", "手机", "想要的货", "条数", "时间") and len(lines) == 20
    assert {line[2] for line in lines} == {"=1+1"} and {cell.data_type for cell in file["C"]} == {"s"}
    assert {line[1] for line in lines} == {"13600008899", "13600001234"}


@pytest.mark.on_sqlite
def test_whoever_wished_for_it_is_told_that_it_is_there(office) -> None:
    market, wang = office.browser("market"), office.house.phone("王建国")
    assert wang.say("进货").text and wang.say("古田").text and wang.say("5").text
    market.get(f"{WISHES}/tell")
    assert market.post(f"{WISHES}/tell", {"what": "古田", "said": "古田到货了。"}).status_code == 303
    office.house.tick(), office.house.work()
    assert "古田到货了" in wang.unread().text
    assert [entry.detail for entry in office.audited("wish.tell")] == ["古田"]
    assert "请选一种货" in market.post(f"{WISHES}/tell", {"said": "到货了"}).text


def test_an_audience_a_measure_and_an_erasure_know_of_wishes(office) -> None:
    market, wang = office.browser("market"), office.house.phone("王建国")
    assert wang.say("进货").text and wang.say("古田").text and wang.say("5").text
    look = market.get("/console/people/audiences/new").text
    assert "想要的货" in look
    assert "进货愿望  1" in office.house.flask("measures", "2026-03").output
    assert office.house.flask("people", "erase", "350802100001", "--shop", "--yes").exit_code == 0
    assert wishes(office) == []


@pytest.mark.on_sqlite
def test_who_may_not_see_wishes_sees_none_and_a_part_sees_its_own(office) -> None:
    market = office.browser("market")
    market.post(f"{bring_in(office, market, FEW)}/confirm")
    office.work()
    assert office.browser("intern").get(WISHES).status_code == 403
    assert office.browser("chen").post(f"{WISHES}/export").status_code == 403
    assert "城南便利店" in office.browser("chen").get(WISHES).text
    assert "小王超市" not in office.browser("chen").get(WISHES).text and "小王超市" in market.get(WISHES).text


def test_it_stays_small_and_its_migration_is_what_its_model_says(office) -> None:
    with office.house.services.database.engine.connect() as connection:
        there = {column["name"]: column["nullable"] for column in inspect(connection).get_columns("toy_wish")}
    assert there == {column.name: column.nullable for column in Wish.__table__.columns}
    files = [path for path in HERE.rglob("*") if path.suffix in (".py", ".html") and path.name != "test_toy.py"]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) < 400
