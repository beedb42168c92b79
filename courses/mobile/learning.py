"""H5 pages of courses: what there is to learn, what waits first; and one course with its lessons."""

from datetime import datetime

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from courses.mobile import heads
from courses.queries import certificates, course_sheet, learner_courses, weak_spots
from courses.queries.certificates import CertificateLine
from courses.queries.learner_courses import LearnerCourse
from courses.texts import chat, pages
from foundation.clock import day_in
from foundation.errors import Refused
from people import identity
from wechat_bot import oauth
from wechat_bot.conversation import Card, Tab
from wechat_bot.services import current_services


def learn() -> ResponseReturnValue:
    """Show what somebody learns: what waits first, then the other courses, then the finished ones."""
    openid, services = oauth.who(), current_services()
    now, zone = services.clock(), services.zone
    with services.reading() as session:
        found = learner_courses.of_openid(session, openid, now=now)
        # A learner without a course is told so on the page, with the way to everything else.
        if not found and (sentence := learner_courses.none(session, openid)) != chat.NONE_OPEN:
            raise Refused(sentence)
        asks = weak_spots.is_waiting(session, openid)
        held = certificates.of_learner(session, openid)
    running = [each for each in found if not each.is_finished]
    first = next((each for each in running if each.waits), None)
    return render_template(
        "courses/learn.html",
        course=heads.course_head(first.sheet) if first else None,
        waits=heads.waits(first, now=now, zone=zone) if first else None,
        others=[_card(each, now) for each in running if each is not first],
        finished=[_finished(each, held) for each in found if each.is_finished],
        asks=[Card(pages.DAILY, pages.DAILY_NOTE, url_for(".daily"))] if asks else [],
        texts=pages,
    )


def course(course_id: int) -> ResponseReturnValue:
    """Show a course: how far somebody is, every lesson with what is done, and when the others are released."""
    openid, services = oauth.who(), current_services()
    now, zone = services.clock(), services.zone
    with services.reading() as session:
        sheet = course_sheet.look(session, course_id, openid, now=now)
        sentence = course_sheet.obstacle(sheet, now=now, zone=zone)
        if sentence and sheet.finished_at is None and not sheet.lacks:
            raise Refused(sentence)
        here = LearnerCourse(sheet, course_sheet.lines(session, sheet))
        held = certificates.of_learner(session, openid)
    ways = heads.ways(here.lines, now=now, zone=zone)
    return render_template(
        "courses/course.html",
        course=heads.course_head(sheet),
        intro=sheet.definition.intro.splitlines(),
        waits=heads.waits(here, now=now, zone=zone) if here.waits and not sentence else None,
        # What is over cannot be read again, and is told all the same.
        lines=[each._replace(url="") for each in ways] if sentence else ways,
        sentence=sentence,
        first=[Card(title, pages.FIRST, url_for(".course", course_id=each)) for each, title in sheet.lacks.items()],
        certificate=heads.certificate(sheet, held),
        texts=pages,
    )


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """Return the courses that somebody has not finished, for their own page; the way to all where none waits."""
    found = learner_courses.of_openid(session, openid, now=now)
    unfinished = [_card(each, now) for each in found if not each.is_finished]
    return unfinished if unfinished or not found else [Card(pages.CARD, pages.ALL_LEARNT, "/m/courses")]


def tabs(session: Session, openid: str, now: datetime) -> list[Tab]:
    """Return the tab of the courses: a shop's, for a customer manager's row of tabs is full."""
    is_shop = identity.shop_of(session, openid) is not None
    return [Tab(pages.CARD, "school", "/m/courses", 20)] if is_shop else []


def _card(each: LearnerCourse, now: datetime) -> Card:
    zone = current_services().zone
    return Card(
        title=each.sheet.definition.title,
        note=heads.state(each, now=now, zone=zone),
        url=f"/m/courses/{each.sheet.course_id}",
        waits=1 if each.waits and not each.is_finished else 0,
    )


def _finished(each: LearnerCourse, held: list[CertificateLine]) -> Card:
    """Return the line of a finished course: it leads to the certificate, where there is one."""
    sheet, zone = each.sheet, current_services().zone
    assert sheet.finished_at is not None
    certificate = heads.certificate(sheet, held)
    note = pages.finished_on(day_in(sheet.finished_at, zone), certificate.state if certificate else "")
    here = f"/m/courses/{sheet.course_id}"
    return Card(sheet.definition.title, note, certificate.url or here if certificate else here)
