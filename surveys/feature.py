"""The plate on the door: all that surveys add to the house."""

from datetime import timedelta

from console.menu import NAME, Item, Need, Plate, Tile
from console.rules import Permission
from surveys import commands, conversation, jobs
from surveys.actions import erasing
from surveys.mobile import answer
from surveys.pages import listing, needs, routes
from surveys.queries import audience
from wechat_bot.feature import Conversation, Entry, Feature

surveys = Feature(
    name="surveys",
    forgets=erasing.forget,
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
    kept_specs=audience.kept_specs,
    titles=audience.titles,
    commands=[commands.surveys],
    jobs=jobs.JOBS,
    console=routes.blueprint,
    more={
        NAME: Plate(
            items=(Item("微调查", "surveys_pages.survey_list", Permission.SURVEYS_SEE, 10),),
            tiles=(Tile("surveys/console/_tile.html", Permission.SURVEYS_SEE, listing.tile, 10),),
            needs=(
                Need(Permission.SURVEYS_SEE, needs.ending, 15),
                Need(Permission.SURVEYS_WRITE, needs.drafts, 40),
            ),
        )
    },
    mobile=answer.blueprint,
    cards=answer.cards,
)
