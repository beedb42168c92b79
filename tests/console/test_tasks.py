"""Long work: begun again where its worker died and its kind bears that, and its file for who may have it now."""

import io
import json
import os
import re
import sys
import threading
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from console import jobs, tasks
from console.models import Task, User
from console.work import WorkKind
from people.models import Area
from tests.forking import Part
from tests.office import ROSTER, Browser, Office
from tests.processes import until

IMPORT = "/console/people/import"


def number_of(location: str) -> int:
    return int(location.removesuffix("/done").rsplit("/", 1)[1])


def export(office: Office, browser: Browser) -> str:
    """The page of an export of the roster that was asked for."""
    browser.get("/console/people")
    return browser.post("/console/people/export").location


def upload(browser: Browser) -> str:
    browser.get(IMPORT)
    return browser.post(IMPORT, {"file": (io.BytesIO(ROSTER.encode()), "名单.csv")}).location


def die(office: Office, kind: str) -> None:
    """A worker takes the task, and is gone."""
    services = office.house.services
    with services.transaction() as session:
        assert tasks.claim(session, (kind,), now=services.clock()) is not None


def clock(office: Office, name: str) -> None:
    for job in office.house.app.extensions["jobs"]:
        if job.name == name:
            job.run(office.house.services)


def test_an_export_whose_worker_was_killed_goes_on_within_a_minute_and_leaves_nothing_half(office) -> None:
    browser = office.browser("market")
    page = export(office, browser)
    house = office.house
    given = house.settings.model_dump(exclude_defaults=True)
    given = {name: getattr(value, "get_secret_value", lambda value=value: value)() for name, value in given.items()}
    settings, moment = json.dumps(given, default=str), house.clock().isoformat()
    command = [sys.executable, "-m", "tests.programs.halting", settings, moment, "people.export"]
    said = house.settings.media_path.parent / "said"
    worker = Part(command, os.environ, said)
    try:
        until(lambda: said.exists() and said.read_text() == "half\n")
        assert "导出" in browser.get(page).text and "中断" not in browser.get(page).text
    finally:
        worker.kill()
        worker.wait()
    folder = house.services.files_folder
    assert [path.is_dir() for path in folder.iterdir()] == [True]
    house.clock.advance(timedelta(minutes=1))
    assert "处理它的程序中断了，一分钟内会重新开始" in browser.get(f"{page}/progress").text
    office.work()
    assert "已完成" in browser.get(page).text
    file = browser.get(f"{page}/file")
    assert len(list(load_workbook(io.BytesIO(file.data)).active.iter_rows())) == 4
    clock(office, "forget old tasks")
    assert [path.name for path in folder.iterdir()] == [office.task(number_of(page)).file]


def test_work_whose_worker_dies_again_and_again_ends_with_a_sentence(office) -> None:
    browser = office.browser("market")
    page = export(office, browser)
    for attempt in range(1, tasks.ATTEMPTS + 1):
        die(office, "people.export")
        again = f"已重新开始（第 {attempt} 次，最多 {tasks.ATTEMPTS} 次）"
        assert (again in browser.get(f"{page}/progress").text) is (attempt > 1)
        office.house.clock.advance(tasks.LEASE)
    office.work()
    assert "处理中断了多次" in browser.get(page).text
    assert browser.get(f"{page}/file").status_code == 404


def test_an_upload_whose_worker_died_is_failed_and_not_tried_again(office) -> None:
    browser = office.browser("market")
    page = upload(browser)
    die(office, "people.check")
    office.work()
    assert office.task(number_of(page)).state == "running"
    office.house.clock.advance(timedelta(minutes=1))
    assert "处理它的程序中断了" in browser.get(page).text
    office.work()
    assert "处理这份文件的程序中断了，什么都没有改动，也不会自动再试" in browser.get(page).text
    assert (office.task(number_of(page)).state, office.task(number_of(page)).attempts) == ("failed", 1)

    page = upload(browser)
    office.work()
    confirmed = browser.post(f"{page}/confirm").location
    die(office, "people.import")
    office.house.clock.advance(tasks.LEASE)
    office.work()
    assert "什么都没有改动" in browser.get(confirmed).text
    assert office.task(number_of(confirmed)).attempts == 1


