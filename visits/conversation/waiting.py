"""Waiting requests of a manager who follows again, or was just bound."""

from visits.actions import notices
from visits.queries import visibility
from visits.texts import answering as texts
from wechat_bot.conversation import Turn


def awaits(turn: Turn) -> str:
    """Return how many requests wait for a manager, who could not be notified of any before. Empty for everybody
    else."""
    who = visibility.of_manager(turn.session, turn.openid, now=turn.now, zone=turn.zone)
    if who is None or who.manager_id is None:
        return ""
    return texts.awaiting(notices.unanswered(turn.session, who.manager_id))
