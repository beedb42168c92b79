"""Console pages of invitations to a quiz: to all, to who has not begun, to who failed and may try again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from campaigns import inviting as pages
from campaigns import texts
from campaigns.inviting import Invitable, Inviting
from campaigns.models import Outcome
from people.picker import short
from people.picker.short import Picker
from quizzes.actions import inviting
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_SEE, QUIZZES_WRITE
from quizzes.queries import inviting as queries
from quizzes.queries.detail import detail
from quizzes.texts import chat

DONE = "已合格或次数用完"
PICKER = Picker(
    ("not_begun_quiz", "failed_quiz", "class", "area", "manager", "tag", "audience"),
    "全部还没合格、还能考的",
    legend="邀请谁",
    asks="请选择邀请谁。",
)
#: Whom most invitations are for: the words of the link, and the criterion it chooses.
SHORT_CUTS = (("还没有开始的", "not_begun_quiz"), ("没合格、还能再考的", "failed_quiz"))


def _invitable(session: Session, quiz_id: int, now: datetime) -> Invitable | None:
    found = detail(session, quiz_id, now=now)
    return None if found is None else Invitable(found.id, found.title, found.state, found.waves)


def _page(quiz_id: int, values: Mapping[str, Any]) -> str:
    found = quiz.found_quiz(quiz_id)
    cuts = [
        (words, INVITING.address("waves", quiz_id, **short.query(criterion, "quiz", quiz_id)) + "#invite")
        for words, criterion in SHORT_CUTS
    ]
    return render_template("quizzes/console/invitations.html", **quiz.head(found), cuts=cuts, **values)


def _wave_page(quiz_id: int, values: Mapping[str, Any]) -> str:
    return render_template("quizzes/console/wave.html", **quiz.head(quiz.found_quiz(quiz_id)), **values)


INVITING = Inviting(
    feature="quizzes",
    topic="quiz",
    noun="测试",
    does="开始考",
    done=DONE,
    opens="",
    see=QUIZZES_SEE,
    write=QUIZZES_WRITE,
    export=QUIZZES_EXPORT,
    kinds=inviting.KINDS,
    notice="quiz",
    picker=PICKER,
    outcomes={**texts.OUTCOMES, Outcome.SPARED: f"发送前{DONE}"},
    reasons={**texts.REASONS, "done": DONE},
    find=_invitable,
    plan=inviting.plan,
    preview=queries.preview,
    says=chat.invitation,
    page=_page,
    wave_page=_wave_page,
)
INVITED = pages.invited(INVITING)
