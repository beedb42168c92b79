"""The console's pages of people, through the door: the list, the import wizard, the export, areas, users."""

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from openpyxl import load_workbook

from console import tasks
from console.rules import sessions
from people.roster.headings import COLUMNS
from tests.office import ROSTER, Office


def number_of(address: str) -> int:
    return int(re.search(r"/(\d+)$", address)[1])


def upload(browser, text: str, name: str = "名单.csv"):
    browser.get("/console/people/import")
    return browser.post("/console/people/import", {"file": (io.BytesIO(text.encode()), name)})


MORE = ROSTER.replace("老李食杂店", "老李超市") + "350802100004,东门烟店,陈东,13600009999,东门,东门片,普通终端,,\n"


@pytest.mark.on_sqlite
def test_a_roster_is_checked_looked_at_confirmed_and_brought_in_once(office) -> None:
    browser = office.browser("market")
    asked = upload(browser, MORE)
    assert asked.status_code == 303
    page = asked.location
    assert "排队中" in browser.get(page).text
    assert f'hx-get="/console/tasks/{number_of(page)}/progress"' in browser.get(page).text
    office.work()
    told = browser.get(page).text
    figures = dict(re.findall(r"<dt>(\w+)</dt><dd>(\d+)<small>", told))
    assert figures == {"新增": "1", "更新": "1", "不变": "2"}
    assert "东门片" in told
    assert browser.get("/console/people/shops/350802100004").status_code == 404
    first, second = browser.post(f"{page}/confirm"), browser.post(f"{page}/confirm")
    assert first.location == second.location
    office.work()
    assert "新增 1 家，更新 1 家，不变 2 家" in browser.get(first.location).text
    assert "东门烟店" in browser.get("/console/people/shops/350802100004").text
    assert "老李超市" in browser.get("/console/people").text
    assert [entry.detail for entry in office.audited("roster.import")] == ["名单.csv", "名单.csv"]


def test_what_was_checked_before_another_import_is_checked_anew(office) -> None:
    first, second = office.browser("market"), office.browser("admin")
    mine, theirs = upload(first, MORE).location, upload(second, ROSTER.replace("王建国", "王建军")).location
    office.work()
    first.get(mine), second.get(theirs)
    assert second.post(f"{theirs}/confirm").status_code == 303
    told = first.post(f"{mine}/confirm")
    assert told.status_code == 422
    assert "又有人导入名单 名单.csv" in told.text
    assert second.post(f"{theirs}/confirm").status_code == 303


@pytest.mark.on_sqlite
def test_what_was_checked_before_an_import_that_is_over_is_checked_anew_too(office) -> None:
    browsers = office.browser("market"), office.browser("admin")
    texts = MORE, ROSTER.replace("王建国", "王建军"), ROSTER.replace("王建国", "王建民")
    pages = [upload(browsers[n % 2], text).location for n, text in enumerate(texts)]
    office.work()
    # The one in the middle is brought in to its end; both others were checked before, one of them asked for later.
    assert browsers[1].post(f"{pages[1]}/confirm").status_code == 303
    office.house.later(minutes=1)
    office.work()
    for page in (pages[0], pages[2]):
        told = browsers[0].post(f"{page}/confirm")
        assert told.status_code == 422 and "又有人导入名单 名单.csv" in told.text
    page = upload(browsers[0], MORE).location
    office.house.later(minutes=1)
    office.work()
    assert browsers[0].post(f"{page}/confirm").status_code == 303


def test_of_two_rosters_confirmed_at_the_same_moment_one_is_brought_in(office) -> None:
    for turn in "甲乙丙":
        browsers = [office.browser("market"), office.browser("admin")]
        pages = [upload(each, MORE.replace("老李超市", f"老李{turn}{n}")).location for n, each in enumerate(browsers)]
        office.work()
        for browser, page in zip(browsers, pages, strict=True):
            browser.get(page)
        together = Barrier(2)

        def confirm(browser: Any, page: str, together: Barrier = together) -> int:
            together.wait()
            return browser.post(f"{page}/confirm").status_code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(confirm, browsers, pages)) == [303, 422]
        office.work()


