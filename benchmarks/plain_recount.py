"""Plain recount of every measure of a month: loops over the rows themselves, without the product's statements.

Each function says again in Python what its measure promises, as simply as it can be said. All it has in common with
the product is the tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.models.reading import ArticleRead
from campaigns.models import Campaign, CampaignPart, Recipient
from courses.models.certificates import Certificate
from courses.models.figures import SavingRate
from courses.models.learning import Enrolment, Reading
from people.models import Area, Binding, Errand, FollowerMove, Retailer
from quizzes.models.attempts import Attempt
from surveys.models import Participation, Submission, Version
from visits.models.answers import Rating
from visits.models.requests import Request
from wechat_bot.mass.models import MassJob
from wechat_bot.models import Delivery, Follower

#: Area, class and customer manager; 0 where there is none.
Place = tuple[int, int, int]
#: A group of shops, such as ("area", 3).
Group = tuple[str, int]
Sums = dict[Group, tuple[int, int]]
NOWHERE: Place = (0, 0, 0)
DAY = timedelta(days=1)
_PLACE = ("area_id", "class_id", "manager_id")
_READ: Mapping[Any, tuple[str, ...]] = {
    Area: ("id", "manager_id"),
    Retailer: ("id", "licence", "openid", *_PLACE),
    Follower: ("openid", "followed_at", "unfollowed_at", "heard_at"),
    FollowerMove: ("id", "openid", "at", "kind", *_PLACE),
    Binding: ("openid", "retailer_id", "bound_at", "unbound_at"),
    Errand: ("retailer_id", "made_at", "done_at", "done_how", *_PLACE),
    Version: ("survey_id", "published_at"),
    Participation: ("survey_id", "retailer_id", "asked_at"),
    Submission: ("survey_id", "retailer_id", "submitted_at", "is_valid", "superseded", "score", *_PLACE),
    Request: (
        *("id", "opened_at", "first_answered_at", "first_answered_by", "unanswered_since", "closed_at", "closed_how"),
        *("owner_id", "area_id", "class_id"),
    ),
    Rating: ("request_id", "score", "rated_at", "manager_id"),
    Campaign: ("id", "kind", "state", "frozen_at", "due_at"),
    CampaignPart: ("campaign_id", "number", "area_id", "size", "mass_job_id"),
    Recipient: ("campaign_id", "retailer_id", "outcome", "part", "is_opened", "acted_at", *_PLACE),
    MassJob: ("id", "state", "size", "sent", "accepted_at"),
    Delivery: ("state", "channel", "settled_at"),
    ArticleRead: ("read_at", *_PLACE),
    Enrolment: ("id", "course_id", "retailer_id", "started_at", "finished_at", *_PLACE),
    Reading: ("enrolment_id", "finished_at", *_PLACE),
    Certificate: ("enrolment_id", "retailer_id", "made_at", "revoked_at"),
    SavingRate: ("from_on", "shop_yuan", "venue_yuan", "venues"),
    Attempt: ("retailer_id", "ended_at", "is_passed", *_PLACE),
}


@dataclass(frozen=True)
class Rows:
    """All rows that measures are counted from, as they are at one moment."""

    of: Mapping[Any, list[Any]]
    zone: ZoneInfo
    now: datetime

    @classmethod
    def read(cls, session: Session, zone: ZoneInfo, *, now: datetime) -> Rows:
        """Read them all."""
        found = {
            model: list(session.execute(select(*(getattr(model, name) for name in names))))
            for model, names in _READ.items()
        }
        return cls(found, zone, now)

    @cached_property
    def shop(self) -> Mapping[int, Place]:
        """Where each shop is in the roster."""
        managers = {each.id: each.manager_id for each in self.of[Area]}
        return {
            each.id: (each.area_id, each.class_id, each.manager_id or managers[each.area_id] or 0)
            for each in self.of[Retailer]
        }

    @cached_property
    def there(self) -> set[int]:
        """The shops that were not erased."""
        return {each.id for each in self.of[Retailer] if not each.licence.startswith("erased:")}

    @cached_property
    def whose(self) -> Mapping[str, int]:
        """The shop a follower is bound to now."""
        return {each.openid: each.id for each in self.of[Retailer] if each.openid}

    @cached_property
    def moves(self) -> Mapping[str, list[Any]]:
        """The moves of each follower, in order."""
        found: dict[str, list[Any]] = defaultdict(list)
        for each in sorted(self.of[FollowerMove], key=lambda each: each.id):
            found[each.openid].append(each)
        return found

    def month(self, moment: datetime) -> tuple[int, int]:
        """The year and the month of a moment, where the company is."""
        here = moment.astimezone(self.zone)
        return here.year, here.month

    @cached_property
    def enrolment(self) -> Mapping[int, Any]:
        """Enrolments by number."""
        return {each.id: each for each in self.of[Enrolment]}


@dataclass(frozen=True)
class Span:
    """A month, or a year, until the moment its rows are looked at."""

    begins_at: datetime
    ends_at: datetime

    def __contains__(self, moment: datetime | None) -> bool:
        return moment is not None and self.begins_at <= moment < self.ends_at


Counted = Iterator[tuple[Place, int, int]]


def place(row: Any) -> Place:
    """What was written down with a row."""
    return (row.area_id or 0, row.class_id or 0, row.manager_id or 0)


# People


def _those_following(rows: Rows, moment: datetime) -> Iterator[tuple[str, Place]]:
    for each in rows.of[Follower]:
        since = [move for move in rows.moves.get(each.openid, ()) if move.at >= moment]
        if since:
            # Who left or was erased afterwards had followed; who came afterwards had not.
            if since[0].kind != "followed":
                yield each.openid, place(since[0])
        elif each.unfollowed_at is None:
            yield each.openid, rows.shop.get(rows.whose.get(each.openid, 0), NOWHERE)


def _followers(rows: Rows, span: Span) -> Counted:
    for _, where in _those_following(rows, span.ends_at):
        yield where, 1, 0


def _gone(rows: Rows, span: Span) -> Counted:
    left = set()
    for openid, moves in rows.moves.items():
        ended = [move for move in moves if move.at in span and move.kind != "followed"]
        if ended:
            left.add(openid)
            # Each once, where they were when they left for the first time.
            gone = [move for move in ended if move.kind == "gone"]
            yield place(gone[0] if gone else ended[0]), int(bool(gone)), 1
    for openid, where in _those_following(rows, span.ends_at):
        if openid not in left:
            yield where, 0, 1


def _bound_at(rows: Rows, moment: datetime) -> Iterator[Any]:
    for each in rows.of[Binding]:
        is_over = each.unbound_at is not None and each.unbound_at < moment
        if each.retailer_id in rows.there and each.bound_at < moment and not is_over:
            yield each


def _shops(rows: Rows, span: Span) -> Counted:
    for shop in rows.there:
        yield rows.shop[shop], 1, 0


def _bound(rows: Rows, span: Span) -> Counted:
    for each in _bound_at(rows, span.ends_at):
        yield rows.shop[each.retailer_id], 1, 0
    for shop in rows.there:
        yield rows.shop[shop], 0, 1


def _still_following(rows: Rows, span: Span) -> Counted:
    followers = {each.openid for each in rows.of[Follower] if each.unfollowed_at is None}
    for openid, shop in rows.whose.items():
        if openid in followers and shop in rows.there:
            yield rows.shop[shop], 1, 0


def _silent_30d(rows: Rows, span: Span) -> Counted:
    contact = {each.openid: each.heard_at or each.followed_at for each in rows.of[Follower]}
    for each in _bound_at(rows, span.ends_at):
        last = contact.get(each.openid)
        is_silent = last is not None and last < span.ends_at - timedelta(days=30)
        yield rows.shop[each.retailer_id], int(is_silent), 1


def _errands_done(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Errand]:
        if each.done_at in span and each.done_how != "withdrawn":
            yield place(each), 1, 1
        if each.made_at < span.ends_at and (each.done_at is None or each.done_at >= span.ends_at):
            yield rows.shop[each.retailer_id], 0, 1


# Surveys


def _surveys_returned(rows: Rows, span: Span) -> Counted:
    asked = {(each.survey_id, each.retailer_id): each.asked_at for each in rows.of[Participation]}
    published: dict[int, datetime] = {}
    for version in rows.of[Version]:
        published[version.survey_id] = min(published.get(version.survey_id, version.published_at), version.published_at)
    for each in rows.of[Submission]:
        if each.submitted_at in span and not each.superseded:
            if each.retailer_id is None:
                since = published[each.survey_id]
            else:
                since = asked[each.survey_id, each.retailer_id]
            yield place(each), 1, int(since < span.begins_at)
    for each in rows.of[Participation]:
        if each.asked_at in span:
            yield rows.shop[each.retailer_id], 0, 1


def _surveys_valid(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Submission]:
        if each.submitted_at in span and not each.superseded:
            yield place(each), int(each.is_valid), 1


def _scored(rows: Rows, span: Span) -> Iterator[Any]:
    for each in rows.of[Submission]:
        if each.submitted_at in span and each.is_valid and each.retailer_id is not None and each.score is not None:
            yield each


def _survey_score(rows: Rows, span: Span) -> Counted:
    for each in _scored(rows, span):
        yield place(each), each.score, 10_000  # hundredths of a hundred points


def _survey_score_squares(rows: Rows, span: Span) -> Counted:
    for each in _scored(rows, span):
        yield place(each), each.score**2, 1


# Visits


def _counting(rows: Rows, span: Span) -> Iterator[tuple[Place, Any]]:
    for each in rows.of[Request]:
        if each.opened_at in span and each.closed_how != "void":
            yield (each.area_id or 0, each.class_id or 0, each.first_answered_by or each.owner_id or 0), each


def _requests(rows: Rows, span: Span) -> Counted:
    for where, _ in _counting(rows, span):
        yield where, 1, 0


def _requests_closed(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Request]:
        if each.closed_at in span and each.closed_how != "void":
            yield (each.area_id or 0, each.class_id or 0, each.owner_id or 0), 1, 0


def _answered_24h(rows: Rows, span: Span) -> Counted:
    for where, each in _counting(rows, span):
        if each.first_answered_at is not None:
            yield where, int(each.first_answered_at - each.opened_at <= DAY), 1
        elif each.unanswered_since is not None and each.closed_at is None and each.opened_at < rows.now - DAY:
            yield where, 0, 1


def _satisfaction(rows: Rows, span: Span) -> Counted:
    requests = {each.id: each for each in rows.of[Request]}
    for each in rows.of[Rating]:
        if each.rated_at in span and each.score is not None:
            of = requests[each.request_id]
            yield (of.area_id or 0, of.class_id or 0, each.manager_id or 0), int(each.score == 1), 1


# Pushes


def _became(rows: Rows, span: Span) -> Iterator[tuple[Place, Any, bool, bool]]:
    """Each recipient of the period's pushes, whether it was reached, and whether it surely was not."""
    pushes = {each.id: each for each in rows.of[Campaign] if each.kind == "push" and each.frozen_at in span}
    jobs = {each.id: each for each in rows.of[MassJob]}
    parts = {(each.campaign_id, each.number): each for each in rows.of[CampaignPart]}
    never = {"unfollowed", "late", "refused", "stopped", "spared"}
    for each in rows.of[Recipient]:
        push = pushes.get(each.campaign_id)
        if push is None:
            continue
        has_ended = push.state in ("cancelled", "over", "broken", "missed")
        if each.outcome is None:
            yield place(each), each, False, True
        elif each.part is None:
            waits = each.outcome in ("listed", "batched")
            is_missed = each.outcome in never or (has_ended and waits)
            yield place(each), each, each.outcome in ("custom", "arrived"), is_missed
        else:
            job = jobs.get(parts[each.campaign_id, each.part].mass_job_id)
            state = job.state if job else "planned"
            is_missed = state in ("refused", "cancelled", "late")
            yield place(each), each, state == "finished", is_missed or (has_ended and state in ("planned", "drafted"))


