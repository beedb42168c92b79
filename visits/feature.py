"""The plate on the door: all that visits add to the house."""

from wechat_bot.feature import Feature

visits = Feature(name="visits")
