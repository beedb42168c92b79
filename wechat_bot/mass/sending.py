"""Send loop of mass jobs: get ready, claim, call, note. No transaction is open while WeChat is called.

A worker that dies in the call leaves a job that is asked about again a minute later, under the same client id: WeChat
then either takes it or says that it had taken it. Nothing is sent twice, and what no answer tells is shown as unsure.
"""

from collections.abc import Mapping

import structlog

from wechat_bot.client import mass
from wechat_bot.client.codes import Act, SendError
from wechat_bot.mass import answers, claiming, preparing, settling
from wechat_bot.mass.answers import NextStep
from wechat_bot.mass.claiming import MassClaim
from wechat_bot.mass.models import MassState
from wechat_bot.mass.source import MassSource
from wechat_bot.mass.states import STRANGER
from wechat_bot.models import Follower
from wechat_bot.services import Services

log = structlog.get_logger(__name__)


def send(services: Services, sources: Mapping[str, MassSource]) -> int:
    """Send what is due, one call after the other, and get ready what comes next; returns the number of calls."""
    calls, goes_on = 0, True
    while goes_on:
        claim, looked = _claimed(services, sources)
        if claim is not None:
            _call(services, sources[claim.source], claim)
            calls += 1
        goes_on = looked or _prepare_next(services, sources)
    return calls


def _claimed(services: Services, sources: Mapping[str, MassSource]) -> tuple[MassClaim | None, bool]:
    with services.transaction() as session:
        return claiming.claim_to_send(services, session, sources, now=services.clock())


def _prepare_next(services: Services, sources: Mapping[str, MassSource]) -> bool:
    with services.transaction() as session:
        job, looked = claiming.claim_to_prepare(services, session, sources, now=services.clock())
    if job is not None:
        preparing.prepare(services, sources[job.source], job)
    return looked


def _call(services: Services, source: MassSource, claim: MassClaim) -> None:
    try:
        if claim.tag_id is not None:
            taken = mass.send_to_tag(services.wechat, claim.tag_id, claim.message, claim.client_id)
        else:
            taken = mass.send(services.wechat, claim.openids, claim.message, claim.client_id)
    except SendError as error:
        if _note_error(services, claim, error) is NextStep.FIND_STRANGERS:
            _leave_out_strangers(services, source, claim)
        return
    with services.transaction() as session:
        settling.note_taken(session, claim.id, taken, now=services.clock())


def _note_error(services: Services, claim: MassClaim, error: SendError) -> NextStep | None:
    with services.transaction() as session:
        job = claiming.held(session, claim.id, claim.fence)
        if job is None or job.state != MassState.SENDING:
            return None
        step = settling.note_error(session, job, error, is_first=claim.is_first, now=services.clock())
        if step is NextStep.FIND_STRANGERS:
            job.lease_until = services.clock() + claiming.LEASE
        return step


def _search_later(services: Services, claim: MassClaim) -> None:
    """Put a job off whose strangers could not be asked for just now: that was no search, and it costs a call again."""
    with services.transaction() as session:
        job = claiming.held(session, claim.id, claim.fence)
        if job is not None and job.state == MassState.DRAFTED:
            job.attempts, job.lease_until = 0, None
            job.due_at = services.clock() + answers.SEARCH_AGAIN


def _leave_out_strangers(services: Services, source: MassSource, claim: MassClaim) -> None:
    """Take those out of a job whom WeChat does not know: one of them, and it refuses all. Those who left go too."""
    try:
        unknown, left = mass.strangers(services.wechat, claim.openids)
    except SendError as error:
        log.warning("who is a stranger to WeChat could not be asked", job=claim.id, error=str(error))
        if error.act is not Act.NO:
            _search_later(services, claim)
        return
    with services.transaction() as session:
        now = services.clock()
        job = claiming.held(session, claim.id, claim.fence)
        if job is None or job.state != MassState.DRAFTED:
            return
        job.lease_until = None
        if strangers := unknown + left:
            claiming.except_some(session, source, job, strangers, STRANGER)
            for openid in strangers:
                follower = session.get(Follower, openid, with_for_update=True)
                if follower is not None and follower.unfollowed_at is None:
                    follower.unfollowed_at = now
        else:
            settling.refuse(session, job, "微信说名单里有不认识的人，却说不出是谁", None, now=now)
