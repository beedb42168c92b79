"""Two who edit the same: the second sees what the first wrote, keeps her own words, writes over it knowingly."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from threading import Barrier

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from console.models import User
from people.working_time.models import SpecialDay
from tests.addresses import addresses, lay_out
from tests.office import FORM, Browser, Office
from visits.models.deadlines import Policy

#: Forms that write over nothing somebody else may have changed: what each of them is instead.
ACTS = {
    "effect_pages.remark": "one's own words, with their stamp, on the page of each manager alone",
    "effect_pages.weights": "something new, for somebody else to approve",
    "effect_pages.decide_weights": "decides once; decided already is said",
    "effect_pages.close": "closes a month, once; closed already is said",
    "effect_pages.recount": "counts again what is there",
    "effect_pages.sticking_hand_over": "makes errands for those who have none this month",
    "courses_pages.hand_over": "makes errands for those who have none",
    "courses_pages.revoke": "revokes once; revoked already is said",
    "courses_pages.question_words": "something new; what is there already is refused",
    "courses_pages.question_step": "in or out",
    "quizzes_pages.bank_new": "something new; a text that is there already is refused",
    "quizzes_pages.bank_tags": "of the name it has by now; a name that is taken is asked about",
    "quizzes_pages.bank_import": "a new file to be checked",
    "quizzes_pages.bank_confirm": "brings in what was checked, once",
    "quizzes_pages.bank_export": "asks for a file",
    "quizzes_pages.bank_retire": "in or out",
    "quizzes_pages.bank_restore": "in or out",
    "quizzes_pages.export": "asks for a file",
    "quizzes_pages.preview": "a look, kept nowhere",
    "courses_pages.new": "something new",
    "courses_pages.preview_lesson": "a look, kept nowhere",
    "courses_pages.start": "something new",
    "courses_pages.copy": "something new",
    "courses_pages.close": "ends what runs, once; ended already is said",
    "courses_pages.make_code": "a code for what is shared",
    "quizzes_pages.preview_paper": "a look, kept nowhere",
    "broadcasts_pages.choose_displays": "puts photos into a new article, each once",
    "people_pages.erase": "erases for ever, and asks for the name of the shop",
    "console.sign_in": "comes in",
    "console.sign_out": "goes out",
    "console.password": "one's own, and the old one is asked for",
    "console.email": "one's own, proved by a code",
    "console.choose_columns": "one's own choice of what is shown",
    "console.end_session": "ends a session, once",
    "console.second": "proves who one is",
    "console.set_up_second": "one's own, proved by a code",
    "console.drop_second": "one's own, and a code is asked for",
    "people_pages.reset_second": "in or out",
    "console.save_filter": "one's own, under a name; what had it is replaced",
    "broadcasts_pages.push_hand_over": "makes errands for those who have none",
    "broadcasts_pages.push_by_hand": "books what was sent, once for a page that was looked at",
    "people_pages.finish_errand": "done once; done already is said",
    "people_pages.reopen_errand": "takes back what was done at the moment that was seen",
    "broadcasts_pages.own_rows_of": "a new file to be checked",
    "broadcasts_pages.take_own_rows": "brings in what was checked, once",
    "people_pages.unlock": "forgets tries at a licence, whoever made them",
    "people_pages.upload": "a new file to be checked",
    "people_pages.confirm": "brings in what was checked, once",
    "people_pages.name_columns": "asks for another check, which shows what it found",
    "people_pages.settle_twins": "asks for another check, which shows what it found",
    "people_pages.tag_shop": "puts one tag on or takes it off, whatever else is there",
    "people_pages.tag_many": "the same for many",
    "people_pages.new_audience": "something new; a name that is taken is refused",
    "people_pages.look_at_audience": "only counts",
    "people_pages.new_tag": "something new; a name that is taken is refused",
    "people_pages.mirror_tags": "asks for long work",
    "people_pages.print_codes": "asks for a file",
    "people_pages.settle_mass": "decides on what is unsure, once; decided already is said",
    "people_pages.cancel_deliveries": "cancels what waits by now, and says how many",
    "people_pages.new_user": "something new; a name that is taken is refused",
    "people_pages.reset": "a password nobody has seen",
    "people_pages.disable": "in or out",
    "people_pages.enable": "in or out",
    "broadcasts_pages.new_article": "a new draft",
    "broadcasts_pages.preview_article": "a look, kept nowhere",
    "broadcasts_pages.try_article": "to one's own phone",
    "broadcasts_pages.withdraw_article": "in or out",
    "broadcasts_pages.restore_article": "in or out",
    "broadcasts_pages.new_column": "something new; a name that is taken is refused",
    "broadcasts_pages.move_column": "one step, from the place it has by now",
    "broadcasts_pages.retire_column": "in or out",
    "broadcasts_pages.return_column": "in or out",
    "broadcasts_pages.new_brand": "something new; a name that is taken is refused",
    "broadcasts_pages.retire_brand": "in or out",
    "broadcasts_pages.return_brand": "in or out",
    "broadcasts_pages.upload_brands": "a new file to be checked",
    "broadcasts_pages.confirm_brands": "brings in what was checked, once",
    "broadcasts_pages.compose": "something new, once (`token`)",
    "broadcasts_pages.try_push": "to one phone, to look at",
    "broadcasts_pages.submit_push": "one step, from the state it has by now",
    "broadcasts_pages.withdraw_push": "one step, from the state it has by now",
    "broadcasts_pages.decide_push": "over what was submitted when it was looked at (`seen`)",
    "broadcasts_pages.note_by_hand": "something new, once (`token`)",
    "broadcasts_pages.swap_pushes": "over where the push stood; shown where somebody would have a fifth message",
    "broadcasts_pages.new_series": "something new",
    "broadcasts_pages.approve_series": "over what was there when it was looked at (`seen`)",
    "broadcasts_pages.settle_series": "answers a question, once; answered already is refused",
    "broadcasts_pages.stop_push": "pause, go on, cancel: from the state it has by now",
    "quizzes_pages.rekey": "only reckons; what changed meanwhile is refused",
    "quizzes_pages.new": "a new quiz",
    "quizzes_pages.start": "a new draft",
    "quizzes_pages.copy": "a new draft",
    "quizzes_pages.close": "ends it, once",
    "courses_pages.invite": "something new, over the waves that were seen (`seen`)",
    "courses_pages.steer": "pause, go on, cancel: from the state it has by now",
    "quizzes_pages.invite": "something new, over the waves that were seen (`seen`)",
    "quizzes_pages.steer": "pause, go on, cancel: from the state it has by now",
    "quizzes_pages.make_code": "a code for what is published; there is one",
    "surveys_pages.upload": "a new survey",
    "surveys_pages.start": "a new draft",
    "surveys_pages.paste": "a new draft",
    "surveys_pages.copy": "a new draft",
    "surveys_pages.preview": "a trial, kept nowhere",
    "surveys_pages.reach": "only counts",
    "surveys_pages.close": "ends it, once",
    "surveys_pages.invite": "something new, over the waves that were seen (`seen`)",
    "surveys_pages.steer": "pause, go on, cancel: from the state it has by now",
    "surveys_pages.export": "asks for a file",
    "surveys_pages.make_code": "a code for what is published; there is one",
    "surveys_pages.void": "sets aside what is not void by now, and says who did",
    "surveys_pages.restore": "counts again what is void by now",
    "surveys_pages.ask_again": "asks again the shop of what is void by now",
    "broadcasts_pages.add_words": "something new; what is there already is refused",
    "broadcasts_pages.remove_words": "deletes what was ticked and is still there",
    "broadcasts_pages.add_synonyms": "something new; a word that stands in a line is refused",
    "broadcasts_pages.remove_synonyms": "deletes what was ticked and is still there",
    "visits_pages.act": "over what was seen (`seen`), whose it was (`was_with`), or one step from the state it has",
    "visits_pages.bulk": "each over its owner and the newest message as they were when it was ticked (`n`)",
    "visits_pages.group_write": "something new, once (`token`)",
    "visits_pages.group_cancel": "cancels what waits by now, and says how many",
    "visits_pages.visited": "something new, once a day",
    "visits_pages.plan_resume": "takes the end of a plan back, from the state it has by now",
}
TOLD = """
title: 公布结果的调查
closes: {closes:%Y-%m-%dT%H:%M%z}
results: after
questions:
  - {{code: q1, type: single, text: 您满意吗?, options: [满意, 不满意]}}
