"""Waves: invitations to a survey, its reminders and the news of its results, as campaigns."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from campaigns import listing, steering
from campaigns.invitations import Addressees, invitations, notice
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, Condition, LeftOutReason
from campaigns.models import Campaign
from surveys.actions import counting, quotas
from surveys.actions.enlisting import enlist
from surveys.models import Participation, Survey, Version
from surveys.rules import waves
from surveys.texts import chat
from wechat_bot import reply

#: After more than this delay past the promised day, news of results would only confuse.
TOLD_WITHIN = timedelta(days=3)
#: How long news of the results may wait for somebody's next contact.
RESULTS_LAST = timedelta(days=30)


def promise_results(session: Session, context: CampaignContext) -> None:
    """Plan, once, the wave that tells those who answered of the results, where an author promised them for now."""
    if not context.account.has_pages:
        return
    now, at = context.now, func.coalesce(Survey.results_at, Survey.closes_at)
    is_told = exists().where(Campaign.kind == RESULTS.name, Campaign.reference == Survey.id)
    surveys = session.scalars(
        select(Survey)
        .join(Version, Version.id == Survey.version_id)
        .where(
            Version.definition["results"].as_string() == "after",
            Survey.closes_at <= now,
            or_(Survey.results_at.is_(None), Survey.results_at <= now),
            at > now - TOLD_WITHIN,
            ~is_told,
        )
        # Of two workers only one plans it.
        .with_for_update(skip_locked=True, key_share=True, of=Survey)
    ).all()
    for survey in surveys:
        said = chat.results_there(survey.title, f"{context.account.public_url}/m/surveys/{survey.id}/results")
        steering.plan(
            session, RESULTS, survey.id, number=waves.RESULTS, said=said, due_at=now, audience=None, by="", now=now
        )


def _told(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Condition]:
    return (INVITATIONS.asked.is_done(session, session.get_one(Survey, campaign.reference)).is_(True),)


def _reasons(session: Session, survey: Survey) -> Sequence[LeftOutReason]:
    places = quotas.has_place(session, survey.id)
    return [LeftOutReason("full", not_(and_(*places)))] if places else []


def _enlist(session: Session, survey_id: int, step: Condition, now: datetime) -> None:
    listed = enlist(session, survey_id, None, {}, now, step)
    counting.add(session, survey_id, {counting.SENT: listed} if listed else {})


def _reached(session: Session, survey_id: int, count: int) -> None:
    counting.add(session, survey_id, {counting.REACHED: count})


def _results_message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
    survey = session.get_one(Survey, campaign.reference)
    told = notice("results", f"/m/surveys/{survey.id}/results", survey, context)
    return CampaignMessage(reply.text_message(campaign.said), told, not_after=context.now + RESULTS_LAST)


INVITATIONS = invitations(
    waves.INVITATION,
    "调查",
    Addressees(
        Survey, Participation, Participation.survey_id, lambda session, survey: Participation.is_submitted.is_(True)
    ),
    done="answered",
    reasons=_reasons,
    enlist=_enlist,
    reached=_reached,
    page="/m/surveys/{}",
    tap=chat.on_a_page,
)
RESULTS = CampaignKind(
    name=waves.NEWS,
    topic="survey",
    meant=_told,
    message=_results_message,
    reasons=lambda session, campaign: (listing.has_waiting(campaign),),
)
KINDS = (INVITATIONS.kind, RESULTS)
