"""Tables of figures: counters of marks, of choices and of groups, from which all statistics of a quiz are computed."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

WHOLE_PAPER = 0
"""In place of a question: how many attempts got each total."""

LONGEST_OPTION = 60

ANY_TOTAL = -1
"""In place of a total: words of fill-ins are counted together, for there may be as many as shops."""


class Turnout(Base):
    """Turnout of a quiz: how many shops were asked, and how many of them have begun.

    Counted in the transaction in which they are asked or begin.
    """

    __tablename__ = "quiz_turnout"

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    begun: Mapped[int] = mapped_column(default=0, server_default="0")


class ItemCell(Base):
    """Counter of marks: how many counted attempts got this mark in the question and this total in the paper.

    Filed by the clock soon after the end of an attempt; a shop's earlier attempt leaves when another counts.
    """

    __tablename__ = "quiz_item_cell"
    # What a question got in all quizzes.
    __table_args__ = (Index("ix_quiz_item_cell_question_id", "question_id"),)

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    #: `WHOLE_PAPER`, or a question. No foreign key, because of the 0.
    question_id: Mapped[int] = mapped_column(primary_key=True)
    #: What the question was worth: it may differ between drawn papers, and is 0 where the question is struck. Of the
    #: whole paper its maximum.
    points: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class OptionCell(Base):
    """Counter of choices: how many counted attempts with this total chose this option of the question."""

    __tablename__ = "quiz_option_cell"
    __table_args__ = (
        # The words that were written most often.
        Index("ix_quiz_option_cell_words", "quiz_version_id", "question_id", "count", "option", **only("total < 0")),
    )

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"), primary_key=True)
    #: The option's code; for a fill-in the folded words, cut.
    option: Mapped[str] = mapped_column(String(LONGEST_OPTION), primary_key=True)
    #: `ANY_TOTAL` of words.
    total: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class GroupedBy(StrEnum):
    """Grouping of shops that a quiz is compared by."""

    AREA = "area"
    MANAGER = "manager"
    CLASS = "class"


class GroupSum(StrEnum):
    """Sum that is kept of a group."""

    ATTEMPTS = "attempts"
    PASSED = "passed"
    SHARE = "share"
    """Hundredths of a per cent of the maximum, added up: divided by the attempts their mean."""


class GroupCell(Base):
    """Counter of a group: how many counted attempts an area, a manager or a class of shops has, how many of them
    passed, and their shares added up. Area, class and manager are those at the end of the attempt."""

    __tablename__ = "quiz_group_cell"

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(8), primary_key=True)
    #: No foreign key: it points into three tables.
    member_id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(8), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