def _lost(rows: Rows, span: Span) -> Iterator[tuple[Place, int]]:
    """Whom WeChat says it did not reach, by the areas of the parts."""
    pushes = {each.id for each in rows.of[Campaign] if each.kind == "push" and each.frozen_at in span}
    jobs = {each.id: each for each in rows.of[MassJob]}
    for each in rows.of[CampaignPart]:
        job = jobs.get(each.mass_job_id)
        if each.campaign_id not in pushes or job is None or job.state != "finished" or job.sent is None:
            continue
        if job.sent < each.size:
            yield (each.area_id or 0, 0, 0), each.size - job.sent


def _reached(rows: Rows, span: Span) -> Counted:
    for where, each, is_reached, _ in _became(rows, span):
        yield where, int(is_reached), int(each.outcome is not None)
    for where, lost in _lost(rows, span):
        yield where, -lost, 0


def _opened(rows: Rows, span: Span) -> Counted:
    for where, each, is_reached, _ in _became(rows, span):
        yield where, int(each.is_opened), int(is_reached)
    for where, lost in _lost(rows, span):
        yield where, 0, -lost


def _acted(rows: Rows, span: Span) -> Counted:
    for where, each, is_reached, _ in _became(rows, span):
        yield where, int(each.acted_at is not None), int(is_reached)
    for where, lost in _lost(rows, span):
        yield where, 0, -lost


