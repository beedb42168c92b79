"""Tables of figures: counters of marks and of choices, from which all statistics of a quiz are computed."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base

WHOLE_PAPER = 0
"""In place of a question: how many attempts got each total."""

LONGEST_OPTION = 60


class ItemCell(Base):
    """Counter of marks: how many counted attempts got this mark in the question and this total in the paper.

    Filed by the clock soon after the end of an attempt; a shop's earlier attempt leaves when another counts.
    """

    __tablename__ = "quiz_item_cell"

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

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"), primary_key=True)
    #: The option's code; for a fill-in the folded words, cut.
    option: Mapped[str] = mapped_column(String(LONGEST_OPTION), primary_key=True)
    total: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
