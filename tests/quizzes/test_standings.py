"""Who took a quiz and how: the list of attempts, the page of one, who has not begun, the ranking and its screen."""

import re
from html import unescape

import pytest
from sqlalchemy import event, insert, select, update

from people.models import Area, Retailer
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Standing
from quizzes.queries import ranking as queries
from quizzes.rules import ranking
from tests.office import Office, both_ways, file_of
from tests.quizzes.conftest import School

PAPER = """
title: 排名赛
minutes: 15
attempts: 2
pass: 85
questions:
  - {code: k1, type: truth, text: 许可证可以转借。, answer: false, points: 80, tags: [守法]}
  - {code: k2, type: single, text: 封签应贴在哪一面？, options: [正面, 背面, 顶部], answer: 3, points: 10, tags: [封签]}
  - {code: k3, type: fill, text: 许可证延续应提前几天申请？, answer: [三十天], points: 10, tags: [守法]}
"""
HEAD = "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
AREAS = (("城区一片", "陈志强,13900002201"), ("江山片", "林小燕,13900002202"))
SHOPS = 6
#: 100, 90, 90 and 80 points; the third shop takes longer than the second.
REPLIES = (("错", "3", "30天"), ("错", "1", "30天"), ("错", "3", "30元"), ("错", "1", "30元"))
RANK = r'<td class="number[^"]*"[^>]*>(\d+|—)</td>\s*<td'
LIST, RANKING = "/console/quizzes/1/attempts", "/console/quizzes/1/ranking"


@pytest.fixture
def office(build) -> Office:
    """Six shops, the even ones in one area, the odd ones in another; four have taken the quiz."""
    office = Office(build())
    lines = [
        f"3508021000{n:02},{n} 号店,王建{n},136000010{n:02},新罗区,{AREAS[n % 2][0]},普通终端,{AREAS[n % 2][1]}"
        for n in range(SHOPS)
    ]

    def settle() -> None:
        office.import_roster(HEAD + "\n".join(lines) + "\n")
        office.staff()
        office.user("lin", "manager", manager_id=office.manager("林小燕"))
        for n in range(SHOPS):
            phone = office.house.phone(f"店主{n}")
            phone.follow()
            assert "已绑定" in phone.say(f"绑定 3508021000{n:02} 10{n:02}").text
        published(office, PAPER)
        for n, replies in enumerate(REPLIES):
            take(office, n, *replies, minutes=n)
        office.house.tick()

    office.house.lay_out("four of six shops took a quiz", settle)
    return office


def published(office: Office, text: str) -> int:
    return School(office.house, office.house.phone("店主0"), office.house.phone("店主1")).published(text)


def take(office: Office, n: int, *replies: str, minutes: int = 0) -> None:
    """Let a shop begin and answer, the last question after some minutes."""
    phone = office.house.phone(f"店主{n}")
    for said in ("测试", "开始", *replies[:-1]):
        phone.say(said)
    office.house.clock.advance(minutes=minutes)
    phone.say(replies[-1])


def shops(page) -> list[str]:
    """The shops in a list, in order."""
    return re.findall(r'class="one strong"[^>]*>(\d) 号店', page.text)


def ranks(page) -> list[tuple[str, str]]:
    """The ranks of a ranking with their shops, in order."""
    return re.findall(rf'{RANK}[^>]*><a class="one strong"[^>]*>(\d) 号店', page.text)


def attempt_of(office: Office, n: int) -> int:
    with office.house.look() as session:
        statement = select(Attempt.id).join(Retailer).where(Retailer.shop == f"{n} 号店").order_by(Attempt.id.desc())
        return session.scalars(statement).first()


