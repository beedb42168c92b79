"""A picture put with words goes along with them: while a form comes back, and into a note."""

import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from simulator.phone import PIXEL
from tests.h5 import Browser
from tests.office import Browser as Desktop
from tests.office import Office
from visits.models.groups import VisitGroup
from visits.models.requests import Message


@pytest.fixture
def asked(asked):
    asked.own, asked.page = Browser(asked.house, asked.wang), Browser(asked.house, asked.chen)
    asked.office = Office(asked.house)
    asked.office.staff()
    return asked


def photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(PIXEL), "a.png"


def written(town) -> list[tuple[str, str, bool]]:
    with town.house.look() as session:
        rows = session.execute(select(Message.kind, Message.content, Message.is_note).order_by(Message.id).offset(1))
        return [(kind, content, is_note) for kind, content, is_note in rows]


def fields(page: str) -> dict[str, str]:
    """What the form for an answer carries."""
    form = page[page.index('id="answer"') :] if 'id="answer"' in page else page
    found = re.findall(r'<input type="hidden" name="(token|seen|looked)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def kept_picture(browser: Desktop, page: str) -> int:
    [address] = set(re.findall(r'src="(/console/visits/kept/[^"]+)"', page))
    return browser.get(address).status_code


@pytest.mark.on_sqlite
def test_a_shop_chooses_its_photo_once_whatever_is_wrong_with_its_words(asked) -> None:
    asked.own.open("/m/visits/mine")
    shown = asked.own.send("write", content="长" * 601, photo=photo())
    assert "照片还在" in shown and "长长长" in shown
    [address] = re.findall(r'src="(/m/visits/kept/[^"]+)"', asked.own.page.text)
    assert asked.own.get(address).data == PIXEL
    asked.page.open(f"/m/visits/{asked.n}")
    assert asked.page.get(address).status_code == 404
    asked.own.send("write", content="柜台灯不亮了")
    assert written(asked) == [("text", "柜台灯不亮了", False), ("image", "", False)]
    # What is not wanted any more does not go along.
    asked.own.open("/m/visits/mine")
    asked.own.send("write", content="长" * 601, photo=photo())
    assert "照片还在" not in asked.own.send("drop_photo", content="算了")
    asked.own.send("write", content="还有一件事")
    assert written(asked)[2:] == [("text", "还有一件事", False)]


@pytest.mark.on_sqlite
def test_a_photo_in_the_console_is_kept_with_a_form_that_comes_back(asked) -> None:
    chen, path = asked.office.browser("chen"), f"/console/visits/{asked.n}"
    form = fields(chen.get(path).text)
    asked.wang.say("还缺三条,快一点")
    came = chen.post(path, form | {"do": "answer", "content": "明早到", "photo": photo()})
    assert came.status_code == 409 and "照片还在" in came.text and kept_picture(chen, came.text) == 200
    assert kept_picture(asked.office.browser("zhou"), came.text) == 404
    again = fields(came.text)
    assert again["token"] == form["token"]
    assert chen.post(path, again | {"do": "answer", "content": "明早到"}).status_code == 303
    assert written(asked)[-2:] == [("text", "明早到", False), ("image", "", False)]
    # Not wanted any more, it stays behind.
    form = fields(chen.get(path).text)
    back = chen.post(path, form | {"do": "answer", "content": "{截止}长" * 300, "photo": photo()})
    assert back.status_code == 422 and "照片还在" in back.text
    assert (
        chen.post(path, fields(back.text) | {"do": "answer", "content": "好的", "drop_photo": "1"}).status_code == 303
    )
    assert written(asked)[-1] == ("text", "好的", False)


@pytest.mark.on_sqlite
def test_a_picture_with_a_note_is_kept_with_the_note_and_no_shop_sees_it(asked) -> None:
    chen, path = asked.office.browser("chen"), f"/console/visits/{asked.n}"
    form = fields(chen.get(path).text)
    assert chen.post(path, form | {"do": "note", "content": "柜台就这样", "photo": photo()}).status_code == 303
    assert written(asked) == [("text", "柜台就这样", True), ("image", "", True)]
    assert "bubble__picture" in chen.get(path).text
    asked.page.open(f"/m/visits/{asked.n}")
    asked.page.send("note", content="又拍了一张", photo=photo())
    assert written(asked)[2:] == [("text", "又拍了一张", True), ("image", "", True)]
    assert "bubble__picture" not in asked.own.open("/m/visits/mine")
    assert asked.news(asked.wang) == []


def test_a_photo_for_many_is_kept_while_their_number_is_looked_at(asked) -> None:
    chen, path = asked.office.browser("chen"), "/console/visits/groups/new"
    chen.get(path)
    looked = chen.post(path, {"whom": "all", "content": "明天上门", "token": "g1", "do": "look", "photo": photo()})
    assert "照片还在" in looked.text and kept_picture(chen, looked.text) == 200
    sent = chen.post(path, {"whom": "all", "looked": "all", "content": "明天上门", "token": "g1", "do": "send"})
    assert sent.status_code == 303
    with asked.house.look() as session:
        assert session.scalars(select(VisitGroup.media_key)).one() is not None
