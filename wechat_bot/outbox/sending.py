"""Sending: claim, send, note."""

from typing import TYPE_CHECKING

from wechat_bot import uploads
from wechat_bot.client.codes import SendError
from wechat_bot.outbox import claiming, settling
from wechat_bot.outbox.claiming import Claim
from wechat_bot.outbox.states import Channel

if TYPE_CHECKING:
    from wechat_bot.services import Services


def send_next(services: "Services") -> bool:
    """Claim one due delivery, make it, note what became of it. False where none was due."""
    claim, looked = claiming.claim(services)
    if claim is None:
        return looked
    try:
        msgid = _call(services, claim)
    except SendError as error:
        settling.note_error(services, claim, error)
    else:
        settling.note_sent(services, claim, msgid)
    return True


def _call(services: "Services", claim: Claim) -> str | None:
    if claim.channel is Channel.CUSTOM:
        services.wechat.send_custom(uploads.with_media(services, claim.body))
        return None
    return str(services.wechat.send_template(claim.body))
