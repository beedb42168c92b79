"""The plate on the door: all that visits add to the house."""

from console.plate import NAME, Item, Plate
from console.rules import Permission
from visits.pages import routes
from wechat_bot.feature import Feature

visits = Feature(
    name="visits",
    console=routes.blueprint,
    more={NAME: Plate(items=(Item("拜访设置", "visits_pages.settings", Permission.VISITS_SETTINGS, 85, "管理"),))},
)
