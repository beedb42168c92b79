"""The plate on the door: all that visits add to the house."""

from datetime import timedelta

from console.menu import NAME, Item, Need, Plate, Tile
from console.rules import Permission
from visits import jobs
from visits.actions import erasing, rating
from visits.conversation import desk, overhearing, shops, waiting
from visits.mobile import inbox as wechat_inbox
from visits.mobile import routes as routes_in_wechat
from visits.pages import inbox, needs, routes, unheard
from visits.queries import escalations, plans, titles
from wechat_bot.feature import Conversation, Entry, Feature, Word

visits = Feature(
    name="visits",
    forgets=erasing.forget,
    conversations=(
        Conversation(shops.TOPIC, open=shops.open_message, hear=shops.hear_message, lasts=timedelta(minutes=30)),
        Conversation(desk.TOPIC, open=desk.open_desk, hear=desk.hear, lasts=desk.LASTS),
        Conversation(rating.TOPIC, open=shops.open_rating, hear=shops.hear_rating),
    ),
    entries=(Entry("留言给经理", "留言", "message:", 20),),
    words=(Word("留言", "message:", takes_rest=True), Word("待办", "desk:")),
    overhears=(overhearing.overhear,),
    awaits=waiting.awaits,
    bound=shops.bound,
    helps=desk.helps,
    kept_specs=plans.kept_specs,
    titles=titles.titles,
    jobs=jobs.JOBS,
    console=routes.blueprint,
    mobile=routes_in_wechat.blueprint,
    cards=wechat_inbox.cards,
    more={
        NAME: Plate(
            items=(
                Item("微拜访", "visits_pages.inbox", Permission.VISITS_SEE, 11),
                Item("拜访统计", "visits_pages.report", Permission.VISITS_SEE, 12),
                Item("拜访设置", "visits_pages.settings", Permission.VISITS_SETTINGS, 85, "管理"),
            ),
            tiles=(
                Tile("visits/console/_breaches.html", Permission.VISITS_SETTINGS, escalations.tile, 4),
                Tile("visits/console/_tile.html", Permission.VISITS_SEE, inbox.tile, 5),
                Tile("visits/console/_unheard.html", Permission.VISITS_SEE, unheard.tile, 6),
            ),
            needs=(
                Need(Permission.VISITS_SEE, needs.overdue, 5),
                Need(Permission.VISITS_ANSWER, needs.due, 50),
            ),
        )
    },
)
