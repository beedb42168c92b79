"""Waves: when the rounds of invitations are due."""

from datetime import datetime, timedelta

#: The number of the wave with the news of the results.
RESULTS = 0
#: The kinds of campaigns that waves are.
INVITATION, NEWS = "survey", "survey-results"
KINDS = (INVITATION, NEWS)
MOST_REMINDERS = 5


def moments(first: datetime, reminders: int, every_days: int) -> list[datetime]:
    """Return when the waves are due: the first invitation, then the reminders.

    >>> [each.day for each in moments(datetime(2026, 9, 1), 2, 3)]
    [1, 4, 7]
    """
    return [first + timedelta(days=every_days * n) for n in range(reminders + 1)]
