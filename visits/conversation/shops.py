"""Chat of a shop: what it writes becomes a request, and its rating of the answer is noted."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from foundation.text import said_number, visible
from people import courtesy, identity
from people import rules as people_rules
from people.actions import Wrong
from people.courtesy import Tone
from visits.actions import binding, categories, complaints, groups, intake, rating, shop_message
from visits.actions.intake import Effect, Received
from visits.actions.shop_message import ShopMessage
from visits.conversation import desk
from visits.queries import own_request
from visits.queries.own_request import RequestStanding
from visits.rules import needs
from visits.texts import intake as texts
from wechat_bot import messages
from wechat_bot.conversation import After, Prompt, Reply, Turn
from wechat_bot.models import Talk

TOPIC = "message"
#: In a talk's state: the message to many that the words reply to.
_TO = "to"
#: A rating as a number, or as the word of that choice.
_SCORES = {str(score): score for score in texts.SCORES} | {word: score for score, word in texts.SCORES.items()}


def open_message(turn: Turn, reference: str) -> Reply:
    """Leave a message (留言): the words behind 留言, or, where there are none, the next message.

    A customer manager is shown the requests left for them instead.
    """
    if identity.manager_of(turn.session, turn.openid) is not None:
        return turn.open("desk:")
    content, prompt = needs.rest(reference), turn.prompt()
    if content:
        return _take(turn, ShopMessage("text", content, is_left=True), prompt=prompt)
    state = {} if prompt is None else {_TO: prompt[1]}
    return Reply(texts.WRITE, after=After.KEEP, reference="", state=state)


def hear_message(turn: Turn, talk: Talk) -> Reply:
    """Take whatever comes as the message."""
    said = shop_message.said(turn.session, turn.message, now=turn.now)
    if said is None:
        return Reply(texts.WRITE)
    link = str(talk.state.get(_TO, ""))
    found = turn.board.prompt(link)
    return _take(turn, replace(said, is_left=True), after=After.END, prompt=(found, link) if found else None)


def page(session: Session, reference: str) -> str:
    """Return the address of the page inside WeChat where a message is written."""
    return "/m/visits/mine"


def overhear(turn: Turn) -> Reply | None:
    """Handle a message that no word, talk or number took: a manager's goes to the desk, unless it is thanks or a
    greeting, and all else counts as a shop's."""
    if not (isinstance(turn.message, messages.Text) and needs.is_smalltalk(turn.message.content)):
        person = identity.manager_of(turn.session, turn.openid)
        if person is not None:
            return None if person.is_disabled else turn.open(f"{desk.TOPIC}:{desk.OVERHEARD}")
    return _from_shop(turn)


def _from_shop(turn: Turn) -> Reply | None:
    """Handle a text that no word, talk or number took, if it reads like a need, adds to an open request or rates an
    answer."""
    if isinstance(turn.message, messages.Text):
        content = turn.message.content
        score = _SCORES.get(people_rules.plain(content))
        meant = score or _SCORES.get(courtesy.without(content))
        asked = _rating_asked(turn) if meant else None
        if meant and asked:
            return _rate(turn, *asked, meant)
        if people_rules.is_only_pair(content):
            return None  # a licence and four digits: the front desk binds
        if said_number(content) is not None and turn.prompt() is not None:
            return None  # the number of one of its buttons: whoever sent it knows which
        standing = own_request.standing(turn.session, turn.openid, turn.last_heard_at)
        # What is written while a request is open belongs to it.
        why = _say_why(turn, content, is_score=score is not None) if standing is RequestStanding.NONE else None
        if why is not None:
            return why
        if standing is RequestStanding.NONE and (said_with_thanks := _after_closing(turn, content)) is not None:
            return said_with_thanks
        if standing is RequestStanding.NONE and _acknowledges(turn, content):
            return Reply(texts.WELCOME)
        adviser = turn.board.adviser
        if adviser is not None and standing is RequestStanding.NONE and _may_be_looked_up(turn, content):
            return turn.open(f"{adviser.link}{visible(content)}")
        if not _is_for_us(turn, content, standing):
            return None
        # Everything else a manager writes went to the desk.
        if needs.is_smalltalk(content) and identity.manager_of(turn.session, turn.openid) is not None:
            return None
    said = shop_message.said(turn.session, turn.message, now=turn.now)
    return _take(turn, said, prompt=turn.prompt(), is_looked_up=True) if said else None


