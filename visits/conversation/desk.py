"""Chat desk of a customer manager: answers by a request's number or to the chosen one, closes, hands on, lists.

A text that names no request is never guessed at: it is kept as a draft, and the manager is asked which one.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from foundation.errors import Refused
from foundation.text import whole_number
from people import rules as people_rules
from visits.actions import notices
from visits.conversation import orders as doing
from visits.conversation.orders import ManagerDesk
from visits.models.requests import FIRST_NUMBER
from visits.queries import inbox, thread, visibility
from visits.queries.visibility import Colleague
from visits.rules import orders
from visits.rules.orders import ManagerOrder, Verb
from visits.texts import answering as texts
from visits.texts import desk as desk_texts
from visits.texts import orders as order_texts
from wechat_bot import media, messages
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

TOPIC = "desk"
#: The link's reference for an overheard message; any other is a request's id, or empty for the list.
OVERHEARD = "overheard"
LASTS = timedelta(hours=2)
#: Words that open a page, with the page's name and path.
PAGES = {
    "群发": ("写一次群发", "/m/visits/groups/new"),
    "拜访": ("该拜访的店", "/m/visits/due"),
    "常用语": ("我的常用语", "/m/visits/phrases"),
}


def open_desk(turn: Turn, reference: str) -> Reply:
    """Open the desk: `desk:` lists what is open, `desk:28` chooses a request, `desk:overheard` handles the message
    itself."""
    who = _who(turn)
    if who is None:
        raise Refused(texts.FOR_MANAGERS)
    desk = ManagerDesk(turn, who)
    if reference == OVERHEARD:
        return _heard(desk)
    number = whole_number(reference)
    return doing.list_open(desk) if number is None else doing.choose(desk, number)


def hear(turn: Turn, talk: Talk) -> Reply:
    """Handle what a manager writes while a request is chosen, or after a question of ours."""
    who = _who(turn)
    if who is None:
        return Reply(texts.FOR_MANAGERS, after=After.END)
    return _heard(ManagerDesk(turn, who, talk.state))


def helps(turn: Turn) -> str:
    """Return what a manager can do here; empty for everybody else."""
    who = _who(turn)
    if who is None:
        return ""
    desk = ManagerDesk(turn, who)
    lines, _ = doing.open_lines(desk, 1)
    counts = inbox.counts(turn.session, who, now=turn.now, mine_only=True)
    number = lines[0].number if lines else None
    talk = turn.talk if turn.talk is not None and turn.talk.topic == TOPIC else None
    about = talk.state.get("chosen") if talk is not None and turn.now - talk.heard_at <= LASTS else None
    found = thread.thread(turn.session, who, about) if about is not None else None
    chosen = f"#{found.number} {found.shop or texts.NOBODYS}" if found else ""
    return desk_texts.help_of_manager(number, counts.open - counts.snoozed, counts.overdue, chosen, desk.address())


def awaits(turn: Turn) -> str:
    """Return how many requests wait for a manager who follows again, or was just bound: they could not be notified of
    any before. Empty for everybody else."""
    who = _who(turn)
    return "" if who is None else desk_texts.awaiting(notices.unanswered(turn.session, who.manager_id or 0))


def _who(turn: Turn) -> Colleague | None:
    return visibility.of_manager(turn.session, turn.openid, now=turn.now, zone=turn.zone)


def _heard(desk: ManagerDesk) -> Reply:
    message = desk.turn.message
    match message:
        case messages.Text(content=content):
            return _read(desk, content)
        case messages.Image() | messages.Voice():
            kind = "picture" if isinstance(message, messages.Image) else "voice"
            return doing.answer_or_ask(desk, {kind: media.keep(desk.session, message, now=desk.turn.now)})
    return desk.stay(texts.ONLY_THESE_KINDS)


def _read(desk: ManagerDesk, content: str) -> Reply:
    page = PAGES.get(people_rules.plain(content))
    if page is not None and desk.turn.account.has_pages:
        label, path = page
        return desk.stay(f'<a href="{desk.turn.account.public_url}{path}">{label}</a>')
    picked = _picked(content, desk.state.get("choices", ()))
    if picked is not None and "verb" in picked:
        order = ManagerOrder(Verb(picked["verb"]), rest=picked["rest"])
        return doing.do(desk, order, picked["to"], picked.get("seen"))
    if picked is not None:
        return doing.answer(desk, int(picked["to"]), picked)
    order = orders.read(content)
    if order.verb is Verb.ANSWER and _names_a_colleague(desk, order.rest):
        order = replace(order, verb=Verb.TRANSFER, is_doubtful=True)  # 104 林小燕 is not meant for a shop
    if order.number is None:
        return _without_number(desk, order, content)
    return _with_number(desk, order, order.number, content)


def _names_a_colleague(desk: ManagerDesk, words: str) -> bool:
    name = orders.perhaps_name(words)
    if name and thread.managers_named(desk.session, name):
        return True
    return words.startswith("转") and thread.manager_meant(desk.session, "".join(words.split())) is not None


def _without_number(desk: ManagerDesk, order: ManagerOrder, content: str) -> Reply:
    """Handle a text about the chosen request, or about none."""
    chosen = desk.chosen
    if order.verb is not Verb.ANSWER:
        if not chosen:
            return doing.ask_number(desk, order)
        return doing.ask_back(desk, order, chosen, content) if order.is_doubtful else doing.do(desk, order, chosen)
    is_again = people_rules.plain(content) in order_texts.SEND_IT  # 发 once more, and nothing waits for it
    if not chosen and is_again:
        return desk.stay(order_texts.NOTHING_TO_SEND)
    if chosen and (is_again or (not desk.state.get("wrote") and orders.begins_like_one(content))):
        return doing.ask_back(desk, order, chosen, content)
    return doing.answer_or_ask(desk, {"text": content})


def _with_number(desk: ManagerDesk, order: ManagerOrder, number: int, content: str) -> Reply:
    about = number - FIRST_NUMBER
    also = thread.thread(desk.session, desk.who, order.also - FIRST_NUMBER) if order.also is not None else None
    if also is not None and also.is_open and also.id != about:
        return desk.stay(desk_texts.ONE_AT_A_TIME.format(number, also.number))
    if order.also is not None and thread.exists(desk.session, order.also - FIRST_NUMBER):
        order = replace(order, is_doubtful=True)  # a colleague's request, or a closed one: ask whether it was meant
    if order.verb is Verb.CHOOSE and "draft" in desk.state:
        written = str(desk.state["draft"].get("text", ""))
        if str(number) in written:  # 让小林办104, and then 104: the number was part of the text
            return doing.ask_back(desk, ManagerOrder(Verb.ANSWER, number, written), about, written)
        return doing.answer(desk, about, desk.state["draft"])
    if order.is_doubtful:
        return doing.ask_back(desk, order, about, order.rest)
    if order.verb is Verb.ANSWER and desk.chosen not in (None, about) and not order.is_marked:
        return doing.ask_number_or_text(desk, about, order, desk.chosen or 0, content)
    return doing.do(desk, order, about)


def _picked(content: str, choices: Any) -> dict[str, Any] | None:
    """Return which of the offered choices is meant: by its number, or by 发 for the one that would be sent."""
    number = people_rules.plain(content)
    if number.rstrip("。.!") in order_texts.SEND_IT:
        return next((dict(each) for each in choices if "verb" not in each), None)
    if number.isdecimal() and len(number) == 1 and 1 <= int(number) <= len(choices):
        return dict(choices[int(number) - 1])
    return None
