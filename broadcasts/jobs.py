"""Jobs of the clock for broadcasts: pictures are swept, and the library's passages are cut into words again after a
change of the words."""

from datetime import timedelta

from broadcasts.actions import pictures
from finding import indexing
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import Services


def index_again(services: Services) -> None:
    """Cut passages into words again whose edition of the vocabulary is an older one, some at a time."""
    done = indexing.BATCH
    while done == indexing.BATCH:
        with services.transaction() as session:
            done = indexing.renew(session)


def sweep_pictures(services: Services) -> None:
    """Delete pictures of the library that nothing holds."""
    # With a clock that was just set nothing is taken for old.
    swept = pictures.BATCH if clock_steadiness.goes_steadily(services) else 0
    while swept == pictures.BATCH:
        with services.transaction() as session:
            swept = pictures.sweep(session, services.media_folder, now=services.clock())


JOBS = (
    Job("index the library again", timedelta(seconds=10), index_again),
    Job("sweep pictures of the library", timedelta(hours=6), sweep_pictures),
)