def test_the_list_is_narrowed_by_how_it_went_and_whose_they_are(office) -> None:
    browser = office.browser("market")
    take(office, 4, "错")  # goes on
    chen, area = office.manager("陈志强"), office.area("江山片")
    assert shops(browser.get(LIST)) == ["4", "3", "2", "1", "0"]
    assert shops(browser.get(f"{LIST}?state=passed")) == ["2", "1", "0"]
    assert shops(browser.get(f"{LIST}?state=failed")) == ["3"]
    assert shops(browser.get(f"{LIST}?state=open")) == ["4"]
    assert shops(browser.get(f"{LIST}?state=late")) == []
    assert shops(browser.get(f"{LIST}?area={area}")) == ["3", "1"]
    assert shops(browser.get(f"{LIST}?manager={chen}&state=passed")) == ["2", "0"]
    assert shops(browser.get(f"{LIST}?search=3 号")) == ["3"]
    assert shops(browser.get(f"{LIST}?search=350802100001&state=passed")) == ["1"]
    assert len(shops(browser.get(f"{LIST}?state=odd&area=x&manager=y"))) == 5
    assert "100 / 100" in browser.get(LIST).text
    # What comes when its time is over is found by itself, the result is that of the time.
    office.house.clock.advance(minutes=20)
    assert "没有计分" in office.house.phone("店主4").say("3").text
    assert shops(browser.get(f"{LIST}?state=late")) == ["4"]
    page = browser.get(f"{LIST}/{attempt_of(office, 4)}").text
    assert "到时收卷" in page and "后来又答了“顶部”，晚了 5 分钟，没有计分。" in page
    assert file_of(office, browser, f"{LIST}/export", {"state": "late"})[1][0] == "4 号店"


@pytest.mark.on_sqlite
def test_an_attempt_is_shown_as_it_was_taken_with_the_key_it_was_marked_by(office) -> None:
    browser = office.browser("market")
    page = browser.get(f"{LIST}/{attempt_of(office, 1)}").text
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "A. 正面 选了" in plain and "C. 顶部 答案" in plain and "B. 背面 选了" not in plain
    assert "答： 30天 答案：三十天" in plain and "得分 90 分" in plain
    assert "店主交卷" in plain and "用时 1 分" in plain and "13600001001" in plain
    assert "正在更正" not in plain
    # A second one beside it; the better counts.
    take(office, 1, "对", "1", "30天")
    page = browser.get(f"{LIST}/{attempt_of(office, 1)}").text
    assert "第 2 次" in page and "计入成绩" not in page


def test_who_has_not_begun_is_listed_and_written_to(office) -> None:
    browser = office.browser("market")
    page = browser.get("/console/quizzes/1/not-begun")
    assert re.findall(r">(\d) 号店<", page.text) == ["4", "5"]
    invitation = unescape(re.search(r'href="([^"]+)">邀请他们', page.text)[1])
    assert "not_begun_quiz" in invitation and browser.get(invitation).status_code == 200
    area = office.area("江山片")
    assert re.findall(r">(\d) 号店<", browser.get(f"/console/quizzes/1/not-begun?area={area}").text) == ["5"]
    rows = file_of(office, browser, "/console/quizzes/1/not-begun/export")
    assert [row[0] for row in rows] == ["店名", "4 号店", "5 号店"] and rows[1][-1] == "没有收到邀请"


def test_a_ranking_goes_1_2_2_4(office) -> None:
    browser = office.browser("market")
    assert ranks(browser.get(RANKING)) == [("1", "0"), ("2", "1"), ("2", "2"), ("4", "3")]
    area = office.area("江山片")
    assert ranks(browser.get(f"{RANKING}?area={area}")) == [("1", "1"), ("2", "3")]
    chen = office.manager("陈志强")
    assert ranks(browser.get(f"{RANKING}?manager={chen}")) == [("1", "0"), ("2", "2")]
    rows = file_of(office, browser, f"{RANKING}/export")
    assert [row[:2] for row in rows[1:]] == [(1, "0 号店"), (2, "1 号店"), (2, "2 号店"), (4, "3 号店")]
    # The best attempt counts.
    take(office, 3, "错", "3", "30天")
    assert ranks(browser.get(RANKING))[:2] == [("1", "0"), ("1", "3")]


@pytest.mark.on_sqlite
def test_seconds_rank_only_where_the_quiz_says_so_and_a_ranking_that_is_off_is_nowhere(office) -> None:
    browser = office.browser("market")
    fast = published(office, PAPER.replace("pass: 85", "pass: 85\nby_speed: true").replace("排名赛", "抢答赛"))
    assert office.house.flask("quizzes", "close", "1").exit_code == 0
    for n, replies in enumerate(REPLIES):
        take(office, n, *replies, minutes=n)
    assert ranks(browser.get(f"/console/quizzes/{fast}/ranking")) == [("1", "0"), ("2", "1"), ("3", "2"), ("4", "3")]
    off = published(office, PAPER.replace("pass: 85", "ranking: false").replace("排名赛", "摸底"))
    assert browser.get(f"/console/quizzes/{off}/ranking").status_code == 404
    assert "排行榜" not in browser.get(f"/console/quizzes/{off}/screen").text
    assert "排行榜" not in browser.get(f"/console/quizzes/{off}/attempts").text
    task = browser.post(f"/console/quizzes/{off}/ranking/export")
    office.work()
    assert "没有开排行榜" in browser.get(task.location).text


