"""The plate on the door: all that visits add to the house."""

from datetime import timedelta

from console.plate import NAME, Item, Plate
from console.rules import Permission
from visits import jobs
from visits.actions import erasing, rating
from visits.conversation import shops
from visits.pages import routes
from wechat_bot.feature import Conversation, Entry, Feature, Word

visits = Feature(
    name="visits",
    conversations=(
        Conversation(shops.TOPIC, open=shops.open_message, hear=shops.hear_message, lasts=timedelta(minutes=30)),
        Conversation(rating.TOPIC, open=shops.open_rating, hear=shops.hear_rating),
    ),
    entries=(Entry("留言给经理", "留言", "message:", 20),),
    words=(Word("留言", "message:", takes_rest=True),),
    overhears=(shops.overhear,),
    bound=shops.bound,
    forgets=erasing.forget,
    jobs=jobs.JOBS,
    console=routes.blueprint,
    more={NAME: Plate(items=(Item("拜访设置", "visits_pages.settings", Permission.VISITS_SETTINGS, 85, "管理"),))},
)
