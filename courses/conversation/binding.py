"""What becomes of a shop in the courses when a follower is bound to it."""

from courses.actions import enrolling
from people import identity
from wechat_bot.conversation import Turn


def bound(turn: Turn) -> str:
    """Enrol the shop in the courses for everyone; what waits is said by what waits for any learner."""
    shop = identity.shop_of(turn.session, turn.openid)
    if shop is not None:
        enrolling.bound(turn.session, shop.id, turn.openid, now=turn.now)
    return ""
