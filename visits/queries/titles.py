"""Titles of the messages of visits: which answer or notice of which request, and what was sent to many."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.text import whole_number
from visits.actions.groups import TOPIC
from visits.models.answers import ANSWER_KEY, RATING_KEY
from visits.models.groups import VisitGroup
from visits.models.requests import FIRST_NUMBER
from visits.texts import notices as texts
from wechat_bot.feature import About, Destination, Title

#: The key prefixes of a request's messages to its shop; all others are notices to staff.
_TO_THE_SHOP = {ANSWER_KEY: texts.AN_ANSWER, RATING_KEY: texts.A_QUESTION}
#: The link by which a shop leaves a message.
LEAVE = "message:"
_REQUEST, _GROUP, _SEVERAL = "visit:", f"{TOPIC}:", "visits"


def titles(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """Return a title and its console page for each link that is of visits. A deleted group is left out."""
    of_groups = {about: about.link.removeprefix(_GROUP) for about in abouts if about.link.startswith(_GROUP)}
    ids = {group_id for each in of_groups.values() if (group_id := whole_number(each)) is not None}
    names = {
        str(row.id): row.title
        for row in session.execute(select(VisitGroup.id, VisitGroup.title).where(VisitGroup.id.in_(ids)))
    }
    found = {
        about: Title(texts.group(names[key]), f"/console/visits/groups/{key}")
        for about, key in of_groups.items()
        if key in names
    }
    for about in abouts:
        key = about.link.removeprefix(_REQUEST)
        if about.link == LEAVE:
            found[about] = Title(texts.CONTACT_ME, "/console/visits")
        elif about.link == _SEVERAL:
            found[about] = Title(texts.OF_SEVERAL, "/console/visits")
        elif about.link.startswith(_REQUEST) and (request_id := whole_number(key)) is not None:
            number = request_id + FIRST_NUMBER
            found[about] = Title(f"{_kind(about.key)} #{number}", f"/console/visits/{number}")
    return found


def destinations(session: Session, now: datetime) -> Sequence[Destination]:
    """Return the one place of visits that a button can lead to: a message to the customer manager."""
    return (Destination(LEAVE, texts.CONTACT_ME),)


def _kind(key: str | None) -> str:
    """Return what a message of a request is; the request itself where all of its messages are meant.

    >>> _kind("visit-answer:7"), _kind(None), _kind("visit:7:more:9")
    ('答复', '留言', '通知')
    """
    if key is None:
        return texts.A_REQUEST
    return next((name for start, name in _TO_THE_SHOP.items() if key.startswith(start)), texts.A_NOTICE)
