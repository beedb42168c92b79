"""Callback endpoint `/wechat`: WeChat checks our address and delivers what followers say and do."""

from datetime import timedelta

import structlog
from flask import Blueprint, Response, request

from foundation.database import is_away
from wechat_bot import envelope, inbox, ledger, messages, reply, texts
from wechat_bot.conversation import Reply
from wechat_bot.services import current_services

blueprint = Blueprint("wechat", __name__)
PATH = "/wechat"
log = structlog.get_logger(__name__)
SLOW = timedelta(seconds=1)


@blueprint.get(PATH)
def check_address() -> Response:
    """Prove to WeChat that this address is ours."""
    return _plain(envelope.check_address(current_services().callback_keys, request.args))


@blueprint.post(PATH)
def hear() -> Response:
    """Hear one message or event, do what it asks, answer. Nothing in this path talks to the network."""
    services = current_services()
    now, began = services.clock(), services.stopwatch()
    # Read up to the limit and one byte, so that a body without a length cannot fill the memory.
    body = request.stream.read(envelope.BODY_LIMIT + 1)
    if len(body) > envelope.BODY_LIMIT:
        raise envelope.Malformed("the body is too large")
    callback = envelope.decrypt_callback(services.callback_keys, request.args, body, now=now)
    if callback.signed_at is not None:
        services.skew.note(services.database, callback.signed_at, now=now)
    structlog.contextvars.bind_contextvars(openid=callback.message.openid[-6:], kind=type(callback.message).__name__)
    if isinstance(callback.message, messages.Unknown):
        log.warning("kept as it came", what=callback.message.kind[:40], odd=callback.message.odd)
    try:
        answer = inbox.answer_once(services, callback.message, now=now, began=began)
    except Exception as error:
        # A bug of ours, or no database. On an error WeChat posts the message again, when it may succeed; at the last
        # post the follower gets a sentence of ours instead of WeChat's own error.
        if not services.failed_posts.is_last(services.database, callback.message, error, now=now):
            raise
        if is_away(error):
            services.database.tell(error)
        else:
            log.exception("not answered")
        # Only to a message or tap: other events are not answered.
        answer = Reply(texts.FAILED) if isinstance(callback.message, (*ledger.SAID, *ledger.TRIGGERS)) else Reply()
    took = services.stopwatch() - began
    if took > SLOW.total_seconds():
        log.warning("slow answer", seconds=round(took, 3))
    text = reply.render(answer, callback.message, callback.form, now=now)
    if text == reply.SUCCESS:
        return _plain(text)  # never encrypted
    content, content_type = envelope.encrypt_reply(services.callback_keys, callback, text, now=now)
    return Response(content, content_type=f"{content_type}; charset=utf-8")


@blueprint.errorhandler(envelope.Stale)
def put_back(error: envelope.Stale) -> tuple[str, int]:
    """403: WeChat signed it long ago, or our clock says so: a person looks at the clock."""
    services = current_services()
    services.skew.note(services.database, error.signed_at, now=services.clock())
    return refuse(error)


@blueprint.errorhandler(envelope.Forged)
def refuse(error: envelope.Forged) -> tuple[str, int]:
    """403: WeChat does not send this."""
    log.warning("callback refused", reason=str(error))
    return "forbidden", 403


@blueprint.errorhandler(envelope.Malformed)
def reject(error: envelope.Malformed) -> tuple[str, int]:
    """400: nobody can know what it is, or whose."""
    log.warning("callback not understood", reason=str(error))
    return "bad request", 400


def _plain(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")
