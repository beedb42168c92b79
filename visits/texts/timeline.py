"""Texts of a shop's timeline."""

from datetime import datetime

from visits.texts.answering import HOW_CLOSED
from visits.texts.times import about

#: How a rating is meant.
TONES = {1: "good", 3: "bad"}


def became(
    opened_at: datetime, answered_at: datetime | None, closed_at: datetime | None, closed_how: str | None
) -> str:
    """What became of a request: how soon it was answered, and whether it is done.

    >>> from datetime import timedelta
    >>> at = datetime(2026, 11, 26, 9)
    >>> became(at, at + timedelta(hours=4), at + timedelta(hours=5), "done"), became(at, None, None, None)
    ('4 小时答复，已完结', '还没有答复')
    """
    answered = f"{about((answered_at - opened_at).total_seconds())}答复" if answered_at else ""
    if closed_at is None:
        return f"{answered}，还没有完结" if answered else "还没有答复"
    return "，".join(filter(None, (answered, HOW_CLOSED.get(closed_how or "", "已完结"))))
