"""Question page of a quiz: as the kit makes it, with other words for leaving a question out."""

from dataclasses import replace

from questions.page import QuestionPage
from questions.question import QuestionType
from quizzes.texts import pages


def of_quiz(page: QuestionPage) -> QuestionPage:
    """Return the page of a question as a quiz shows it."""
    # A survey says how long a text may be, and that it may be left empty: in a quiz that would be advice.
    hint = "" if page.question.type is QuestionType.TEXT else page.hint.removesuffix(pages.MAY_BE_EMPTY).rstrip("，")
    return replace(page, hint=hint, skip_label=pages.SKIP if page.skip_label else "")
