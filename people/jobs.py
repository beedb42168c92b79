"""What the clock does for people: erase who is gone."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from people import actions, queries
from wechat_bot.feature import Job, Listener
from wechat_bot.messages import DataWithdrawn
from wechat_bot.services import Services

#: `user_info_modified` says that a nickname or a picture was cleaned by WeChat. We keep neither, and a shop must not
#: lose its binding over it.
NOT_A_WITHDRAWAL = "user_info_modified"


def erase_gone(services: Services) -> None:
    """Erase who left longer than `actions.ERASE_AFTER` ago or withdrew, one person in each transaction."""
    now = services.clock()
    while True:
        with services.reading() as session:
            due = queries.to_erase(session, gone_before=now - actions.ERASE_AFTER)
        erased = 0
        for openid in due:
            with services.transaction() as session:
                erased += actions.erase_due(session, openid, now=now)
        # Nobody erased: another worker did, or they came back between the look and the lock.
        if not erased:
            return


def note_withdrawal(session: Session, message: DataWithdrawn, now: datetime) -> None:
    """Note who took back their consent or closed their WeChat: the clock erases them."""
    if message.change.lower() != NOT_A_WITHDRAWAL:
        actions.withdraw(session, message.person, now=now)


JOBS = (Job("erase who is gone", timedelta(hours=1), erase_gone),)
LISTENERS = (Listener(DataWithdrawn, note_withdrawal),)
