"""What waits for a follower in courses: lessons to go on with, and the question of the day."""

from courses.conversation import daily, learning
from wechat_bot.conversation import Turn


def awaits(turn: Turn) -> str:
    """Return sentences on what waits; empty where nothing does."""
    return "\n".join(filter(None, (learning.awaits(turn), daily.awaits(turn))))
