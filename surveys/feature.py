"""The plate on the door: all that surveys add to the house."""

from datetime import timedelta

from surveys import commands, conversation
from surveys.queries import audience
from wechat_bot.feature import Conversation, Entry, Feature

surveys = Feature(
    name="surveys",
    conversations=[
        Conversation(
            conversation.TOPIC,
            open=conversation.open_survey,
            hear=conversation.hear,
            remains=conversation.remains,
            lasts=timedelta(days=7),
        )
    ],
    entries=[Entry(label="填写调查", word="调查", link="survey:", order=10)],
    awaits=conversation.awaits,
    criteria=audience.CRITERIA,
    commands=[commands.surveys],
)
