"""Feature declaration: everything quizzes add to the program."""

from datetime import timedelta
from pathlib import Path

from quizzes import commands, conversation, jobs, mobile
from quizzes.actions import erasing
from quizzes.models import attempts, bank, figures, regrades
from quizzes.models import quizzes as of_quizzes
from wechat_bot.conversation import Conversation, Entry
from wechat_bot.feature import Feature

quizzes = Feature(
    name="quizzes",
    forgets=erasing.forget,
    models=(bank, of_quizzes, attempts, figures, regrades),
    conversations=(
        Conversation(
            topic=conversation.TOPIC,
            open=conversation.open_quiz,
            hear=conversation.hear,
            remains=conversation.remains,
            lasts=timedelta(days=7),
            page=conversation.page,
        ),
    ),
    entries=(Entry(label="测试", word="测试", link="quiz:", order=50),),
    awaits=conversation.awaits,
    commands=(commands.quizzes,),
    jobs=jobs.JOBS,
    statics={"quizzes": Path(__file__).parent / "static"},
    mobile=mobile.blueprint,
    cards=mobile.cards,
)
