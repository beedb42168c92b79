"""The clock's work on waves: queue the next messages of one, note what became of those sent, tell of results."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, func, literal, or_, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.errors import Refused
from people.models import Retailer
from surveys.actions import counting, inviting
from surveys.actions.counting import Key
from surveys.actions.enlisting import Criteria, enlist
from surveys.models import INVITATION, Invitation, Outcome, Participation, Survey, Version, Wave, WaveState
from surveys.rules import waves
from surveys.texts import chat
from wechat_bot import notices, reply, watching
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing

WATCH = "surveys"
#: So many messages of one wave wait in the outbox at most: pausing takes hold at once, and at nine in the evening few
#: are on their way.
AHEAD = 1000
#: News looked at in one transaction.
NEWS = 500
#: Who is told later than this after the day that was promised would only wonder.
TOLD_WITHIN = timedelta(days=3)
#: How long news of the results may wait for somebody's next contact.
RESULTS_LAST = timedelta(days=30)
_DUE = (WaveState.PLANNED, WaveState.SENDING)


@dataclass(frozen=True, slots=True)
class Means:
    """What messages are made of: where our pages are, what the account is called, which notices it can send."""

    public_url: str
    #: Pages cannot tell who opens them where there is no OAuth (subscription accounts).
    has_pages: bool
    #: The notices it has a template for.
    notices: Collection[str]
    account_name: str


def due(session: Session, *, now: datetime) -> list[int]:
    """The ids of the waves that are due, the earliest first."""
    return list(
        session.scalars(select(Wave.id).where(Wave.state.in_(_DUE), Wave.due_at <= now).order_by(Wave.due_at, Wave.id))
    )


def ended(session: Session, *, now: datetime) -> list[int]:
    """The surveys that are over and still have waves that may send."""
    return list(
        session.scalars(
            select(Survey.id)
            .join(Wave, Wave.survey_id == Survey.id)
            .where(Survey.closes_at <= now, Wave.number != waves.RESULTS, Wave.state.in_(waves.UNSETTLED))
            .distinct()
        )
    )


def queue_some(session: Session, wave_id: int, *, criteria: Criteria, means: Means, now: datetime) -> None:
    """Queue the next messages of a due wave, if few of it wait in the outbox.

    Of two workers one does it. A survey for everyone is first put before the shops that were bound since. An audience
    that cannot be read any more invites nobody.
    """
    wave = session.scalar(
        select(Wave)
        .where(Wave.id == wave_id, Wave.state.in_(_DUE), Wave.due_at <= now)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if wave is None:
        return
    survey = session.get_one(Survey, wave.survey_id)
    is_told = wave.number == waves.RESULTS
    if not is_told and not survey.is_open(now):
        return
    room = AHEAD - _waiting(session, wave.id)
    if room < AHEAD // 2:
        return
    if wave.state == WaveState.PLANNED and survey.is_for_everyone and not is_told:
        counting.add(session, survey.id, {counting.SENT: enlist(session, survey.id, None, {}, now)})
    wave.state = WaveState.SENDING
    try:
        conditions = inviting.invitees(session, wave, survey, criteria, now=now)
    except Refused as refusal:
        wave.state, wave.error, wave.settled_at = WaveState.BROKEN, refusal.sentence[:300], now
        return
    people = (
        select(Participation.retailer_id)
        .join(Retailer, Retailer.id == Participation.retailer_id)
        .join(Follower, Follower.openid == Retailer.openid)
        .where(*conditions, Participation.retailer_id > wave.cursor)
        .order_by(Participation.retailer_id)
        .limit(room)
        .subquery()
    )
    last = session.scalar(select(func.max(people.c[0])))
    queued = inviting.queue_invitations(session, wave, people)
    recipients = (
        select(Retailer.openid, literal(INVITATION) + as_type(Invitation.id, String))
        .join(Invitation, Invitation.retailer_id == Retailer.id)
        .where(Invitation.wave_id == wave.id, Invitation.outcome == Outcome.QUEUED)
        .where(Invitation.retailer_id > wave.cursor)
    )
    queueing.queue_all(
        session,
        recipients,
        reply.text_message(_said(wave, survey, means)),
        template=_notice(wave, survey, means),
        now=now,
        about=inviting.about(survey.id),
        not_after=now + RESULTS_LAST if is_told else survey.closes_at,
        heeds_quiet=True,
        watch=WATCH,
    )
    counting.add(session, survey.id, {waves.key(wave.number, Outcome.QUEUED): queued})
    if queued < room:
        wave.state, wave.settled_at = WaveState.SENT, now
    wave.cursor = last or wave.cursor


def note_news(session: Session) -> int:
    """Note what became of messages that were sent, or could not be; gives how many were looked at.

    Waits for nobody: a row that is being worked on is looked at the next time.
    """
    theirs = (Participation.survey_id == Invitation.survey_id) & (Participation.retailer_id == Invitation.retailer_id)
    statement = (
        watching.news(WATCH)
        .add_columns(
            Invitation.id.label("invitation_id"),
            Invitation.outcome,
            Invitation.number,
            Invitation.survey_id,
            Participation.id.label("participation_id"),
            Participation.is_reached,
        )
        .join(Invitation, Invitation.id == as_type(func.substr(Delivery.key, len(INVITATION) + 1), Integer))
        .join(Participation, theirs)
        .limit(NEWS)
        .with_for_update(skip_locked=True, of=(Delivery, Invitation, Participation))
    )
    rows = session.execute(statement).all()
    counts: dict[int, Counter[Key]] = {}
    became: dict[Outcome, list[int]] = {}
    reached: dict[int, set[int]] = {}
    for row in rows:
        news = watching.read_news(row)
        outcome = waves.outcome(news.state, news.channel, news.error)
        if outcome == row.outcome:
            continue
        became.setdefault(outcome, []).append(row.invitation_id)
        of_survey = counts.setdefault(row.survey_id, Counter())
        of_survey[waves.key(row.number, row.outcome)] -= 1
        of_survey[waves.key(row.number, outcome)] += 1
        if outcome in waves.REACHED and not row.is_reached and row.number != waves.RESULTS:
            reached.setdefault(row.survey_id, set()).add(row.participation_id)
    for outcome, ids in became.items():
        session.execute(_without_sync(update(Invitation).where(Invitation.id.in_(ids)).values(outcome=outcome)))
    for survey_id, participations in reached.items():
        session.execute(
            _without_sync(update(Participation).where(Participation.id.in_(participations)).values(is_reached=True))
        )
        counts[survey_id][counting.REACHED] = len(participations)
    if rows:
        watching.noted(session, [row.id for row in rows])
    for survey_id in sorted(counts):
        counting.add(session, survey_id, {key: count for key, count in counts[survey_id].items() if count})
    return len(rows)


def promise_results(session: Session, *, means: Means, now: datetime) -> None:
    """Where an author promised the results for now: plan the wave that tells those who answered. Once."""
    if not means.has_pages:
        return
    is_told = select(Wave.id).where(Wave.survey_id == Survey.id, Wave.number == waves.RESULTS).exists()
    at = func.coalesce(Survey.results_at, Survey.closes_at)
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
    ).all()
    for survey in surveys:
        values = {
            "survey_id": survey.id,
            "number": waves.RESULTS,
            "said": chat.results_there(survey.title, f"{means.public_url}/m/surveys/{survey.id}/results"),
            "due_at": now,
            "state": WaveState.PLANNED,
            "cursor": 0,
            "created_at": now,
            "created_by": "",
        }
        session.execute(upsert(session, Wave).values(values).on_conflict_do_nothing())
        counting.add(session, survey.id, dict.fromkeys(waves.keys(waves.RESULTS), 0))


def _waiting(session: Session, wave_id: int) -> int:
    """How many of a wave wait in the outbox, counted no further than is asked for."""
    queued = select(Invitation.id).where(Invitation.wave_id == wave_id, Invitation.outcome == Outcome.QUEUED)
    return session.scalar(select(func.count()).select_from(queued.limit(AHEAD).subquery())) or 0


def _said(wave: Wave, survey: Survey, means: Means) -> str:
    if wave.number == waves.RESULTS or not means.has_pages:
        return wave.said
    return f"{wave.said}\n{chat.on_a_page(f'{means.public_url}/m/surveys/{survey.id}')}"


def _notice(wave: Wave, survey: Survey, means: Means) -> dict[str, Any] | None:
    is_told = wave.number == waves.RESULTS
    name = "results" if is_told else "survey"
    if name not in means.notices:
        return None
    page = f"/m/surveys/{survey.id}"
    path = f"{page}/results" if is_told else page
    return notices.notice(name, path, when=survey.closes_at, who=means.account_name, what=survey.title)


def _without_sync(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
