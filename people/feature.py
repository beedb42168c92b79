"""What people adds to the house."""

from people import commands, jobs
from people.conversation import binding, front_desk
from people.criteria import CRITERIA
from wechat_bot.feature import Conversation, Feature, Word

people = Feature(
    name="people",
    conversations=(
        Conversation("bind", open=binding.open_bind, hear=binding.hear_bind),
        Conversation("unbind", open=binding.open_unbind, hear=binding.hear_unbind),
    ),
    words=(
        Word("绑定", "bind:", takes_rest=True),
        Word("解绑", "unbind:"),
        Word("解除绑定", "unbind:"),
    ),
    front_desk=front_desk.DESK,
    listeners=jobs.LISTENERS,
    jobs=jobs.JOBS,
    criteria=CRITERIA,
    commands=(commands.people,),
)
