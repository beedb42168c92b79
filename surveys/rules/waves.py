"""What the rounds of invitations are counted by, and what the outbox's news mean for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.models import Outcome, WaveState
from wechat_bot.models import DeliveryState
from wechat_bot.outbox import states
from wechat_bot.outbox.states import Channel

OPENED, ANSWERED = "opened", "answered"
#: Accepted by WeChat, with or without the receipt of a template message.
SENT = (Outcome.CUSTOM, Outcome.TEMPLATE, Outcome.ARRIVED)
#: A customer-service message that WeChat accepts is there; of a template message only the receipt says so.
REACHED = (Outcome.CUSTOM, Outcome.ARRIVED)
#: Whoever opens or answers was brought by the latest of these.
BROUGHT = (*SENT, Outcome.UNSURE)
WAITING = (Outcome.QUEUED, Outcome.HELD)
#: May still be stopped.
UNSETTLED = (WaveState.PLANNED, WaveState.SENDING, WaveState.PAUSED, WaveState.SENT)
#: Why a delivery was withdrawn.
WAS_ANSWERED, WAS_STOPPED = "answered", "stopped"
#: The wave that tells of the results.
RESULTS = 0
MOST_REMINDERS = 5
_OF_FAILURE = {
    states.UNFOLLOWED: Outcome.UNFOLLOWED,
    states.ERASED: Outcome.UNFOLLOWED,
    states.TOO_LATE: Outcome.LATE,
    WAS_ANSWERED: Outcome.SPARED,
    WAS_STOPPED: Outcome.STOPPED,
    states.WITHDRAWN: Outcome.STOPPED,
}
_OF_STATE = {
    DeliveryState.PENDING: Outcome.QUEUED,
    DeliveryState.SENDING: Outcome.QUEUED,
    DeliveryState.HELD: Outcome.HELD,
    DeliveryState.UNSURE: Outcome.UNSURE,
    DeliveryState.DELIVERED: Outcome.ARRIVED,
}


def key(number: int, name: str) -> tuple[str, str]:
    """The counter of a wave: its outcomes, who opened, who answered.

    >>> key(2, "held")
    ('', 'wave:2:held')
    """
    return "", f"wave:{number}:{name}"


def keys(number: int) -> list[tuple[str, str]]:
    """Every counter of a wave."""
    return [key(number, name) for name in (*Outcome, OPENED, ANSWERED)]


def is_answered(counter: tuple[str, str]) -> bool:
    """Whether a counter is that of a wave's answers.

    >>> is_answered(key(2, ANSWERED)), is_answered(("", "returned"))
    (True, False)
    """
    return counter[1].startswith("wave:") and counter[1].endswith(f":{ANSWERED}")


def outcome(state: DeliveryState, channel: Channel | None, error: str | None) -> Outcome:
    """What became of a message, from what the outbox says of its delivery.

    >>> outcome(DeliveryState.SENT, Channel.TEMPLATE, None)
    <Outcome.TEMPLATE: 'template'>
    >>> outcome(DeliveryState.FAILED, None, "no longer follows")
    <Outcome.UNFOLLOWED: 'unfollowed'>
    """
    if state is DeliveryState.SENT:
        return Outcome.TEMPLATE if channel is Channel.TEMPLATE else Outcome.CUSTOM
    return _OF_STATE.get(state) or _OF_FAILURE.get(error or "", Outcome.REFUSED)


def moments(first: datetime, reminders: int, every_days: int) -> list[datetime]:
    """When the waves are due: the first invitation, then the reminders.

    >>> [each.day for each in moments(datetime(2026, 9, 1), 2, 3)]
    [1, 4, 7]
    """
    return [first + timedelta(days=every_days * n) for n in range(reminders + 1)]


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of one wave."""

    counts: Mapping[str, int]

    def of(self, *names: str) -> int:
        """How many messages came to one of these outcomes."""
        return sum(self.counts.get(name, 0) for name in names)

    @property
    def listed(self) -> int:
        return self.of(*Outcome)

    @property
    def sent(self) -> int:
        return self.of(*SENT)

    @property
    def reached(self) -> int:
        return self.of(*REACHED)

    @property
    def opened(self) -> int:
        return self.of(OPENED)

    @property
    def answered(self) -> int:
        return self.of(ANSWERED)

    @property
    def waiting(self) -> int:
        return self.of(*WAITING)


def figures(totals: Mapping[str, int], number: int) -> Figures:
    """The counts of a wave out of all that a survey counts under no question.

    >>> figures({"wave:1:custom": 3, "wave:1:held": 2, "wave:2:custom": 9}, 1).sent
    3
    """
    start = f"wave:{number}:"
    return Figures({name.removeprefix(start): count for name, count in totals.items() if name.startswith(start)})