@pytest.mark.on_sqlite
def test_without_a_pass_mark_nobody_passes_or_fails(office) -> None:
    browser = office.browser("market")
    assert office.house.flask("quizzes", "close", "1").exit_code == 0
    quiz_id = published(office, PAPER.replace("pass: 85", "pass: 0").replace("排名赛", "抢答赛"))
    take(office, 0, "错", "1", "1")
    take(office, 1, "对", "1", "1")
    office.house.tick()
    pages = [browser.get(f"/console/quizzes/{quiz_id}{page}").text for page in ("", "/attempts", "/ranking")]
    pages.append(browser.get(f"/console/quizzes/{quiz_id}/attempts/{attempt_of(office, 1)}").text)
    # On the shop's page it stands before the one it passed.
    pages.append(
        browser.get("/console/people/shops/350802100001").text.split("考了《抢答赛》")[1].split("考了《排名赛》")[0]
    )
    assert [found for page in pages for found in re.findall(".{,20}(?<!不设)合格(?!线).{,20}", page)] == []
    assert "考完" in pages[1]
    assert "考完" in file_of(office, browser, f"/console/quizzes/{quiz_id}/attempts/export", {})[1]
    assert "合格" not in file_of(office, browser, f"/console/quizzes/{quiz_id}/ranking/export", {})[0]


def test_whoever_sees_a_part_sees_that_part_everywhere(office) -> None:
    wu, lin, chen = (office.browser(name) for name in ("zhou", "lin", "chen"))
    for browser, own, others in ((wu, ["2", "0"], 1), (chen, ["2", "0"], 1), (lin, ["3", "1"], 0)):
        assert shops(browser.get(LIST)) == own
        assert [shop for _, shop in ranks(browser.get(RANKING))] == own[::-1]
        assert [rank for rank, _ in ranks(browser.get(RANKING))] == ["1", "2"]
        assert browser.get(f"{LIST}/{attempt_of(office, others)}").status_code == 404
        assert browser.get(f"{LIST}/{attempt_of(office, int(own[0]))}").status_code == 200
        assert re.findall(r">(\d) 号店", browser.get("/console/quizzes/1/screen").text) == own[::-1]
        missing = re.findall(r">(\d) 号店<", browser.get("/console/quizzes/1/not-begun").text)
        assert missing == (["4"] if others else ["5"])
        for where in ("/console/quizzes/1/export", f"{LIST}/export", f"{RANKING}/export"):
            assert browser.post(where).status_code == 403
    assert "13600001000" not in office.browser("intern").get(f"{LIST}/{attempt_of(office, 0)}").text
    # A shop that moves away is not seen any more, and its place stays empty.
    with office.house.services.transaction() as session:
        session.execute(update(Retailer).where(Retailer.shop == "0 号店").values(area_id=office.area("江山片")))
    assert ranks(wu.get(RANKING)) == [("2", "2")]


def test_areas_managers_and_classes_are_ranked_by_the_mean_of_their_shops(office, monkeypatch) -> None:
    browser = office.browser("market")

    def told(by: str) -> list[list[str]]:
        page = browser.get(f"{RANKING}?by={by}").text
        rows = re.findall(r"<tr><td.*?</tr>", page, re.DOTALL)
        return [re.findall(r">([^<>\n]+)(?:</a>)?</td>", row) for row in rows]

    assert told("area") == [["—", "城区一片", "2", "95.0%", "100.0%"], ["—", "江山片", "2", "85.0%", "50.0%"]]
    monkeypatch.setattr(queries, "LEAST", 2)
    assert told("manager") == [["1", "陈志强", "2", "95.0%", "100.0%"], ["2", "林小燕", "2", "85.0%", "50.0%"]]
    assert told("class") == [["1", "普通终端", "4", "90.0%", "75.0%"]]
    take(office, 3, "错", "3", "30天")  # 100 instead of 80: both areas have 95
    office.house.tick()
    assert told("area") == [["1", "城区一片", "2", "95.0%", "100.0%"], ["1", "江山片", "2", "95.0%", "100.0%"]]
    wu = office.browser("zhou")
    assert "江山片" not in wu.get(f"{RANKING}?by=area").text and "林小燕" not in wu.get(f"{RANKING}?by=manager").text


