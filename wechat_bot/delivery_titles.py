"""Delivery titles: each feature says what staff call its messages (答复 #107)."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from wechat_bot import texts
from wechat_bot.feature import About, Feature, Title
from wechat_bot.models import Delivery

#: The title where no feature gives one: the message was about something that is deleted, or its feature is gone.
UNKNOWN = Title(texts.OTHER_MESSAGE)


def of(delivery: Delivery) -> About:
    """What a delivery is about."""
    return About(delivery.about or "", delivery.key or "")


def find(session: Session, features: Sequence[Feature], wanted: Iterable[About]) -> dict[About, Title]:
    """The titles of these messages, `UNKNOWN` where no feature gives one."""
    asked = sorted(set(wanted), key=lambda each: (each.link, each.key or ""))
    found = dict.fromkeys(asked, UNKNOWN)
    for feature in features:
        if feature.titles and asked:
            found.update(feature.titles(session, asked))
    return found


def of_replies(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """The titles of the chat's own messages, the further parts of a reply: they are about nothing."""
    return {about: Title(texts.REPLY_PART) for about in abouts if not about.link}
