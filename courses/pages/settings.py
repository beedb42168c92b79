"""Console page of a course's rules: title, pace, order, certificate, times, and who learns it."""

from functools import partial
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages, fields
from console.authored_pages import RulesMistaken
from courses.actions import authoring
from courses.pages import course
from courses.permissions import COURSES_WRITE
from courses.queries import requirements
from courses.rules import review
from courses.rules.definition import CourseDefinition
from courses.rules.review import CALLED
from foundation.errors import Refused
from people.picker import short
from people.picker.short import Picked, Picker
from questions.authoring.head import LONGEST_INTRO, LONGEST_TITLE
from wechat_bot.services import Services, current_services

PICKER = Picker(("class", "area", "manager", "tag", "audience"), everybody="全部已绑定的店", legend="哪些店学")
TEXTS = ("title", "intro", "every_days", "at", "opens", "closes")
TICKS = ("ordered", "required", "certificate")
OFFERED = 30
"""How many earlier courses are offered to be finished first."""


@access.allow(COURSES_WRITE)
def settings(course_id: int) -> ResponseReturnValue:
    """Change the rules of the draft."""
    return act.form(partial(_save, course_id), partial(_page, course_id))


def _save(course_id: int) -> ResponseReturnValue:
    services, given = current_services(), request.form
    picked = short.read(PICKER, given, services.criteria)
    written = authored_pages.written(TEXTS, TICKS) | {"requires": request.form.getlist("requires")}
    if given.get("who") == "staff":
        written["staff"] = True
    elif not picked.is_all:
        written["audience"] = picked.written  # with nothing chosen it must not become everyone
    kept = course.found_course(course_id).draft
    found = review.review_rules(written, kept.lessons, timezone=services.zone)
    if not found.is_whole:
        raise RulesMistaken(found.mistakes, found.problems, CALLED)
    with act.transaction() as (session, now, note):
        who, stamp = access.visitor().name, given.get("stamp", -1, type=int)
        authoring.keep(session, course_id, found.definition, stamp=stamp, who=who, now=now)
        note("course.edit", f"course:{course_id}", "设置")
    then = "settings" if kept.lessons else "lessons"
    return act.done(url_for(f"courses_pages.{then}", course_id=course_id), "设置已保存。")


def _page(course_id: int, error: Refused | None) -> str:
    services, found = current_services(), course.found_course(course_id)
    form, picked = _form(found.draft, services)
    if error:
        form = authored_pages.posted(TEXTS, TICKS) | {"who": request.form.get("who", "")}
        form |= {"requires": request.form.getlist("requires")}
        picked = short.read(PICKER, request.form, services.criteria)
    with services.reading() as session:
        offer = short.offer(session, PICKER, picked, services.criteria)
        first = requirements.titles(session, found.draft.requires)
        first |= requirements.offered(
            session, course_id, is_for_staff=form["who"] == "staff", most=OFFERED, now=services.clock()
        )
    return render_template(
        "courses/console/settings.html",
        **course.head(found),
        form=form,
        offer=offer,
        first=first,
        longest_title=LONGEST_TITLE,
        longest_intro=LONGEST_INTRO,
        faults=error.faults if isinstance(error, RulesMistaken) else {},
        error=error,
    )


def _form(draft: CourseDefinition, services: Services) -> tuple[dict[str, Any], Picked]:
    """Return the fields that show a draft."""
    form = {
        "title": draft.title,
        "intro": draft.intro,
        "every_days": draft.every_days or "",
        "at": draft.at.isoformat("minutes"),
        "opens": fields.of_moment(draft.opens_at, services.zone),
        "closes": fields.of_moment(draft.closes_at, services.zone),
        "ordered": draft.is_ordered,
        "required": draft.is_required,
        "certificate": draft.has_certificate,
        "requires": [str(each) for each in draft.requires],
        "who": "staff" if draft.is_for_staff else "shops",
    }
    return form, short.of_spec(PICKER, draft.audience, services.criteria)
