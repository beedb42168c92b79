"""Send loop of the outbox: claim, send, note; the note and the next claim in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from wechat_bot import uploads
from wechat_bot.client.codes import SendError
from wechat_bot.outbox import claiming, settling
from wechat_bot.outbox.claiming import Claim
from wechat_bot.outbox.states import Channel
from wechat_bot.services import Services


@dataclass(frozen=True, slots=True)
class _Sent:
    """Call that was made, and its result."""

    claim: Claim
    msgid: str | None
    error: SendError | None


def send(services: Services, *, more: Callable[[], bool] = lambda: False) -> int:
    """Send the next due delivery, and further ones while there are any and `more()` is true; returns how many.

    The result of one is noted in the transaction that claims the next, before that is sent: one durable commit a
    message, and never more than one of them in the call.
    """
    sent: _Sent | None = None
    for turn in count():
        claim, looked = _turn(services, sent, turn if not turn or more() else None)
        if not looked:
            return turn
        sent = _call(services, claim) if claim else None
    raise AssertionError("unreachable")


def _turn(services: Services, sent: _Sent | None, turn: int | None) -> tuple[Claim | None, bool]:
    """Note the result of the last call; with a turn, claim the next delivery."""
    try:
        with services.transaction() as session:
            now = services.clock()
            if sent is not None:
                settling.note(session, sent.claim, sent.msgid, sent.error, now=now)
            return (None, False) if turn is None else claiming.claim(services, session, turn, now=now)
    except Exception:
        if sent is not None and turn is not None:
            # The result is known, so it is noted even if claiming the next delivery fails.
            _turn(services, sent, None)
        raise


def _call(services: Services, claim: Claim) -> _Sent:
    try:
        if claim.channel is Channel.TEMPLATE:
            return _Sent(claim, services.wechat.send_template(claim.body), None)
        services.wechat.send_custom(uploads.with_media(services, claim.body))
        return _Sent(claim, None, None)
    except SendError as error:
        return _Sent(claim, None, error)
