"""Search of the library: the articles that answer words best, among those that somebody may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState, LibraryArticle, LibraryColumn
from broadcasts.queries import reading
from finding import searching, vocabulary
from finding.excerpts import excerpt
from finding.topics import FindableTopic, Seeker

#: Topic of articles, as in their links (`article:9`).
ARTICLE = "article"
#: Articles found at most: who finds nothing among them uses other words.
MOST = 20
#: Characters of the passage that is shown with an article.
SHOWN = 60


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """Article that was found, with the part of it that shows why."""

    id: int
    token: str
    title: str
    column: str
    excerpt: str
    #: The words found, to be marked in title and excerpt, the longest first.
    words: tuple[str, ...]
    #: The share of what was asked that stands in it.
    coverage: float


def search(session: Session, words: str, readable: Select[int], *, limit: int = MOST) -> list[FoundArticle]:
    """The articles that answer these words, the best first; `readable` are the ids of those that may be read.

    What holds too little of what was asked is left out: no answer is better than a wrong one.
    """
    hits = searching.search(session, words, visible={ARTICLE: readable}, limit=limit)
    good = [hit for hit in hits if hit.coverage >= searching.ENOUGH]
    which = (
        select(LibraryArticle.id, LibraryArticle.token, LibraryColumn.name)
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .where(LibraryArticle.id.in_([hit.reference for hit in good]))
    )
    of = {row.id: row for row in session.execute(which)} if good else {}
    return [
        FoundArticle(
            hit.reference,
            of[hit.reference].token,
            hit.title,
            of[hit.reference].name,
            excerpt(hit.passage, hit.words, SHOWN),
            hit.words,
            hit.coverage,
        )
        for hit in good
        if hit.reference in of
    ]


def for_staff() -> Select[int]:
    """The ids of the articles that staff find: all that are published."""
    return select(LibraryArticle.id).where(LibraryArticle.state == ArticleState.PUBLISHED)


def _for_seeker(session: Session, who: Seeker, now: datetime) -> Select[int]:
    return reading.readable(who)


def _places(session: Session, references: Sequence[int]) -> Mapping[int, str]:
    """The columns that articles stand in."""
    which = (
        select(LibraryArticle.id, LibraryColumn.name)
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .where(LibraryArticle.id.in_(references))
    )
    return {row.id: row.name for row in session.execute(which)}


def read_as(session: Session, words: str) -> list[tuple[str, ...]]:
    """How a search reads these words: each with those that mean the same."""
    known, _ = vocabulary.current(session)
    return known.meanings(words[: searching.LONGEST])


ARTICLES = FindableTopic(ARTICLE, readable=_for_seeker, places=_places)
