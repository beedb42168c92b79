"""What the clock does for the chat: send, fetch, tidy up."""

from datetime import timedelta

from wechat_bot import inbox, media, outbox
from wechat_bot.feature import Job
from wechat_bot.services import Services


def work_once(services: Services) -> bool:
    """One piece of waiting work: a delivery or a file. False where nothing waits."""
    return outbox.send_next(services) or media.fetch_next(services)


def reap(services: Services) -> None:
    """Free what a dead worker held."""
    outbox.reap(services)


def forget(services: Services) -> None:
    """Drop what no redelivery can ask for any more."""
    with services.transaction() as session:
        inbox.forget(session, now=services.clock())


JOBS = (
    Job("reap deliveries", timedelta(seconds=10), reap),
    Job("forget heard messages", timedelta(hours=1), forget),
)