def open_rating(turn: Turn, reference: str) -> Reply:
    """Note a tap on a rating; a late one is thanked for."""
    found = re.fullmatch(r"(\d{1,9})\.(\d{1,6})\.([1-3])", reference)
    if found is None:
        return Reply(texts.THANKS_FOR_RATING)
    return _rate(turn, *map(int, found.groups()))


def bound(turn: Turn) -> str:
    """Return what happens with a message somebody left before they were bound."""
    received = binding.bound(turn.session, turn.openid, now=turn.now, zone=turn.zone)
    if received is None:
        return ""
    return texts.attached(intake.who_answers(received).manager, goes_up=received.goes_up)


def _answers_group(turn: Turn) -> bool:
    """Whether a message to many is the last thing this shop was sent: a group's, or another feature's that can be
    replied to in words."""
    said = turn.last_said()
    if said is None or not said.stands(turn.last_heard_at):
        return False
    return turn.board.prompt(said.about) is not None or groups.is_last_said(
        turn.session, turn.openid, said, now=turn.now
    )


def _rating_asked(turn: Turn) -> tuple[int, int] | None:
    """Return the request and closing that a bare number rates."""
    return rating.asked_last(turn.session, turn.openid, turn.last_said(), turn.last_heard_at, now=turn.now)


def _is_for_us(turn: Turn, content: str, standing: RequestStanding) -> bool:
    """Whether a text is meant for the manager, and not for the short menu or the front desk."""
    # A shop that was answered replies to its manager's last message: 3 means three, and 好的 belongs to the request.
    return standing is RequestStanding.ANSWERED or _adds_to_it(turn, standing, content) or _answers_group(turn)


def _may_be_looked_up(turn: Turn, content: str) -> bool:
    """Whether a text only asks, so that what is written somewhere may answer it."""
    asks = needs.is_only_a_question(content, lambda: categories.keywords(turn.session))
    return asks and not _answers_group(turn)


def _acknowledges(turn: Turn, content: str) -> bool:
    """Whether a text is only 收到 or the like, in reply to a message to many that asks nothing."""
    if not needs.is_polite(content) or not _answers_group(turn):
        return False
    if turn.prompt() is not None:
        return True
    member = groups.awaiting(turn.session, turn.openid, now=turn.now)
    if member is None or groups.asks(member):
        return False
    groups.acknowledged(turn.session, member, now=turn.now)
    return True


def _after_closing(turn: Turn, content: str) -> Reply | None:
    """Handle courtesy after a closing, which reopens nothing; None where the text is something else, or a need."""
    tone = needs.tone(content, lambda: categories.keywords(turn.session))
    if tone in (Tone.THANKS, Tone.NOD):
        # The rating question stays the last one: 谢谢, then 1.
        rating.keep_asking(turn.session, turn.openid, turn.last_said(), turn.last_heard_at, now=turn.now)
    # The front desk answers thanks.
    if tone in (Tone.THANKS, Tone.OTHER) or _answers_group(turn):
        return None
    if not own_request.was_closed_lately(turn.session, turn.openid, now=turn.now):
        is_no_need = tone is Tone.DOUBTFUL and courtesy.asks_nothing(content)
        return Reply(texts.WELCOME) if is_no_need and identity.manager_of(turn.session, turn.openid) is None else None
    return Reply(texts.WELCOME) if tone is Tone.NOD else _take(turn, ShopMessage("text", content.strip()))


def _adds_to_it(turn: Turn, standing: RequestStanding, content: str) -> bool:
    """Whether a text has content of its own: a need, or more about the open request."""
    if needs.is_smalltalk(content):
        return False
    if standing is RequestStanding.OPEN:
        # A number of the short menu belongs to the menu.
        number = people_rules.plain(content)
        return not number.isdigit() or len(number) > 2
    return needs.reads_like_a_need(content, lambda: categories.keywords(turn.session))


