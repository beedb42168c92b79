"""Chat desk of a customer manager: answers by a request's number or to the chosen one, closes, hands on, lists.

A text that names no request is never guessed at: it is kept as a draft, and the manager is asked which one.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from foundation.errors import Refused
from foundation.text import whole_number
from people import rules as people_rules
from visits.actions import answering
from visits.actions.answering import AnswerOvertaken
from visits.models import FIRST_NUMBER, Way
from visits.queries import inbox, thread, visibility, windows
from visits.queries import messages as said_in
from visits.queries.inbox import InboxFilter, InboxLine, Shelf
from visits.queries.thread import Thread
from visits.queries.visibility import Colleague
from visits.rules import orders
from visits.rules.orders import ManagerOrder, Verb
from visits.texts import answering as texts
from visits.texts import orders as order_texts
from visits.texts.times import when
from wechat_bot import media, messages
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.models import Talk

TOPIC = "desk"
#: The link's reference for an overheard message; any other is a request's id, or empty for the list.
OVERHEARD = "overheard"
LASTS = timedelta(hours=2)
LISTED = 8
#: Messages shown of a chosen request.
RECENT = 3
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
    if reference == OVERHEARD:
        return _heard(turn, who, {})
    number = whole_number(reference)
    if number is not None:
        return _choose(turn, who, number, {})
    return _list(turn, who)


def hear(turn: Turn, talk: Talk) -> Reply:
    """Handle what a manager writes while a request is chosen, or after a question of ours."""
    who = _who(turn)
    if who is None:
        return Reply(texts.FOR_MANAGERS, after=After.END)
    return _heard(turn, who, talk.state)


def helps(turn: Turn) -> str:
    """Return what a manager can do here; empty for everybody else."""
    who = _who(turn)
    if who is None:
        return ""
    lines, _ = _open_lines(turn, who, 1)
    counts = inbox.counts(turn.session, who, now=turn.now, mine_only=True)
    number = lines[0].number if lines else None
    talk = turn.talk if turn.talk is not None and turn.talk.topic == TOPIC else None
    about = talk.state.get("chosen") if talk is not None and turn.now - talk.heard_at <= LASTS else None
    found = thread.thread(turn.session, who, about) if about is not None else None
    chosen = f"#{found.number} {found.shop or texts.NOBODYS}" if found else ""
    return texts.help_of_manager(number, counts.open - counts.snoozed, counts.overdue, chosen, _address(turn))


def _who(turn: Turn) -> Colleague | None:
    return visibility.of_manager(turn.session, turn.openid, now=turn.now, zone=turn.zone)


def _heard(turn: Turn, who: Colleague, state: dict[str, Any]) -> Reply:
    chosen: int | None = state.get("chosen")
    match turn.message:
        case messages.Image() as picture:
            draft = {"picture": media.keep(turn.session, picture, now=turn.now)}
            return _answer(turn, who, chosen, draft, state) if chosen else _ask_which(turn, who, draft)
        case messages.Voice() as voice:
            draft = {"voice": media.keep(turn.session, voice, now=turn.now)}
            return _answer(turn, who, chosen, draft, state) if chosen else _ask_which(turn, who, draft)
        case messages.Text(content=content):
            pass
        case _:
            return Reply(texts.ONLY_THESE_KINDS, after=_stay(state))
    page = PAGES.get(people_rules.plain(content))
    if page is not None and turn.account.has_pages:
        return Reply(texts.page(*page, turn.account.public_url), after=_stay(state))
    picked = _picked(content, state.get("choices", ()))
    if picked is not None and "verb" in picked:
        order = ManagerOrder(Verb(picked["verb"]), rest=picked["rest"])
        return _do(turn, who, order, picked["to"], state, picked.get("seen"))
    if picked is not None:
        return _answer(turn, who, int(picked["to"]), picked, state)
    order = orders.read(content)
    name = orders.perhaps_name(order.rest) if order.verb is Verb.ANSWER else ""
    handed = "".join(order.rest.split()) if order.rest.startswith("转") and order.verb is Verb.ANSWER else ""
    if (name and thread.managers_named(turn.session, name)) or (handed and thread.manager_meant(turn.session, handed)):
        order = replace(order, verb=Verb.TRANSFER, is_doubtful=True)  # 104 林小燕 is not meant for a shop
    if order.number is None:
        if order.verb is not Verb.ANSWER:
            if not chosen:
                return _ask_number(turn, who, order)
            if order.is_doubtful:
                return _ask_back(turn, who, order, chosen, state, content)
            return _do(turn, who, order, chosen, state)
        is_again = people_rules.plain(content) in order_texts.SEND_IT  # 发 once more, and nothing waits for it
        if not chosen and is_again:
            return Reply(order_texts.NOTHING_TO_SEND, after=_stay(state))
        if chosen and (is_again or (not state.get("wrote") and orders.begins_like_one(content))):
            return _ask_back(turn, who, order, chosen, state, content)
        draft = {"text": content}
        return _answer(turn, who, chosen, draft, state) if chosen else _ask_which(turn, who, draft)
    about = order.number - FIRST_NUMBER
    also = thread.thread(turn.session, who, order.also - FIRST_NUMBER) if order.also is not None else None
    if also is not None and also.is_open and also.id != about:
        return Reply(texts.one_at_a_time(order.number, also.number), after=_stay(state))
    if order.also is not None and thread.exists(turn.session, order.also - FIRST_NUMBER):
        order = replace(order, is_doubtful=True)  # a colleague's request, or a closed one: ask whether it was meant
    if order.verb is Verb.CHOOSE and "draft" in state:
        written = str(state["draft"].get("text", ""))
        if str(order.number) in written:  # 让小林办104, and then 104: the number was part of the text
            return _ask_back(turn, who, ManagerOrder(Verb.ANSWER, order.number, written), about, state, written)
        return _answer(turn, who, about, state["draft"], state)
    if order.is_doubtful:
        return _ask_back(turn, who, order, about, state, order.rest)
    if order.verb is Verb.ANSWER and chosen not in (None, about) and not order.is_marked:
        return _ask_number_or_text(turn, who, about, order, int(chosen or 0), content)
    return _do(turn, who, order, about, state)


def _do(
    turn: Turn, who: Colleague, order: ManagerOrder, about: int, state: dict[str, Any], seen: int | None = None
) -> Reply:
    session, now = turn.session, turn.now
    match order.verb:
        case Verb.ANSWER:
            return _answer(turn, who, about, {"text": order.rest}, state)
        case Verb.CHOOSE:
            return _choose(turn, who, about, state)
        case Verb.TRANSFER:
            return _transfer(turn, who, about, order, state)
        case Verb.CLOSE | Verb.NO_REPLY_NEEDED | Verb.CALLED:
            return _settle(turn, who, order, about, state, seen)
        case Verb.REOPEN:
            said = texts.reopened_now(answering.reopen(session, about, who).number)
        case Verb.NOTE:
            if not order.rest:
                return Reply(order_texts.note_needs_words(about + FIRST_NUMBER), after=_stay(state))
            said = texts.noted_now(answering.note(session, about, who, order.rest).number)
        case Verb.LISTEN:
            found = _found(turn, who, about)
            voices = [each.id for each in found.said if each.kind == "voice" and each.media_key]
            if not voices:
                raise Refused(texts.NO_VOICE)
            answering.listen(session, about, who, voices[-1])
            said = texts.listen_now(found.number)
        case Verb.SNOOZE:
            until = orders.snoozed_until(order.rest, turn.now, turn.zone)
            request = answering.snooze(session, about, who, until)
            said = texts.snoozed_now(request.number, when(until, now=now, zone=turn.zone))
    return _done(said, state)


def _done(said: str, state: dict[str, Any]) -> Reply:
    """Reply to an order that was carried out, and drop the earlier question: a number written later is none of its
    choices."""
    if "chosen" in state:
        return Reply(said, after=After.KEEP, state=_chosen(state))
    return Reply(said, after=After.END if "choices" in state else After.NOTHING)


def _settle(
    turn: Turn, who: Colleague, order: ManagerOrder, about: int, state: dict[str, Any], seen: int | None
) -> Reply:
    """Close a request, or note that it needs no answer: not before the manager has seen everything written in it."""
    found = _found(turn, who, about)
    seen = seen or _seen(turn, who, found, state)
    session = turn.session
    try:
        match order.verb:
            case Verb.CLOSE:
                answering.close(session, about, who, seen=seen)
                said = texts.closed_now(found.number, found.shop)
            case Verb.NO_REPLY_NEEDED:
                answering.no_reply_needed(session, about, who, seen=seen)
                said = texts.no_reply_now(found.number)
            case _:
                answering.wait(session, about, who, order.rest, seen=seen)
                said = texts.called_now(found.number)
    except AnswerOvertaken as overtaken:  # raised before anything was written
        again = {"to": about, "seen": overtaken.came[-1].id, "verb": order.verb, "rest": order.rest}
        said = texts.settle_again(_lines(overtaken.came, found), texts.VERBS[order.verb])
        return Reply(said, after=After.KEEP, state=_chosen(state) | {"choices": [again]}, reference="")
    is_over = state.get("chosen") == about and order.verb is not Verb.CALLED
    return Reply(said, after=After.END) if is_over else _done(said, state)


def _seen(turn: Turn, who: Colleague, found: Thread, state: dict[str, Any]) -> int:
    """Return the newest message the manager has seen. The owner was notified of what the shop wrote; of a colleague's
    messages, and for a colleague who chose the request, only what was shown counts."""
    is_told = found.owner_id == who.manager_id or state.get("chosen") != found.id
    return said_in.seen_in_chat(turn.session, found.id, who) if is_told else int(state.get("seen", 0))


def _answer(turn: Turn, who: Colleague, about: int | None, draft: dict[str, Any], state: dict[str, Any]) -> Reply:
    found = _found(turn, who, about)
    way = thread.foreseen(turn.session, found.openid, now=turn.now, has_template=_has_template(turn))
    if "voice" in draft and found.is_open and way.way in (Way.NOTICE, Way.LATER):
        return Reply(texts.no_voice_now(found.number), after=_stay(state))
    seen = draft.get("seen")
    if seen is None:
        seen = _seen(turn, who, found, state)
    text, picture, voice = str(draft.get("text", "")), draft.get("picture"), draft.get("voice")
    try:
        answered = answering.answer(
            turn.session, found.id, who, text, picture=picture, voice=voice, seen=seen, told=way.way
        )
    except AnswerOvertaken as overtaken:  # raised before anything was written
        again = {**draft, "to": found.id, "seen": overtaken.came[-1].id}
        kind = "image" if picture else "voice" if voice else "text"
        said = texts.ask_again(_lines(overtaken.came, found), texts.said(kind, text))
        return Reply(said, after=After.KEEP, state=_chosen(state) | {"choices": [again]}, reference="")
    said = texts.sent(
        found.number, found.shop, way.way, texts.shut(way.until, turn.now), answered.took, is_first=answered.is_first
    )
    if not state:
        return Reply(said)
    if "chosen" not in state:
        return Reply(said, after=After.END)
    if state["chosen"] == found.id:
        return Reply(said, after=After.KEEP, state={"chosen": found.id, "seen": answered.message_id, "wrote": True})
    return Reply(said, after=After.KEEP, state=_chosen(state))


def _choose(turn: Turn, who: Colleague, about: int, state: dict[str, Any]) -> Reply:
    found = _found(turn, who, about)
    if not found.is_open:
        return Reply(texts.closed_in_chat(found.number), after=_stay(state))
    answering.looked(turn.session, found.id, who)
    way = thread.foreseen(turn.session, found.openid, now=turn.now, has_template=_has_template(turn))
    said = texts.chosen(
        found.number,
        found.shop or texts.NOBODYS,
        _lines(found.said[-RECENT:], found),
        texts.foreseen(way.way, way.left, way.until, now=turn.now, zone=turn.zone),
        _address(turn, f"/{found.number}"),
    )
    return Reply(said, after=After.KEEP, state={"chosen": found.id, "seen": found.seen}, reference="")


def _transfer(turn: Turn, who: Colleague, about: int, order: ManagerOrder, state: dict[str, Any]) -> Reply:
    named = thread.managers_named(turn.session, order.rest)
    if len(named) == 1:
        decided = answering.transfer(turn.session, about, who, named[0])
        said = texts.transferred_now(about + FIRST_NUMBER, order.rest, is_told=decided.is_told)
        return _done(said, state)
    if named:
        return Reply(order_texts.several_managers(order.rest), after=_stay(state))
    found = _found(turn, who, about)
    meant = thread.manager_meant(turn.session, order.rest)
    if meant is not None:
        return _ask_back(turn, who, ManagerOrder(Verb.TRANSFER, found.number, meant), about, state, f"转{order.rest}")
    draft = {"to": about, "text": f"转{order.rest}"}
    said = order_texts.no_such_manager(order.rest, found.number, found.shop or texts.NOBODYS)
    return Reply(said, after=After.KEEP, state=_chosen(state) | {"choices": [draft]}, reference="")


def _ask_back(turn: Turn, who: Colleague, order: ManagerOrder, about: int, state: dict[str, Any], said: str) -> Reply:
    """Ask what a text means that only resembles an order, or begins like one: nothing is done, and `said` not sent to
    the shop, before the manager answers."""
    found = _found(turn, who, about)
    if not found.is_open and order.verb is not Verb.REOPEN:
        return Reply(texts.closed_in_chat(found.number), after=_stay(state))
    does, rest = order.verb, order.rest
    if does is Verb.TRANSFER:
        rest = thread.manager_meant(turn.session, order.rest) or ""
        if not rest and said.startswith("给"):
            return _answer(turn, who, about, {"text": said}, state)  # 给补两条 names no colleague
        does = Verb.TRANSFER if rest else Verb.ANSWER
    elif does is Verb.NOTE:
        rest = orders.noted(order.rest)
    elif does in (Verb.SNOOZE, Verb.CALLED):
        rest = ""
    send = {"to": about, "text": said}
    act = {"to": about, "verb": does, "rest": rest}
    shop, what = found.shop or texts.NOBODYS, texts.said("text", said)
    if does is Verb.ANSWER:
        words, choices = order_texts.ask_to_send(found.number, shop, what), [send]
    else:
        words, choices = (
            order_texts.ask_back(found.number, shop, what, order_texts.do_it(does, rest, found.number)),
            [act, send],
        )
    return Reply(words, after=After.KEEP, state=_chosen(state) | {"choices": choices}, reference="")


def _list(turn: Turn, who: Colleague) -> Reply:
    lines, is_mine = _open_lines(turn, who, LISTED)
    counts = inbox.counts(turn.session, who, now=turn.now, mine_only=is_mine)
    said = texts.listing(
        _as_texts(turn, lines), max(counts.open - counts.snoozed - len(lines), 0), counts.overdue, _address(turn)
    )
    return Reply(said)


def _ask_which(turn: Turn, who: Colleague, draft: dict[str, Any]) -> Reply:
    lines, _ = _open_lines(turn, who, LISTED)
    said = texts.ask_which(_as_texts(turn, lines))
    if not lines:
        return Reply(said, after=After.END if turn.talk else After.NOTHING)
    return Reply(said, after=After.KEEP, state={"draft": draft}, reference="")


def _ask_number(turn: Turn, who: Colleague, order: ManagerOrder) -> Reply:
    lines, _ = _open_lines(turn, who, LISTED)
    said = order_texts.ask_number(_as_texts(turn, lines), order_texts.ORDERS[order.verb].format(order.rest))
    return Reply(said, after=After.END if turn.talk else After.NOTHING)


def _ask_number_or_text(
    turn: Turn, who: Colleague, about: int, order: ManagerOrder, chosen: int, content: str
) -> Reply:
    """Ask whether the number a text begins with is another request's, or part of the text to the chosen one."""
    other = thread.thread(turn.session, who, about)
    state = {"chosen": chosen, "seen": turn.talk.state.get("seen", 0) if turn.talk else 0}
    if other is None or not other.is_open:
        return _answer(turn, who, chosen, {"text": content}, state)
    current = _found(turn, who, chosen)
    choices = [{"to": about, "text": order.rest}, {"to": chosen, "text": content}]
    said = texts.ask_number_or_text(other.number, other.shop, current.number, current.shop)
    return Reply(said, after=After.KEEP, state=state | {"choices": choices})


