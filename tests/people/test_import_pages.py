"""What an import of a roster asks and shows before it is written: columns, near names, every change, mistakes."""

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from people.models import Retailer, RosterWord
from tests.office import ROSTER, both_ways
from tests.people.test_pages import upload

THEIRS = ROSTER.replace("许可证号,店名,店主,手机", "专卖证编码,商户名称,经营者,联系电话").replace(
    "客户类型", "终端业态"
)


def checked(office, browser, text: str) -> str:
    page = upload(browser, text).location
    office.work()
    browser.get(page)
    return page


def choices(page: str) -> list[tuple[str, str]]:
    """The headings of a file, each with the field that is chosen for it."""
    rows = re.findall(r"<b>([^<]+)</b></td>.*?<select(.*?)</select>", page, re.S)
    return [(heading, (re.findall(r'value="([^"]*)" selected', options) or [""])[0]) for heading, options in rows]


def confirmed(office, browser, page: str) -> str:
    done = browser.post(f"{page}/confirm")
    assert done.status_code == 303, done.text
    office.work()
    return done.location


def test_headings_nobody_knows_are_asked_for_and_remembered_for_the_next_file(office) -> None:
    browser = office.browser("market")
    page = checked(office, browser, THEIRS.replace("王建国", "王建军"))
    told = browser.get(page).text
    assert "有几列要您说明" in told and "许可证号、店名、店主、手机、客户类型" in told and "确认导入" not in told
    assert "城南便利店、老李食杂店" in told
    offered = choices(told)
    assert ("商户名称", "店名") in offered and ("联系电话", "手机") in offered and ("终端业态", "客户类型") in offered
    fields = {f"column-{at}": field for at, (_, field) in enumerate(offered)}
    lacking = browser.post(f"{page}/columns", fields | {"column-1": ""})
    assert lacking.status_code == 422 and "还没有说哪一列是：店名" in lacking.text
    assert dict(choices(lacking.text))["联系电话"] == "手机"
    twice = browser.post(f"{page}/columns", fields | {"column-2": "店名"})
    assert "有两列都选了“店名”" in twice.text
    again = browser.post(f"{page}/columns", fields)
    assert again.status_code == 303 and again.location != page
    office.work()
    assert "王建军" in browser.get(again.location).text
    confirmed(office, browser, again.location)
    assert "王建军" in browser.get("/console/people").text
    # The next file with these headings is read at once; somebody may still say that one is another.
    page = checked(office, browser, THEIRS.replace("王建国", "王建民"))
    told = browser.get(page).text
    assert "检查通过" in told and "王建民" in told and ("商户名称", "店名") in choices(told)
    with office.house.look() as session:
        assert ("columns", "商户名称", "店名") in [
            (word.kind, word.said, word.means) for word in session.scalars(select(RosterWord))
        ]
        assert "地址" not in session.scalars(select(RosterWord.said)).all()


def test_every_change_is_shown_before_and_after_in_pages_and_by_what_becomes_of_it(office) -> None:
    browser = office.browser("market")
    more = "".join(f"3508022{n:05},东门{n}号店,陈东,13600009999,东门,江山片,普通终端,,\n" for n in range(60))
    changed = ROSTER.replace("13600008899", "13600000000").replace("江山片,优质终端", "城区一片,优质终端") + more
    page = checked(office, browser, changed)
    figures = dict(re.findall(r">(\S+) <b>(\d+)</b></a>", browser.get(page).text))
    assert figures == {"全部改动": "62", "新增": "60", "更新": "2", "换片区": "1", "不变": "1"}
    assert sum(map(len, both_ways(browser, page, r"<td[^>]*>(3508\d{8})<"))) == 62
    assert len(both_ways(browser, f"{page}?kind=new", r"<td[^>]*>(3508\d{8})<")) == 2
    updated = browser.get(f"{page}?kind=changed").text
    assert "<dt>手机</dt><dd><del>13600008899</del> → <ins>13600000000</ins></dd>" in updated
    moved = browser.get(f"{page}?kind=moved").text
    assert "<del>江山片</del> → <ins>城区一片</ins>" in moved and "<ins>13600000000" not in moved
    assert "老李食杂店" in browser.get(f"{page}?kind=unchanged").text
    assert re.findall(r"<td[^>]*>(3508\d{8})<", browser.get(f"{page}?search=东门7号").text) == ["350802200007"]
    assert "后面没有了" not in browser.get(f"{page}?after=x&kind=nobody").text


def test_names_like_ones_we_know_are_asked_about_and_what_is_said_holds_and_is_remembered(office) -> None:
    browser = office.browser("market")
    near = ROSTER.replace("城区一片,现代终端,陈志强,13900002201", "城区１片区,现代　终端店,陈志强,13900002299")
    page = checked(office, browser, near)
    told = browser.get(page).text
    assert "新片区“城区1片区”：像“城区一片”？" in told or "新片区“城区１片区”：像“城区一片”？" in told
    assert "新客户类型“" in told and "像“现代终端”？" in told
    assert "新客户经理“陈志强 13900002299”：像“陈志强 13900002201”？" in told
    assert "确认导入" not in told and "要您先说明" in browser.post(f"{page}/confirm").text
    assert "每一个都要说明" in browser.post(f"{page}/twins", {"twin-0": "same"}).text
    again = browser.post(f"{page}/twins", {f"twin-{at}": "same" for at in range(3)}).location
    office.work()
    settled = browser.get(again).text
    assert "确认导入" in settled and re.findall(r"不变 <b>(\d+)", settled) == ["3"]
    confirmed(office, browser, again)
    assert len(browser.get("/console/people/areas").text.split("城区")) > 1
    assert "城区1片区" not in browser.get("/console/people/areas").text
    # Areas and classes are known from now on; a phone is asked about again. What was said can be taken back.
    page = checked(office, browser, near)
    told = browser.get(page).text
    assert told.count("就是它") == 3 and "按原来说的，片区“城区" in told
    twins = re.findall(r'name="(twin-\d)" value="same"', told)
    again = browser.post(f"{page}/twins", dict.fromkeys(dict.fromkeys(twins), "new")).location
    office.work()
    assert "新片区：" in browser.get(again).text and "新客户类型：" in browser.get(again).text
    confirmed(office, browser, again)
    shop = browser.get("/console/people/shops/350802100001").text
    assert "城区" in shop and "13900002299" in shop


