"""Tags of the bank: renamed, or merged into another, on all of its questions at once."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from foundation.database import changed
from foundation.errors import Refused
from quizzes.models.bank import BANK, BankQuestion, QuestionTag
from quizzes.models.quizzes import Quiz, QuizVersion


class TagTaken(Refused):
    """Refusal because questions have the new tag already: the two would become one, for good."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"已经有标签“{new}”了。合并以后，原来哪些题是“{old}”就分不出来了。")
        self.old, self.new = old, new


def rename(session: Session, old: str, new: str, *, merges: bool, now: datetime) -> int:
    """Give all questions with a tag another in its place; gives how many they were.

    Raises Refused where no question has the tag, or a quiz that may still be taken draws by it; TagTaken where the new
    one is in use and `merges` does not say that both should be one.
    """
    mine = select(BankQuestion.id).where(BankQuestion.home_quiz_id == BANK)
    having = select(QuestionTag.question_id).where(QuestionTag.tag == new, QuestionTag.question_id.in_(mine))
    if new == old:
        raise Refused("名字没有变。")
    if not merges and session.scalar(having.limit(1)) is not None:
        raise TagTaken(old, new)
    if drawing := _drawing(session, old, now=now):
        raise Refused(f"测试《{'》《'.join(drawing)}》按“{old}”抽题，现在不能改这个标签。")
    tagged = (QuestionTag.tag == old, QuestionTag.question_id.in_(mine))
    found = changed(session, delete(QuestionTag).where(*tagged, QuestionTag.question_id.in_(having)))
    found += changed(session, update(QuestionTag).where(*tagged).values(tag=new))
    if not found:
        raise Refused(f"没有题用“{old}”这个标签了。")
    return found


def _drawing(session: Session, tag: str, *, now: datetime) -> list[str]:
    """Return the titles of the quizzes that draw by a tag, or would when they are published."""
    rows = session.execute(
        select(Quiz.title, Quiz.draft, QuizVersion.definition)
        .outerjoin(QuizVersion, QuizVersion.id == Quiz.version_id)
        .where(or_(Quiz.closes_at.is_(None), Quiz.closes_at > now))
    )
    return [
        title
        for title, draft, published in rows
        if any(each["tag"] == tag for each in (*draft["draw"], *(published or {}).get("draw", ())))
    ]
