"""Jobs of the clock for courses: collect what was answered wrong, ask shops their question of the day, sweep media."""

from datetime import timedelta
from functools import partial

from courses.actions import daily, media, weak_spots
from questions.weak_spots import sources
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import Services


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
    services.in_lots(daily.BATCH, partial(daily.wake_some, now=now))
    services.in_lots(daily.BATCH, partial(daily.ask_some, sources=known, now=now, zone=services.zone))


JOBS: tuple[Job, ...] = (
    Job("sweep media of courses", timedelta(hours=6), sweep_media),
    Job("weak spots", timedelta(minutes=1), collect_weak_spots),
    Job("daily question", timedelta(minutes=1), ask_daily),
)
