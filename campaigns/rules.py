"""Rules of campaigns: the outcome of a delivery, which outcomes are counted together, what an approval is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.models import CampaignState, Outcome
from wechat_bot.mass.models import MassState
from wechat_bot.models import DeliveryState
from wechat_bot.outbox import states
from wechat_bot.outbox.states import Channel

#: Counted besides the outcomes.
OPENED, ACTED = "opened", "acted"
#: The prefix of the counters of reasons.
LEFT_OUT = "why:"
#: The prefix of counters that are only kept, such as the hours of openings: recipients do not tell them.
ONLY = "only:"
#: Outcomes of a message that WeChat accepted, with or without the receipt of a template message.
SENT = (Outcome.CUSTOM, Outcome.TEMPLATE, Outcome.ARRIVED, Outcome.TAKEN, Outcome.FINISHED)
#: A customer-service message has arrived when WeChat accepted it; a template message only with its receipt.
REACHED = (Outcome.CUSTOM, Outcome.ARRIVED)
#: Outcomes of a message that has arrived, as far as is known.
BROUGHT = (*SENT, Outcome.UNSURE)
WAITING = (Outcome.LISTED, Outcome.QUEUED, Outcome.BATCHED, Outcome.HELD)
FAILED = (Outcome.UNFOLLOWED, Outcome.LATE, Outcome.REFUSED)
#: Outcomes by which a message did not arrive, and will not.
NOT_ARRIVED = (*FAILED, Outcome.STOPPED, Outcome.SPARED)
#: States with work for the clock once due; states that can be stopped; states that are final.
DUE = (CampaignState.PLANNED, CampaignState.LISTING, CampaignState.SENDING)
UNSETTLED = (*DUE, CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.PAUSED, CampaignState.SENT)
ENDED = (CampaignState.CANCELLED, CampaignState.OVER, CampaignState.BROKEN, CampaignState.MISSED)
#: Why a delivery was withdrawn.
WAS_ACTED, WAS_STOPPED = "answered", "stopped"
#: Seconds that a step of listing aims at, for which others wait; the fewest and the most shops in one.
STEP, LEAST, MOST = 0.15, 1_000, 50_000
_OF_FAILURE = {
    states.UNFOLLOWED: Outcome.UNFOLLOWED,
    states.ERASED: Outcome.UNFOLLOWED,
    states.TOO_LATE: Outcome.LATE,
    WAS_ACTED: Outcome.SPARED,
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


_OF_JOB = {
    MassState.PLANNED: Outcome.BATCHED,
    MassState.DRAFTED: Outcome.BATCHED,
    MassState.SENDING: Outcome.QUEUED,
    MassState.ACCEPTED: Outcome.TAKEN,
    MassState.FINISHED: Outcome.FINISHED,
    MassState.REFUSED: Outcome.REFUSED,
    MassState.UNSURE: Outcome.UNSURE,
    MassState.CANCELLED: Outcome.STOPPED,
    MassState.LATE: Outcome.LATE,
}


def outcome_of_part(state: MassState | None) -> Outcome:
    """Return the outcome of those in a part, by the state of its job; None before it is planned.

    >>> outcome_of_part(MassState.ACCEPTED), outcome_of_part(None)
    (<Outcome.TAKEN: 'taken'>, <Outcome.BATCHED: 'batched'>)
    """
    return Outcome.BATCHED if state is None else _OF_JOB[state]


def outcome(state: DeliveryState, channel: Channel | None, error: str | None) -> Outcome:
    """Return the outcome of a message, by the state of its delivery in the outbox.

    >>> outcome(DeliveryState.SENT, Channel.TEMPLATE, None)
    <Outcome.TEMPLATE: 'template'>
    >>> outcome(DeliveryState.FAILED, None, "no longer follows")
    <Outcome.UNFOLLOWED: 'unfollowed'>
    """
    if state is DeliveryState.SENT:
        return Outcome.TEMPLATE if channel is Channel.TEMPLATE else Outcome.CUSTOM
    return _OF_STATE.get(state) or _OF_FAILURE.get(error or "", Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """Counts of one campaign.

    >>> figures = CampaignFigures({"custom": 3, "held": 2, "why:unbound": 4, "opened": 1})
    >>> figures.sent, figures.waiting, figures.listed, figures.left_out, figures.audience
    (3, 2, 5, {'unbound': 4}, 9)
    """

    counts: Mapping[str, int]

    def of(self, *names: str) -> int:
        """Return how many are counted under these names together."""
        return sum(self.counts.get(name, 0) for name in names)

    @property
    def left_out(self) -> dict[str, int]:
        """How many shops are left out, by reason."""
        return {
            name.removeprefix(LEFT_OUT): count
            for name, count in self.counts.items()
            if name.startswith(LEFT_OUT) and count
        }

    @property
    def listed(self) -> int:
        """How many shops it was to reach."""
        return self.of(*Outcome)

    @property
    def audience(self) -> int:
        """How many shops are in the audience: those it was to reach and those left out."""
        return self.listed + sum(self.left_out.values())

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
    def acted(self) -> int:
        return self.of(ACTED)

    @property
    def waiting(self) -> int:
        return self.of(*WAITING)


def as_it_stands(counts: Mapping[str, int], state: str) -> CampaignFigures:
    """Return the counts as shown to people: in a campaign that ended, listed shops that were never sent to count as
    stopped.

    >>> as_it_stands({"listed": 2, "stopped": 1}, "cancelled").of("stopped")
    3
    """
    waits = counts.get(Outcome.LISTED, 0) + counts.get(Outcome.BATCHED, 0)
    if state not in ENDED or not waits:
        return CampaignFigures(counts)
    stopped = counts.get(Outcome.STOPPED, 0) + waits
    return CampaignFigures({**counts, Outcome.LISTED: 0, Outcome.BATCHED: 0, Outcome.STOPPED: stopped})


def next_batch(batch: int, seconds: float) -> int:
    """Return how many shops the next step has, where one of `batch` took so long: on a busy machine fewer.

    >>> next_batch(10_000, 0.05), next_batch(20_000, 0.15), next_batch(20_000, 0.2), next_batch(20_000, 1.2)
    (20000, 20000, 15000, 2500)
    """
    wanted = min(STEP / max(seconds, 0.001), 2.0) * batch
    return max(LEAST, min(round(wanted), MOST))


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what is approved; one changed sign changes it.

    >>> digest({"said": "到货"}) == digest({"said": "到货。"})
    False
    """
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
