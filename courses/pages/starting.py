"""Console pages on which a course is begun: with a title, from a ready-made one, from a file, as a copy of another; and
a draft is deleted."""

import io
from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages, importing
from courses.actions import authoring, loading
from courses.actions.loading import WrittenCourse
from courses.export.template import template
from courses.pages.course import found_course
from courses.permissions import COURSES_WRITE
from courses.queries import listing
from courses.rules import ready_made, recordings
from courses.rules.definition import CourseDefinition
from courses.texts import report as texts
from foundation.errors import Refused
from foundation.text import file_name
from questions.authoring.head import LONGEST_TITLE
from wechat_bot.services import current_services

LARGEST = 60 << 20
"""Bytes of a file together with the media that go with it."""
TOLD = 5
"""How many of the things that were left out of a file are told."""


@access.allow(COURSES_WRITE, upload=LARGEST)
def new() -> ResponseReturnValue:
    """Show every way to begin a course; a posted file becomes a draft, and nobody learns it before it is published."""
    return act.form(_load, _page)


@access.allow(COURSES_WRITE)
def start() -> ResponseReturnValue:
    """Begin a draft with nothing but a title, or with a ready-made course."""
    return act.form(_start, _page)


@access.allow(COURSES_WRITE)
def copy(course_id: int) -> ResponseReturnValue:
    """Begin a draft with the lessons and rules of another course; its times are not copied."""
    found = found_course(course_id).draft
    title = authored_pages.copied(found.title)
    with act.transaction() as (session, now, note):
        copied = replace(found, title=title, opens_at=None, closes_at=None)
        course_id = authoring.load(session, copied, who=access.visitor().name, now=now).id
        note("course.start", f"course:{course_id}", title)
    return act.done(
        url_for("courses_pages.settings", course_id=course_id), f"已复制成《{title}》，时间没有复制，请重新填。"
    )


@access.allow(COURSES_WRITE)
def discard(course_id: int) -> ResponseReturnValue:
    """Delete a draft that was never published."""
    found = found_course(course_id)
    with act.transaction() as (session, _, note):
        authoring.discard(session, course_id, stamp=request.form.get("stamp", -1, type=int))
        note("course.discard", f"course:{course_id}", found.title)
    return act.done(url_for("courses_pages.course_list"), f"草稿《{found.title}》已删除。")


@access.allow(COURSES_WRITE)
def template_file() -> ResponseReturnValue:
    """Send the Excel template of a course."""
    return access.download(io.BytesIO(template()), "微课模板.xlsx")


def uploaded() -> WrittenCourse:
    """Read the uploaded file with the media that were chosen along with it. Raises Refused."""
    given = importing.uploaded()
    beside = {file_name(each.filename, ""): each for each in request.files.getlist("media") if each.filename}

    def content(name: str) -> bytes | None:
        found = beside.get(file_name(name, ""))
        return found.stream.read(recordings.LARGEST + 1) if found else None

    return loading.read(given.read(), given.filename or "", content, current_services().zone)


def told(written: WrittenCourse) -> str:
    """Return what to say of the things that were left out of a file; empty where nothing was."""
    more = len(written.notes) - TOLD
    said = [*written.notes[:TOLD], *([f"还有 {more} 处。"] if more > 0 else [])]
    return f"没能照搬的：{' '.join(said)}" if said else ""


def _load() -> ResponseReturnValue:
    written = uploaded()
    with act.transaction() as (session, now, note):
        who, folder = access.visitor().name, current_services().media_folder
        course = loading.begin(session, folder, written, who=who, now=now)
        note("course.load", f"course:{course.id}", course.title)
    said = f"已保存为草稿，还没有发给任何人。请看一遍，再发布。{told(written)}"
    return act.done(url_for("courses_pages.lessons", course_id=course.id), said)


def _start() -> ResponseReturnValue:
    kept = ready_made.named(request.form.get("ready", ""))
    begun = kept.definition if kept else CourseDefinition(authored_pages.title())
    with act.transaction() as (session, now, note):
        course = authoring.load(session, begun, who=access.visitor().name, now=now)
        note("course.start", f"course:{course.id}", begun.title)
    if kept is None:
        return act.done(url_for("courses_pages.settings", course_id=course.id))
    said = f"已用模板“{begun.title}”建好草稿，各课和规则都可以改。"
    return act.done(url_for("courses_pages.lessons", course_id=course.id), said)


def _page(error: Refused | None) -> str:
    services, sought = current_services(), request.args.get("earlier", "").strip()
    with services.reading() as session:
        earlier = listing.page(session, now=services.clock(), search=sought, limit=authored_pages.EARLIER)
    return render_template(
        "courses/console/new.html",
        ready_made=ready_made.ready_made(),
        earlier=earlier.lines,
        sought=sought,
        longest=LONGEST_TITLE,
        texts=texts,
        error=error,
    )
