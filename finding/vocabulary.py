"""Vocabulary: the trade's own words and the words that mean the same, kept by staff, the same in every process.

A process keeps the vocabulary it last used, and looks at every search whether it is still the current one: a word that
was added counts from the next question on, in each process. Passages cut by an older edition are cut again by the
clock (`indexing.renew`); until then they are found by the words they had.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from finding.cutting import CUT_BY, Cutter, clean, cut, cutter
from finding.first_words import SYNONYMS, TRADE_WORDS
from finding.models import FindingState, Synonyms, TradeWord
from foundation.errors import Refused

#: The id of the only row of the state.
STATE = 1
#: Words of the trade, and lines of words that mean the same: so few that a page shows them all.
MOST_WORDS, MOST_LINES, MOST_IN_LINE = 600, 300, 20
LONGEST = 20


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Vocabulary as a process holds it."""

    digest: str
    cutter: Cutter
    #: By each word all those that mean the same.
    synonyms: Mapping[str, tuple[str, ...]]

    def meanings(self, sought: str) -> list[tuple[str, ...]]:
        """What is looked for, word by word, each once, with the words that mean the same."""
        return list(dict.fromkeys(self.synonyms.get(word, (word,)) for word in cut(self.cutter, sought)))


@dataclass(frozen=True, slots=True)
class SynonymLine:
    """Words that mean the same, for staff."""

    id: int
    words: tuple[str, ...]


def current(session: Session) -> tuple[Vocabulary, FindingState]:
    """The current vocabulary, and the state of the index."""
    found = state(session)
    return _vocabulary(session, found.digest), found


def state(session: Session) -> FindingState:
    """The state of the index."""
    return session.get_one(FindingState, STATE, populate_existing=True)


def install(connection: Connection) -> None:
    """Insert the first words, once: what staff delete does not come back. A program that cuts texts otherwise than the
    one before begins a new edition."""
    kept = connection.scalar(select(FindingState.digest))
    if kept is None:
        connection.execute(insert(TradeWord), [{"word": word} for word in TRADE_WORDS])
        connection.execute(insert(Synonyms), [{"words": list(line)} for line in SYNONYMS])
        row = {"digest": _digest(TRADE_WORDS, SYNONYMS), "edition": 1, "passages": 0, "length": 0}
        connection.execute(insert(FindingState), {"id": STATE, **row})
    elif kept != (digest := _digest(*_kept(connection))):
        connection.execute(update(FindingState).values(digest=digest, edition=FindingState.edition + 1))


def trade_words(session: Session | Connection) -> list[tuple[int, str]]:
    """The trade's own words with their ids, the newest first."""
    rows = session.execute(select(TradeWord.id, TradeWord.word).order_by(TradeWord.id.desc()))
    return [(row.id, row.word) for row in rows]


def lines(session: Session | Connection) -> list[SynonymLine]:
    """The lines of words that mean the same, the newest first."""
    rows = session.execute(select(Synonyms.id, Synonyms.words).order_by(Synonyms.id.desc()))
    return [SynonymLine(row.id, tuple(map(str, row.words))) for row in rows]


def add_words(session: Session, written: str) -> list[str]:
    """Add words of the trade, separated by blanks or commas; gives those that are new. Raises Refused."""
    words = _words(written, least=2)
    have = {word for _, word in trade_words(session)}
    fresh = [word for word in words if word not in have]
    if not fresh:
        raise Refused(f"“{'、'.join(words)}”已经有了。")
    if len(have) + len(fresh) > MOST_WORDS:
        raise Refused(f"行业用词最多 {MOST_WORDS:,} 个。请先删去不用的。")
    session.execute(insert(TradeWord), [{"word": word} for word in fresh])
    _is_changed(session)
    return fresh


def remove_words(session: Session, ids: Collection[int]) -> list[str]:
    """Delete words of the trade; gives those that were still there. Raises Refused where none was."""
    rows = session.scalars(select(TradeWord).where(TradeWord.id.in_(ids)).order_by(TradeWord.id)).all()
    if not rows:
        raise Refused("请先勾选要删的词；刚才勾选的也可能已经删去了。")
    for row in rows:
        session.delete(row)
    session.flush()
    _is_changed(session)
    return [row.word for row in rows]


def add_line(session: Session, written: str) -> SynonymLine:
    """Add a line of words that mean the same. Raises Refused where one of them stands in a line already."""
    words = _words(written, least=1)
    if not 2 <= len(words) <= MOST_IN_LINE:
        raise Refused(f"同义词一行写 2～{MOST_IN_LINE} 个词，用空格分开，例如：断货 缺货 没货。")
    kept = lines(session)
    for line in kept:
        if both := [word for word in words if word in line.words]:
            raise Refused(f"“{both[0]}”已经在“{' '.join(line.words)}”这一行里。请先删去那一行，再合起来写。")
    if len(kept) >= MOST_LINES:
        raise Refused(f"同义词最多 {MOST_LINES:,} 行。请先删去不用的。")
    row = Synonyms(words=words)
    session.add(row)
    session.flush()
    _is_changed(session)
    return SynonymLine(row.id, tuple(words))


def remove_lines(session: Session, ids: Collection[int]) -> list[SynonymLine]:
    """Delete lines of words that mean the same; gives those that were still there. Raises Refused where none was."""
    rows = session.scalars(select(Synonyms).where(Synonyms.id.in_(ids)).order_by(Synonyms.id)).all()
    if not rows:
        raise Refused("请先勾选要删的行；刚才勾选的也可能已经删去了。")
    for row in rows:
        session.delete(row)
    session.flush()
    _is_changed(session)
    return [SynonymLine(row.id, tuple(map(str, row.words))) for row in rows]


def _words(written: str, *, least: int) -> list[str]:
    words = list(dict.fromkeys(clean(written.replace("、", " ").replace("，", " ").replace(",", " ")).split()))
    if not words:
        raise Refused("请写上词。")
    for word in words:
        if not word.isalnum():
            raise Refused(f"“{word}”里只能有字、字母和数字。")
        if not least <= len(word) <= LONGEST:
            raise Refused(f"“{word}”要在 {least}～{LONGEST} 个字之间。")
    return words


def _is_changed(session: Session) -> None:
    changes = {"digest": _digest(*_kept(session)), "edition": FindingState.edition + 1}
    session.execute(update(FindingState).values(changes).where(FindingState.id == STATE))


def _kept(session: Session | Connection) -> tuple[list[str], list[tuple[str, ...]]]:
    return [word for _, word in trade_words(session)], [line.words for line in lines(session)]


def _digest(words: Sequence[str], synonyms: Sequence[Sequence[str]]) -> str:
    said = json.dumps([CUT_BY, sorted(words), sorted(map(list, synonyms))], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _vocabulary(session: Session, digest: str) -> Vocabulary:
    held = _HELD.get(digest)
    if held is None:
        words, synonyms = _kept(session)
        known = dict.fromkeys([*words, *(word for line in synonyms for word in line)])
        # The rows may be newer than the digest that was read: they are held under their own.
        digest = _digest(words, synonyms)
        held = Vocabulary(digest, cutter(known), {word: line for line in synonyms for word in line})
        for old in list(_HELD)[: 1 - MOST_HELD]:
            _HELD.pop(old, None)
        _HELD[digest] = held
    return held


#: The vocabularies this process used last, by their digests: one is current, and one may be about to be.
MOST_HELD = 2
_HELD: dict[str, Vocabulary] = {}
