"""Tables of finding: passages, the words in them, and what staff say about words."""

from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.search_index import Grams, SearchIndex

#: Search index over the letters of passages, for what no word finds.
PASSAGE_SEARCH = SearchIndex("passage_search", "passage", "grams")


class Passage(Base):
    """Passage: a piece of a text that can be found, a few sentences long, with the title of the whole."""

    __tablename__ = "passage"
    __table_args__ = (
        UniqueConstraint("topic", "reference", "number"),
        # SQLite has a table of its own for this: `PASSAGE_SEARCH`.
        Index("ix_passage_grams", "grams", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Whose text it is, as in a link: `article:12`.
    topic: Mapped[str] = mapped_column(String(16))
    reference: Mapped[int]
    number: Mapped[int] = mapped_column(SmallInteger)
    #: Words in it, those of the title counted `indexing.TITLE` times.
    length: Mapped[int]
    #: The edition of the vocabulary by which it was cut into words.
    edition: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    grams: Mapped[list[str]] = mapped_column(Grams(), deferred=True)


class IndexedWord(Base):
    """Word that stands in passages, with the number of them."""

    __tablename__ = "indexed_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(40), unique=True)
    passages: Mapped[int]


class Posting(Base):
    """Posting: how often a word stands in a passage."""

    __tablename__ = "posting"
    # Its key is all of it, so on SQLite a second copy of each row would only be read past.
    __table_args__ = {"sqlite_with_rowid": False}

    word_id: Mapped[int] = mapped_column(ForeignKey("indexed_word.id"), primary_key=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), primary_key=True, index=True)
    times: Mapped[int] = mapped_column(SmallInteger)
    #: The passage's, so that a search need not look at passages that are not among the best.
    length: Mapped[int] = mapped_column(SmallInteger)


class TradeWord(Base):
    """Word of the trade that no dictionary has (封签, 喷码): texts are cut so that it stays whole."""

    __tablename__ = "trade_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(20), unique=True)


class Synonyms(Base):
    """Words that mean the same: whoever looks for one of them finds the others too. No word stands in two rows."""

    __tablename__ = "synonyms"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[Any]]


class FindingState(Base):
    """State of the index: one row."""

    __tablename__ = "finding_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Digest of the vocabulary, by which each process tells whether it holds the current one.
    digest: Mapped[str] = mapped_column(String(64))
    #: Goes up with every change of the vocabulary: passages of an older edition are cut again.
    edition: Mapped[int]
    #: All passages, and the sum of their lengths.
    passages: Mapped[int]
    length: Mapped[int]