@pytest.mark.on_sqlite
def test_the_screen_shows_the_code_and_names_a_room_may_read(office) -> None:
    browser = office.browser("market")
    page = browser.get("/console/quizzes/1/screen").text
    assert "<svg" in page and "王老板" in page and "100 分" in page
    assert "王建" not in page and "136000" not in page
    assert 'hx-get="/console/quizzes/1/screen/live"' in page
    take(office, 4, "错", "3", "30天")
    piece = browser.get("/console/quizzes/1/screen/live").text
    assert "4 号店" in piece and "<html" not in piece


def test_a_long_ranking_is_paged_both_ways_with_its_ranks(office, monkeypatch) -> None:
    """120 shops with 40 different results, three on each rank."""
    house, browser = office.house, office.browser("market")
    with house.services.transaction() as session:
        area, attempt = session.scalars(select(Area.id)).first(), attempt_of(office, 0)
        made = [
            {"licence": f"3509{n:08d}", "shop": f"{n} 店", "keeper": "", "phone": "", "area_id": area, "class_id": 1}
            | {"bind_token": f"t{n}", "updated_at": house.clock()}
            for n in range(120)
        ]
        ids = session.scalars(insert(Retailer).returning(Retailer.id, sort_by_parameter_order=True), made).all()
        standings = [
            {"quiz_id": 1, "retailer_id": shop, "asked_at": house.clock(), "used": 1, "counted_attempt_id": attempt}
            | {"total": 7000 - n // 3 * 100, "maximum": 10_000, "share": 7000 - n // 3 * 100, "seconds": 60 + n % 3}
            | {"place": ranking.place(7000 - n // 3 * 100, 10_000, 60 + n % 3), "is_passed": False}
            | {"area_id": area, "class_id": 1}
            for n, shop in enumerate(ids)
        ]
        session.execute(insert(Standing), standings)
    pages = both_ways(browser, RANKING, RANK)
    assert [int(rank) for page in pages for rank in page] == [1, 2, 2, 4, *(5 + n // 3 * 3 for n in range(120))]
    assert len(pages) == 3
    # Behind the ranks that are counted the list goes on without; the file has them.
    monkeypatch.setattr(queries, "MOST_RANKED", 60)
    pages = both_ways(browser, RANKING, RANK)
    assert pages[1][-1] == "98" and set(pages[2]) == {"—"}
    assert file_of(office, browser, f"{RANKING}/export")[-1][0] == 122


@pytest.mark.on_sqlite
def test_no_list_no_ending_and_no_turn_of_the_clock_reads_all_rows_of_a_quiz(office) -> None:
    """SQLite keeps no statistics: its plans here are those of a million rows."""
    database, said = office.house.services.database, []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        if statement.startswith("SELECT") and re.search("quiz_(attempt|standing|mistake)", statement):
            said.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    for name in ("market", "lin"):
        browser = office.browser(name)
        for page in (LIST, f"{LIST}?state=late", RANKING, "/console/quizzes/1/not-begun", "/console/quizzes/1/screen"):
            assert browser.get(page).status_code == 200
    take(office, 4, *REPLIES[3])
    assert "错题本里有" in office.house.phone("店主4").say("错题").text
    office.house.tick()
    event.remove(database.engine, "before_cursor_execute", note)
    with office.house.look() as session:
        plans = [
            (statement, str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()))
            for statement, parameters in said
        ]
    # Rows of some ids or shops; those of a manager, one by one; attempts of the clock.
    assert not [
        plan
        for said, plan in plans
        if "json_each" in said and re.search(r"\(quiz_id=\?( AND (place|ended_at)>\?)?\)", plan)
    ]
    assert [plan for said, plan in plans if "(SELECT quiz_standing.place" in said and "retailer_id=?" in plan]
    assert not [plan for _, plan in plans if re.search(r"SCAN quiz_(attempt|standing|mistake)'", plan)]
    late = [plan for said, plan in plans if "has_late = 1" in said and "LIMIT" in said]
    assert late and all("ix_quiz_attempt_late" in plan for plan in late)
