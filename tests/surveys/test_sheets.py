"""Answer sheets in the console: a list that is narrowed, one sheet as it was answered, set aside and restored, photos,
and who has not answered."""

import io
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import event, select

from surveys.models import Submission
from tests.office import Browser, Office, both_ways, file_of, undo
from tests.surveys.test_crossing import table
from tests.surveys.test_pages import bind, upload

SURVEY = """
title: 服务调查
anonymous: {anonymous}
questions:
  - {{code: q1, type: single, text: 满意吗?, options: [满意, 一般, 不满意]}}
  - {{code: q2, type: text, text: 为什么?, show_if: {{q1: [一般, 不满意]}}}}
  - {{code: q3, type: nps, text: 会推荐吗?, required: false}}
  - {{code: q4, type: photo, text: 请拍一张陈列, required: false}}
"""
HEAD = "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
AREAS = (("城区一片", "陈志强,13900002201"), ("江山片", "林小燕,13900002202"))
SHOPS = 8
LIST = "/console/surveys/1/sheets"


def photo(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (shade, 90, 160)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def office(build) -> Office:
    """Eight shops, four in each of two areas, and somebody in every role."""
    office = Office(build())
    lines = [
        f"3508021000{n:02},{n} 号店,店主{n},136000010{n:02},新罗区,{AREAS[n % 2][0]},普通终端,{AREAS[n % 2][1]}"
        for n in range(SHOPS)
    ]

    def settle() -> None:
        office.import_roster(HEAD + "\n".join(lines) + "\n")
        office.staff()
        for n in range(SHOPS):
            bind(office, f"店主{n}", f"3508021000{n:02}", f"10{n:02}")

    office.house.lay_out("eight shops in two areas", settle)
    return office


def answered(office: Office, anonymous: str = "false") -> Browser:
    """Six of eight shops answer: the even ones are satisfied, the odd ones say why not; the first two send photos."""
    browser = office.browser("market")
    page = upload(browser, SURVEY.format(anonymous=anonymous)).location
    assert browser.post(f"{page}/publish").status_code == 303
    for n in range(6):
        phone = office.house.phone(f"店主{n}")
        for reply in ("调查", "1") if n % 2 == 0 else ("调查", "3", f"送货慢 {n}"):
            phone.say(reply)
        phone.say("9" if n else "跳过")
        if n < 2:
            phone.send_image(photo(40 * n))
        else:
            phone.say("跳过")
        office.house.clock.advance(minutes=7)
        office.house.work()
    office.house.tick()
    return browser


def listed(page) -> list[str]:
    """The shops in the list, in order."""
    return re.findall(r'class="one strong"[^>]*>(\d) 号店', page.text)


def sheet_of(office: Office, n: int) -> int:
    with office.house.look() as session:
        ids = session.scalars(select(Submission.id).order_by(Submission.submitted_at, Submission.id)).all()
    return ids[n]


def figures(office: Office) -> tuple[int, int, list[int]]:
    tally = json.loads(office.house.flask("surveys", "tally", "1", "--json").stdout)
    return tally["returned"], tally["valid"], [option["count"] for option in tally["questions"][0]["options"]]


def test_the_list_is_narrowed_by_whose_they_are_when_and_what_was_answered(office) -> None:
    browser = answered(office)
    chen, area = office.manager("陈志强"), office.area("江山片")
    assert listed(browser.get(LIST)) == ["5", "4", "3", "2", "1", "0"]
    assert listed(browser.get(f"{LIST}?answer=q1:3")) == ["5", "3", "1"]
    assert listed(browser.get(f"{LIST}?answer=q1:1,3&photo=yes")) == ["1", "0"]
    assert listed(browser.get(f"{LIST}?answer=q3:9&area={area}")) == ["5", "3", "1"]
    assert listed(browser.get(f"{LIST}?manager={chen}")) == ["4", "2", "0"]
    assert listed(browser.get(f"{LIST}?search=3 号")) == ["3"]
    assert listed(browser.get(f"{LIST}?search=350802100004")) == ["4"]
    assert listed(browser.get(f"{LIST}?search={sheet_of(office, 2)}")) == ["2"]
    day = office.house.clock().astimezone(office.house.services.zone).date()
    assert len(listed(browser.get(f"{LIST}?since={day}&until={day}"))) == 6
    assert not listed(browser.get(f"{LIST}?since={day + timedelta(days=1)}"))
    assert not listed(browser.get(f"{LIST}?state=void"))
    # Conditions stand as pills, each leading to the list without it.
    page = browser.get(f"{LIST}?answer=q1:3&area={area}").text
    dropped = re.findall(r'class="pill"[^>]*href="([^"]+)"[^>]*>([^<]+)<', page)
    assert sorted((unescape(where), words) for where, words in dropped) == [
        (f"{LIST}?answer=q1:3", "江山片"),
        (f"{LIST}?area={area}", "1. 满意吗?：不满意"),
    ]
    assert "1. 满意吗?：满意或不满意" in browser.get(f"{LIST}?answer=q1:1,3").text
    # What no version asks narrows nothing, and breaks nothing.
    assert len(listed(browser.get(f"{LIST}?answer=q9:1&area=x&since=yesterday&state=odd&wave=7x"))) == 6


@pytest.mark.on_sqlite
def test_the_figures_of_a_result_lead_to_the_sheets_behind_them(office) -> None:
    browser = answered(office)
    page = browser.get("/console/surveys/1").text
    behind = [unescape(each) for each in re.findall(r'href="([^"]*/sheets\?answer=q1[^"]*)"', page)]
    assert [len(listed(browser.get(each))) for each in behind] == [3, 0, 3]
    assert f'href="{LIST}"' in page


def test_the_list_goes_on_in_keyset_pages_and_is_taken_away_as_a_file(office) -> None:
    browser = answered(office)
    with office.house.services.transaction() as session:
        kept = session.get_one(Submission, sheet_of(office, 2))  # which the filter below leaves out
        same = {name: getattr(kept, name) for name in ("survey_id", "version_id", "area_id", "class_id", "answers")}
        session.add_all(
            [
                Submission(**same, retailer_id=kept.retailer_id, superseded=n, source="page", seconds=n,
                           submitted_at=kept.submitted_at - timedelta(hours=n // 3))
                for n in range(1, 111)
            ]
        )  # fmt: skip
    pages = both_ways(browser, LIST, r'class="num" href="[^"]*/sheets/(\d+)')
    assert [len(each) for each in pages] == [50, 50, 16]
    rows = file_of(office, browser, f"{LIST}/export", {"answer": "q1:3"})
    assert rows[0][:3] == ("编号", "店铺", "许可证号")
    assert [row[1] for row in rows[1:]] == ["5 号店", "3 号店", "1 号店"]
    assert rows[1][rows[0].index("回答")] == "不满意"


@pytest.mark.on_sqlite
def test_a_sheet_is_shown_as_it_was_answered_with_the_next_and_the_one_before_within_the_filter(office) -> None:
    browser = answered(office)
    page = browser.get(f"{LIST}/{sheet_of(office, 1)}?answer=q1:3").text
    said = re.findall(r'<div class="(?:strong lines|muted)">([^<]*)</div>', page)
    assert said == ["不满意", "送货慢 1", "9 分"]
    assert page.count('class="shot"') == 1
    assert "/console/people/shops/350802100001" in page
    assert "聊天" in page
    assert 'rel="next"' not in page
    newer = unescape(re.search(r'rel="prev" href="([^"]+)"', page)[1])
    assert newer == f"{LIST}/{sheet_of(office, 3)}?answer=q1:3"
    older = unescape(re.search(r'rel="next" href="([^"]+)"', browser.get(newer).text)[1])
    assert older == f"{LIST}/{sheet_of(office, 1)}?answer=q1:3"
    # Without the filter the neighbours are others; what was not asked or skipped says so.
    page = browser.get(f"{LIST}/{sheet_of(office, 2)}").text
    assert f"{LIST}/{sheet_of(office, 3)}" in page
    assert "按前面的回答不用问这一题" in page
    assert "看到了这一题，跳过" in page
    assert browser.get(f"{LIST}/999").status_code == 404
    assert browser.get(f"/console/surveys/2/sheets/{sheet_of(office, 2)}").status_code == 404
    assert office.audited("survey.sheet")[-1].about == f"sheet:{sheet_of(office, 2)}"


def test_who_sees_a_part_of_the_shops_sees_the_sheets_of_these_alone(office) -> None:
    answered(office)
    for name in ("zhou", "chen"):
        browser = office.browser(name)
        assert listed(browser.get(LIST)) == ["4", "2", "0"]
        assert listed(browser.get(f"{LIST}?answer=q1:3")) == []
        assert browser.get(f"{LIST}/{sheet_of(office, 2)}").status_code == 200
        for path in ("", "/photos/q4/1", "/photos/q4/1/file"):
            assert browser.get(f"{LIST}/{sheet_of(office, 1)}{path}").status_code == 404
        assert browser.post(f"{LIST}/{sheet_of(office, 2)}/void", {"reason": "x"}).status_code == 403
        assert len(re.findall("<figure>", browser.get("/console/surveys/1/photos").text)) == 1
        assert ["6 号店" in browser.get("/console/surveys/1/unanswered").text] == [True]
        assert "7 号店" not in browser.get("/console/surveys/1/unanswered").text
    reader = office.browser("intern").get(f"{LIST}/{sheet_of(office, 2)}").text
    assert "13600001002" not in reader
    assert "作废这份" not in reader


def test_a_void_sheet_leaves_every_figure_at_once_and_comes_back_with_a_reason(office) -> None:
    browser = answered(office)
    path, before = f"{LIST}/{sheet_of(office, 1)}", figures(office)
    crossed = by_area(browser)
    assert before == (6, 6, [3, 0, 3])
    browser.get(path)
    assert "请写原因" in browser.post(f"{path}/void", {"reason": "  "}).text
    done = browser.post(f"{path}/void?answer=q1:3", {"reason": "两家店填成一样"})
    assert done.location == f"{path}?answer=q1:3"
    page = browser.get(path).text
    assert "已作废" in page
    assert "两家店填成一样" in page
    assert figures(office) == (6, 5, [3, 0, 2])
    assert by_area(browser) == {"城区一片": ["3", "3", "0", "0"], "江山片": ["2", "0", "0", "2"]}
    assert "送货慢 1" not in browser.get("/console/surveys/1/words?question=q2").text
    assert listed(browser.get(f"{LIST}?state=void")) == ["1"]
    assert listed(browser.get(f"{LIST}?state=valid&answer=q1:3")) == ["5", "3"]
    rows = [row for row in exported(office, browser) if row[1] == "350802100001"]
    assert rows[0][9] == "否"
    # Pressed twice: the second is told.
    assert browser.post(f"{path}/void", {"reason": "又一次"}).status_code == 422
    # The shop has answered all the same.
    assert "已填写过" in office.house.phone("店主1").say("调查").text
    assert browser.post(f"{path}/restore", {"reason": "看错了"}).status_code == 303
    assert figures(office) == before
    assert by_area(browser) == crossed
    assert "送货慢 1" in browser.get("/console/surveys/1/words?question=q2&search=送货慢").text
    assert [office.audited(did)[-1].detail for did in ("survey.void", "survey.restore")] == [
        "调查 1：两家店填成一样",
        "调查 1：看错了",
    ]
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"


@pytest.mark.on_sqlite
def test_a_sheet_that_somebody_voided_anew_is_not_restored_by_an_older_undo(office) -> None:
    browser = answered(office)
    path = f"{LIST}/{sheet_of(office, 1)}"
    browser.get(path)
    older = undo(browser.get(browser.post(f"{path}/void", {"reason": "填错了店"}).location).text)
    browser.post(f"{path}/restore", {"reason": "没有错"})
    office.house.clock.advance(minutes=1)
    newer = undo(browser.get(browser.post(f"{path}/void", {"reason": "真的错了"}).location).text)
    refused = browser.post(*older)
    assert (refused.status_code, "可能刚刚有人处理过" in refused.text) == (422, True)
    assert "真的错了" in browser.get(path).text
    assert browser.post(*newer).status_code == 303
    browser.get(path)  # which offers to void it again, with its reason
    assert "真的错了" not in browser.get(path).text


def by_area(browser: Browser) -> dict[str, list[str]]:
    rows = table(browser.get("/console/surveys/1/cross?question=q1&by=area").text)
    return {row[0][0]: [cell[0] for cell in row[1:5]] for row in rows}


def exported(office: Office, browser: Browser) -> list[tuple]:
    return file_of(office, browser, "/console/surveys/1/export", {"format": "xlsx"})


def test_a_shop_answers_again_only_where_staff_say_so(office) -> None:
    browser = answered(office)
    path, phone = f"{LIST}/{sheet_of(office, 1)}", office.house.phone("店主1")
    browser.get(path)
    browser.post(f"{path}/void", {"reason": "填错了店"})
    assert "已填写过" in phone.say("调查").text
    assert browser.post(f"{path}/again").status_code == 303
    assert figures(office) == (5, 5, [3, 0, 2])
    assert "1 号店" in browser.get("/console/surveys/1/unanswered").text
    # As long as the shop has not begun it can be taken back.
    assert browser.post(f"{path}/restore", {"reason": "不用了"}).status_code == 303
    assert figures(office) == (6, 6, [3, 0, 3])
    assert "已填写过" in phone.say("调查").text
    assert browser.post(f"{path}/void", {"reason": "还是错的", "again": "1"}).status_code == 303
    assert "上次填的没有算进去" in phone.say("调查").text
    assert "店主已经在重新填写" in browser.post(f"{path}/restore", {"reason": "不用了"}).text
    for reply in ("1", "8", "跳过"):
        phone.say(reply)
    office.house.tick()
    assert figures(office) == (6, 6, [4, 0, 2])
    assert listed(browser.get(f"{LIST}?state=again")) == ["1"]
    assert listed(browser.get(LIST))[0] == "1"
    assert "已填写过" in phone.say("调查").text
    assert len([row for row in exported(office, browser) if row[1] == "350802100001"]) == 1
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"


@pytest.mark.on_sqlite
def test_the_sheets_of_an_anonymous_survey_name_nobody(office) -> None:
    browser = answered(office, "true")
    page = browser.get(LIST).text
    assert len(re.findall(r'class="num" href', page)) == 6
    for word in ("号店", "店主", "城区一片", "江山片"):
        assert word not in page.partition("<section")[2]
    number = re.search(rf"{LIST}/(\d+)", page)[1]
    one = browser.get(f"{LIST}/{number}").text.partition("<section")[2]
    assert not re.search(r"号店|店主\d|\d\d:\d\d", one)
    assert browser.post(f"{LIST}/{number}/void", {"reason": "测试用的"}).status_code == 303
    assert "请店主重填" not in browser.get(f"{LIST}/{number}").text
    assert figures(office)[:2] == (6, 5)
    assert "不列名单" in browser.get("/console/surveys/1/unanswered").text
    for name in ("chen", "zhou", "intern"):
        assert "不显示" in office.browser(name).get(LIST).text
        assert office.browser(name).get(f"{LIST}/{number}").status_code == 404
    assert browser.get(f"{LIST}?area={office.area('江山片')}").text.count('class="num" href') == 6


def test_photos_stand_small_on_a_wall_and_open_large_one_after_another(office) -> None:
    browser = answered(office)
    wall = browser.get("/console/surveys/1/photos").text
    assert re.search(r'data-said="([^"]+)"', wall)[1].startswith("1 号店 · 江山片 · 今天")
    small, large = re.search(r'<img src="([^"]+)"', wall)[1], re.search(r'data-large="([^"]+)"', wall)[1]
    for _ in range(2):  # the second comes from the disk
        shown = browser.get(unescape(small))
        assert shown.mimetype == "image/jpeg"
        assert Image.open(io.BytesIO(shown.data)).size == (400, 300)
    assert Image.open(io.BytesIO(browser.get(unescape(large)).data)).size == (800, 600)
    first = unescape(re.search(r'<figure><a href="([^"]+)"', wall)[1])
    page = browser.get(first).text
    assert 'rel="prev"' not in page
    older = unescape(re.search(r'rel="next" href="([^"]+)"', page)[1])
    assert f"/sheets/{sheet_of(office, 0)}/photos/q4/1" in older
    assert unescape(re.search(r'rel="prev" href="([^"]+)"', browser.get(older).text)[1]) == first
    browser.post(f"{LIST}/{sheet_of(office, 1)}/void", {"reason": "不是这家店"})
    wall = browser.get("/console/surveys/1/photos").text
    assert re.findall(r'<span class="chip">([^<]+)', wall) == ["已作废"]
    assert len(re.findall("<figure>", browser.get("/console/surveys/1/photos?state=valid").text)) == 1
    assert browser.get(f"{LIST}/{sheet_of(office, 2)}/photos/q4/1").status_code == 404
    assert browser.get(f"{LIST}/{sheet_of(office, 1)}/photos/q4/5/file").status_code == 404


def test_who_has_not_answered_is_listed_as_a_file_and_written_to_with_one_press(office) -> None:
    browser = answered(office)
    path = "/console/surveys/1/unanswered"
    page = browser.get(f"{path}?area={office.area('江山片')}")
    assert "7 号店" in page.text
    assert "6 号店" not in page.text
    assert "13600001007" in page.text
    reader = office.browser("intern").get(path).text
    assert "13600001007" not in reader
    assert "7 号店" in reader
    rows = file_of(office, browser, f"{path}/export", {})
    assert [row[0] for row in rows[1:]] == ["6 号店", "7 号店"]
    # The message to many is for exactly these shops, and so is the reminder.
    way = unescape(re.search(r'href="([^"]*groups/new[^"]*)"', page.text)[1])
    assert re.search(r"1\s*家", re.sub(r"<[^>]+>", "", browser.get(way).text))
    reminder = unescape(re.search(r'href="([^"]*invitations\?[^"]*)"', page.text)[1])
    assert "江山片" in browser.get(reminder).text
    invited = browser.post(
        reminder,
        {"whom": "some", "whom-rest": re.search(r"whom-rest=([^&]+)", reminder)[1], "said": "请您填写", "seen": "0",
         "reminders": "0", "every_days": "3"},
    )  # fmt: skip
    assert invited.status_code in (303, 422)


def test_those_a_wave_was_for_and_who_have_not_answered(office) -> None:
    browser = answered(office)
    form = {
        "whom-area-": "江山片",
        "whom": "some",
        "said": "请您填写",
        "seen": "0",
        "reminders": "0",
        "every_days": "3",
    }
    assert browser.post("/console/surveys/1/invitations", form).status_code == 303
    office.house.tick()
    page = browser.get("/console/surveys/1/unanswered?wave=1").text
    assert "7 号店" in page
    assert "6 号店" not in page
    way = unescape(re.search(r'href="([^"]*groups/new[^"]*)"', page)[1])
    assert "第 1 次邀请" in browser.get(way).text
    for reply in ("调查", "1", "跳过", "跳过"):
        office.house.phone("店主7").say(reply)
    office.house.tick()
    assert listed(browser.get(f"{LIST}?wave=1")) == ["7"]
    wave = "/console/surveys/1/invitations/1"
    assert "填写" in browser.get(wave).text
    # Asked again, the wave that brought the sheet has not brought it.
    path = f"{LIST}/{sheet_of(office, 6)}"
    browser.get(path)
    browser.post(f"{path}/void", {"reason": "错了", "again": "1"})
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"
    assert "7 号店" in browser.get("/console/surveys/1/unanswered?wave=1").text
    browser.post(f"{path}/restore", {"reason": "没错"})
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"
    assert "没有符合的店" in browser.get("/console/surveys/1/unanswered?wave=1").text


def test_a_rare_sheet_is_found_behind_many_others_by_the_index(office, monkeypatch) -> None:
    """With the walk cut short all is found by the index, as behind a million sheets."""
    monkeypatch.setattr("foundation.search_index.WALKED", 1)
    browser = answered(office)
    chen, area = office.manager("陈志强"), office.area("江山片")
    for query, found in {
        "answer=q1:3": ["5", "3", "1"],
        f"answer=q1:1&manager={chen}": ["4", "2", "0"],
        f"answer=q1:1,3&area={area}": ["5", "3", "1"],
        f"answer=q3:9&photo=yes&area={area}": ["1"],
        "answer=q1:2": [],
    }.items():
        assert listed(browser.get(f"{LIST}?{query}")) == found, query
    assert listed(office.browser("chen").get(LIST)) == ["4", "2", "0"]
    page = f"{LIST}/{sheet_of(office, 3)}"
    browser.get(page)
    browser.post(f"{page}/void", {"reason": "重复"})
    assert listed(browser.get(f"{LIST}?answer=q1:3")) == ["5", "3", "1"]
    assert listed(browser.get(f"{LIST}?answer=q1:3&state=void")) == ["3"]
    for who, area_name, found in (("market", "江山片", ["7"]), ("chen", "", ["6"])):
        narrowed = f"?area={office.area(area_name)}" if area_name else ""
        shown = office.browser(who).get(f"/console/surveys/1/unanswered{narrowed}").text
        assert re.findall(r">(\d) 号店<", shown) == found


def test_an_erased_shop_leaves_its_chosen_options_and_no_words_photos_or_reasons(office) -> None:
    browser = answered(office)
    path = f"{LIST}/{sheet_of(office, 1)}"
    browser.get(path)
    browser.post(f"{path}/void", {"reason": "店主1 说是儿子填的"})
    erase = "/console/people/shops/350802100001/erase"
    admin = office.browser("admin")
    admin.get(erase)
    assert admin.post(erase, {"what": "shop", "name": "1 号店"}).status_code == 303
    office.house.work()
    shown = browser.get(path).text
    assert "不满意" in shown
    assert "原因已删除" in shown
    for word in ("送货慢 1", "儿子", 'class="shot"'):
        assert word not in shown
    browser.post(f"{path}/restore", {"reason": "没错"})
    assert figures(office) == (6, 6, [3, 0, 3])
    assert "送货慢 1" not in browser.get("/console/surveys/1/words?question=q2").text
    assert "1 号店" not in browser.get("/console/surveys/1/photos").text
    assert [each.detail for each in office.audited("survey.void")] == [""]
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"


@pytest.mark.on_sqlite
def test_sheets_answered_too_fast_are_found_by_an_index_of_their_own(office) -> None:
    browser, said = answered(office), []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        if "submission.is_fast" in statement.partition("WHERE")[2]:
            said.append((statement, parameters))

    event.listen(office.house.services.database.engine, "before_cursor_execute", note)
    assert browser.get(f"{LIST}?state=fast").status_code == 200
    event.remove(office.house.services.database.engine, "before_cursor_execute", note)
    with office.house.look() as session:
        plans = [
            str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
            for statement, parameters in said
        ]
    assert plans and all("ix_submission_fast" in plan and "TEMP B-TREE" not in plan for plan in plans), plans
