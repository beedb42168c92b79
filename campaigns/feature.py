"""Feature of campaigns: what the package itself declares; each kind of campaign is declared by the feature that sends
it."""

from campaigns import commands, erasing, jobs, last_said, mass, models, timeline
from wechat_bot.feature import Feature, Job

campaigns = Feature(
    name="campaigns",
    forgets=erasing.forget,
    models=(models,),
    said_to_many=last_said.last_said,
    commands=(commands.campaigns,),
    jobs=(Job("news of mass messages", jobs.LOOK_EVERY, jobs.note_news_of_mass),),
    more=(timeline.MESSAGES, mass.MASS),
)
