"""Sharing rules: how long the QR code of a survey is to last."""

from datetime import datetime, timedelta

#: The longest that WeChat keeps a temporary code (wechat-platform.md §9).
LONGEST = timedelta(days=30)
#: A code outlives its survey by this, so that whoever comes late is told that it is over.
AFTER = timedelta(days=1)


def lasts(closes_at: datetime | None, now: datetime) -> timedelta | None:
    """Return how long a code is to last; None for ever, which an account has 100,000 of: only where the survey runs
    longer than a temporary code.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 30, tzinfo=UTC)
    >>> lasts(now + timedelta(days=6), now), lasts(None, now), lasts(now + timedelta(days=40), now)
    (datetime.timedelta(days=7), None, None)
    """
    if closes_at is None or closes_at - now + AFTER > LONGEST:
        return None
    return max(closes_at - now, timedelta()) + AFTER
