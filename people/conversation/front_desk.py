"""Front desk of the chat: answers that no other feature gives. Every answer names a next step."""

from foundation.clock import day_in
from people import identity, rules, texts
from people.conversation import binding
from people.identity import Shop
from people.rules import Person
from wechat_bot.conversation import FrontDesk, Reply, Turn
from wechat_bot.messages import Text


def welcome(turn: Turn) -> Reply:
    """Greet a new follower, and by name whoever comes back."""
    shop, manager = _who(turn)
    if shop is not None:
        person = shop.in_charge(day_in(turn.now, turn.zone))
        greeting = texts.welcome_back(shop.salutation, shop.shop, person)
        return Reply(texts.with_menu(greeting, turn.awaits(), turn.entries))
    if manager is not None:
        greeting = texts.welcome_manager(manager.name, turn.account.name)
        return Reply("\n".join([greeting, *turn.awaits()]))
    return Reply(texts.welcome(turn.account.name))


def give_help(turn: Turn) -> Reply:
    """Answer help: the short menu, how to continue, how to reach a person."""
    said = turn.helps()
    if said:
        return Reply(said)
    is_known = any(_who(turn))
    return Reply(texts.help_lines(turn.entries, is_talking=turn.talk is not None, is_known=is_known))


def person(turn: Turn) -> Reply:
    """Answer with whom to call: the customer manager in charge today."""
    shop, manager = _who(turn)
    if shop is not None:
        return Reply(texts.person(shop.in_charge(day_in(turn.now, turn.zone)), turn.entries))
    return Reply(texts.PERSON_FOR_MANAGER if manager else texts.PERSON_FOR_NOBODY)


def unknown(turn: Turn) -> Reply:
    """Answer a text that nothing understood: thanks and greetings politely, everything else with the menu."""
    message = turn.message
    if not isinstance(message, Text):
        kind = type(message).__name__
        return Reply(texts.not_read(kind, turn.entries, is_known=any(_who(turn))))
    # 你好 would be taken for thanks, because 你 and 好 are part of both.
    if rules.is_greeting(message.content):
        return Reply(f"{texts.GREETING}\n{give_help(turn).text}")
    if rules.is_thanks(message.content):
        return Reply(texts.THANKS)
    is_known = any(_who(turn))
    if not is_known and rules.is_only_pair(message.content):
        # The example was followed; only the word in front was left out.
        return binding.by_pair(turn, rules.read_pair(message.content))
    return Reply(texts.unknown(turn.entries, is_known=is_known))


def _who(turn: Turn) -> tuple[Shop | None, Person | None]:
    shop = identity.shop_of(turn.session, turn.openid)
    return shop, None if shop else identity.manager_of(turn.session, turn.openid)


DESK = FrontDesk(welcome=welcome, help=give_help, person=person, unknown=unknown)
