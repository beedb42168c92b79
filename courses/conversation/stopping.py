"""The word that ends the messages about courses: lessons go on as before, and wait to be asked for."""

from courses.actions import telling
from courses.texts import notices as texts
from people import identity
from questions.numerals import same
from wechat_bot.conversation import Reply, Turn


def overhear(turn: Turn) -> Reply | None:
    """Take the word where messages about a course would come, unless it answers another message that can be stopped."""
    said = turn.text
    if same(said) != texts.STOP:
        return None
    shop, manager = identity.shop_of(turn.session, turn.openid), identity.manager_of(turn.session, turn.openid)
    stopped = 0
    if shop is not None:
        stopped += telling.stop(turn.session, retailer_id=shop.id, now=turn.now)
    if manager is not None:
        stopped += telling.stop(turn.session, staff_id=manager.id, now=turn.now)
    return Reply(texts.STOPPED) if stopped else None
