"""Jobs of the clock for broadcasts: pictures are swept, and the library's passages are cut into words again after a
change of the words."""

from datetime import timedelta

from broadcasts.actions import checking, own_rows, pictures, series
from finding import indexing
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import Services

#: A table of own rows that was replaced, or is not whole, stays so long: its task may still write.
KEPT = timedelta(days=1)


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


def make_occurrences(services: Services) -> None:
    """Make the occurrences of series for the next two weeks."""
    now = services.clock()
    at = checking.circumstances(services, now)
    with services.reading() as session:
        found = series.due(session)
    for series_id in found:
        with services.transaction() as session:
            series.make_due(session, series_id, at=at)


def sweep_own_rows(services: Services) -> None:
    """Delete own rows of service notices that were replaced or never became whole, some at a time."""
    is_more = clock_steadiness.goes_steadily(services)
    while is_more:
        with services.transaction() as session:
            is_more = own_rows.sweep(session, before=services.clock() - KEPT)


JOBS = (
    Job("make occurrences of series", timedelta(minutes=5), make_occurrences),
    Job("sweep own rows", timedelta(hours=6), sweep_own_rows),
    Job("index the library again", timedelta(seconds=10), index_again),
    Job("sweep pictures of the library", timedelta(hours=6), sweep_pictures),
)
