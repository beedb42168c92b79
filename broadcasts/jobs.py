"""Jobs of the clock for broadcasts: the library's passages are cut into words again after a change of the words."""

from datetime import timedelta

from finding import indexing
from wechat_bot.feature import Job
from wechat_bot.services import Services


def index_again(services: Services) -> None:
    """Cut passages into words again whose edition of the vocabulary is an older one, some at a time."""
    done = indexing.BATCH
    while done == indexing.BATCH:
        with services.transaction() as session:
            done = indexing.renew(session)


JOBS = (Job("index the library again", timedelta(seconds=10), index_again),)
