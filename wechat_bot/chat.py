"""Feature declaration of the chat itself: its jobs, its listeners, its commands."""

from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from wechat_bot import (
    alarms,
    clock_steadiness,
    commands,
    delivery_titles,
    failed_posts,
    forgetting,
    inbox,
    limits,
    media,
    models,
    oauth,
)
from wechat_bot.conversation import Listener
from wechat_bot.feature import Feature, Job
from wechat_bot.mass import models as mass_models
from wechat_bot.mass import receipts
from wechat_bot.messages import AccountVerification, MassFinished, TemplateFinished
from wechat_bot.outbox import resolving, settling
from wechat_bot.services import Services

log = structlog.get_logger(__name__)


def reap(services: Services) -> None:
    """Settle deliveries whose worker died."""
    settling.reap(services)


def give_up(services: Services) -> None:
    """Fail held deliveries whose receivers did not get in touch in time."""
    while clock_steadiness.goes_steadily(services) and settling.give_up(services):
        pass


def forget_answers(services: Services) -> None:
    """Delete answers and marks that no redelivery can ask for any more."""
    with services.transaction() as session:
        inbox.forget(session, now=services.clock())
        failed_posts.forget(session, now=services.clock())


def delete_discarded(services: Services) -> None:
    """Delete discarded media files."""
    while media.delete_discarded(services):
        pass


def delete_orphans(services: Services) -> None:
    """Delete media files that belong to no row."""
    deleted = media.delete_orphans(services) if clock_steadiness.goes_steadily(services) else 0
    if deleted:
        log.info("files swept", folder="media", count=deleted)


def discard_unsent(services: Services) -> None:
    """Discard pictures of forms that nobody sent."""
    if clock_steadiness.goes_steadily(services):
        with services.transaction() as session:
            media.discard_unsent(session, now=services.clock())


def forget_counts(services: Services) -> None:
    """Delete old counts of the rate limits."""
    with services.transaction() as session:
        limits.forget(session, now=services.clock())


def warn(session: Session, message: AccountVerification, now: datetime) -> None:
    """Raise an alarm where the account's verification lapsed, which disables most calls; none where it succeeded."""
    if message.change.lower().endswith("_success"):
        return
    log.error("the account's verification changed", change=message.change, reason=message.reason)
    alarms.raise_alarm(session, f"account:{message.change}", message.reason or message.change, now=now)


chat = Feature(
    name="chat",
    forgets=forgetting.forget,
    models=(models, mass_models),
    listeners=(
        Listener(TemplateFinished, resolving.note_receipt),
        Listener(MassFinished, receipts.note_receipt),
        Listener(AccountVerification, warn),
    ),
    jobs=(
        Job("reap deliveries", timedelta(seconds=10), reap),
        Job("give up what is too late", timedelta(minutes=10), give_up),
        Job("forget heard messages", timedelta(minutes=5), forget_answers),
        Job("discard pictures of forms nobody sent", timedelta(hours=6), discard_unsent),
        Job("forget what was handed in", timedelta(hours=6), forget_counts),
        Job("delete discarded files", timedelta(minutes=10), delete_discarded),
        Job("sweep the media folder", timedelta(hours=6), delete_orphans),
    ),
    titles=delivery_titles.of_replies,
    commands=commands.COMMANDS,
    mobile=oauth.blueprint,
    statics={"wechat_bot": Path(__file__).parent / "static"},
)