def _picked(content: str, choices: Any) -> dict[str, Any] | None:
    """Return which of the offered choices is meant: by its number, or by 发 for the one that would be sent."""
    number = people_rules.plain(content)
    if number.rstrip("。.!") in order_texts.SEND_IT:
        return next((dict(each) for each in choices if "verb" not in each), None)
    if number.isdecimal() and len(number) == 1 and 1 <= int(number) <= len(choices):
        return dict(choices[int(number) - 1])
    return None


def _open_lines(turn: Turn, who: Colleague, limit: int) -> tuple[tuple[InboxLine, ...], bool]:
    """Return the open requests of a manager; a supervisor without any of their own gets those of the managers below."""
    for shelf in (Shelf.MINE, Shelf.OPEN):
        found = inbox.page(turn.session, who, InboxFilter(shelf), now=turn.now, limit=limit).lines
        if found:
            return found, shelf is Shelf.MINE
    return (), False


def _as_texts(turn: Turn, lines: tuple[InboxLine, ...]) -> list[str]:
    known = windows.windows(turn.session, [line.id for line in lines])
    return [
        texts.list_line(
            line.number,
            line.shop or texts.NOBODYS,
            known[line.id].group if line.id in known else "",
            texts.said(line.kind, line.words, 16),
            texts.due_words(line.due_at, is_waiting=line.is_waiting, now=turn.now, zone=turn.zone),
        )
        for line in lines
    ]


def _lines(said: Any, found: Thread) -> list[str]:
    return [texts.quoted(each.name or found.shop, texts.said(each.kind, each.content), each.is_note) for each in said]


def _found(turn: Turn, who: Colleague, about: int | None) -> Thread:
    found = thread.thread(turn.session, who, about) if about is not None else None
    if found is None:
        raise Refused(texts.NO_SUCH)
    return found


def _stay(state: dict[str, Any]) -> After:
    return After.KEEP if "chosen" in state else After.NOTHING


def _chosen(state: dict[str, Any]) -> dict[str, Any]:
    return {name: state[name] for name in ("chosen", "seen", "wrote") if name in state}


def _has_template(turn: Turn) -> bool:
    return answering.NOTICE in turn.account.notices


def _address(turn: Turn, path: str = "") -> str:
    return f"{turn.account.public_url}/m/visits{path}" if turn.account.has_pages else ""
