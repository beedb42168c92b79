"""Policies in force: the terms for each class of shops, and the calendar they are computed with."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.calendar import Calendar
from people.working_time import company
from visits.models.deadlines import Policy
from visits.rules.promises import DEFAULT, Terms, fingerprint


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Terms of a request, the calendar where they count working hours, and the fingerprint of both."""

    terms: Terms
    calendar: Calendar | None
    fingerprint: str


def of_policy(policy: Policy) -> Terms:
    """Return a saved policy as terms."""
    return Terms(
        policy.handing_over, policy.first_answer, policy.next_answer, policy.closing, policy.counts_working_hours
    )


def reckoning(session: Session, class_id: int | None) -> Reckoning:
    """Return what holds for a class of shops: its own policy, else the common one, else the built-in one."""
    policy = session.scalars(
        select(Policy)
        .where(or_(Policy.class_id == class_id, Policy.class_id.is_(None)))
        .order_by(Policy.class_id.is_(None))
        .limit(1)
    ).first()
    terms = of_policy(policy) if policy else DEFAULT
    return _with(terms, company.hours(session) if terms.counts_working_hours else None)


def all_of_them(session: Session) -> dict[int | None, Reckoning]:
    """Return what holds for each class with a policy of its own, and under None for all others."""
    policies = session.scalars(select(Policy)).all()
    hours = company.hours(session) if any(policy.counts_working_hours for policy in policies) else None
    found: dict[int | None, Reckoning] = {None: _with(DEFAULT, None)}
    for policy in policies:
        found[policy.class_id] = _with(of_policy(policy), hours)
    return found


def _with(terms: Terms, hours: Calendar | None) -> Reckoning:
    # A policy that counts working hours can only be saved once there are some (actions/settings.py).
    hours = hours if terms.counts_working_hours else None
    return Reckoning(terms, hours, fingerprint(terms, hours))
