"""Feature of campaigns: what the package itself declares; each kind of campaign is declared by the feature that sends
it."""

from campaigns import commands, erasing, last_said, models, timeline
from wechat_bot.feature import Feature

campaigns = Feature(
    name="campaigns",
    forgets=erasing.forget,
    models=(models,),
    said_to_many=last_said.last_said,
    commands=(commands.campaigns,),
    more=(timeline.MESSAGES,),
)
