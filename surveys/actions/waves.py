"""Waves: invitations to a survey, its reminders and the news of its results, as campaigns."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session

from campaigns import listing, steering
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, Condition, LeftOutReason
from campaigns.models import Campaign
from foundation.database import changed
from people import audiences
from people.models import Retailer
from surveys.actions import counting, quotas
from surveys.actions.enlisting import enlist
from surveys.models import Participation, Survey, Version
from surveys.rules import waves
from surveys.texts import chat
from wechat_bot import notices, reply

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


def unanswered(survey: Survey) -> Condition:
    """Return the condition for whom an invitation can be: listed and not answered, or, for a survey for everyone, bound
    and not listed."""
    listed = _listed(survey, is_submitted=False)
    if not survey.is_for_everyone:
        return listed
    theirs = exists().where(Participation.survey_id == survey.id, Participation.retailer_id == Retailer.id)
    return or_(listed, and_(Retailer.openid.is_not(None), ~theirs))


def _listed(survey: Survey, *, is_submitted: bool) -> ColumnElement[bool]:
    # A value instead of EXISTS, which PostgreSQL would reverse: each step of a listing would then read all listed
    # shops.
    theirs = select(Participation.is_submitted).where(
        Participation.survey_id == survey.id, Participation.retailer_id == Retailer.id
    )
    return theirs.scalar_subquery().is_(is_submitted)


def _invited(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Condition]:
    listed = _listed(session.get_one(Survey, campaign.reference), is_submitted=False)
    if campaign.audience is None:
        return (listed,)
    meant = audiences.select_ids(session, campaign.audience, context.criteria, now=context.now)
    return listed, Retailer.id.in_(meant.correlate(None))


def _told(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Condition]:
    return (_listed(session.get_one(Survey, campaign.reference), is_submitted=True),)


def _reasons(session: Session, campaign: Campaign) -> Sequence[LeftOutReason]:
    survey = session.get_one(Survey, campaign.reference)
    found = [LeftOutReason("answered", _listed(survey, is_submitted=True)), listing.has_waiting(campaign)]
    places = quotas.has_place(session, survey.id)
    return [*found, LeftOutReason("full", not_(and_(*places)))] if places else found


def _enlist(session: Session, campaign: Campaign, step: Condition, context: CampaignContext) -> None:
    """List, for a survey for everyone, the shops that were bound since."""
    if session.get_one(Survey, campaign.reference).is_for_everyone:
        listed = enlist(session, campaign.reference, None, {}, context.now, step)
        counting.add(session, campaign.reference, {counting.SENT: listed} if listed else {})


def _waits(session: Session, campaign: Campaign, now: datetime) -> bool:
    return not session.get_one(Survey, campaign.reference).is_open(now)


def _hold(session: Session, campaign: Campaign, shops: Sequence[int]) -> Collection[int]:
    theirs = select(Participation.retailer_id).where(
        Participation.survey_id == campaign.reference, Participation.retailer_id.in_(shops)
    )
    return session.scalars(theirs.with_for_update(skip_locked=True)).all()


def _reached(session: Session, campaign: Campaign, shops: Sequence[int]) -> None:
    first = update(Participation).where(
        Participation.survey_id == campaign.reference,
        Participation.retailer_id.in_(shops),
        Participation.is_reached.is_(False),
    )
    count = changed(session, first.values(is_reached=True))
    counting.add(session, campaign.reference, {counting.REACHED: count} if count else {})


def _message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
    survey, page = session.get_one(Survey, campaign.reference), f"/m/surveys/{campaign.reference}"
    said = (
        f"{campaign.said}\n{chat.on_a_page(context.account.public_url + page)}"
        if context.account.has_pages
        else campaign.said
    )
    return CampaignMessage(
        reply.text_message(said), _notice("survey", page, survey, context), not_after=survey.closes_at
    )


def _results_message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
    survey = session.get_one(Survey, campaign.reference)
    notice = _notice("results", f"/m/surveys/{survey.id}/results", survey, context)
    return CampaignMessage(reply.text_message(campaign.said), notice, not_after=context.now + RESULTS_LAST)


def _notice(name: str, path: str, survey: Survey, context: CampaignContext) -> dict[str, object] | None:
    if name not in context.account.notices:
        return None
    return notices.notice(name, path, when=survey.closes_at, who=context.account.name, what=survey.title)


INVITATIONS = CampaignKind(
    name=waves.INVITATION,
    topic="survey",
    meant=_invited,
    message=_message,
    reasons=_reasons,
    waits=_waits,
    prepare=_enlist,
    hold=_hold,
    reached=_reached,
)
RESULTS = CampaignKind(
    name=waves.NEWS,
    topic="survey",
    meant=_told,
    message=_results_message,
    reasons=lambda session, campaign: (listing.has_waiting(campaign),),
)
KINDS = (INVITATIONS, RESULTS)
