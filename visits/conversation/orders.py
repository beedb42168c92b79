"""Orders of a customer manager in the chat, carried out: answered, closed, handed on, listed, or asked back."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from foundation.errors import Refused
from visits.actions import answering, closing
from visits.actions.answering import AnswerOvertaken
from visits.models.answers import Way
from visits.models.requests import FIRST_NUMBER
from visits.queries import inbox, thread, windows
from visits.queries import messages as said_in
from visits.queries.inbox import InboxFilter, InboxLine, Shelf
from visits.queries.thread import Thread
from visits.queries.visibility import Colleague
from visits.rules import order_numbers, orders
from visits.rules.orders import ManagerOrder, Verb
from visits.rules.ways import Foreseen
from visits.texts import answering as texts
from visits.texts import desk as desk_texts
from visits.texts import orders as order_texts
from wechat_bot.conversation import After, Reply, Turn

LISTED = 8
#: Messages shown of a chosen request.
RECENT = 3


@dataclass(frozen=True, slots=True)
class ManagerDesk:
    """Manager at their desk: the message to be answered, and what the talk remembers."""

    turn: Turn
    who: Colleague
    #: `chosen` is the request that texts without a number are about, `seen` the newest message shown of it, `wrote`
    #: whether it was answered since; `choices` and `draft` belong to our last question.
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return self.turn.session

    @property
    def chosen(self) -> int | None:
        return self.state.get("chosen")

    def stay(self, said: str) -> Reply:
        """Say something that leaves everything as it is."""
        return Reply(said, after=After.NOTHING if self.chosen is None else After.KEEP)

    def offer(self, said: str, *choices: dict[str, Any]) -> Reply:
        """Ask which of these choices is meant."""
        return Reply(said, after=After.KEEP, state=self._kept() | {"choices": list(choices)}, reference="")

    def done(self, said: str) -> Reply:
        """Reply to an order that was carried out, and drop the earlier question: a number written later is none of its
        choices."""
        if self.chosen is not None:
            return Reply(said, after=After.KEEP, state=self._kept())
        return Reply(said, after=After.END if "choices" in self.state else After.NOTHING)

    def over(self, said: str) -> Reply:
        """End the talk, where one runs."""
        return Reply(said, after=After.END if self.turn.talk else After.NOTHING)

    def find(self, about: int | None) -> Thread:
        """Return a request. Raises `Refused` where there is none, or the manager may not see it."""
        found = thread.thread(self.session, self.who, about) if about is not None else None
        if found is None:
            raise Refused(texts.NO_SUCH)
        return found

    def foreseen(self, found: Thread) -> Foreseen:
        """Return which way an answer to this request would go now."""
        has_template = answering.NOTICE in self.turn.account.notices
        return thread.foreseen(self.session, found.openid, now=self.turn.now, has_template=has_template)

    def address(self, path: str = "") -> str:
        account = self.turn.account
        return f"{account.public_url}/m/visits{path}" if account.has_pages else ""

    def _kept(self) -> dict[str, Any]:
        return {name: self.state[name] for name in ("chosen", "seen", "wrote") if name in self.state}


def do(desk: ManagerDesk, order: ManagerOrder, about: int, seen: int | None = None) -> Reply:
    """Carry out an order; `seen` is the newest message of the request that its manager was shown, where they were asked
    back."""
    session, who, number, what = desk.session, desk.who, about + FIRST_NUMBER, ""
    match order.verb:
        case Verb.ANSWER:
            return answer(desk, about, {"text": order.rest})
        case Verb.CHOOSE:
            return choose(desk, about)
        case Verb.TRANSFER:
            return _transfer(desk, about, order)
        case Verb.CLOSE | Verb.NO_REPLY_NEEDED | Verb.CALLED:
            return _settle(desk, order, about, seen)
        case Verb.REOPEN:
            closing.reopen(session, about, who)
        case Verb.NOTE:
            if not order.rest:
                return desk.stay(order_texts.NOTE_NEEDS_WORDS.format(number))
            answering.note(session, about, who, order.rest)
        case Verb.LISTEN:
            voices = [each.id for each in desk.find(about).said if each.kind == "voice" and each.media_key]
            if not voices:
                raise Refused(texts.NO_VOICE)
            answering.listen(session, about, who, voices[-1])
        case Verb.SNOOZE:
            until = order_numbers.snoozed_until(order.rest, who.now, who.zone)
            closing.snooze(session, about, who, until)
            what = who.when(until)
    return desk.done(order_texts.DONE[order.verb].format(number, what))


def _settle(desk: ManagerDesk, order: ManagerOrder, about: int, seen: int | None) -> Reply:
    """Close a request, or note that it needs no answer: not before the manager has seen everything written in it."""
    found = desk.find(about)
    seen = seen or _seen(desk, found)
    try:
        match order.verb:
            case Verb.CLOSE:
                closing.close(desk.session, about, desk.who, seen=seen)
            case Verb.NO_REPLY_NEEDED:
                closing.no_reply_needed(desk.session, about, desk.who, seen=seen)
            case _:
                answering.wait(desk.session, about, desk.who, order.rest, seen=seen)
    except AnswerOvertaken as overtaken:  # raised before anything was written
        again = {"to": about, "seen": overtaken.came[-1].id, "verb": order.verb, "rest": order.rest}
        return desk.offer(desk_texts.settle_again(_lines(overtaken.came, found), desk_texts.VERBS[order.verb]), again)
    said = order_texts.DONE[order.verb].format(found.number, found.shop)
    is_over = desk.chosen == about and order.verb is not Verb.CALLED
    return Reply(said, after=After.END) if is_over else desk.done(said)


def _seen(desk: ManagerDesk, found: Thread) -> int:
    """Return the newest message the manager has seen. The owner was notified of what the shop wrote; of a colleague's
    messages, and for a colleague who chose the request, only what was shown counts."""
    is_told = found.owner_id == desk.who.manager_id or desk.chosen != found.id
    return said_in.seen_in_chat(desk.session, found.id, desk.who) if is_told else int(desk.state.get("seen", 0))


def answer_or_ask(desk: ManagerDesk, draft: dict[str, Any]) -> Reply:
    """Answer the chosen request; where none is chosen, keep the draft and ask which one it is for."""
    if desk.chosen:
        return answer(desk, desk.chosen, draft)
    lines, _ = open_lines(desk, LISTED)
    said = desk_texts.ask_which(_as_texts(desk, lines))
    return Reply(said, after=After.KEEP, state={"draft": draft}, reference="") if lines else desk.over(said)


def answer(desk: ManagerDesk, about: int | None, draft: dict[str, Any]) -> Reply:
    """Send an answer, or say why it is not sent."""
    found = desk.find(about)
    way = desk.foreseen(found)
    if "voice" in draft and found.is_open and way.way in (Way.NOTICE, Way.LATER):
        return desk.stay(desk_texts.NO_VOICE_NOW.format(found.number))
    seen = draft.get("seen")
    if seen is None:
        seen = _seen(desk, found)
    text, picture, voice = str(draft.get("text", "")), draft.get("picture"), draft.get("voice")
    try:
        answered = answering.answer(
            desk.session, found.id, desk.who, text, picture=picture, voice=voice, seen=seen, told=way.way
        )
    except AnswerOvertaken as overtaken:  # raised before anything was written
        again = {**draft, "to": found.id, "seen": overtaken.came[-1].id}
        kind = "image" if picture else "voice" if voice else "text"
        return desk.offer(desk_texts.ask_again(_lines(overtaken.came, found), texts.said(kind, text)), again)
    why = texts.shut(way.until, desk.turn.now)
    said = desk_texts.sent(found.number, found.shop, way.way, why, answered.took, is_first=answered.is_first)
    if desk.chosen == found.id:
        return Reply(said, after=After.KEEP, state={"chosen": found.id, "seen": answered.message_id, "wrote": True})
    if desk.chosen is not None:
        return desk.done(said)
    return Reply(said, after=After.END if desk.state else After.NOTHING)


def choose(desk: ManagerDesk, about: int) -> Reply:
    """Choose a request, and show its last messages."""
    found = desk.find(about)
    if not found.is_open:
        return desk.stay(desk_texts.IS_CLOSED_IN_CHAT.format(found.number))
    answering.looked(desk.session, found.id, desk.who)
    way, turn = desk.foreseen(found), desk.turn
    said = desk_texts.chosen(
        found.number,
        found.shop or texts.NOBODYS,
        _lines(found.said[-RECENT:], found),
        texts.foreseen(way.way, way.left, way.until, now=turn.now, zone=turn.zone),
        desk.address(f"/{found.number}"),
    )
    return Reply(said, after=After.KEEP, state={"chosen": found.id, "seen": found.seen}, reference="")


def _transfer(desk: ManagerDesk, about: int, order: ManagerOrder) -> Reply:
    named = thread.managers_named(desk.session, order.rest)
    if len(named) == 1:
        decided = answering.transfer(desk.session, about, desk.who, named[0])
        return desk.done(desk_texts.transferred_now(about + FIRST_NUMBER, order.rest, is_told=decided.is_told))
    if named:
        return desk.stay(order_texts.SEVERAL_MANAGERS.format(order.rest))
    found = desk.find(about)
    meant = thread.manager_meant(desk.session, order.rest)
    if meant is not None:
        return ask_back(desk, ManagerOrder(Verb.TRANSFER, found.number, meant), about, f"转{order.rest}")
    said = order_texts.no_such_manager(order.rest, found.number, found.shop or texts.NOBODYS)
    return desk.offer(said, {"to": about, "text": f"转{order.rest}"})


def ask_back(desk: ManagerDesk, order: ManagerOrder, about: int, said: str) -> Reply:
    """Ask what a text means that only resembles an order, or begins like one: nothing is done, and `said` not sent to
    the shop, before the manager answers."""
    found = desk.find(about)
    if not found.is_open and order.verb is not Verb.REOPEN:
        return desk.stay(desk_texts.IS_CLOSED_IN_CHAT.format(found.number))
    does, rest = order.verb, order.rest
    if does is Verb.TRANSFER:
        rest = thread.manager_meant(desk.session, order.rest) or ""
        if not rest and said.startswith("给"):
            return answer(desk, about, {"text": said})  # 给补两条 names no colleague
        does = Verb.TRANSFER if rest else Verb.ANSWER
    elif does is Verb.NOTE:
        rest = orders.noted(order.rest)
    elif does in (Verb.SNOOZE, Verb.CALLED):
        rest = ""
    send = {"to": about, "text": said}
    shop, what = found.shop or texts.NOBODYS, texts.said("text", said)
    if does is Verb.ANSWER:
        return desk.offer(order_texts.ask_to_send(found.number, shop, what), send)
    meant = order_texts.do_it(does, rest, found.number)
    words = order_texts.ask_back(found.number, shop, what, meant)
    return desk.offer(words, {"to": about, "verb": does, "rest": rest}, send)


def list_open(desk: ManagerDesk) -> Reply:
    """List what is open, the most urgent first."""
    lines, is_mine = open_lines(desk, LISTED)
    counts = inbox.counts(desk.session, desk.who, now=desk.turn.now, mine_only=is_mine)
    more = max(counts.open - counts.snoozed - len(lines), 0)
    return Reply(desk_texts.listing(_as_texts(desk, lines), more, counts.overdue, desk.address()))


def ask_number(desk: ManagerDesk, order: ManagerOrder) -> Reply:
    """Ask which request an order is about."""
    lines, _ = open_lines(desk, LISTED)
    return desk.over(order_texts.ask_number(_as_texts(desk, lines), order_texts.ORDERS[order.verb].format(order.rest)))


def ask_number_or_text(desk: ManagerDesk, about: int, order: ManagerOrder, chosen: int, content: str) -> Reply:
    """Ask whether the number a text begins with is another request's, or part of the text to the chosen one."""
    other = thread.thread(desk.session, desk.who, about)
    talk = desk.turn.talk
    state = {"chosen": chosen, "seen": talk.state.get("seen", 0) if talk else 0}
    if other is None or not other.is_open:
        return answer(replace(desk, state=state), chosen, {"text": content})
    current = desk.find(chosen)
    choices = [{"to": about, "text": order.rest}, {"to": chosen, "text": content}]
    said = desk_texts.ask_number_or_text(other.number, other.shop, current.number, current.shop)
    return Reply(said, after=After.KEEP, state=state | {"choices": choices})


def open_lines(desk: ManagerDesk, limit: int) -> tuple[tuple[InboxLine, ...], bool]:
    """Return the open requests of a manager; a supervisor without any of their own gets those of the managers below."""
    for shelf in (Shelf.MINE, Shelf.OPEN):
        found = inbox.page(desk.session, desk.who, InboxFilter(shelf), now=desk.turn.now, limit=limit).lines
        if found:
            return found, shelf is Shelf.MINE
    return (), False


def _as_texts(desk: ManagerDesk, lines: tuple[InboxLine, ...]) -> list[str]:
    known, turn = windows.windows(desk.session, [line.id for line in lines]), desk.turn
    return [
        desk_texts.list_line(
            line.number,
            line.shop or texts.NOBODYS,
            known[line.id].group if line.id in known else "",
            texts.said(line.kind, line.words, 16),
            desk_texts.due_words(line.due_at, is_waiting=line.is_waiting, now=turn.now, zone=turn.zone),
        )
        for line in lines
    ]


def _lines(said: Any, found: Thread) -> list[str]:
    return [texts.quoted(each.name or found.shop, texts.said(each.kind, each.content), each.is_note) for each in said]
