"""Jobs of the clock for mass messages, of every source that a feature declares."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

import structlog

from wechat_bot import alarms
from wechat_bot.client import mass
from wechat_bot.client.codes import SendError
from wechat_bot.collecting import claimed, more
from wechat_bot.feature import Feature, Job
from wechat_bot.mass import quota, receipts, sending
from wechat_bot.mass.source import MassSource
from wechat_bot.services import Services

log = structlog.get_logger(__name__)
#: Jobs asked about in one run, one call each.
ASKED = 100


def sources(features: Sequence[Feature]) -> Mapping[str, MassSource]:
    """The sources that features declare, by name. Raises ValueError, naming both, where two claim one name."""
    return claimed("mass source", [(name, each.name, each) for name, each in more(features, MassSource)])


def workers(features: Sequence[Feature]) -> list[Job]:
    """The jobs that send mass messages and ask how they ended."""
    return [
        Job("mass messages", timedelta(seconds=2), partial(send, sources=sources(features))),
        Job("receipts of mass messages", timedelta(minutes=1), catch_up),
        Job("mass messages without receipt", timedelta(minutes=10), ask),
        Job("count what followers have had of the month", timedelta(minutes=10), count_month),
    ]


def send(services: Services, sources: Mapping[str, MassSource]) -> None:
    """Send the mass messages that are due."""
    if sources:
        sending.send(services, sources)


def catch_up(services: Services) -> None:
    """Apply receipts that came before what they are about was noted."""
    with services.transaction() as session:
        receipts.catch_up(session, now=services.clock())


def ask(services: Services) -> None:
    """Ask WeChat how mass messages ended whose end it never reported."""
    with services.reading() as session:
        found = receipts.unreported(session, ASKED, now=services.clock())
    for job_id, msg_id in found:
        try:
            status = mass.status(services.wechat, msg_id)
        except SendError as error:
            log.warning("a mass message could not be asked about", job=job_id, error=str(error))
            with services.transaction() as session:
                alarms.note(session, error, now=services.clock())
            return
        with services.transaction() as session:
            receipts.note_status(session, job_id, status, now=services.clock())


def count_month(services: Services) -> None:
    """Count how many followers have had how many of the month's four."""
    now = services.clock()
    month = quota.month_of(now)
    with services.reading() as session:
        found = quota.counted(session, month)
    with services.transaction() as session:
        quota.keep(session, month, found, now=now)
