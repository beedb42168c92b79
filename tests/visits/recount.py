"""The figures of a report counted by hand, from the raw rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from visits.models.answers import Rating
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Request

DAY = timedelta(hours=24)


def figures(
    requests: Iterable[Request], deadlines: Iterable[Deadline], ratings: Iterable[Rating], now: datetime
) -> dict[str, int]:
    """All requests but the void ones, whoever answers for them."""
    those = {each.id: each for each in requests if each.closed_how != "void"}
    missed: dict[str, set[int]] = {"overdue": set(), "lost": set(), "first": set()}
    met: set[int] = set()
    for each in deadlines:
        if each.request_id not in those:
            continue
        if each.promise == Promise.FIRST_ANSWER and each.met_at is not None:
            met.add(each.request_id)
        if each.due_at is None:
            continue
        if (each.met_at or each.ended_at or now) > each.due_at:
            if each.promise in (Promise.FIRST_ANSWER, Promise.NEXT_ANSWER):
                missed["overdue"].add(each.request_id)
            if each.promise == Promise.FIRST_ANSWER:
                missed["first"].add(each.request_id)
            if each.promise == Promise.REPLY_WINDOW:
                missed["lost"].add(each.request_id)
    judged = within = 0
    for each in those.values():
        if each.first_answered_at is not None:
            judged += 1
            within += each.first_answered_at - each.opened_at <= DAY
        elif each.unanswered_since is not None and now - each.opened_at > DAY:
            judged += 1
    return {
        "requests": len(those),
        "promised": len(met | missed["first"]),
        "kept": len(met - missed["first"]),
        "judged": judged,
        "within": within,
        "overdue": len(missed["overdue"]),
        "lost": len(missed["lost"]),
        "open": sum(each.closed_at is None for each in those.values()),
        "rated": sum(each.score is not None and each.request_id in those for each in ratings),
    }


def percentile(numbers: Sequence[float], share: float) -> float:
    """Of sorted numbers, between the closest ranks."""
    place = share * (len(numbers) - 1)
    low = int(place)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (numbers[high] - numbers[low]) * (place - low)