def test_a_worker_that_is_slow_and_says_nothing_keeps_its_work(office) -> None:
    page, services = export(office, office.browser("market")), office.house.services
    taken = []

    def slow(work) -> None:
        for _ in range(3):
            office.house.clock.advance(tasks.LEASE - timedelta(seconds=1))
            until = services.clock() + tasks.LEASE
            for _ in range(2000):
                if office.task(work.claim.id).lease_until == until:
                    break
                threading.Event().wait(0.005)
        with services.transaction() as session:
            taken.append(tasks.claim(session, ("people.export",), now=services.clock()))
        work.finish({"said": "好了"})

    kinds = {"people.export": WorkKind(slow, is_begun_again=True)}
    assert jobs.work_once(services, kinds, renewed_every=timedelta(milliseconds=5))
    task = office.task(number_of(page))
    assert (taken, task.state, task.attempts) == ([None], "done", 1)


def test_a_claim_from_before_the_clock_was_set_back_does_not_hold_for_hours(office) -> None:
    page = export(office, office.browser("market"))
    die(office, "people.export")
    with office.house.services.transaction() as session:
        session.execute(update(Task).values(lease_until=office.house.clock() + timedelta(hours=3)))
    office.work()
    assert office.task(number_of(page)).state == "done"


def change(office: Office, name: str, **values: object) -> None:
    with office.house.services.transaction() as session:
        session.execute(update(User).where(User.name == name).values(values))


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    "values",
    [{"role": "reader"}, {"role": "manager", "area_id": None}, {"area_id": None}, {"area_id": "江山片"}],
    ids=["reader", "manager", "no area", "another area"],
)
def test_a_file_is_handed_out_to_nobody_who_may_not_ask_for_it_now(office, values) -> None:
    zhou = office.browser("zhou")
    page = export(office, zhou)
    office.work()
    file = zhou.get(f"{page}/file")
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store") and "下载文件" in zhou.get(page).text
    if isinstance(values.get("area_id"), str):
        values = values | {"area_id": office.area(values["area_id"])}
    change(office, "zhou", **values)
    assert zhou.get(f"{page}/file").status_code == 403
    assert "下载文件" not in zhou.get(page).text and "没有权限看的内容" in zhou.get(page).text
    assert "/file" not in zhou.get("/console/tasks").text
    assert office.browser("admin").get(f"{page}/file").status_code == 200
    change(office, "zhou", role="supervisor", area_id=office.area("城区一片"))
    assert zhou.get(f"{page}/file").status_code == 200
    change(office, "zhou", disabled_at=office.house.clock())
    assert zhou.get(f"{page}/file").status_code == 303


def test_an_area_taken_out_of_ones_own_or_a_leave_that_is_over_takes_its_files_along(office) -> None:
    top, below = office.area("城区一片"), office.area("江山片")

    def put(area: int, **values: object) -> None:
        with office.house.services.transaction() as session:
            session.execute(update(Area).where(Area.id == area).values(values))

    put(below, parent_id=top)
    zhou, chen = office.browser("zhou"), office.browser("chen")
    page = export(office, zhou)
    office.work()
    assert zhou.get(f"{page}/file").status_code == 200
    put(below, parent_id=None)
    assert zhou.get(f"{page}/file").status_code == 403
    today = office.house.clock().date()
    put(below, deputy_id=office.manager("陈志强"), deputy_from_on=today, deputy_until_on=today)
    chen.get("/console/people/codes")
    cards = chen.post("/console/people/codes", {}).location
    office.work()
    assert chen.get(f"{cards}/file").status_code == 200, chen.get(cards).text
    put(below, deputy_id=None)
    assert chen.get(f"{cards}/file").status_code == 403


@pytest.mark.on_sqlite
def test_what_somebody_uploaded_is_theirs_and_not_brought_in_once_they_may_not(office) -> None:
    market = office.browser("market")
    office.user("other", "marketing")
    other = office.browser("other")
    page = upload(market)
    office.work()
    other.get(IMPORT)
    assert other.get(page).status_code == 404 and other.post(f"{page}/confirm").status_code == 404
    confirmed = market.post(f"{page}/confirm").location
    change(office, "market", role="reader")
    office.work()
    assert "没有导入名单的权限" in office.browser("admin").get(confirmed).text
    assert re.search("没有权限", market.get(page).text)
