"""Jobs of the clock for courses."""

from datetime import timedelta

from courses.actions import media
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import Services


def sweep_media(services: Services) -> None:
    """Delete media that no course shows."""
    if clock_steadiness.goes_steadily(services):  # with one that was just set nothing is taken for old
        folder = services.media_folder
        services.in_lots(media.BATCH, lambda session: media.sweep(session, folder, now=services.clock()))


JOBS: tuple[Job, ...] = (Job("sweep media of courses", timedelta(hours=6), sweep_media),)