def _missed(rows: Rows, span: Span) -> Counted:
    for where, _, _, is_missed in _became(rows, span):
        yield where, int(is_missed), 1


def _articles_read(rows: Rows, span: Span) -> Counted:
    for each in rows.of[ArticleRead]:
        if each.read_at in span:
            yield place(each), 1, 0


# Courses and quizzes


def _lessons_finished(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Reading]:
        shop = rows.enrolment[each.enrolment_id].retailer_id
        if each.finished_at in span and shop is not None:
            yield place(each), 1, 0


def _courses_finished(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Enrolment]:
        if each.finished_at in span and each.retailer_id is not None:
            yield place(each), 1, 0


def _learning(rows: Rows, span: Span) -> Counted:
    learnt = {rows.enrolment[each.enrolment_id].retailer_id for each in rows.of[Reading] if each.finished_at in span}
    for each in _bound_at(rows, span.ends_at):
        yield rows.shop[each.retailer_id], int(each.retailer_id in learnt), 1


def _certificates(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Certificate]:
        if each.made_at in span and each.retailer_id is not None and each.revoked_at is None:
            yield place(rows.enrolment[each.enrolment_id]), 1, 0


def _tests_taken(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Attempt]:
        if each.ended_at in span:
            yield place(each), 1, 0