def test_a_shop_is_not_erased_while_a_roster_waits_that_may_name_it(office) -> None:
    browser, erase = office.browser("market"), ("people", "erase", "350802100002", "--shop", "--yes")
    page = upload(browser, MORE).location
    assert "名单正在导入" in office.house.flask(*erase).output
    office.work()
    browser.get(page)
    browser.post(f"{page}/confirm")
    assert "名单正在导入" in office.house.flask(*erase).output
    office.work()
    assert office.house.flask(*erase).exit_code == 0
    assert "老李" not in browser.get("/console/people").text


@pytest.mark.on_sqlite
def test_a_wrong_roster_names_every_cell_and_cannot_be_confirmed(office) -> None:
    browser = office.browser("market")
    page = upload(browser, MORE.replace("13600009999", "1360").replace("江山片", "")).location
    office.work()
    told = browser.get(page).text
    assert "D5 手机" in told
    assert "F4 片区没有填" in told
    assert "共 2 处要改" in told
    assert "确认导入" not in told
    assert "还没有检查好" in browser.post(f"{page}/confirm").text


@pytest.mark.on_sqlite
def test_what_is_no_roster_is_told_so(office) -> None:
    browser = office.browser("market")
    page = upload(browser, "PK\x03\x04 not really", "名单.xlsx").location
    office.work()
    assert "打不开这个文件" in browser.get(page).text
    browser.get("/console/people/import")
    assert "请先选一个文件" in browser.post("/console/people/import").text


@pytest.mark.on_sqlite
def test_a_file_too_large_is_refused_before_it_is_kept(office) -> None:
    browser = office.browser("market")
    kind = "multipart/form-data; boundary=x"
    answer = browser.client.post("/console/surveys/new", data=b"x" * (3 << 20), content_type=kind)
    assert answer.status_code == 413
    assert "文件太大" in answer.text


@pytest.mark.parametrize("name", ["market", "zhou"])
def test_the_export_holds_what_is_filtered_cell_by_cell_and_no_more_than_one_may_see(office, name) -> None:
    browser = office.browser(name)
    browser.get("/console/people")
    asked = browser.post("/console/people/export", {"bound": "no"})
    office.work()
    page = browser.get(asked.location).text
    assert "已完成" in page
    file = browser.get(f"{asked.location}/file")
    assert "attachment" in file.headers["Content-Disposition"]
    rows = [list(row) for row in load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True)]
    shops = [line.split(",") for line in ROSTER.splitlines()[1:]]
    expected = [[*shop, "未绑定"] for shop in shops]
    assert rows == [[*COLUMNS, "微信"], *(expected if name == "market" else expected[:2])]
    cell = load_workbook(io.BytesIO(file.data)).active["B4" if name == "market" else "B3"]
    assert cell.data_type == "s"
    assert len(office.audited("task.download")) == 1
    assert office.browser("intern").get(f"{asked.location}/file").status_code == 404
    assert office.browser("intern").get(asked.location).status_code == 404
    assert office.browser("admin").get(f"{asked.location}/file").status_code == 200


def test_who_lost_the_right_meanwhile_gets_no_file(office) -> None:
    browser = office.browser("zhou")
    browser.get("/console/people")
    asked = browser.post("/console/people/export")
    admin = office.browser("admin")
    numbers = re.findall(r"/console/users/(\d+)", admin.get("/console/users").text)
    zhou = next(n for n in numbers if ">zhou<" in admin.get(f"/console/users/{n}").text)
    assert admin.post(f"/console/users/{zhou}", {"name": "周明华", "role": "reader"}).status_code == 303
    office.work()
    assert "没有导出名单的权限" in browser.get(asked.location).text
    assert browser.get(f"{asked.location}/file").status_code == 404


