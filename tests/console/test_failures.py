"""When something of ours fails: a page in words that keeps what was written, on the console and inside WeChat."""

import io
import re
import sqlite3

import pytest
from flask import Blueprint, abort, request
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from config.app import FEATURES
from config.settings import ROOT
from console import access
from console.permissions import SIGNED_IN
from tests.conftest import House
from tests.h5 import Browser as Phone
from tests.office import Browser, Office
from wechat_bot import oauth
from wechat_bot.feature import Feature
from wechat_bot.unsaved_input import SECRET

WORDS = "明天上午九点<送货>，请在店里。\n第二行"
STATUSES = (400, 404, 405, 413, 429, 500, 503)
#: What a page says of a failure is the same on every database.
ONCE = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
FORM = {"content": WORDS, "kind": "all", "password": "correct horse", "code": "123456", "do": "save"}


def broken() -> Feature:
    """A feature whose pages fail in every way that its address names."""
    console, mobile = Blueprint("broken", __name__), oauth.pages("broken_mobile", __name__)

    @console.route("/console/broken/<int:status>", methods=("GET", "POST"))
    @access.allow(SIGNED_IN, upload=2000)
    def desk(status: int) -> str:
        return fail(status)

    @mobile.route("/m/broken/<int:status>", methods=("GET", "POST"))
    def pocket(status: int) -> str:
        oauth.who()
        return fail(status)

    def fail(status: int) -> str:
        assert request.form.get("content") != "x"
        if status == 503:
            raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error"))
        if status == 500:
            raise LookupError("secret of the inside")
        abort(status)

    return Feature(name="broken", forgets=None, console=console, mobile=mobile)


BROKEN = (*FEATURES, broken())


@pytest.fixture
def house(build) -> House:
    return build(features=BROKEN)


@pytest.fixture
def browser(house) -> Browser:
    office = Office(house)
    office.user("admin", "admin")
    return office.browser("admin")


@pytest.mark.on_sqlite
@ONCE
def test_a_page_of_the_console_that_fails_says_so_in_words_and_keeps_what_was_written(browser) -> None:
    for status in STATUSES:
        path = f"/console/broken/{status}"
        looked = browser.get(path)
        assert looked.status_code == status
        assert "。" in looked.text
        told = browser.post(path, {name: FORM[name] for name in ("content", "kind", "do")})
        assert told.status_code == status
        assert ("编号" in told.text) == (status >= 500)
        assert "secret of the inside" not in told.text
        assert "明天上午九点&lt;送货&gt;，请在店里。\n第二行</textarea>" in told.text
        assert '<input type="hidden" name="do" value="save">' in told.text
        assert f'<form class="card-body" method="post" action="{path}">' in told.text
        assert "再发一次" in told.text
        back = "/console/visits?search=%E9%80%81%E8%B4%A7"
        carried = browser.post(path, {"content": WORDS, "back": back}).text
        assert f'<input type="hidden" name="back" value="{back}">' in carried, "nobody wrote this: it goes along unseen"
        piece = browser.post(path, FORM, headers={"HX-Request": "true"})
        assert piece.status_code == status
        assert '<div class="alert alert-danger" role="alert">' in piece.text
        assert "<html" not in piece.text


@pytest.mark.on_sqlite
@ONCE
def test_a_page_inside_wechat_that_fails_does_the_same(house) -> None:
    wang = Phone(house, house.phone("王建国"))
    wang.open("/m/me")
    with wang.client.session_transaction(base_url=house.settings.public_url) as cookie:
        token = cookie["h5"]["form"]
    for status in STATUSES:
        form = {"form_token": token, "content": WORDS, "kind": "all", "do": "send"}
        told = wang.post(f"/m/broken/{status}", form)
        assert told.status_code == status
        assert ("编号" in told.text) == (status >= 500)
        assert "secret of the inside" not in told.text
        assert "明天上午九点&lt;送货&gt;，请在店里。\n第二行</textarea>" in told.text
        assert f'name="form_token" value="{token}"' in told.text
        assert '<input type="hidden" name="do" value="send">' in told.text
        assert "default-src 'none'" in told.headers["Content-Security-Policy"]
    expired = wang.post("/m/broken/500", {"form_token": "of yesterday", "content": WORDS})
    assert expired.status_code == 403
    assert "第二行</textarea>" in expired.text
    assert f'name="form_token" value="{token}"' in expired.text


