"""Message router: an event's link, a word, the running talk, a number of the short menu, or the front desk."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.database import SYNCHRONISED
from foundation.errors import Refused
from wechat_bot import messages, texts
from wechat_bot.conversation import (
    PASSES,
    Adviser,
    After,
    Card,
    Conversation,
    Entry,
    FrontDesk,
    Listener,
    Overhear,
    Prompt,
    Reply,
    Tab,
    Turn,
    Word,
)
from wechat_bot.last_said import Said, SaidToMany, last_said
from wechat_bot.models import Talk

HELP_WORDS = {"?", "帮助", "菜单", "help"}
PERSON_WORDS = {"人工", "人工服务", "转人工", "客服", "联系我"}
LEAVE_WORDS = {"退出", "0退出", "暂停", "取消"}
RESUME_WORDS = {"继续", "接着填"}
#: Words that no feature may claim.
OWN_WORDS = HELP_WORDS | PERSON_WORDS | LEAVE_WORDS | RESUME_WORDS
#: Link that somebody types, such as `course:2`: of a poster whose code they cannot scan.
_TYPED = re.compile("([a-z-]+):([0-9]{1,9})")


@dataclass(frozen=True)
class Switchboard:
    """Switchboard: the conversations, words and listeners of all features, ready to look up (`collecting.switchboard`).

    No field has a default, so that a forgotten one stops the start.
    """

    conversations: Mapping[str, Conversation]
    entries: tuple[Entry, ...]
    words: Mapping[str, str]
    prefixes: tuple[Word, ...]
    front_desk: FrontDesk
    listeners: Mapping[type[messages.Incoming], Listener]
    overhears: tuple[Overhear, ...]
    say_what_waits: tuple[Callable[[Turn], str], ...]
    told_of_binding: tuple[Callable[[Turn], str], ...]
    know_help: tuple[Callable[[Turn], str], ...]
    #: The features' cards on a follower's own page.
    cards: tuple[Callable[[Session, str, datetime], Sequence[Card]], ...]
    #: The features' tabs at the foot of a follower's pages.
    tabs: tuple[Callable[[Session, str, datetime], Sequence[Tab]], ...]
    prompts: Mapping[str, Prompt]
    said_to_many: tuple[SaidToMany, ...]
    adviser: Adviser | None
    #: What the features declare for the floors in between (`Feature.more`).
    declared: tuple[object, ...]

    def awaits(self, turn: Turn) -> list[str]:
        """Sentences of the features about what waits for this follower."""
        return [sentence for each in self.say_what_waits if (sentence := each(turn))]

    def bound(self, turn: Turn) -> list[str]:
        """Tell the features that this follower was bound to a shop; sentences about what came of it."""
        return [sentence for each in self.told_of_binding if (sentence := each(turn))]

    def helps(self, turn: Turn) -> str:
        """The help text of the first feature that has one, in place of the short menu."""
        return next((said for each in self.know_help if (said := each(turn))), "")

    def last_said(self, turn: Turn) -> Said | None:
        """The last thing this follower was sent."""
        return last_said(turn.session, turn.openid, self.said_to_many)

    def prompt(self, link: str) -> Prompt | None:
        """What is known of the messages this link belongs to, if they can be replied to in words."""
        return self.prompts.get(link.partition(":")[0])

    def cards_of(self, session: Session, openid: str, now: datetime) -> list[Card]:
        """The cards of all features for this follower's own page."""
        return [card for cards in self.cards for card in cards(session, openid, now)]

    def tabs_of(self, session: Session, openid: str, now: datetime) -> list[Tab]:
        """The tabs of all features for this follower, in order."""
        found = [tab for tabs in self.tabs for tab in tabs(session, openid, now)]
        return sorted(found, key=lambda tab: tab.order)

    def waiting(self, session: Session, openid: str, now: datetime) -> list[Card]:
        """The cards of what waits for this follower."""
        return [card for card in self.cards_of(session, openid, now) if card.waits]

    def answer(self, turn: Turn) -> Reply:
        """The reply to a message or event, with the talk opened, kept, paused or ended as the reply says."""
        message = turn.message
        match message:
            case messages.Follow(scene=scene) if self.knows(scene):
                return self.open(turn, scene)
            case messages.Follow():
                return self.front_desk.welcome(turn)
            case messages.Scan(scene=scene):
                return self.open(turn, scene) if self.knows(scene) else self.front_desk.help(turn)
            case messages.Click(menu_key=key) | messages.ScanCode(menu_key=key):
                return self.open(turn, key) if self.knows(key) else self._say(turn, key)
            case messages.Text(menu_id=str() as link) if self.knows(link):
                return self.open(turn, link)
            case messages.Text(content=content):
                return self._say(turn, content)
            case messages.Image() | messages.Voice() | messages.Video() | messages.Location() | messages.Link():
                return self._taken(turn) or self.front_desk.unknown(turn)
            case _:
                return Reply()

    def knows(self, link: str) -> bool:
        """Whether a link's topic belongs to a feature."""
        topic, colon, _ = link.partition(":")
        return bool(colon) and topic in self.conversations

    def open(self, turn: Turn, link: str) -> Reply:
        """Open a link and pause the running talk, so that two talks never take each other's reply.

        Where the reply starts a talk, it is begun here, and must not be begun again by the caller.
        """
        topic, _, reference = link.partition(":")
        conversation = self.conversations.get(topic)
        if conversation is None:
            raise Refused(texts.LINK_GONE)
        turn = self._without_brief(turn)
        reply = conversation.open(turn, reference)
        if reply.after is After.KEEP:
            self._begin(turn, topic, reply.reference if reply.reference is not None else reference, reply)
            return replace(reply, after=After.NOTHING)
        return reply

    def page(self, session: Session, link: str) -> str:
        """The address of a link's page inside WeChat; empty where it has none."""
        topic, _, reference = link.partition(":")
        conversation = self.conversations.get(topic)
        return conversation.page(session, reference) if conversation else ""

    def shut(self, session: Session, link: str, at: datetime) -> str:
        """Why a link leads nowhere at a moment, for staff; empty where it can be opened."""
        topic, _, reference = link.partition(":")
        conversation = self.conversations.get(topic)
        return conversation.shut(session, reference, at) if conversation else texts.undeclared(topic)

    def _say(self, turn: Turn, content: str) -> Reply:
        word = plain(content)
        if word in HELP_WORDS:
            return self.front_desk.help(self._without_brief(turn))
        if word in PERSON_WORDS:
            return self.front_desk.person(self._without_brief(turn))
        if word in self.words:
            return self.open(turn, self.words[word])
        for prefix in self.prefixes:
            if word.startswith(prefix.word):
                return self.open(turn, prefix.link + _spaced(content)[len(prefix.word) :].strip())
        if (typed := _TYPED.fullmatch(word)) and self.knows(word) and self.conversations[typed[1]].is_typed:
            return self.open(turn, word)
        if word in LEAVE_WORDS:
            return self._leave(turn, turn.talk) if turn.talk else Reply(texts.NOTHING_RUNNING)
        if word in RESUME_WORDS:
            return self._resume(turn)
        reply = self._taken(turn)
        if reply is not None:
            return reply
        # Only decimal digits: ❶ is a digit as well, and no number to `int`.
        if word.isdecimal() and 1 <= int(word[:4]) <= len(self.entries):
            return self.open(turn, self.entries[int(word[:4]) - 1].link)
        return self.front_desk.unknown(turn)

    def _taken(self, turn: Turn) -> Reply | None:
        """The answer of the running talk, or of who overhears; None where neither takes it."""
        turn = self._without_lapsed(turn)
        reply = self._hear(turn)
        if reply == PASSES and turn.talk is not None:
            turn.talk.paused_at = turn.now
            turn, reply = replace(turn, talk=None), None
        return reply or self._overhear(turn)

    def _overhear(self, turn: Turn) -> Reply | None:
        replies = (overhear(turn) for overhear in self.overhears)
        return next((reply for reply in replies if reply is not None), None)

    def _without_lapsed(self, turn: Turn) -> Turn:
        """The turn without its talk, if that is over: not heard for too long, or its feature is gone."""
        talk = turn.talk
        if talk is None:
            return turn
        conversation = self.conversations.get(talk.topic)
        if conversation is not None and turn.now - talk.heard_at <= conversation.lasts:
            return turn
        talk.paused_at = turn.now
        return replace(turn, talk=None)

    def _without_brief(self, turn: Turn) -> Turn:
        """The turn without its talk, if that is over as soon as anything else is said."""
        talk = turn.talk
        if talk is None or talk.topic not in self._brief:
            return turn
        talk.paused_at = turn.now
        return replace(turn, talk=None)

    def _hear(self, turn: Turn) -> Reply | None:
        """The running talk's answer; None if there is none."""
        talk = turn.talk
        if talk is None:
            return None
        reply = self.conversations[talk.topic].hear(turn, talk)
        if reply == PASSES:
            return reply
        if reply.yields:
            # Paused before others hear it: what they answer may go on with this very talk.
            talk.paused_at = turn.now
            if (taken := self._overhear(turn)) is not None:
                return taken
            talk.paused_at = None
        if reply.state is not None:
            talk.state = reply.state
        if reply.after is After.END:
            turn.session.delete(talk)
            turn = replace(turn, talk=None)
            left = self._left_over(turn)
            # One that runs was begun by this reply, which speaks of it.
            offer = self._offer(turn, left) if left and left.paused_at else ""
            return replace(reply, text=f"{reply.text}\n{offer}") if offer else reply
        if reply.after is After.PAUSE:
            talk.paused_at = turn.now
            return reply
        # Saved only once a minute, to save each callback a statement.
        if (turn.now - talk.heard_at).total_seconds() > 60:
            talk.heard_at = turn.now
        return reply

    def _begin(self, turn: Turn, topic: str, reference: str, reply: Reply) -> None:
        # One statement finds whether this talk exists; another pauses whatever else was running.
        found = turn.talk
        if found is None or (found.topic, found.reference) != (topic, reference):
            if found is not None:
                found.paused_at = turn.now
            found = turn.session.scalar(
                select(Talk).where(Talk.openid == turn.openid, Talk.topic == topic, Talk.reference == reference)
            )
        if found is None:
            found = Talk(openid=turn.openid, topic=topic, reference=reference, state={}, begun_at=turn.now)
            turn.session.add(found)
        found.begun_at = found.heard_at = turn.now
        found.paused_at = None
        found.state = reply.state or {}

    def _leave(self, turn: Turn, talk: Talk) -> Reply:
        talk.paused_at = turn.now
        return Reply(texts.PAUSED + self._offer(turn, talk))

    def _resume(self, turn: Turn) -> Reply:
        turn = self._without_brief(turn)
        talk = turn.talk or self._left_over(turn)
        if talk is None or talk.topic not in self.conversations:
            return Reply(texts.NOTHING_RUNNING + "\n" + self.front_desk.help(turn).text)
        return self.open(turn, f"{talk.topic}:{talk.reference}")

    def _left_over(self, turn: Turn) -> Talk | None:
        """The most recently begun paused talk that can be gone on with."""
        newest = select(Talk).where(Talk.openid == turn.openid).order_by(Talk.begun_at.desc(), Talk.id.desc())
        return turn.session.scalar(newest.where(Talk.topic.not_in(self._brief)).limit(1))

    @property
    def _brief(self) -> frozenset[str]:
        """The topics whose talks are over as soon as anything else is said."""
        return frozenset(topic for topic, each in self.conversations.items() if each.is_brief)

    def _offer(self, turn: Turn, talk: Talk) -> str:
        """The sentence that offers to go on with a talk; empty where nothing is left of it."""
        conversation = self.conversations.get(talk.topic)
        remains = conversation.remains(turn, talk) if conversation else ""
        return texts.resume(remains, conversation.verb) if conversation and remains else ""


def stop_talks(session: Session, openid: str, *, now: datetime) -> None:
    """Pause this follower's running talk, because they left or their shop was unbound."""
    running = update(Talk).where(Talk.openid == openid, Talk.paused_at.is_(None))
    session.execute(running.values(paused_at=now), execution_options=SYNCHRONISED)


def _spaced(content: str) -> str:
    return unicodedata.normalize("NFKC", content).strip(" \t\n\"'“”‘’")


def plain(content: str) -> str:
    """Normalise a word: half width, lower case, without quotation marks, punctuation and blanks."""
    return re.sub(r"[\s\"'“”‘’。.!!]+", "", _spaced(content)).lower()
