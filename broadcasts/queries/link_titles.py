"""What the links of buttons lead to, in words: each feature knows its own topics."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from wechat_bot import delivery_titles
from wechat_bot.feature import About, Feature


def titles(session: Session, features: Sequence[Feature], links: Collection[str]) -> Mapping[str, str]:
    """The titles of those of these links that lead anywhere (`survey:12`)."""
    found = delivery_titles.find(session, features, (About(link, None) for link in links if link))
    return {about.link: title.text for about, title in found.items() if title is not delivery_titles.UNKNOWN}


def known(session: Session, features: Sequence[Feature]) -> Callable[[str], bool]:
    """Whether a link leads anywhere, as what checks an article asks it."""
    return lambda link: bool(titles(session, features, [link]))
