"""Recipients of an escalation step."""

from visits.rules.promises import EscalationStep


def hear(step: EscalationStep, owner: int | None, above: list[int]) -> tuple[int, ...]:
    """Return the managers to be notified of a step; where there are none, the console shows it to the staff.

    Warnings go to the owner (to the supervisor, where there is no owner), a breach to both, a breach that goes on to
    whoever stands above the supervisor. `above` are the managers over the area, the nearest first.

    >>> hear(EscalationStep.HALF, 1, [2, 3]), hear(EscalationStep.DUE, 1, [2, 3]), hear(EscalationStep.LATE, 1, [2, 3])
    ((1,), (1, 2), (3,))
    >>> hear(EscalationStep.HALF, None, [2]), hear(EscalationStep.LATE, 1, [2]), hear(EscalationStep.DUE, None, [])
    ((2,), (), ())
    """
    if step is EscalationStep.LATE:
        return tuple(above[1:2])
    first = (owner,) if owner is not None else tuple(above[:1])
    return tuple(dict.fromkeys((*first, *above[:1]))) if step is EscalationStep.DUE else first
