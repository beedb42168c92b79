"""Figures of a push: what became of everybody in its audience, never more than is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns import rules
from campaigns.models import Outcome
from campaigns.openings import ASKED, GONE, OPENED_IN_PART
from wechat_bot.mass.models import MassState

#: The states of a part whose message WeChat took.
TAKEN = (MassState.ACCEPTED, MassState.FINISHED)
#: The reason of those whose message WeChat refused; `refused` is who refused promotions.
NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, slots=True)
class PartFigures:
    """Figures of one part: its size here (all of it, or the visitor's shops in it), and what WeChat told of all."""

    number: int
    size: int
    #: The state of its job; None before one is planned.
    state: MassState | None
    #: Whether all its shops are counted here, so that WeChat's figures are of these shops.
    is_whole: bool = True
    msg_id: str | None = None
    total: int | None = None
    filtered: int | None = None
    sent: int | None = None
    errors: int | None = None
    error: str | None = None
    error_code: int | None = None

    @property
    def delivered(self) -> int:
        """How many it surely reached. Of a part that is divided WeChat tells only the whole: none is counted away."""
        if self.state is not MassState.FINISHED:
            return 0
        return self.size if self.sent is None or not self.is_whole else min(self.sent, self.size)


@dataclass(frozen=True, slots=True)
class PushFigures:
    """Figures of a push, of all its audience or a part of it.

    >>> parts = [PartFigures(1, 70, MassState.FINISHED, total=70, filtered=70, sent=68, errors=2)]
    >>> found = PushFigures({"custom": 9, "unsure": 1, "why:quota": 20, "opened": 6, "only:part": 2}, parts)
    >>> found.audience, found.reasons, found.singles, found.delivered, found.unsure, found.missed
    (100, {'quota': 20}, 10, 77, 1, 20)
    >>> found.opened, found.opened_alone, found.known, found.lost
    (6, 4, 10, 2)
    """

    counts: Mapping[str, int]
    parts: Sequence[PartFigures] = ()
    #: Whether no more is sent: who is still listed gets nothing.
    is_ended: bool = False

    def of(self, *names: str) -> int:
        """How many are counted under these names together."""
        return sum(self.counts.get(name, 0) for name in names)

    def in_parts(self, *states: MassState) -> int:
        """How many are in parts of these states."""
        return sum(part.size for part in self.parts if part.state in states)

    @property
    def reasons(self) -> dict[str, int]:
        """How many are left out, by reason."""
        start = rules.LEFT_OUT
        return {name.removeprefix(start): n for name, n in self.counts.items() if n and name.startswith(start)}

    @property
    def left_out(self) -> int:
        return sum(self.reasons.values())

    @property
    def singles(self) -> int:
        """How many have, or wait for, a message of their own."""
        return self.of(*Outcome)

    @property
    def meant(self) -> int:
        return self.singles + sum(part.size for part in self.parts)

    @property
    def audience(self) -> int:
        return self.left_out + self.meant

    @property
    def accepted(self) -> int:
        """How many messages WeChat took."""
        return self.of(*rules.SENT) + self.in_parts(*TAKEN)

    @property
    def delivered(self) -> int:
        return self.of(*rules.REACHED) + sum(part.delivered for part in self.parts)

    @property
    def is_exact(self) -> bool:
        """Whether what was delivered is known exactly: no finished part is counted here only in part."""
        return all(part.is_whole for part in self.parts if part.state is MassState.FINISHED)

    @property
    def unsure(self) -> int:
        return self.of(Outcome.UNSURE) + self.in_parts(MassState.UNSURE)

    @property
    def not_arrived(self) -> int:
        """How many were meant and surely got nothing, each of them known."""
        return sum(self.not_arrived_by_name().values())

    def not_arrived_by_name(self) -> dict[str, int]:
        """How many were meant and surely got nothing, by what became of their message or their part.

        >>> parts = [PartFigures(1, 7, MassState.LATE), PartFigures(2, 5, MassState.REFUSED)]
        >>> PushFigures({"late": 1, "refused": 2, "listed": 4}, parts, is_ended=True).not_arrived_by_name()
        {'late': 8, 'not_delivered': 7, 'stopped': 4}
        """
        found: dict[str, int] = {}
        for outcome in rules.NOT_ARRIVED:
            name = name_of(outcome)
            found[name] = found.get(name, 0) + self.of(outcome)
        for part in self.parts:
            name = name_of_part(part.state, is_ended=self.is_ended)
            found[name] = found.get(name, 0) + (part.size if name else 0)
        if self.is_ended:
            found[Outcome.STOPPED.value] += self.of(Outcome.LISTED, Outcome.BATCHED)
        return {name: count for name, count in sorted(found.items()) if count}

    @property
    def alone(self) -> "PushFigures":
        """The figures of those who have a message of their own."""
        return PushFigures({outcome: self.of(outcome) for outcome in Outcome}, (), self.is_ended)

    @property
    def in_mass(self) -> "PushFigures":
        """The figures of those in parts of a mass message."""
        return PushFigures({}, self.parts, self.is_ended)

    @property
    def missed(self) -> int:
        """How many surely got nothing, by name: those left out, and those whose message did not go."""
        return self.left_out + self.not_arrived

    @property
    def lost(self) -> int:
        """How many WeChat says it did not deliver, without telling who."""
        return sum(part.size - part.delivered for part in self.parts if part.state is MassState.FINISHED)

    @property
    def opened(self) -> int:
        return self.of(rules.OPENED)

    @property
    def opened_in_part(self) -> int:
        """How many came from a mass message to our page: of the others there it is not known."""
        return self.of(OPENED_IN_PART)

    @property
    def opened_alone(self) -> int:
        return self.opened - self.opened_in_part

    @property
    def known(self) -> int:
        """Of how many it is known whether they opened it: those with a message of their own."""
        return self.of(*rules.BROUGHT)

    @property
    def acted(self) -> int:
        return self.of(rules.ACTED)

    @property
    def gone(self) -> int:
        """How many stopped following within two days."""
        return self.of(GONE)

    @property
    def asked(self) -> int:
        return self.of(ASKED)


def name_of(outcome: Outcome) -> str:
    """Return what is called that a message did not arrive, by what became of it."""
    return NOT_DELIVERED if outcome is Outcome.REFUSED else outcome.value


def name_of_part(state: MassState | None, *, is_ended: bool) -> str:
    """Return why those in a part surely got nothing, by the state of its job; empty where that is not so."""
    if state is MassState.REFUSED:
        return NOT_DELIVERED
    if state is MassState.LATE:
        return Outcome.LATE.value
    waits = state in (None, MassState.PLANNED, MassState.DRAFTED)
    return Outcome.STOPPED.value if state is MassState.CANCELLED or (waits and is_ended) else ""


def share(part: int, whole: int) -> float | None:
    """A share; None where there is nothing to be a share of.

    >>> share(1, 4), share(0, 0)
    (0.25, None)
    """
    return part / whole if whole else None
