"""Actions on the draft of a push: begin, save. What was changed in one that was submitted needs a new approval."""

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from broadcasts.actions.sending import PUSHES, buttons_of
from broadcasts.models.library import ArticleVersion, Brand, LibraryArticle, ShelfPicture
from broadcasts.models.pushes import Plan, Push, PushBrand, PushKind, Shows
from broadcasts.queries import own_rows
from broadcasts.queries.pushes import kept
from broadcasts.rules.drafts import LONGEST_TITLE, PushDraft
from broadcasts.rules.staff import is_staff
from broadcasts.rules.states import OPEN, State
from broadcasts.texts import pushes as texts
from campaigns import approving as approval
from campaigns import steering
from campaigns.approving import CampaignAuthor
from campaigns.kinds import CampaignContext
from campaigns.models import Campaign
from foundation.database import upsert
from foundation.errors import Refused
from foundation.text import visible

#: Signs of a title that a draft may have: more than WeChat takes, which is said when it is submitted.
LONGEST_KEPT = 64


def begin(session: Session, draft: PushDraft, *, who: CampaignAuthor, token: str | None = None, now: datetime) -> int:
    """Begin a push as a draft; returns its id. The same form posted again begins none. Raises `Refused`."""
    if token and (push_id := steering.planned(session, PUSHES, token)) is not None:
        return push_id
    push = Push(token=secrets.token_urlsafe(12), title="", buttons=[], created_at=now, created_by=who.name[:40])
    _write(session, push, draft, is_draft=True)
    campaign = steering.plan(
        session,
        PUSHES,
        push.id,
        said=push.title,
        due_at=draft.due_at,
        audience=draft.audience,
        not_after=draft.not_after,
        token=token or None,
        by=who.name,
        now=now,
    )
    approval.have_a_hand(session, campaign, who)
    return push.id


def save(
    session: Session, push_id: int, draft: PushDraft, *, who: CampaignAuthor, context: CampaignContext
) -> tuple[list[str], bool]:
    """Save the draft of a push; returns what was changed, in words, and whether it needs a new approval because of it.
    Saved as it was, nothing happens. Raises `Refused` once sending has begun."""
    push, campaign = hold(session, push_id)
    if campaign.state not in OPEN:
        raise Refused(texts.IS_OVER)
    if own_rows.table(session, push_id) is not None:
        # Whom it is for and how it goes follow from its table.
        own = {"own_row": push_id}
        draft = replace(draft, kind=PushKind.SERVICE, plan=Plan.MESSAGE, shows=Shows.TEXT, audience=own)
    was, before = kept(session, push, campaign, context), approval.digest(session, campaign, PUSHES)
    _write(session, push, draft, is_draft=campaign.state == State.DRAFT)
    is_reopened = approval.revise(
        session,
        campaign,
        PUSHES,
        before=before,
        who=who,
        now=context.now,
        said=push.title,
        due_at=draft.due_at,
        not_after=draft.not_after,
        audience=draft.audience if draft.audience is None else dict(draft.audience),
    )
    is_now = kept(session, push, campaign, context)
    changed = [label for label in is_now if was[label] != is_now[label]]
    if is_reopened:
        campaign.error = texts.changed(changed)
    return changed, is_reopened


def show(session: Session, push_id: int, article_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Let a push show an article that was just begun. Raises `Refused` once sending has begun."""
    push, campaign = hold(session, push_id)
    if campaign.state not in OPEN or own_rows.table(session, push_id) is not None:
        raise Refused(texts.IS_OVER)
    before = approval.digest(session, campaign, PUSHES)
    push.shows = Shows.ARTICLE
    _take_article(session, push, article_id, is_draft=True)
    session.flush()
    approval.revise(session, campaign, PUSHES, before=before, who=who, now=now, said=push.title)


def copy(
    session: Session, push_id: int, *, due_at: datetime, series_id: int, who: CampaignAuthor, now: datetime
) -> int:
    """Begin a push of a series that says the same as its model, to the same audience, at another moment; returns its
    id."""
    source, campaign = hold(session, push_id)
    ends = campaign.not_after and due_at + (campaign.not_after - campaign.due_at)
    draft = PushDraft(
        kind=PushKind(source.kind),
        plan=Plan(source.plan),
        shows=Shows(source.shows),
        due_at=due_at,
        title=source.title,
        article_id=source.article_id,
        picture=source.picture,
        words=source.words,
        buttons=buttons_of(source),
        brands=session.scalars(select(PushBrand.brand_id).where(PushBrand.push_id == push_id)).all(),
        audience=campaign.audience,
        not_after=ends,
    )
    copy_id = begin(session, draft, who=who, now=now)
    made = session.get_one(Push, copy_id)
    # The version that was looked at, and not one that was published meanwhile.
    made.article_version, made.series_id = source.article_version, series_id
    session.flush()
    approval.take_over_hands(session, campaign, steering.find(session, PUSHES, copy_id))
    return copy_id


def hold(session: Session, push_id: int) -> tuple[Push, Campaign]:
    """A push with its campaign, locked until the transaction ends. Raises `Refused` where there is none."""
    push = session.get(Push, push_id)
    if push is None:
        raise Refused(texts.NO_SUCH)
    campaign = steering.find(session, PUSHES, push_id)
    session.refresh(push)
    return push, campaign


def _write(session: Session, push: Push, draft: PushDraft, *, is_draft: bool) -> None:
    push.kind, push.plan, push.shows = draft.kind, draft.plan, draft.shows
    title = " ".join(visible(draft.title).split())
    if len(title) > LONGEST_KEPT and draft.shows is not Shows.ARTICLE:
        # What there is no room for is not cut off from what somebody wrote.
        raise Refused(texts.long_title(len(title), LONGEST_TITLE))
    push.title = title[:LONGEST_KEPT]
    push.words = visible(draft.words)
    push.is_to_staff = is_staff(draft.audience)
    if push.is_to_staff:
        # Never as a mass message: that goes to followers, whoever they are.
        push.plan = Plan.MESSAGE
    if draft.shows is Shows.ARTICLE:
        _take_article(session, push, draft.article_id, is_draft=is_draft)
        push.words = ""
    else:
        push.article_id = push.article_version = push.picture = None
        if draft.shows is not Shows.TEXT and draft.picture:
            if session.get(ShelfPicture, draft.picture) is None:
                raise Refused(texts.NO_PICTURE)
            push.picture = draft.picture
    push.buttons = [[each.words, each.link] for each in draft.buttons]
    session.add(push)
    session.flush()
    known = set(session.scalars(select(Brand.id).where(Brand.id.in_(draft.brands))))
    session.execute(delete(PushBrand).where(PushBrand.push_id == push.id, PushBrand.brand_id.not_in(known)))
    for brand_id in sorted(known):
        row = upsert(session, PushBrand).values(push_id=push.id, brand_id=brand_id)
        session.execute(row.on_conflict_do_nothing())


def _take_article(session: Session, push: Push, article_id: int | None, *, is_draft: bool) -> None:
    """Take an article as it is published now; one that was submitted with the push stays as it was then."""
    if article_id is None:
        push.article_id = push.article_version = push.picture = None
        return
    article = session.get(LibraryArticle, article_id)
    if article is None:
        raise Refused(texts.NO_SUCH_ARTICLE.format(article_id))
    if push.article_id != article_id or is_draft or push.article_version is None:
        push.article_id, push.article_version, push.picture = article_id, article.version or None, None
    version = session.get(ArticleVersion, (article_id, push.article_version)) if push.article_version else None
    push.title = version.title if version else str((article.draft or {}).get("title", ""))[:64]