"""


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_every_form_of_the_console_that_edits_carries_a_stamp_and_an_old_one_is_told_so(house) -> None:
    office = lay_out(house)
    posts = {a.endpoint for a in addresses(house.app) if a.method == "POST" and a.rule.startswith("/console/")}
    files = {endpoint for endpoint in posts if endpoint.endswith("_export")}  # ask for a file, and change nothing
    told = house.settings.media_path.parent / "told.yaml"
    told.write_text(TOLD.format(closes=house.clock() + timedelta(days=9)), encoding="utf-8")
    for command in (("load", str(told)), ("publish", "2")):
        assert house.flask("surveys", *command).exit_code == 0
    with house.services.transaction() as session:
        now = house.clock()
        promised = {"handing_over": 60, "first_answer": 60, "next_answer": 60, "closing": 60}
        session.add(Policy(class_id=1, changed_at=now, **promised))
        session.add(SpecialDay(day_on=now.date() + timedelta(days=9), name="盘点", spans=[]))
    stamped, urls = {}, house.app.url_map.bind("localhost")
    admin = office.browser("admin")
    admin.post("/console/surveys/start", {"kind": "survey"})
    admin.post("/console/quizzes/start", {"title": "草稿"})
    admin.post("/console/courses/start", {"title": "草稿"})
    for page in (
        *pages(office),
        "/console/surveys/2/invitations",
        "/console/surveys/3/edit",
        "/console/quizzes/2/settings",
        "/console/courses/2/settings",
        "/console/broadcasts/articles/2/edit",
        "/console/broadcasts/pushes/1/edit",
        "/console/quizzes/1/regrades/2",
        "/console/quizzes/1/regrades/3",
    ):
        shown = admin.get(page)
        for form in FORM.finditer(shown.text) if shown.mimetype == "text/html" else ():
            if 'method="post"' not in form["start"]:
                continue
            action = re.search(r'action="([^"]*)"', form["start"])
            path = unescape(action[1]) if action else page
            endpoint = urls.match(path.partition("?")[0], method="POST")[0]
            if 'name="stamp"' in form["inside"]:
                stamped[endpoint] = path
            else:
                assert endpoint in ACTS or endpoint in files, f"{page}: {endpoint} has no stamp"
    assert posts - set(ACTS) - files == set(stamped)
    assert set(ACTS) <= posts
    for endpoint, path in stamped.items():
        old = admin.post(path, {"stamp": "0", "do": "save"})
        assert old.status_code in (409, 422), endpoint


def pages(office: Office) -> list[str]:
    return [a.path for a in addresses(office.house.app) if a.method == "GET" and a.rule.startswith("/console/")]


def field(page: TestResponse, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def test_the_second_writer_sees_both_versions_and_may_write_over_the_first(office) -> None:
    first, second = office.browser("admin"), office.browser("market")
    area = f"/console/people/areas/{office.area('城区一片')}"
    chen, lin = str(office.manager("陈志强")), str(office.manager("林小燕"))
    seen = first.get(area), second.get(area)
    assert field(seen[0], "stamp") == field(seen[1], "stamp")
    assert first.post(area, {"manager": lin}).status_code == 303
    leave = {"manager": chen, "deputy": lin, "from": "2026-03-05", "until": "2026-03-09"}
    told = second.post(area, leave)
    assert told.status_code == 409
    assert "admin刚刚存过" in told.text
    assert re.search(r"<dt>负责人</dt><dd[^>]*>林小燕", told.text)
    assert 'value="2026-03-09"' in told.text
    assert f'<option value="{chen}" selected' in told.text
    assert second.post(area, leave | {"until": "2026-03-01"}).status_code == 422
    assert first.post(area, {"manager": "", "stamp": field(seen[0], "stamp")}).status_code == 409
    assert second.post(area, leave).status_code == 303
    assert len(office.audited("area.change")) == 2


@pytest.mark.on_sqlite
def test_a_page_of_many_small_forms_keeps_what_was_written_too(office) -> None:
    first, second = office.browser("admin"), office.browser("market")
    first.get("/console/people/tags")
    first.post("/console/people/tags/new", {"name": "示范店"})
    for browser in (first, second):
        browser.get("/console/people/tags")
    assert first.post("/console/people/tags/1", {"name": "样板店"}).status_code == 303
    told = second.post("/console/people/tags/1", {"name": "示范<店>", "is_mirrored": "on"})
    assert told.status_code == 409
    assert '<dt>名字</dt><dd class="lines">样板店</dd>' in told.text
    assert "示范&lt;店&gt;</textarea>" in told.text
    again = {"name": "示范店", "is_mirrored": "on", "stamp": field(told, "stamp")}
    assert second.post("/console/people/tags/1", again).status_code == 303
    assert first.post("/console/people/tags/1/delete", {"stamp": "0"}).status_code == 409


@pytest.mark.on_sqlite
def test_a_role_given_meanwhile_is_seen_before_another_is_given(office) -> None:
    first, second = office.browser("admin"), office.browser("admin")
    spare = f"/console/users/{office.user('spare', 'reader')}"
    for browser in (first, second):
        browser.get(spare)
    assert first.post(spare, {"name": "备用", "role": "marketing"}).status_code == 303
    told = second.post(spare, {"name": "备用", "role": "admin"})
    assert told.status_code == 409
    assert re.search(r"<dt>角色</dt><dd[^>]*>营销人员", told.text)
    with office.house.look() as session:
        assert session.scalars(select(User.role).where(User.login == "spare")).one() == "marketing"


def test_an_audience_changed_meanwhile_is_neither_overwritten_nor_deleted_unseen(office) -> None:
    first, second = office.browser("admin"), office.browser("market")
    first.get("/console/people/audiences/new")
    rows = {"row": ["0"], "0-criterion": "class", "0-class-": "现代终端", "mode": "all", "do": "save"}
    path = first.post("/console/people/audiences/new", rows | {"name": "终端"}).location
    for browser in (first, second):
        browser.get(f"{path}/edit")
    old = second.stamps[f"{path}/edit"]
    office.house.clock.advance(timedelta(minutes=1))
    assert first.post(f"{path}/edit", rows | {"name": "终端", "0-class-": "普通终端"}).status_code == 303
    looked = second.post(f"{path}/edit", rows | {"name": "优质", "do": "add"})
    assert field(looked, "stamp") == old
    told = second.post(f"{path}/edit", rows | {"name": "优质"})
    assert told.status_code == 409
    assert "普通终端" in told.text
    assert 'value="优质"' in told.text
    assert second.post(f"{path}/delete", {"stamp": old}).status_code == 409


def test_of_two_who_save_at_once_one_is_told(office) -> None:
    area = f"/console/people/areas/{office.area('城区一片')}"
    chen, lin = (str(office.manager(name)) for name in ("陈志强", "林小燕"))
    for day in (3, 4, 5):
        browsers = [office.browser("admin"), office.browser("market")]
        for browser in browsers:
            browser.get(area)
        together = Barrier(2)

        def save(browser: Browser, month: int, together: Barrier = together, day: int = day) -> int:
            leave = {"from": f"2026-0{month}-0{day}", "until": f"2026-0{month}-09"}
            together.wait()
            return browser.post(area, {"manager": chen, "deputy": lin, **leave}).status_code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(save, browsers, (6, 7))) == [303, 409]
