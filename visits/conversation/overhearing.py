"""Overhearing: a message no word, talk or number took goes to the desk if it is a manager's, else counts as a
shop's."""

from people import identity
from visits.conversation import desk, shops
from visits.rules import needs
from wechat_bot import messages
from wechat_bot.conversation import Reply, Turn


def overhear(turn: Turn) -> Reply | None:
    """Handle a message that is for visits. A manager's thanks and greetings are not."""
    if isinstance(turn.message, messages.Text) and needs.is_smalltalk(turn.message.content):
        return shops.overhear(turn)
    person = identity.manager_of(turn.session, turn.openid)
    if person is None:
        return shops.overhear(turn)
    return None if person.is_disabled else turn.open(f"{desk.TOPIC}:{desk.OVERHEARD}")
