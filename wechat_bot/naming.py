"""Delivery titles: what staff call a message that waits, failed or may have come, asked of its feature."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from wechat_bot import texts
from wechat_bot.feature import About, Feature, Title
from wechat_bot.models import Delivery

#: What nobody names: about something that is gone by now, or asked for by a feature that has left.
UNKNOWN = Title(texts.OTHER_MESSAGE)


def of(delivery: Delivery) -> About:
    """A delivery as its feature names it."""
    return About(delivery.about or "", delivery.key or "")


def titles(session: Session, features: Sequence[Feature], wanted: Iterable[About]) -> dict[About, Title]:
    """A title for each, `UNKNOWN` where no feature knows one."""
    asked = sorted(set(wanted), key=lambda each: (each.link, each.key or ""))
    found = dict.fromkeys(asked, UNKNOWN)
    for feature in features:
        if feature.titles and asked:
            found.update(feature.titles(session, asked))
    return found


def replies(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """What the chat itself sends behind its passive answer is about nothing."""
    return {about: Title(texts.REPLY_PART) for about in abouts if not about.link}