def _tests_passed(rows: Rows, span: Span) -> Counted:
    for each in rows.of[Attempt]:
        if each.ended_at in span and each.is_passed is not None:
            yield place(each), int(each.is_passed), 1


def _savings(rows: Rows) -> Iterator[tuple[int, list[Place], int, int, int]]:
    """Of each month: where the shops were that need not come, each once a year, and the yuan of each; venues, of a
    year's first saving, and their yuan."""
    saved: dict[int, list[Place]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()
    finished = [each for each in rows.of[Enrolment] if each.finished_at is not None and each.retailer_id is not None]
    for each in sorted(finished, key=lambda each: each.finished_at):
        year, month = rows.month(each.finished_at)
        if (each.retailer_id, year) not in seen:
            seen.add((each.retailer_id, year))
            saved[year * 100 + month].append(place(each))
    years = set()
    for at in sorted(saved):
        known = [each for each in rows.of[SavingRate] if each.from_on.year * 100 + each.from_on.month <= at]
        last = max(known, key=lambda each: each.from_on) if known else None
        shop_yuan, venue_yuan, venues = (last.shop_yuan, last.venue_yuan, last.venues) if last else (30, 300, 11)
        held = 0 if at // 100 in years else venues
        years.add(at // 100)
        yield at, saved[at], shop_yuan, held, held * venue_yuan


def _saved_in(rows: Rows, span: Span) -> Iterator[tuple[int, list[Place], int, int, int]]:
    (y1, m1), (y2, m2) = rows.month(span.begins_at), rows.month(span.ends_at - timedelta(microseconds=1))
    return (each for each in _savings(rows) if y1 * 100 + m1 <= each[0] <= y2 * 100 + m2)


def _saved_gatherings(rows: Rows, span: Span) -> Counted:
    for _, shops, yuan, _, _ in _saved_in(rows, span):
        for where in shops:
            yield where, yuan, 1


def _saved_venues(rows: Rows, span: Span) -> Counted:
    for _, _, _, venues, yuan in _saved_in(rows, span):
        yield NOWHERE, yuan, venues


# The steps from the shop to the certificate


def _bound_among(rows: Rows, shops: set[int | None]) -> Counted:
    for shop in rows.whose.values():
        if shop in shops and shop in rows.there:
            yield rows.shop[shop], 1, 0


def _opened_ever(rows: Rows, span: Span) -> Counted:
    due = {each.id for each in rows.of[Campaign] if each.kind == "push" and each.due_at < span.ends_at}
    return _bound_among(
        rows, {each.retailer_id for each in rows.of[Recipient] if each.campaign_id in due and each.is_opened}
    )


def _learnt_ever(rows: Rows, span: Span) -> Counted:
    begun = [each for each in rows.of[Enrolment] if each.started_at and each.started_at < span.ends_at]
    return _bound_among(rows, {each.retailer_id for each in begun})


def _taken_ever(rows: Rows, span: Span) -> Counted:
    ended = [each for each in rows.of[Attempt] if each.ended_at and each.ended_at < span.ends_at]
    return _bound_among(rows, {each.retailer_id for each in ended})


def _certified_ever(rows: Rows, span: Span) -> Counted:
    holds = [each for each in rows.of[Certificate] if each.made_at < span.ends_at and each.revoked_at is None]
    return _bound_among(rows, {each.retailer_id for each in holds})


# Messages


def _sent(rows: Rows, span: Span, channel: str) -> Counted:
    for each in rows.of[Delivery]:
        if each.settled_at in span and each.channel == channel and each.state in ("sent", "delivered"):
            yield NOWHERE, 1, 0


def _sent_custom(rows: Rows, span: Span) -> Counted:
    return _sent(rows, span, "custom")


def _sent_template(rows: Rows, span: Span) -> Counted:
    return _sent(rows, span, "template")


def _sent_mass(rows: Rows, span: Span) -> Counted:
    for each in rows.of[MassJob]:
        if each.accepted_at in span and each.state in ("accepted", "finished"):
            yield NOWHERE, each.size if each.sent is None else each.sent, 0


_ALL = (
    *(_followers, _gone, _shops, _bound, _still_following, _silent_30d, _errands_done),
    *(_surveys_returned, _surveys_valid, _survey_score, _survey_score_squares),
    *(_requests, _requests_closed, _answered_24h, _satisfaction),
    *(_reached, _opened, _acted, _missed, _articles_read),
    *(_lessons_finished, _courses_finished, _learning, _certificates, _tests_taken, _tests_passed),
    *(_saved_gatherings, _saved_venues, _opened_ever, _learnt_ever, _taken_ever, _certified_ever),
    *(_sent_custom, _sent_template, _sent_mass),
)
#: By the names of the measures.
RECOUNTS: Mapping[str, Callable[[Rows, Span], Counted]] = {each.__name__.removeprefix("_"): each for each in _ALL}


def sums(rows: Rows, measure: str, span: Span) -> Sums:
    """Count a measure of the company, of each area, class and manager, where anything was there."""
    found: Sums = {}
    for (area, shop_class, manager), n, of in RECOUNTS[measure](rows, span):
        for group in (("whole", 0), ("area", area), ("class", shop_class), ("manager", manager)):
            before = found.get(group, (0, 0))
            found[group] = (before[0] + n, before[1] + of)
    return {group: fact for group, fact in found.items() if fact != (0, 0)}
