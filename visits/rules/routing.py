"""Routing rule: who answers for a request, and the reason in words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from people.rules import Person
from visits.models.owners import AssignmentReason


@dataclass(frozen=True, slots=True)
class Level:
    """Area on the way up the organisation chart, as far as the decision needs."""

    area: str
    head: Person | None
    deputy: Person | None = None
    deputy_from: date | None = None
    deputy_until: date | None = None

    def is_on_leave(self, today: date) -> bool:
        """Whether a deputy stands in today; both ends are included, a missing end is open, no dates mean no leave.

        >>> Level("城区", None, None, date(2026, 10, 1), date(2026, 10, 7)).is_on_leave(date(2026, 10, 7))
        True
        """
        return (
            (self.deputy_from is not None or self.deputy_until is not None)
            and (self.deputy_from is None or self.deputy_from <= today)
            and (self.deputy_until is None or today <= self.deputy_until)
        )


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """Owner that was chosen (None: the pool), and why."""

    manager: Person | None
    reason: AssignmentReason
    explained: str


def choose(own: Person | None, levels: Sequence[Level], away: Collection[int], today: date) -> OwnerChoice:
    """Return the shop's own manager, else its area's, the deputy during a leave, else somebody higher up, else the
    pool.

    `levels` begin with the shop's area; `away` are the managers on leave today in any area, who can stand in for
    nobody. The reason names everybody who was passed over.

    A leave belongs to one area, as its deputy does: a manager who heads another area too, without days of leave there,
    goes on answering for that one, as people's `manager_in_charge` has it, since nobody was named to do so. They are
    given nothing else meanwhile: neither as a deputy, nor as a shop's own manager elsewhere, nor by a transfer.

    >>> chen, lin, zhou = (Person(n, name, "") for n, name in enumerate(("陈志强", "林小燕", "周主任")))
    >>> leave = date(2026, 10, 1), date(2026, 10, 7)
    >>> city, town = Level("城区一片", chen, lin, *leave), Level("新罗区", zhou)
    >>> choose(None, [city, town], (), date(2026, 10, 8)).explained
    '城区一片的客户经理陈志强'
    >>> choose(chen, [city, town], (), date(2026, 10, 7)).explained
    '陈志强请假到 10 月 7 日，代班林小燕'
    >>> choose(None, [city, town], {1}, date(2026, 10, 7)).explained
    '陈志强请假到 10 月 7 日，代班林小燕也请假；上级片区新罗区的周主任'
    >>> choose(None, [Level("江山片", chen), town], {1}, date(2026, 10, 7)).explained
    '江山片的客户经理陈志强'
    >>> choose(Person(7, "老张", "", is_disabled=True), [], (), date(2026, 10, 7))
    OwnerChoice(manager=None, reason=<AssignmentReason.POOL: 'pool'>,
        explained='本店客户经理老张已停用；没有可以负责的人，等待分派')
    """
    passed: list[str] = []
    head = levels[0].head if levels else None
    if own is not None and (head is None or own.id != head.id):
        if not own.is_disabled and own.id not in away:
            return OwnerChoice(own, AssignmentReason.OWN, f"本店的客户经理{own.name}")
        passed.append(f"本店客户经理{own.name}{'已停用' if own.is_disabled else '请假'}")
    for height, level in enumerate(levels):
        found = _of(level, height, own, away, today)
        if isinstance(found, OwnerChoice):
            return OwnerChoice(found.manager, found.reason, "；".join([*passed, found.explained]))
        passed.append(found)
    return OwnerChoice(None, AssignmentReason.POOL, "；".join([*passed, "没有可以负责的人，等待分派"]))


def _of(level: Level, height: int, own: Person | None, away: Collection[int], today: date) -> OwnerChoice | str:
    """Return who answers at this level; where nobody does, why."""
    head = level.head
    if head is None:
        return f"{level.area}没有负责人"
    if head.is_disabled and not level.is_on_leave(today):
        return f"{level.area}的{head.name}已停用"
    if level.is_on_leave(today):
        until = f"到 {level.deputy_until.month} 月 {level.deputy_until.day} 日" if level.deputy_until else ""
        gone = f"{head.name}{'已停用' if head.is_disabled else f'请假{until}'}"
        deputy = level.deputy
        if deputy is None:
            return f"{gone}，没有代班"
        if deputy.is_disabled or deputy.id in away:
            return f"{gone}，代班{deputy.name}{'已停用' if deputy.is_disabled else '也请假'}"
        return OwnerChoice(
            deputy, AssignmentReason.SUPERVISOR if height else AssignmentReason.DEPUTY, f"{gone}，代班{deputy.name}"
        )
    if height:
        return OwnerChoice(head, AssignmentReason.SUPERVISOR, f"上级片区{level.area}的{head.name}")
    if own is not None and own.id == head.id:
        return OwnerChoice(head, AssignmentReason.OWN, f"本店的客户经理{head.name}")
    return OwnerChoice(head, AssignmentReason.AREA, f"{level.area}的客户经理{head.name}")
