"""Console pages of publishing a course: what is still wrong, who learns it, what changes; and of ending it."""

from functools import partial

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from console import access, act
from console.authored import AuthoredState
from courses.actions import authoring
from courses.pages import course
from courses.permissions import COURSES_WRITE
from courses.queries import readiness, requirements
from courses.rules import screens
from courses.rules.differences import differences
from courses.rules.review import CALLED
from courses.texts import report as texts
from foundation.clock import day_in
from foundation.errors import Refused
from people import audiences
from people.audiences import Look
from people.models import Manager
from people.picker import short
from questions.authoring.spelling import Mistaken
from wechat_bot.services import current_services

EVERYBODY = "全部已绑定微信的店，以后绑定的也可以学"


@access.allow(COURSES_WRITE)
def publish(course_id: int) -> ResponseReturnValue:
    """Show who would learn the draft and what is wrong with it, then publish it."""
    return act.form(partial(_publish, course_id), partial(_page, course_id))


@access.allow(COURSES_WRITE)
def close(course_id: int) -> ResponseReturnValue:
    """End a course now."""
    with act.transaction() as (session, now, note):
        authoring.close(session, course_id, now=now)
        note("course.close", f"course:{course_id}")
        needed_by = requirements.requiring(session, course_id, now=now)
    said = "微课已结束：不能再学，也不再放出新的一课。"
    if needed_by:
        said += f"{''.join(f'《{title}》' for title in needed_by.values())}不再要求先学完它。"
    return act.done(url_for("courses_pages.course", course_id=course_id), said)


def _publish(course_id: int) -> ResponseReturnValue:
    criteria, stamp = current_services().criteria, request.form.get("stamp", -1, type=int)
    found = course.found_course(course_id)
    with act.transaction() as (session, now, note):
        if ends := readiness.dead_ends(session, current_app.extensions["features"], found.draft):
            raise Mistaken(ends, CALLED)
        who = access.visitor().name
        published = authoring.publish(session, course_id, criteria=criteria, stamp=stamp, who=who, now=now)
        whom = "位客户经理" if found.draft.is_for_staff else "家店"
        said = f"第 {published.number} 版，新加入 {published.listed} {whom}"
        note("course.publish", f"course:{course_id}", said)
    return act.done(url_for("courses_pages.share", course_id=course_id), f"已发布{said}。下面几种办法可以一起用。")


def _page(course_id: int, error: Refused | None) -> str:
    services, found = current_services(), course.found_course(course_id)
    now, draft = services.clock(), found.draft
    look: Look | None = None
    faults = readiness.faults(draft, now=now)
    with services.reading() as session:
        faults += requirements.faults(session, course_id, draft, now=now)
        faults += readiness.dead_ends(session, current_app.extensions["features"], draft)
        first = requirements.titles(session, draft.requires)
        needed_by = requirements.requiring(session, course_id, now=now) if draft.closes_at else {}
        whom = short.words(session, draft.audience, services.criteria, everybody=EVERYBODY)
        managers = session.scalar(select(func.count(Manager.id)).where(Manager.disabled_at.is_(None)))
        try:
            today, criteria = day_in(now, services.zone), services.criteria
            if not draft.is_for_staff:
                look = audiences.look(session, access.visitor(), draft.audience, criteria, now=now, today=today)
        except Refused as refusal:
            faults.append(refusal.sentence)
    if look is not None and not look.bound and draft.audience is not None and found.learnt is None:
        faults.append("哪些店学里写的条件，现在没有符合的、已绑定的店。")
    return render_template(
        "courses/console/publish.html",
        **course.head(found),
        draft=draft,
        faults=faults,
        whom=whom,
        first=first,
        needed_by=needed_by,
        managers=managers,
        look=look,
        texts=texts,
        minutes=sum(map(screens.minutes, draft.lessons)),
        changes=differences(found.learnt, found.draft) if found.learnt else [],
        is_new=readiness.is_new(found),
        is_first=found.learnt is None,
        is_over=found.state is AuthoredState.CLOSED,
        # The draft that was looked at, and no newer one.
        stamp=request.form.get("stamp", found.stamp),
        error=error,
    )
