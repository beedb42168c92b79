"""Long lists: a rare shop is found behind thousands of others, the counts of areas keep up, everything has pages."""

import re

import pytest
from sqlalchemy import delete, func, insert, select

from console.models import Task, User
from foundation.search_index import WALKED
from people.models import Area, AreaCount, Retailer, ShopClass
from people.shops import listing
from surveys.models import Survey
from tests.office import HASH, ROSTER, Office

LICENCES = re.compile(r"/console/people/shops/(\w+)")


def many(office: Office, count: int, licence: str = "36{:010d}", **fields: str) -> None:
    """So many more shops, by default with licences behind those of the roster."""
    with office.house.services.transaction() as session:
        row = {
            "shop": "平价商店",
            "keeper": "张三",
            "phone": "13600000000",
            "area_id": session.scalars(select(Area.id).where(Area.name == "城区一片")).one(),
            "class_id": session.scalars(select(ShopClass.id).limit(1)).one(),
            "updated_at": office.house.clock(),
            **fields,
        }
        numbers = range(count)
        session.execute(
            insert(Retailer),
            [row | {"licence": licence.format(n), "bind_token": f"many-{licence}-{n}"} for n in numbers],
        )


def licences(office: Office, **query: str) -> list[str]:
    return LICENCES.findall(office.browser("market").get("/console/people", query_string=query).text)


@pytest.fixture
def crowd(office: Office) -> Office:
    """More shops than a search looks through in their order, and behind them one with a name of its own."""
    many(office, WALKED + 60)
    rare = ROSTER.splitlines()[0] + "\n990802100009,武夷(茶香)小铺,诸葛明,13600001111,新罗区,江山片,普通终端,,\n"
    office.import_roster(rare)
    return office


def test_a_rare_shop_is_found_behind_thousands(crowd) -> None:
    for sought in ("茶香", "诸葛", "葛明", "(茶香)小", "明", "9908"):
        assert licences(crowd, search=sought) == ["990802100009"], sought
        page = crowd.browser("market").get("/console/people", query_string={"search": sought}).text
        assert "共 1 家" in page, sought


@pytest.mark.on_sqlite
def test_a_common_name_comes_in_pages_and_is_counted_at_least(crowd) -> None:
    browser = crowd.browser("market")
    first = browser.get("/console/people?search=平价").text
    assert len(LICENCES.findall(first)) == listing.PAGE
    assert "至少" in first
    assert licences(crowd, search="平价", before="9") == [f"36{n:010d}" for n in range(1010, 1060)]
    assert licences(crowd, search="茶价") == []


def test_what_is_met_now_and_then_is_followed_and_width_and_case_do_not_matter(crowd) -> None:
    many(crowd, 10, "35{:010d}", shop="ＡＢＣ（南门）店 100%")
    many(crowd, 1, "37{:010d}", shop="abc(南门)店 100%")
    expected = [*(f"35{n:010d}" for n in range(10)), "370000000000"]
    for sought in ("ABC", "abc(南", "ａｂｃ（", "100%", "１００％"):
        assert licences(crowd, search=sought) == expected, sought
        assert licences(crowd, search=sought, before="9") == expected, sought
        assert "共 11 家" in crowd.browser("market").get("/console/people", query_string={"search": sought}).text


def test_signs_are_signs_and_nothing_odd_finds_a_shop_or_breaks_the_list(crowd) -> None:
    for sought in ("%", "_", "(茶香)_", "😀", "𰻝", '"', "' OR 1", "茶香*", "茶 OR 香", "*" * 300, "一" * 5000):
        assert licences(crowd, search=sought) == [], sought
        assert licences(crowd, search=sought, after=sought) == [], sought
    for sought in ("\x00", "茶\x00香"):
        query = {"search": sought, "after": sought}
        assert crowd.browser("market").get("/console/people", query_string=query).status_code == 200
    # No index has a sign alone; the shop is found all the same.
    for sought in ("(", "（"):
        assert licences(crowd, search=sought) == ["990802100009"]


@pytest.mark.on_sqlite
def test_a_shop_is_found_by_its_new_name_and_no_longer_by_the_old(crowd) -> None:
    renamed = ROSTER.splitlines()[0] + "\n990802100009,南门书店,诸葛明,13600001111,新罗区,江山片,普通终端,,\n"
    crowd.import_roster(renamed)
    assert licences(crowd, search="书店") == ["990802100009"]
    assert licences(crowd, search="茶香") == []


def test_the_counts_of_areas_follow_every_change(office) -> None:
    def agree() -> dict[int, tuple[int, int]]:
        with office.house.look() as session:
            rows = select(Retailer.area_id, func.count(), func.count(Retailer.openid)).group_by(Retailer.area_id)
            counted = {area: (number, bound) for area, number, bound in session.execute(rows)}
            kept = {each.area_id: (each.shops, each.bound) for each in session.scalars(select(AreaCount))}
        assert {area: each for area, each in kept.items() if each != (0, 0)} == counted
        return counted

    city = office.area("城区一片")
    assert agree()[city] == (2, 0)
    phone = office.house.phone("王建国")
    phone.follow()
    assert "已绑定" in phone.say("绑定 350802100001 8899").text
    assert agree()[city] == (2, 1)
    office.import_roster(ROSTER.replace("新罗区,城区一片,现代终端", "新罗区,江山片,现代终端"))
    assert agree()[city] == (1, 0)
    many(office, 7)
    assert agree()[city] == (8, 0)
    assert agree()[office.area("江山片")] == (2, 1)
    assert office.house.flask("people", "unbind", "350802100001").exit_code == 0
    assert agree()[office.area("江山片")] == (2, 0)
    with office.house.services.transaction() as session:
        session.execute(delete(Retailer).where(Retailer.licence.startswith("36")))
    assert agree()[city] == (1, 0)


def test_surveys_tasks_and_users_come_in_pages(office) -> None:
    now = office.house.clock()
    with office.house.services.transaction() as session:
        owner = session.scalars(select(User.id).where(User.name == "admin")).one()
        session.add_all(Survey(title=f"调查{n:03d}", is_anonymous=False, created_at=now, draft={}) for n in range(60))
        session.add_all(
            Task(kind="x", title=f"任务{n:03d}", params={}, owner_id=owner, state="done", created_at=now)
            for n in range(60)
        )
        session.add_all(
            User(
                login=f"zz{n:03d}",
                name=f"zz{n:03d}",
                role="reader",
                password_hash=HASH,
                must_change_password=False,
                created_at=now,
            )
            for n in range(60)
        )
    browser = office.browser("admin")
    for path, words in (("/console/surveys", "调查"), ("/console/tasks", "任务"), ("/console/users", "zz")):
        found = rf"<td>(?:<a [^>]*>)?{words}(\d{{3}})<"
        first = browser.get(path).text
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following, path
        second = browser.get(following[1].replace("&amp;", "&")).text
        numbers = re.findall(found, first) + re.findall(found, second)
        assert sorted(numbers) == [f"{n:03d}" for n in range(60)], path
        assert 'rel="prev"' in second
    assert re.findall(r"<td>zz(\d{3})<", browser.get("/console/users?search=zz007").text) == ["007"]
    assert "调查007" in browser.get("/console/surveys?search=查007&state=draft").text