def test_what_was_looked_at_is_imported_or_looked_at_again(office) -> None:
    browser, admin = office.browser("market"), office.browser("admin")
    tagged = ROSTER.replace("经理手机", "经理手机,标签").replace("13900002201\n", "13900002201,\n")
    tagged = tagged.replace("13900002202\n", "13900002202,示范店\n")
    page = checked(office, browser, tagged)
    admin.get("/console/people/tags")
    admin.post("/console/people/tags/new", {"name": "重点"})
    admin.get("/console/people/shops/350802100001")
    assert admin.post("/console/people/shops/350802100001/tags", {"tag": "1", "do": "put"}).status_code == 303
    done = confirmed(office, browser, page)
    told = browser.get(done).text
    assert "未导入" in told and "检查以后名单又有了变化" in told
    assert "重点" in browser.get("/console/people/shops/350802100001").text
    again = re.search(r'href="(/console/people/import/\d+)">看新的检查结果', told)[1]
    office.work()
    assert "<del>重点</del> → " in browser.get(again).text
    done = confirmed(office, browser, again)
    assert "导入好了" in browser.get(done).text


def test_the_shops_of_an_import_are_one_press_away(office) -> None:
    browser = office.browser("market")
    office.house.later(hours=1)
    page = checked(
        office, browser, ROSTER.replace("王建国", "王建军") + "350802100009,新店,陈东,13600009999,,江山片,普通终端,,\n"
    )
    told = browser.get(confirmed(office, browser, page)).text
    assert "新增 1 家，更新 1 家，不变 2 家。" in told
    shops = re.search(r'href="(/console/people\?brought=\d+)">看这 2 家', told)[1]
    listed = browser.get(shops).text
    assert re.findall(r">(3508\d{8})<", listed) == ["350802100001", "350802100009"] and "导入的店" in listed
    assert "350802100002" in browser.get("/console/people?brought=99999999999999999999").text
    assert (
        "没有符合的店" in browser.get("/console/people?brought=1").text
        or "还没有" in browser.get("/console/people?brought=1").text
    )


@pytest.mark.on_sqlite
def test_a_file_with_mistakes_says_that_nothing_was_imported_and_comes_back_with_them_marked(office) -> None:
    browser = office.browser("market")
    wrong = "名单,,,,,,,,\n" + ROSTER.replace("13600008899", "1360").replace("江山片", "")
    page = checked(office, browser, wrong)
    told = browser.get(page).text
    assert "有错，未导入。" in told and "D3 手机“1360”" in told and "F5 片区没有填" in told
    file = browser.get(f"/console/tasks/{page.rpartition('/')[2]}/file")
    assert file.status_code == 200
    sheet = load_workbook(io.BytesIO(file.data)).active
    assert (sheet["D3"].value, sheet["D3"].fill.fgColor.rgb) == ("1360", "FFFBD5D5")
    assert sheet["A3"].fill.fgColor.rgb != "FFFBD5D5"
    assert (sheet["J2"].value, sheet["J3"].value) == ("要改什么", "手机“1360”不是 11 位手机号（座机要带区号）")
    sheet["D3"], sheet["F5"] = "13600008899", "江山片"
    target = io.BytesIO()
    sheet.parent.save(target)
    browser.get("/console/people/import")
    target.seek(0)
    page = browser.post("/console/people/import", {"file": (target, "改好.xlsx")}).location
    office.work()
    assert re.findall(r"不变 <b>(\d+)", browser.get(page).text) == ["3"]
    assert "有错，未导入" in browser.get("/console/tasks").text


@pytest.mark.on_sqlite
def test_many_mistakes_come_in_pages(office) -> None:
    browser = office.browser("market")
    rows = "".join(f"3508022{n:05},店{n},陈东,1,东门,江山片,普通终端,,\n" for n in range(230))
    page = checked(office, browser, ROSTER + rows)
    assert "共 230 处要改" in browser.get(page).text
    found = both_ways(browser, page, r"<li>(D\d+) 手机")
    assert sum(map(len, found)) == 230 and len(found) == 5


def test_what_somebody_said_and_a_files_changes_go_with_a_shop_that_is_erased(office) -> None:
    browser = office.browser("market")
    page = checked(office, browser, ROSTER.replace("店主", "城南便利店"))
    offered = choices(browser.get(page).text)
    fields = {f"column-{at}": field or "店主" for at, (_, field) in enumerate(offered)}
    again = browser.post(f"{page}/columns", fields).location
    office.work()
    kept = office.task(int(again.rpartition("/")[2])).result["kept"]
    path = office.house.services.files_folder / kept
    assert path.is_file() and browser.get(again).status_code == 200
    assert office.house.flask("people", "erase", "350802100001", "--shop", "--yes").exit_code == 0
    assert not path.exists()
    assert "城南便利店" not in browser.get(again).text
    with office.house.look() as session:
        assert not session.scalars(select(RosterWord).where(RosterWord.said == "城南便利店")).all()
        assert session.scalars(select(Retailer.id)).all()
