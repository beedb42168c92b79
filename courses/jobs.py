"""Jobs of the clock for courses: release lessons, write to learners, end what is over, collect what was answered wrong,
ask shops their question of the day, give certificates, sweep media."""

import io
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from campaigns import invitations
from campaigns.kinds import context
from courses.actions import certifying, daily, filing, inviting, media, releasing, righting, telling, weak_spots
from courses.export import certificate
from courses.rules import certificate_numbers
from questions.weak_spots import sources
from wechat_bot import beats, clock_steadiness
from wechat_bot import media as received
from wechat_bot.feature import Job
from wechat_bot.services import Services

#: Names of the timestamps up to which shops were looked at that had written, and of the setting of the clock after
#: which moments were put right.
WOKEN, RIGHTED = "daily question woken", "moments of courses righted"


def release(services: Services) -> None:
    """Release the lessons that are due, then write to the learners who are to hear of it, or be reminded; in the quiet
    hours neither."""
    now, quiet = services.clock(), services.quiet
    if quiet and quiet.over_at(now):
        return
    with services.reading() as session:
        due = releasing.due_versions(session, now=now)
    for version in due:
        services.in_lots(
            releasing.BATCH,
            partial(releasing.release_some, version=version, context=context(services, now), quiet=quiet),
        )
    with services.reading() as session:
        courses = telling.due_courses(session, now=now)
    for course_id in courses:
        services.in_lots(telling.BATCH, partial(telling.tell_some, course_id=course_id, context=context(services, now)))


def look_after_over(services: Services) -> None:
    """End the waves of courses that are over, and withdraw what still waits to be said about them."""
    now = services.clock()
    invitations.end_over(services, inviting.INVITATIONS, now)
    if clock_steadiness.goes_steadily(services):
        services.in_lots(telling.WITHDRAWN, lambda session: telling.withdraw_closed(session, now=now))


def sweep_media(services: Services) -> None:
    """Delete media that no course shows."""
    if clock_steadiness.goes_steadily(services):  # with one that was just set nothing is taken for old
        folder = services.media_folder
        services.in_lots(media.BATCH, lambda session: media.sweep(session, folder, now=services.clock()))


def collect_weak_spots(services: Services) -> None:
    """Put what was newly answered wrong into the boxes of its shops."""
    now, zone = services.clock(), services.zone
    for source in sources(services.declared).values():
        services.in_lots(weak_spots.BATCH, partial(weak_spots.collect, source=source, now=now, zone=zone))


def ask_daily(services: Services) -> None:
    """Ask shops their question of the day, except in quiet hours."""
    now = services.clock()
    if services.quiet is not None and services.quiet.over_at(now) is not None:
        return
    known = sources(services.declared)
    with services.reading() as session:
        since = beats.timestamp(session, WOKEN)
    services.in_lots(daily.BATCH, partial(daily.wake_some, since=since, now=now))
    with services.transaction() as session:
        beats.save_timestamp(session, WOKEN, at=now)
    services.in_lots(daily.BATCH, partial(daily.ask_some, sources=known, now=now, zone=services.zone))


def right(services: Services) -> None:
    """Put right what the clock wrote while it was wrong, once after each time it was set."""
    now, zone = services.clock(), services.zone
    with services.reading() as session:
        was_set = clock_steadiness.set_since(session)
        if was_set is None or was_set == beats.timestamp(session, RIGHTED):
            return
        known = righting.versions_of(session, now=now)
    services.in_lots(righting.SHOPS, partial(righting.shops, now=now, zone=zone))
    for version_id, digest, is_newest in known:
        step = partial(righting.enrolments, version_id=version_id, digest=digest, is_newest=is_newest)
        services.in_lots(righting.ENROLMENTS, partial(step, now=now, zone=zone))
    with services.transaction() as session:
        beats.save_timestamp(session, RIGHTED, at=was_set)


def certify(services: Services) -> None:
    """Give certificates for finished courses, draw and send them."""

    def issue(session: Session) -> int:
        return certifying.issue_some(session, account=services.account_name, now=services.clock(), zone=services.zone)

    services.in_lots(certifying.BATCH, issue)
    with services.reading() as session:
        waits = certifying.undrawn(session)
    for each in waits:
        sheet = certificate.pdf(each.printed, certificate_numbers.printed(each.number), public_url=services.public_url)
        # Drawn outside of the transaction: it takes longer than all else in it.
        picture = received.receive(services.media_folder, io.BytesIO(certificate.png(sheet)))
        with services.transaction() as session:
            certifying.drawn(session, each.id, picture, now=services.clock())


def forget_tries(services: Services) -> None:
    """Forget who looked for certificates an hour ago."""
    with services.transaction() as session:
        certifying.forget_tries(session, now=services.clock())


def file_learning(services: Services) -> None:
    """Add what learners did to the counters of their courses."""
    services.in_lots(filing.BATCH, partial(filing.file_some, zone=services.zone))


JOBS: tuple[Job, ...] = (
    Job("course lessons", timedelta(seconds=10), release),
    Job("course waves", timedelta(seconds=5), look_after_over),
    Job("sweep media of courses", timedelta(hours=6), sweep_media),
    Job("file learning", timedelta(seconds=5), file_learning),
    Job("weak spots", timedelta(minutes=1), collect_weak_spots),
    Job("right moments of courses", timedelta(minutes=1), right),
    Job("daily question", timedelta(minutes=1), ask_daily),
    Job("certificates", timedelta(seconds=10), certify),
    Job("forget tries of certificates", timedelta(hours=1), forget_tries),
)
