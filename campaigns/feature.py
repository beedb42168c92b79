"""What campaigns add to the house by themselves; their kinds are declared by the features they are of."""

from campaigns import commands, erasing, models
from wechat_bot.feature import Feature

campaigns = Feature(name="campaigns", forgets=erasing.forget, models=(models,), commands=(commands.campaigns,))
