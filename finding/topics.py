"""Topics of texts that can be found: each feature declares which of its texts may be found by whom.

A feature whose texts somebody may look for declares a `FindableTopic` in `more` of its `Feature`:

    ARTICLES = FindableTopic("article", readable=searching.for_seeker, places=searching.places)

Who may find a text is asked in the search: what may not be read costs nobody one of the best hits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy.orm import Session

from finding import searching
from finding.excerpts import excerpt

#: Characters of the passage that is shown.
SHOWN = 120


@dataclass(frozen=True, slots=True)
class Seeker:
    """Who looks for a text: a bound shop, a customer manager, whoever keeps the texts, or anybody, who is neither."""

    retailer_id: int | None = None
    manager_id: int | None = None
    #: Finds all that is published, for whomever it is.
    is_staff: bool = False

    @property
    def is_bound(self) -> bool:
        return self.is_staff or self.retailer_id is not None or self.manager_id is not None


@dataclass(frozen=True, slots=True)
class FindableTopic:
    """Topic of texts as a feature declares it; that of their links, under which their passages are indexed, too."""

    topic: str
    #: Gives the references of the texts that somebody may find, as a select to search within.
    readable: Callable[[Session, Seeker, datetime], Select[int]]
    #: Says of texts, by their references, where they stand: their column, or their course.
    places: Callable[[Session, Sequence[int]], Mapping[int, str]]
    #: Says why somebody may not read some of the texts that they find yet, by their references, each in a sentence:
    #: their passages are not shown. Without it whatever is found may be read.
    shut: Callable[[Session, Seeker, Sequence[int], datetime, ZoneInfo], Mapping[int, str]] | None = None


@dataclass(frozen=True, slots=True)
class FoundText:
    """Text that answers a question, with the passage that does."""

    link: str
    title: str
    place: str
    #: Empty where it may not be read yet.
    passage: str
    #: The words found, to be marked, the longest first.
    words: tuple[str, ...]
    #: The share of what was asked that stands in it; see `searching.ENOUGH`.
    coverage: float
    #: Why it may not be read yet, in a sentence; empty where it may.
    shut: str = ""


def find(
    session: Session,
    declared: Iterable[object],
    words: str,
    who: Seeker,
    *,
    now: datetime,
    zone: ZoneInfo,
    limit: int,
) -> list[FoundText]:
    """The texts of all features that answer these words, the best first, of those that somebody may find.

    What holds too little of what was asked is left out: no answer is better than a wrong one. Raises ValueError where
    two features claim one topic.
    """
    topics: dict[str, FindableTopic] = {}
    for each in declared:
        if isinstance(each, FindableTopic) and topics.setdefault(each.topic, each) is not each:
            raise ValueError(f"two features claim the texts of the topic {each.topic!r}")
    visible = {each.topic: each.readable(session, who, now) for each in topics.values()}
    hits = searching.search(session, words, visible=visible, limit=limit)
    good = [hit for hit in hits if hit.coverage >= searching.ENOUGH]
    of: dict[str, list[int]] = {}
    for hit in good:
        of.setdefault(hit.topic, []).append(hit.reference)
    places = {topic: topics[topic].places(session, references) for topic, references in of.items()}
    shut = {
        topic: ask(session, who, references, now, zone)
        for topic, references in of.items()
        if (ask := topics[topic].shut)
    }
    found = []
    for hit in good:
        why = shut.get(hit.topic, {}).get(hit.reference, "")
        passage = "" if why else excerpt(hit.passage, hit.words, SHOWN)
        link, place = f"{hit.topic}:{hit.reference}", places[hit.topic].get(hit.reference, "")
        found.append(FoundText(link, hit.title, place, passage, hit.words, hit.coverage, why))
    return found
