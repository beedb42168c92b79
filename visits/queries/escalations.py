"""Unheard breaches: overdue requests of which nobody above the owner could be notified."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from visits.models.deadlines import Deadline, Escalation, StepNotice
from visits.models.requests import Request
from visits.rules.promises import EscalationStep


def is_unheard() -> ColumnElement[bool]:
    """Return the condition that an open request has a breach that no one but its owner was notified of."""
    breach = (EscalationStep.DUE, EscalationStep.LATE)
    taken = aliased(Escalation)
    # Either step counts: where only one person stands above the owner, only the first step has somebody to notify.
    told = (
        select(StepNotice.escalation_id)
        .join(taken, taken.id == StepNotice.escalation_id)
        .where(
            taken.deadline_id == Deadline.id,
            taken.step.in_(breach),
            StepNotice.delivery_id.is_not(None),
            StepNotice.manager_id.is_distinct_from(Request.owner_id),
        )
        .correlate(Deadline, Request)
    )
    breached = (
        select(Deadline.request_id)
        .join(Escalation, Escalation.deadline_id == Deadline.id)
        .where(
            Deadline.request_id == Request.id,
            Deadline.ended_at.is_(None),
            Escalation.step.in_(breach),
            ~told.exists(),
        )
        .correlate(Request)
    )
    return breached.exists() & Request.due_at.is_not(None)
