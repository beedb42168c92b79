"""Doing something in the console: kept and written down together or not at all, refused on the page it came from."""

import pytest
from flask import Blueprint, render_template_string, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from config.app import FEATURES
from console import access, act
from console.models import User
from foundation.errors import Refused
from people.models import Tag
from people.permissions import TAGS_EDIT
from tests.office import Browser, Office
from wechat_bot.feature import Feature

PAGE = """{% extends "console/layout.html" %}{% block content %}<form method="post">{{ kit.token() }}
<input name="name" value="{{ request.form.name }}"></form>{% endblock %}"""


def toy() -> Feature:
    """A feature with one form, which writes a tag down."""
    pages = Blueprint("toy", __name__)

    @pages.route("/console/toy", methods=("GET", "POST"))
    @access.allow(TAGS_EDIT)
    def edit() -> ResponseReturnValue:
        return act.form(save, page)

    @pages.post("/console/toy/silently")
    @access.allow(TAGS_EDIT)
    def silently() -> ResponseReturnValue:
        with act.transaction() as (session, _, _):
            session.add(Tag(name="静悄悄", is_mirrored=False))
        return act.done(url_for("toy.edit"))

    def save() -> ResponseReturnValue:
        with act.transaction() as (session, now, note):
            name = request.form["name"]
            session.add(Tag(name=name, is_mirrored=False))
            session.flush()
            note("tag.save", "tag:1", f"{name} {now:%H:%M}")
            if len(name) > 4:
                raise Refused("名字太长。")
        return act.done(url_for("toy.edit"), f"“{name}”已保存。")

    def page(error: Refused | None) -> str:
        return render_template_string(PAGE, error=error)

    return Feature(name="toy", forgets=None, console=pages)


TOY = (*FEATURES, toy())


@pytest.fixture
def office(build) -> Office:
    office = Office(build(features=TOY))
    office.user("admin", "admin")
    return office


@pytest.fixture
def admin(office: Office) -> Browser:
    browser = office.browser("admin")
    browser.get("/console/toy")
    return browser


def tags(office: Office) -> list[str]:
    with office.house.look() as session:
        return list(session.scalars(select(Tag.name)))


@pytest.mark.on_sqlite
def test_what_is_done_is_written_down_with_who_and_when_and_the_next_page_says_so(office, admin) -> None:
    answer = admin.post("/console/toy", {"name": "示范店"})
    assert (answer.status_code, answer.location) == (303, "/console/toy")
    assert "“示范店”已保存。" in admin.get("/console/toy").text
    [entry] = office.audited("tag.save")
    now = office.house.clock()
    assert (entry.who, entry.about, entry.detail) == ("admin", "tag:1", f"示范店 {now:%H:%M}")
    assert (entry.at, entry.address) == (now, "127.0.0.1")
    assert tags(office) == ["示范店"]


def test_what_is_refused_is_said_on_its_page_with_what_was_written_and_nothing_is_kept(office, admin) -> None:
    answer = admin.post("/console/toy", {"name": "一家很好的店"})
    assert answer.status_code == 422
    assert "名字太长。" in answer.text
    assert 'value="一家很好的店"' in answer.text
    assert tags(office) == [] and office.audited("tag.save") == []


@pytest.mark.on_sqlite
def test_what_is_not_written_down_is_not_done(office, admin) -> None:
    assert admin.post("/console/toy/silently").status_code == 500
    assert tags(office) == []


@pytest.mark.on_sqlite
def test_what_cannot_be_read_is_refused_and_never_taken_for_not_given(office, admin) -> None:
    admin.get("/console/users/new")
    for area in ("全部", "-1", "1 OR 1"):
        answer = admin.post("/console/users/new", {"login": "intern", "name": "实习生", "role": "reader", "area": area})
        assert answer.status_code == 422
        assert "没有看懂选的是哪个片区" in answer.text
    with office.house.look() as session:
        assert list(session.scalars(select(User.name))) == ["admin"]
