"""Certificates on the phone: one's own as a picture to keep, and the public page on which anybody checks a number."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access
from courses.actions import certifying
from courses.queries import certificates
from courses.queries.certificates import CertificateLine
from courses.texts import certificates as texts
from foundation.clock import when
from wechat_bot import media, oauth, serving
from wechat_bot.services import current_services


def check() -> ResponseReturnValue:
    """Show the form that asks for a number, or what `check_number` shows of the number asked for."""
    return check_number(request.args.get("number", ""))


def check_number(number: str) -> ResponseReturnValue:
    """Show whether a certificate is true, with all that is printed on it, to anybody; tries are limited."""
    services = current_services()
    now, asked = services.clock(), number.strip()
    if not asked:
        return _page("courses/certificate_search.html", sentence="")
    with services.transaction() as session:
        if not certifying.count_try(session, access.address(), now=now):
            return _page("courses/certificate_search.html", 429, sentence=texts.TOO_MANY)
        found = certificates.by_number(session, asked)
    if found is None:
        return _page("courses/certificate_search.html", 404, sentence=texts.UNKNOWN, asked=asked)
    zone = services.zone
    return _page(
        "courses/certificate_check.html",
        line=found,
        texts=texts,
        revoked=texts.moment(found.revoked_at.astimezone(zone)) if found.revoked_at else "",
        checked=when(now, now=now, zone=zone),
        account=services.account_name,
    )


def certificate(number: str) -> ResponseReturnValue:
    """Show one's own certificate as a picture to keep."""
    services, openid = current_services(), oauth.who()
    with services.reading() as session:
        line = _own(session, openid, number)
    return render_template("courses/certificate.html", line=line, texts=texts, is_sent="sent" in request.args)


def certificate_picture(number: str) -> ResponseReturnValue:
    """Send the picture of one's own certificate."""
    services, openid = current_services(), oauth.who()
    with services.reading() as session:
        line = _own(session, openid, number)
        found = media.find(session, services.media_folder, line.media_key) if line.media_key else None
    return serving.send(found, line.number)


def send(number: str) -> ResponseReturnValue:
    """Send one's own certificate to the chat once more."""
    services, openid = current_services(), oauth.who()
    now = services.clock()
    with services.transaction() as session:
        line = _own(session, openid, number)
        # Pressed twice within a minute it comes once.
        certifying.send(session, line.id, now=now, again=f"{now:%Y%m%d%H%M}:")
    return redirect(url_for(".certificate", number=number, sent=1), 303)


def _own(session: Session, openid: str, number: str) -> CertificateLine:
    theirs = certificates.of_learner(session, openid)
    return next((each for each in theirs if each.number == number and not each.revoked_at), None) or abort(404)


def _page(template: str, status: int = 200, **values: object) -> Response:
    return Response(render_template(template, **values), status)
