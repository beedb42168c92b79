"""Binding codes on paper: asked for in the console, made by a worker, read back from the sheets."""

import io
import re
import zipfile

import pypdfium2
import pytest
import zxingcpp

from people import cards, codes
from people.models import BindCode
from tests.people.test_pages import number_of


def texts_and_codes(pdf: bytes) -> tuple[str, list[str]]:
    """What a sheet says, and what its codes hold."""
    document = pypdfium2.PdfDocument(pdf)
    said, held = "", []
    for page in document:
        said += page.get_textpage().get_text_bounded()
        held += [each.text for each in zxingcpp.read_barcodes(page.render(scale=2).to_pil())]
    return said, held


def print_all(office, browser, **chosen) -> bytes:
    browser.get("/console/people/codes", query_string=chosen)
    asked = browser.post("/console/people/codes", chosen)
    assert asked.status_code == 303
    office.work()
    task = office.task(number_of(asked.location))
    assert task.state == "done", task.error
    return browser.get(f"{asked.location}/file").data


def test_the_cards_of_an_area_are_printed_and_each_code_binds_its_shop(office) -> None:
    zhou = office.browser("zhou")
    page = zhou.get("/console/people/codes").text
    assert "<dt>店铺</dt><dd>2<small>家" in page and "<dt>A4 纸</dt><dd>1<small>张" in page
    # The picture shows what is printed, without a code that could be used.
    drawn = re.findall(r"<text [^>]*>([^<]*)</text>", page)
    assert {"城南便利店", "王老板 收", "许可证 3508 **** 0001", "老李食杂店"} <= set(drawn)
    assert page.count('<use href="#code"') == 2 and "王建国" not in page.partition("<svg class")[2]
    said, held = texts_and_codes(print_all(office, zhou))
    assert "城南便利店" in said
    assert "王老板" in said
    assert "王建国" not in said
    assert "3508 **** 0001" in said
    assert "350802100001" not in said
    assert "小王超市" not in said
    assert len(held) == 2
    keepers = [office.house.phone(name) for name in ("甲", "乙")]
    answers = [keeper.scan(url).text for keeper, url in zip(keepers, held, strict=True)]
    assert sum("城南便利店" in answer for answer in answers) == 1
    assert sum("老李食杂店" in answer for answer in answers) == 1
    assert [entry.detail for entry in office.audited("codes.print")] == ["全部零售户 2 家"]


def test_a_shop_printed_again_keeps_its_code_and_wechat_is_not_asked_again(office) -> None:
    market = office.browser("market")
    _, first = texts_and_codes(print_all(office, market, bound="no"))
    scenes = len(office.house.sim.desk.world.scenes)
    _, again = texts_and_codes(print_all(office, market, manager=str(office.manager("陈志强"))))
    assert set(again) < set(first)
    assert len(again) == 2
    assert len(office.house.sim.desk.world.scenes) == scenes


def test_what_wechat_made_before_it_refused_is_kept_and_the_next_wish_goes_on_from_there(office) -> None:
    market = office.browser("market")
    market.get("/console/people/codes")
    # Of the three calls one is refused; what the others brought is kept.
    office.house.sim.faults.add("/cgi-bin/qrcode/create", "errcode", value=45009, times=1)
    asked = market.post("/console/people/codes")
    office.work()
    assert "今天的接口调用次数已用完" in office.task(number_of(asked.location)).error
    with office.house.look() as session:
        assert session.query(BindCode).count() == 2
    assert len(texts_and_codes(print_all(office, market))[1]) == 3


@pytest.mark.on_sqlite
def test_no_more_codes_are_asked_for_than_an_account_may_have(office, monkeypatch) -> None:
    monkeypatch.setattr(codes, "MOST_CODES", codes.KEPT_BACK + 2)
    market = office.browser("market")
    market.get("/console/people/codes")
    asked = market.post("/console/people/codes")
    office.work()
    assert "只剩 2 个" in office.task(number_of(asked.location)).error
    with office.house.look() as session:
        assert session.query(BindCode).count() == 0


def test_many_cards_become_several_books_of_whole_sheets(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(cards, "BOOK", 16)
    card = codes.BindingCard("350802100001", "城南便利店", "王建国", "城区一片", "陈志强", "http://weixin.qq.com/q/x")
    path = tmp_path / "cards"
    assert cards.write(path, "新罗烟草服务号", [card] * 33) == (33, ".zip")
    with zipfile.ZipFile(path) as packed:
        books = [pypdfium2.PdfDocument(io.BytesIO(packed.read(name))) for name in sorted(packed.namelist())]
    assert [len(book) for book in books] == [2, 2, 1]
    assert [each.name for each in tmp_path.iterdir()] == ["cards"]


@pytest.mark.on_sqlite
def test_nothing_to_print_is_said_at_once(office) -> None:
    market = office.browser("market")
    page = market.get("/console/people/codes?bound=yes").text
    assert "没有符合的店" in page
    assert re.search("没有店", market.post("/console/people/codes", {"bound": "yes"}).text)