@pytest.mark.on_sqlite
def test_files_and_tasks_are_gone_after_seven_days(office) -> None:
    browser = office.browser("market")
    upload(browser, MORE)
    office.work()
    folder = office.house.services.files_folder
    # The uploaded file, and the list of what it would change.
    assert len(list(folder.iterdir())) == 2
    office.house.clock.advance(tasks.KEPT)
    for job in office.house.app.extensions["jobs"]:
        if job.name == "forget old tasks":
            office.house.clock.advance(sessions.SEEN_EVERY)
            job.run(office.house.services)
    assert list(folder.iterdir()) == []


def test_two_workers_share_a_task_out_and_a_dead_ones_is_begun_again(office) -> None:
    browser = office.browser("market")
    browser.get("/console/people")
    asked = browser.post("/console/people/export")
    services, kinds = office.house.services, ("people.export",)
    won = []

    def claim() -> None:
        with services.transaction() as session:
            won.append(tasks.claim(session, kinds, now=services.clock()))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = [each for each in won if each]
    assert len(held) == 1
    office.work()
    assert office.task(number_of(asked.location)).state == "running"
    office.house.clock.advance(tasks.LEASE)
    office.work()
    assert office.task(number_of(asked.location)).state == "done"
    with pytest.raises(tasks.Lost), services.transaction() as session:
        tasks.finish(session, held[0], now=services.clock())


def test_the_list_is_paged_by_key_there_and_back(office) -> None:
    lines = [f"35080220{n:04},店{n},主{n},136000{n:05},,城区一片,普通终端,陈志强,13900002201" for n in range(120)]
    office.import_roster("\n".join([ROSTER.splitlines()[0], *lines]))
    browser = office.browser("admin")

    def licences(page: str) -> list[str]:
        return re.findall(r"/console/people/shops/(\w+)", page)

    def link(page: str, rel: str) -> str | None:
        found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        return found[1].replace("&amp;", "&") if found else None

    page = browser.get("/console/people").text
    assert "共 123 家" in page
    assert link(page, "prev") is None
    seen, pages = licences(page), [page]
    while following := link(pages[-1], "next"):
        pages.append(browser.get(following).text)
        seen += licences(pages[-1])
    assert len(pages) == 3
    assert seen == sorted(seen)
    assert len(set(seen)) == 123
    back = browser.get(link(pages[-1], "prev")).text
    assert licences(back) == licences(pages[1])
    first = browser.get(link(back, "prev")).text
    assert licences(first) == licences(pages[0])
    assert link(first, "prev") is None
    narrowed = browser.get("/console/people?search=店1&bound=no").text
    assert "bound=no" in link(narrowed, "next") if link(narrowed, "next") else "店1" in narrowed


@pytest.mark.on_sqlite
def test_search_finds_by_the_licences_beginning_and_by_names(office) -> None:
    browser = office.browser("admin")
    for sought, found in (
        ("350802100002", ["350802100002"]),
        ("李福", ["350802100002"]),
        ("小王", ["350802100003"]),
        ("%", []),
        ("３５０８０２１００００１", ["350802100001"]),
    ):
        page = browser.get("/console/people", query_string={"search": sought}).text
        assert re.findall(r"/console/people/shops/(\w+)", page) == found, sought


@pytest.mark.on_sqlite
def test_a_number_no_table_can_hold_narrows_nothing(office) -> None:
    admin = office.browser("admin")
    for page in ("/console/people", "/console/people/codes", "/console/people/tagging"):
        for name in ("area", "class", "manager", "audience"):
            assert admin.get(f"{page}?{name}={'9' * 25}").status_code == 200