def _rate(turn: Turn, request_id: int, closing: int, score: int) -> Reply:
    """Note a rating. After a bad one the shop is asked why, unless its next text belongs elsewhere: to a running talk
    or an open request."""
    asks_why = (
        score in texts.WHY
        and turn.talk is None
        and own_request.standing(turn.session, turn.openid, None) is RequestStanding.NONE
    )
    counts = rating.rate(turn.session, turn.openid, request_id, closing, score, asks_why=asks_why, now=turn.now)
    return Reply(texts.rated(score, asks_why=asks_why) if counts else texts.RATED_ALREADY)


def _say_why(turn: Turn, content: str, *, is_score: bool) -> Reply | None:
    """Take the text after the question why as the comment; a text that is no reason is handled as usual."""
    if turn.talk is not None or needs.is_no_reason(content):
        return None
    asked = rating.awaiting_comment(turn.session, turn.openid, turn.last_heard_at, now=turn.now)
    if asked is None or _answers_group(turn):
        return None
    if is_score:
        return Reply(texts.RATED_ALREADY)
    if complaints.is_one(turn.session, content, categories.keywords(turn.session)):
        return None  # the manager who is rated reads the comment
    return Reply(texts.TOLD_WHY) if rating.comment(turn.session, *asked, content) else None


def _take(
    turn: Turn,
    said: ShopMessage,
    after: After = After.NOTHING,
    *,
    prompt: tuple[Prompt, str] | None = None,
    is_looked_up: bool = False,
) -> Reply:
    """Put a message into a request. With `is_looked_up` the reply says, too, what is known about a new one."""
    if prompt is not None:
        said = replace(said, replies_to=_replied(turn, *prompt))
    received = intake.receive(turn.session, turn.openid, said, now=turn.now, zone=turn.zone, windows=turn.windows)
    words, adviser = _words(turn, received, said), turn.board.adviser
    begins = received.became in (Effect.OPENED, Effect.REOPENED, Effect.CONTINUED)
    if is_looked_up and begins and adviser is not None and said.kind == "text" and prompt is None:
        shop = received.request.shop
        shop_id = shop.id if shop is not None and shop.openid == turn.openid else None
        beside = adviser.beside(turn, said.content, shop_id)
        words = "\n".join(filter(None, (words, beside)))
    return Reply(words, after=after)


def _replied(turn: Turn, prompt: Prompt, link: str) -> str:
    """Tell who sent a message to many that it was replied to; gives what it is called."""
    reference = link.partition(":")[2]
    prompt.replied(turn.session, turn.openid, reference, turn.now)
    return prompt.title(turn.session, reference)


def _words(turn: Turn, received: Received, said: ShopMessage) -> str:
    if received.became is Effect.THANKS:
        return texts.GREETED if people_rules.is_greeting(said.content) else texts.WELCOME
    if received.became is Effect.REMARKED:
        return texts.REMARKED if intake.who_answers(received).manager else texts.NOTED
    licence = None if received.is_known or said.kind != "text" else needs.licence(said.content)
    if licence:
        claimed = binding.claim_shop(turn.session, turn.openid, licence, now=turn.now, zone=turn.zone)
        if isinstance(claimed, Wrong):
            return texts.no_such_licence(claimed.left)
        if claimed:
            return texts.found_shop(*claimed, goes_up=received.goes_up)
    if not received.is_known and intake.who_answers(received).manager is None:
        is_first = received.became is not Effect.ADDED
        if received.goes_up and received.decided is not None:
            return texts.ASK_WHO_COMPLAINS
        return texts.ASK_FOR_NAME if is_first else texts.WILL_LOOK if said.kind == "text" else ""
    if received.became is Effect.ADDED and not (received.goes_up and received.decided):
        # One line for each of five pictures would bury the acknowledgement.
        return "" if received.is_in_one_breath and said.kind != "text" else texts.ADDED
    answers = intake.who_answers(received)
    if received.goes_up:
        return texts.complained(answers.manager, received.answer_due, now=turn.now, zone=turn.zone)
    return texts.passed_on(
        answers.manager, received.answer_due, is_deputy=answers.is_deputy, now=turn.now, zone=turn.zone
    )