@pytest.mark.on_sqlite
@ONCE
def test_secrets_and_what_another_site_sent_do_not_come_back_and_a_book_comes_back_shortened(browser) -> None:
    told = browser.post("/console/broken/500", FORM)
    assert WORDS.splitlines()[1] in told.text
    assert "correct horse" not in told.text
    assert "123456" not in told.text
    assert "再发一次" not in told.text
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
        assert "第二行" not in browser.post("/console/broken/500", FORM, headers=headers).text
    expired = browser.post("/console/broken/500", {"content": WORDS}, token="of yesterday")
    assert expired.status_code == 400
    assert "第二行</textarea>" in expired.text
    assert f'name="form_token" value="{browser.token}"' in expired.text
    browser.post("/console/sign-out")
    out = browser.post("/console/broken/500", {"content": WORDS})
    assert out.status_code == 401
    assert "登录已过期" in out.text
    assert "第二行</textarea>" in out.text
    photo = {"content": WORDS, "photo": FileStorage(io.BytesIO(b"x" * 3_000_000), "柜台.jpg")}
    boundary, body = encode_multipart(photo)
    kind = f"multipart/form-data; boundary={boundary}"
    out = browser.client.post("/console/visits/groups/new", data=body, content_type=kind)
    assert out.status_code == 401
    assert "第二行</textarea>" in out.text
    assert "文件请重新选" in out.text
    assert browser.post("/console/broken/500", {"do": "x"}).location == "/console/sign-in"
    browser.sign_in("admin")
    book = browser.post("/console/broken/500", {"content": "书" * 20_000})
    assert book.status_code == 413 or "书" in book.text
    many = browser.post("/console/users/new", {f"field{n}": "长长的一段话" * 4 for n in range(900)})
    assert len(many.text) < 400_000


def test_no_template_has_a_secret_field_that_would_come_back() -> None:
    names = set()
    for template in ROOT.glob("*/templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        for each in re.findall(r"<input[^>]*>|kit\.field\([^)]*\)", text):
            if "password" in each or "one-time-code" in each:
                found = re.search(r'name="(\w+)"', each) or re.search(r'kit\.field\("[^"]*", "(\w+)"', each)
                names |= {found[1]} if found else set()
    assert names
    assert names <= SECRET


@ONCE
def test_the_callback_keeps_its_own_answers_and_nobody_meets_a_foreign_page(house) -> None:
    client = house.app.test_client()
    assert client.post("/wechat", data=b"x").text == "forbidden"
    assert client.put("/wechat").status_code == 405
    assert "Method Not Allowed" in client.put("/wechat").text
    for path in ("/m/nothing", "/nothing", "/", "/static/", "/static/nothing.css"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "没有这一页" in answer.text
    assert "不能这样打开" in client.post("/static/console/console.css").text


@pytest.mark.on_sqlite
@ONCE
def test_every_answer_says_that_https_is_to_be_used(build) -> None:
    house = build(features=BROKEN, public_url="https://wx.example.com")
    Office(house).user("admin", "admin")
    client = house.app.test_client()
    paths = ("/console/sign-in", "/console/", "/m/me", "/m/privacy", "/m/nothing", "/nothing", "/healthz", "/wechat")
    for path in (*paths, "/static/console/console.css", "/static/none.css", "/m/broken/500"):
        answer = client.get(path, base_url="https://wx.example.com", buffered=True)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")), cookie
    plain = build().app.test_client().get("/console/sign-in")
    assert "Strict-Transport-Security" not in plain.headers
