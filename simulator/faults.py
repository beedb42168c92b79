"""Fault injection: which calls and callbacks go wrong, how and how often; random ones are drawn from a seed."""

import random
from dataclasses import dataclass

API_KINDS = {
    "slow": "the answer takes `value` seconds",
    "http": "HTTP status `value` instead of an answer; nothing is done",
    "errcode": "errcode `value` (-1 busy, 40001 …); nothing is done",
    "unreachable": "the connection dies before anything is done",
    "bare": "`errcode` 0 and not a word of what was asked for; nothing is done",
    "lost_answer": "it is done, but the connection dies before the answer",
}
CALLBACK_KINDS = {
    "lost": "never reaches the app and is not tried again",
    "doubled": "reaches the app twice",
    "late": "sent `value` seconds later, by `settle`",
    "overtaken": "sent only after the next callback",
    "unanswered": "the app's answer does not come back in time, so it is delivered again",
}


@dataclass
class Fault:
    """Fault to inject, so many `times` or, with None, for ever; a `target` may end in `*`.

    The target is an API path, or `callback`, or `callback:` with a MsgType or an Event, such as `callback:CLICK`.
    """

    number: int
    target: str
    kind: str
    times: int | None = 1
    probability: float = 1.0
    value: float = 0

    def hits(self, names: tuple[str, ...]) -> bool:
        """Whether one of these names is meant."""
        if self.target.endswith("*"):
            return any(name.startswith(self.target[:-1]) for name in names)
        return self.target in names


class Faults:
    """Faults to inject from now on."""

    def __init__(self, seed: int = 0) -> None:
        self._chance = random.Random(seed)
        self._serial = 0
        self.active: list[Fault] = []

    def add(
        self, target: str, kind: str, *, times: int | None = 1, probability: float = 1.0, value: float = 0
    ) -> Fault:
        """Let `kind` happen to the next `times` matching calls, each with `probability`; ValueError if unknown."""
        kinds = CALLBACK_KINDS if target.startswith("callback") else API_KINDS
        if kind not in kinds:
            raise ValueError(f"{target} has no fault {kind!r}, only {', '.join(kinds)}")
        self._serial += 1
        fault = Fault(self._serial, target, kind, times, probability, value)
        self.active.append(fault)
        return fault

    def remove(self, number: int) -> None:
        """Remove a fault; one that is used up is gone already."""
        self.active = [fault for fault in self.active if fault.number != number]

    def clear(self) -> None:
        """Remove all faults."""
        self.active = []

    def strike(self, *names: str) -> Fault | None:
        """The fault for this call, which counts as used once; None if there is none."""
        for fault in self.active:
            if fault.hits(names) and self._chance.random() < fault.probability:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.active.remove(fault)
                return fault
        return None
