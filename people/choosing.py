"""Choice in the chat of one among several open things, such as surveys: offered with numbers, taken by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete

from foundation.database import SYNCHRONISED
from questions.answers import Single
from questions.question import Option, Question, QuestionType
from questions.reading import choices, replies
from questions.reading.replies import Command
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

AGAIN = "请回复上面的一个数字，或回复“退出”。"


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """Choice among the open things of one topic. Its talk has no reference until one is chosen."""

    topic: str
    #: The sentence above the numbers, with `{}` for how many there are.
    head: str
    #: To somebody who leaves without choosing.
    left: str
    #: Opens the thing of this id.
    open_one: Callable[[Turn, str], Reply]

    def offer(self, offered: Iterable[tuple[int, str]]) -> Reply:
        """Return the things, by id and title, with numbers to choose by."""
        listed = [list(each) for each in offered]
        return Reply(self._said(listed), after=After.KEEP, state={"choices": listed}, reference="")

    def hear(self, turn: Turn, talk: Talk) -> Reply:
        """Handle a reply to `offer`: read as a question with options is, it opens one of the things."""
        offered: list[Any] = talk.state["choices"]
        said = turn.text
        if replies.command(said) is Command.EXIT:
            return Reply(self.left, after=After.END)
        question = Question("", QuestionType.SINGLE, "", tuple(Option(number, title) for number, title in offered))
        chosen = choices.single(question, said)
        if not isinstance(chosen, Single):
            # A need written meanwhile is no wrong number.
            return Reply(f"{self._said(offered)}\n{AGAIN}", after=After.KEEP, yields=True)
        reply = self.open_one(turn, str(chosen.option))
        if reply.after is not After.KEEP:
            return replace(reply, after=After.END)
        # This talk becomes the chosen thing's own; an older one under that name would be a second talk about one sheet.
        turn.session.execute(
            delete(Talk).where(Talk.openid == turn.openid, Talk.topic == self.topic, Talk.reference == reply.reference),
            execution_options=SYNCHRONISED,
        )
        talk.reference, talk.begun_at = str(reply.reference), turn.now
        return replace(reply, state={})

    def _said(self, offered: list[Any]) -> str:
        lines = [f"{n} {title}" for n, (_, title) in enumerate(offered, start=1)]
        return "\n".join([self.head.format(len(lines)), *lines])
