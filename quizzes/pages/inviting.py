"""Console pages of invitations to a quiz: to all, to who has not begun, to who failed and may try again."""

from typing import Any

from campaigns.invited import Inviting, invited
from people.picker import short
from people.picker.short import Picker
from quizzes.actions import inviting
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_SEE, QUIZZES_WRITE
from quizzes.queries.detail import QuizDetail, detail
from quizzes.texts import chat

DONE = "已合格或次数用完"
#: Whom most invitations are for: the words of the link, and the criterion it chooses.
SHORT_CUTS = (("还没有开始的", "not_begun_quiz"), ("没合格、还能再考的", "failed_quiz"))


def _cuts(found: QuizDetail) -> dict[str, Any]:
    cuts = [
        (words, INVITING.address("waves", found.id, **short.query(criterion, "quiz", found.id)) + "#invite")
        for words, criterion in SHORT_CUTS
    ]
    return {"cuts": cuts}


INVITING = Inviting(
    feature="quizzes",
    of=inviting.INVITATIONS,
    does="开始考",
    done=DONE,
    opens="",
    see=QUIZZES_SEE,
    write=QUIZZES_WRITE,
    export=QUIZZES_EXPORT,
    picker=Picker(
        ("not_begun_quiz", "failed_quiz", "class", "area", "manager", "tag", "audience"),
        "全部还没合格、还能考的",
        legend="邀请谁",
        asks="请选择邀请谁。",
    ),
    own_reasons={"done": DONE},
    detail=detail,
    head=quiz.head,
    plan=inviting.plan,
    says=lambda found: chat.invitation(found.title),
    more=_cuts,
)
INVITED = invited(INVITING)
