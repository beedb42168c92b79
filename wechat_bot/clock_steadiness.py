"""Clock step detector: whether the server's clock went on steadily, told from the workers' heartbeats.

A clock is set now and then, by hours and in both directions. What must not be done by a wrong one waits until it has
gone steadily for a day, and what it put off by hours is due at once (docs/decisions/0018-clocks.md).
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from wechat_bot import beats, media
from wechat_bot.mass import settling as mass_settling
from wechat_bot.models import Pulse
from wechat_bot.outbox import settling
from wechat_bot.services import Services

log = structlog.get_logger(__name__)
_SEEN, _STEADY = "clock seen", "clock steady since"
#: Tolerated difference between the clocks of two machines.
BACK = timedelta(minutes=1)
#: Longest gap between heartbeats: after a longer one the machine was off, or its clock was set ahead.
GAP = timedelta(hours=1)
#: Time for somebody to notice a wrong clock and set it.
TRUSTED_AFTER = timedelta(days=1)


def note(session: Session, *, now: datetime, real: datetime | None = None) -> None:
    """Record the clock's time; where it was set back, make due what was put off by the wrong clock.

    `real` is the machine's own time, where a trial's was moved on (`Services.real_time`): moving it sets no clock.
    """
    real = real or now
    seen = session.get(Pulse, _SEEN, with_for_update=True)
    if seen is None or not _follows(seen.at, real):
        beats.save_timestamp(session, _STEADY, at=now)
        if seen is not None:
            log.warning("the clock was set, or no worker ran", seconds=round((real - seen.at).total_seconds()))
    if seen is not None and real < seen.at - BACK:
        last = seen.at + (now - real)
        due = settling.set_back(session, last, now=now) + media.set_back(session, last, now=now)
        due += mass_settling.set_back(session, now=now)
        log.warning("the clock was set back, and what waited by it goes now", due=due)
    beats.save_timestamp(session, _SEEN, at=real)


def is_steady(session: Session, *, now: datetime, real: datetime | None = None) -> bool:
    """Whether the clock is trusted for irreversible actions. Without any heartbeat yet, it is.

    A day that a trial skipped (`now` goes on, and `real` does not) counts as a day.
    """
    seen, since = session.get(Pulse, _SEEN), session.get(Pulse, _STEADY)
    if seen is None or since is None:
        return True
    return _follows(seen.at, real or now) and since.at <= now - TRUSTED_AFTER


def set_since(session: Session) -> datetime | None:
    """Since when the clock has not been set, nor no worker run; None before any heartbeat. Another value than before
    says that it was set meanwhile: moments that it wrote may be wrong."""
    return beats.timestamp(session, _STEADY)


def goes_steadily(services: Services) -> bool:
    """Whether the clock is trusted, for a job without a session of its own."""
    with services.reading() as session:
        return is_steady(session, now=services.clock(), real=services.real_time())


def _follows(seen: datetime, now: datetime) -> bool:
    return -BACK <= now - seen <= GAP
