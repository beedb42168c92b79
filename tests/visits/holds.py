"""What must hold of requests whatever happens, reckoned from the raw rows apart from the product's own queries."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from console.rules.visitors import Role, Visitor
from foundation.calendar import add, between
from people.models import Manager
from people.working_time import company
from simulator.phone import Phone
from tests.visits.conftest import PHONES, Town
from tests.visits.recount import figures, percentile
from visits.actions.undelivered import LOST
from visits.models.answers import Rating
from visits.models.deadlines import Deadline, Escalation, Promise
from visits.models.owners import Assignment
from visits.models.requests import Message, Request
from visits.queries import reports, visibility
from visits.queries.policies import reckoning
from visits.rules.figures import DividedBy, Narrowed, ReportSpan, ReportTime
from visits.rules.promises import STEPS, EscalationStep, moment_of
from wechat_bot.models import Delivery, DeliveryState, Follower

ANSWERS = (Promise.FIRST_ANSWER, Promise.NEXT_ANSWER)
_NUMBERS = re.compile(r"#(\d+)")


class Holds:
    """Looks at a town; remembers what its clocks were when it looked last."""

    def __init__(self, town: Town, phones: Mapping[str, Phone]) -> None:
        self.town, self.house, self.phones = town, town.house, phones
        #: When staff changed what is promised: a deadline made shorter is due then.
        self.changes: list[datetime] = []
        self.before: dict[int, tuple[datetime, datetime | None]] = {}
        #: Whether a clock may have been reset since the last look: a shop changed hands.
        self.moves = False

    def always(self) -> None:
        """What holds at every moment."""
        self.one_open_request_of_a_shop()
        self.somebody_answers_for_each()
        self.clocks_fit_their_request()
        self.clocks_are_due_when_promised()
        self.no_clock_is_reset()
        self.steps_are_taken_once_and_not_early()
        self.ledger_promises_no_more_than_wechat()
        self.moves = False

    def one_open_request_of_a_shop(self) -> None:
        open_ones = self.open_ones()
        for key in ("openid", "retailer_id"):
            counted = Counter(getattr(each, key) for each in open_ones if getattr(each, key) is not None)
            assert not [each for each, count in counted.items() if count > 1], counted

    def somebody_answers_for_each(self) -> None:
        last = {each.request_id: each for each in self.rows(Assignment)}
        for request in self.rows(Request):
            assert request.id in last, f"#{request.number} was never given to anybody"
            assert last[request.id].to_id == request.owner_id, f"#{request.number} has an owner nobody gave it"
            if request.closed_at is None and request.owner_id is None:
                assert last[request.id].reason == "pool" and last[request.id].explained

    def clocks_fit_their_request(self) -> None:
        running = self.running()
        for request in self.rows(Request):
            theirs = {Promise(each.promise): each for each in running.get(request.id, ())}
            answers = [theirs[each] for each in ANSWERS if each in theirs]
            assert len(theirs) == len(running.get(request.id, ())), f"#{request.number} has a clock twice"
            if request.closed_at is not None:
                assert not theirs and request.due_at is None and request.unanswered_since is None
                continue
            if request.unanswered_since is None:
                assert not answers and Promise.REPLY_WINDOW not in theirs, f"#{request.number} waits for nothing"
            else:
                assert [each.started_at for each in answers] == [request.unanswered_since], f"#{request.number}"
            closing = theirs[Promise.CLOSING]
            is_late = closing.due_at is not None and closing.due_at <= self.house.clock()
            assert (
                is_late
                or (closing.due_at is None) == (request.unanswered_since is None)
                or not self.was_answered(request)
            ), f"#{request.number}: closing rests while the shop waits, or runs while we wait for it"
            moments = [each.due_at for key, each in theirs.items() if each.due_at and key != Promise.REPLY_WINDOW]
            window = theirs.get(Promise.REPLY_WINDOW)
            if answers and window and window.due_at - timedelta(hours=2) > answers[0].started_at:
                moments.append(window.due_at - timedelta(hours=2))
            assert request.due_at == min(moments, default=None), f"#{request.number} is not due when its clocks are"

    def clocks_are_due_when_promised(self) -> None:
        now = self.house.clock()
        with self.house.look() as session:
            hours = company.hours(session)
            for each in session.scalars(select(Deadline).where(Deadline.ended_at.is_(None))):
                if each.promise == Promise.REPLY_WINDOW or each.due_at is None:
                    continue
                terms = reckoning(session, session.get_one(Request, each.request_id).class_id)
                counts = hours if each.counts_working_hours else None
                due = add(counts, each.running_since, each.allowed - each.used)
                assert (
                    each.due_at == due
                    or (each.due_at > due and each.due_at in self.changes)
                    or (each.due_at <= now and self.changes)
                ), f"{each.promise} of {each.request_id}: {each.due_at}, not {due}"
                if each.due_at > now:
                    assert each.fingerprint == terms.fingerprint, f"{each.promise} goes by old terms"
                    assert each.allowed == terms.terms.allowed(Promise(each.promise))
                    rested = between(counts, each.started_at, each.running_since) - each.used
                    assert rested >= -1 or self.changes, "more was used than has passed"
                    if each.due_at == due:
                        whole = between(counts, each.started_at, each.due_at)
                        assert abs(whole - rested - each.allowed) < 1, "the explanation does not add up"

    def no_clock_is_reset(self) -> None:
        """But by another shop, another promise, or (closing) a rest."""
        now = {each.id: each for rows in self.running().values() for each in rows}
        for key, (started_at, due_at) in self.before.items():
            each = now.get(key)
            if each is None or each.promise not in (*ANSWERS, Promise.HANDING_OVER) or self.moves:
                continue
            assert each.started_at <= started_at
            assert each.due_at == due_at or self.changes, f"{each.promise} of {each.request_id} was reset"
        self.before = {key: (each.started_at, each.due_at) for key, each in now.items()}

    def steps_are_taken_once_and_not_early(self) -> None:
        taken = self.rows(Escalation)
        assert len({(each.deadline_id, each.step) for each in taken}) == len(taken)
        deadlines = {each.id: each for each in self.rows(Deadline)}
        for each in taken:
            of = deadlines[each.deadline_id]
            assert each.due_at <= each.taken_at <= self.house.clock()
            if each.step in (EscalationStep.HALF, EscalationStep.NEAR) and of.promise in ANSWERS and not self.changes:
                share = {EscalationStep.HALF: 0.5, EscalationStep.NEAR: 0.8}[EscalationStep(each.step)]
                assert each.due_at == of.started_at + timedelta(seconds=of.allowed * share)

    def ledger_promises_no_more_than_wechat(self) -> None:
        now = self.house.clock()
        with self.house.look() as session:
            for name, phone in self.phones.items():
                follower = session.get(Follower, phone.openid)
                window = phone.follower.windows.get("message")
                if follower is None or not follower.message_until or follower.message_until <= now:
                    continue
                on_its_way = session.scalars(
                    select(Delivery.id).where(Delivery.openid == phone.openid, Delivery.state == DeliveryState.UNSURE)
                ).all()
                if phone.follower.subscribed:
                    assert window and now < window.expires_at, f"{name}'s window is closed at WeChat"
                    assert follower.message_left <= window.left + len(on_its_way), f"{name}: the ledger promises more"

    def after_the_jobs(self) -> None:
        """What holds once all jobs of the clock have run, in which nobody else did anything."""
        self.nothing_due_is_left()
        self.what_was_told_is_true()

    def nothing_due_is_left(self) -> None:
        now = self.house.clock()
        taken = {(each.deadline_id, each.step) for each in self.rows(Escalation)}
        with self.house.look() as session:
            hours = company.hours(session)
            for each in session.scalars(select(Deadline).where(Deadline.ended_at.is_(None))):
                assert each.step_at is None or each.step_at > now, f"{each.step} of {each.promise} is overdue"
                if each.due_at is None or each.running_since is None or each.promise == Promise.REPLY_WINDOW:
                    continue
                counts = hours if each.counts_working_hours else None
                for step in STEPS[Promise(each.promise)]:
                    due = moment_of(step, counts, each.running_since, each.allowed, each.used, each.due_at)
                    assert due > now or (each.id, step) in taken, f"{step} of {each.promise} was never taken"
            absent = {each.id for each in session.scalars(select(Manager)) if each.disabled_at is not None}
            for request in session.scalars(select(Request).where(Request.closed_at.is_(None))):
                assert request.owner_id not in absent, f"#{request.number} is with somebody who is disabled"
                assert request.snoozed_until is None or request.snoozed_until > now
                follower = session.get(Follower, request.openid)
                window = next(
                    (e for e in self.running().get(request.id, ()) if e.promise == Promise.REPLY_WINDOW), None
                )
                if window and window.due_at > now and follower.message_left:
                    assert window.due_at == follower.message_until, f"#{request.number} goes by an old window"
            for request in session.scalars(select(Request).where(Request.closed_how.is_distinct_from("void"))):
                arrived = session.scalars(
                    select(Message.said_at)
                    .join(Delivery, Delivery.id == Message.delivery_id)
                    .where(Message.request_id == request.id, Delivery.watch.is_not(None), Delivery.state.not_in(LOST))
                ).all()
                assert request.first_answered_at == min(arrived, default=None), f"#{request.number}"
            self.reports_agree(session, now)

    def what_was_told_is_true(self) -> None:
        """Every notice a manager got in a step in which nobody did anything."""
        now = self.house.clock()
        requests = {each.number: each for each in self.rows(Request)}
        running = self.running()
        for name in PHONES:
            manager_id = self.town.id_of(name)
            for entry in self.phones[name].unread():
                if entry.source != "account":
                    continue
                title = entry.text.partition("】")[0]
                lines = [line for line in entry.text.splitlines() if re.match(r"【(截止|还没|已超时|回复|注意)", line)]
                for line in lines:
                    request = requests[int(_NUMBERS.search(line)[1])]
                    assert request.closed_at is None, f"{name} was told of what is closed: {line}"
                    late = [e for e in running[request.id] if e.due_at is not None and e.due_at <= now]
                    if "超时" in line.partition("】")[0]:
                        assert late, f"{name} was told of a breach that is none: {line}"
                    elif line.startswith(("【截止", "【还没")):
                        assert request.owner_id in (manager_id, None), f"{name} does not have it any more: {line}"
                        assert request.unanswered_since or "办结" in line or len(lines) > 1, f"answered: {line}"
                if title.startswith(("【新留言", "【转来 #")):
                    request = requests[int(_NUMBERS.search(title)[1])]
                    assert request.closed_at is None and request.owner_id == manager_id, f"{name}: {entry.text}"
                if found := re.match(r"【(\d+) 条留言等您答复", title):
                    mine = [e for e in self.open_ones() if e.owner_id == manager_id and e.unanswered_since]
                    assert int(found[1]) == len(mine), f"{name}: {entry.text}"

    def reports_agree(self, session: Any, now: datetime) -> None:
        services = self.house.services
        who = visibility.Colleague("", now, services.zone, Visitor(0, "", Role.ADMIN))
        today = now.astimezone(services.zone).date()
        narrowed = Narrowed(ReportSpan(today - timedelta(days=800), today))
        _, total = reports.report(session, who, narrowed, DividedBy.MANAGER, now=now)
        assert figures(self.rows(Request), self.rows(Deadline), self.rows(Rating), now) == {
            name: getattr(total, name)
            for name in ("requests", "promised", "kept", "judged", "within", "overdue", "lost", "open", "rated")
        }
        took = sorted(
            (each.first_answered_at - each.opened_at).total_seconds()
            for each in self.rows(Request)
            if each.first_answered_at and each.closed_how != "void"
        )
        told = total.times.get(ReportTime.FIRST)
        assert (told is None) == (not took)
        for share, found in ((0.5, told.median), (0.9, told.ninth)) if told else ():
            assert abs(found - percentile(took, share)) < 0.01

    # Looking

    def rows(self, table: Any) -> list[Any]:
        with self.house.look() as session:
            return list(session.scalars(select(table).order_by(table.request_id if table is Rating else table.id)))

    def open_ones(self) -> list[Request]:
        return [each for each in self.rows(Request) if each.closed_at is None]

    def running(self) -> dict[int, list[Deadline]]:
        found: dict[int, list[Deadline]] = {each.id: [] for each in self.rows(Request)}
        for each in self.rows(Deadline):
            if each.ended_at is None:
                found[each.request_id].append(each)
        return found

    def was_answered(self, request: Request) -> bool:
        return request.answered_at is not None
