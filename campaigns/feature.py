"""Feature of campaigns: what the package itself declares; each kind of campaign is declared by the feature that sends
it."""

from campaigns import commands, erasing, models, timeline
from wechat_bot.feature import Feature

campaigns = Feature(
    name="campaigns",
    forgets=erasing.forget,
    models=(models,),
    commands=(commands.campaigns,),
    more=(timeline.MESSAGES,),
)