@pytest.mark.on_sqlite
def test_an_area_gets_a_deputy_for_the_days_of_leave(office) -> None:
    browser = office.browser("zhou")
    area, chen, lin = office.area("城区一片"), office.manager("陈志强"), office.manager("林小燕")
    path = f"/console/people/areas/{area}"
    assert browser.get(path).status_code == 200
    today = f"{office.house.clock().date()}"
    form = {"manager": chen, "deputy": lin, "from": today, "until": today}
    assert "不能就是负责人" in browser.post(path, {**form, "deputy": chen}).text
    assert "从哪天到哪天" in browser.post(path, {**form, "until": ""}).text
    assert "之前" in browser.post(path, {**form, "until": "2020-01-01"}).text
    assert "2026-10-01 这样" in browser.post(path, {**form, "until": "x"}).text
    assert browser.post(path, form).status_code == 303
    assert "代班中" in browser.get("/console/people/areas").text
    assert "今天由林小燕代班" in browser.get("/console/people/shops/350802100001").text
    assert len(office.audited("area.change")) == 1


def test_a_command_gives_an_area_a_deputy_and_takes_them_away(office) -> None:
    flask, today = office.house.flask, f"{office.house.clock().date()}"
    days = ("--from", today, "--until", today)
    assert "由林小燕代班" in flask("people", "deputy", "城区一片", "13900002202", *days).output
    assert "代班中" in office.browser("zhou").get("/console/people/areas").text
    for wrong, why in (
        (("没有的片", "13900002202", *days), "没有叫"),
        (("城区一片", "13999999999", *days), "没有手机号"),
        (("城区一片", "13900002201", *days), "不能就是负责人"),
        (("城区一片", "13900002202"), "从哪天到哪天"),
        (("城区一片",), "请写上代班人"),
    ):
        done = flask("people", "deputy", *wrong)
        assert done.exit_code == 1
        assert why in done.output
    assert "不再有代班人" in flask("people", "deputy", "城区一片", "--none").output
    assert "代班中" not in office.browser("zhou").get("/console/people/areas").text


def test_a_manager_sees_the_shops_they_stand_in_for_on_these_days_alone(office) -> None:
    admin = office.browser("admin")
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    area, chen, lin = office.area("城区一片"), office.manager("陈志强"), office.manager("林小燕")
    browser = office.browser("lin")
    assert "350802100001" not in browser.get("/console/people").text
    today = f"{office.house.clock().date()}"
    admin.get("/console/people/areas")
    form = {"manager": chen, "deputy": lin, "from": today, "until": today}
    assert admin.post(f"/console/people/areas/{area}", form).status_code == 303
    assert "350802100001" in browser.get("/console/people").text
    office.house.clock.advance(sessions.ABSOLUTE * 3)
    browser.sign_in("lin")
    assert "350802100001" not in browser.get("/console/people").text


@pytest.mark.on_sqlite
def test_an_area_does_not_stand_above_itself(office) -> None:
    admin = office.browser("admin")
    one, two = office.area("城区一片"), office.area("江山片")
    chen, lin = office.manager("陈志强"), office.manager("林小燕")
    assert admin.post(f"/console/people/areas/{one}", {"manager": chen, "parent": two}).status_code == 303
    assert "不能是它自己" in admin.post(f"/console/people/areas/{two}", {"manager": lin, "parent": one}).text
    office.user("wu", "supervisor", area_id=two)
    assert "350802100001" in office.browser("wu").get("/console/people").text
    zhou = office.browser("zhou")
    assert "由管理员" in zhou.post(f"/console/people/areas/{one}", {"manager": chen}).text


@pytest.mark.on_sqlite
def test_an_empty_house_says_what_to_do(build) -> None:
    office = Office(build())
    office.user("admin", "admin")
    office.user("intern", "reader")
    admin, intern = office.browser("admin"), office.browser("intern")
    assert "导入名单" in admin.get("/console/people").text
    assert "请管理员导入名单" in intern.get("/console/people").text
    for path in ("/console/", "/console/people/areas", "/console/surveys", "/console/tasks", "/console/users"):
        assert admin.get(path).status_code == 200, path
