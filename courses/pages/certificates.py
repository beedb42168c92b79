"""Console list of the certificates of a course, and a page of one: its picture, its PDF, its revocation."""

import io
from functools import partial

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking, seeing
from console.lists.listing import Asked, Column, Listing
from courses.actions import certifying
from courses.export import certificate as sheet
from courses.pages.course import found_course, head
from courses.permissions import COURSES_EXPORT, COURSES_SEE, COURSES_WRITE
from courses.queries import certificates as queries
from courses.queries.certificates import CertificateLine
from courses.texts import certificates as texts
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people import visibility
from people.models import Manager
from people.pages import filters
from people.texts import licence
from wechat_bot import media, serving
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[CertificateLine]:
    seen, course_id = filters.seen(asked), asked.of["course_id"]
    return queries.of_course(asked.session, course_id, asked.search, seen, cursor, limit, staff=_staff(asked))


def _staff(asked: Asked) -> set[int] | None:
    """The customer managers whose certificates the visitor sees; None for all."""
    return visibility.groups(asked.session, asked.visitor, Manager)


def _one(line: CertificateLine) -> str:
    return url_for("courses_pages.certificate", course_id=line.course_id, certificate_id=line.id)


CERTIFICATES: Listing[CertificateLine] = Listing(
    name="courses.certificates",
    title="结业证书",
    unit="张",
    see=COURSES_SEE,
    search="编号或许可证号",
    columns=(
        Column("number", "编号", lambda line: line.number, href=_one, style="text-nowrap", width=14),
        Column("shop", "店铺", lambda line: line.printed.shop, width=24),
        Column("licence", "许可证号", lambda line: licence(line.licence), is_spare=True, width=20),
        Column("keeper", "姓名", lambda line: line.printed.keeper, style="text-nowrap", width=12),
        Column("score", "成绩", lambda line: line.printed.score, is_number=True, on_phone="成绩"),
        Column("day", "日期", lambda line: texts.day(line.printed), style="text-nowrap", on_phone="日期", width=18),
        Column("state", "状态", texts.state, colour=lambda line: "bad" if line.revoked_at else "good"),
        Column("reason", "作废原因", lambda line: line.reason, is_spare=True, width=30),
    ),
    find=_find,
    nothing=("还没有证书", "学完的人几分钟内就有，会列在这里。"),
    nothing_left=("没有符合的证书", "请输入完整的编号或许可证号。"),
    export=COURSES_EXPORT,
)


@access.allow(COURSES_SEE)
def certificates(course_id: int) -> ResponseReturnValue:
    """List the certificates of a course. Seeing them is written to the audit log."""
    found, template = head(found_course(course_id)), "courses/console/certificates.html"
    return seeing.page(CERTIFICATES, template, "course.certificates", f"course:{course_id}", **found)


@access.allow(COURSES_SEE)
def certificate(course_id: int, certificate_id: int) -> ResponseReturnValue:
    """Show a certificate."""
    return _page(course_id, certificate_id, None)


@access.allow(COURSES_SEE)
def certificate_picture(course_id: int, certificate_id: int) -> Response:
    """Send the picture that its owner got."""
    line, services = _line(course_id, certificate_id), current_services()
    with services.reading() as session:
        found = media.find(session, services.media_folder, line.media_key) if line.media_key else None
    return serving.send(found, line.number)


@access.allow(COURSES_SEE)
def certificate_sheet(course_id: int, certificate_id: int) -> Response:
    """Send the sheet to print, drawn as the picture was; none of a revoked certificate, which nobody prints."""
    line = _line(course_id, certificate_id)
    if line.revoked_at is not None:
        abort(404)
    drawn = sheet.pdf(line.printed, line.number, public_url=current_services().public_url)
    return access.download(io.BytesIO(drawn), f"{texts.TITLE} {line.number}.pdf")


@access.allow(COURSES_WRITE)
def revoke(course_id: int, certificate_id: int) -> ResponseReturnValue:
    """Revoke a certificate."""
    return act.form(partial(_revoke, course_id, certificate_id), partial(_page, course_id, certificate_id))


def _revoke(course_id: int, certificate_id: int) -> ResponseReturnValue:
    line = _line(course_id, certificate_id)
    with act.transaction() as (session, now, note):
        reason = request.form.get("reason", "")
        certifying.revoke(session, certificate_id, reason=reason, who=access.visitor().name, now=now)
        note("course.revoke", f"course:{course_id}", line.number)
    here = url_for("courses_pages.certificates", course_id=course_id)
    return act.done(here, f"证书 {line.number} 已作废，查验的人会看到原因。")


def _page(course_id: int, certificate_id: int, error: Refused | None) -> str:
    line, found = _line(course_id, certificate_id), found_course(course_id)
    words = texts.what(line.printed)
    return render_template(
        "courses/console/certificate.html",
        line=line,
        words=words,
        texts=texts,
        longest=certifying.LONGEST_REASON,
        error=error,
        **head(found),
    )


def _line(course_id: int, certificate_id: int) -> CertificateLine:
    """Return a certificate of this course that the visitor may see. Ends the request with 404 where there is none."""
    with current_services().reading() as session:
        asked = looking.ask(CERTIFICATES, session, request.args)
        line = queries.one(session, course_id, certificate_id, filters.seen(asked), staff=_staff(asked))
    return line or abort(404)
