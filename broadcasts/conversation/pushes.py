"""Replies to pushes in the chat: the number of a button, 2 for words to the manager, 9 against promotions."""

from datetime import timedelta

from broadcasts.actions import answering, sending
from broadcasts.models.pushes import PUSH, PushKind
from broadcasts.rules import buttons
from broadcasts.texts import answers as texts
from foundation.text import said_number
from wechat_bot import messages
from wechat_bot.conversation import Conversation, Reply, Turn, Word

#: The numbers that mean the same in every push.
WRITES, REFUSES = buttons.TAKEN
#: The topic of the links behind “不收促销” and “收促销”.
TOPIC = "promotions"
#: How long the card of a promotion, which names the 9, is looked at again.
SHOWN_FOR = timedelta(days=30)


def overhear(turn: Turn) -> Reply | None:
    """Answer a bare number while a push is the last thing that was said; a 9 that comes later is asked about. None for
    all else."""
    number = said_number(turn.message.content) if isinstance(turn.message, messages.Text) else None
    if number is None:
        return None
    prompt = turn.prompt()
    is_to_push = prompt is not None and prompt[0].topic == PUSH
    answer = _answer(turn, number, prompt[1].partition(":")[2]) if prompt is not None and is_to_push else None
    if answer is None and number == REFUSES and (prompt is None or is_to_push):
        since = turn.now - SHOWN_FOR
        return Reply(texts.WANTS_NONE) if answering.had_promotion(turn.session, turn.openid, since=since) else None
    return answer


def _answer(turn: Turn, number: int, reference: str) -> Reply | None:
    """Answer a number that replies to a push; None where it means nothing there."""
    push = answering.by_reference(turn.session, reference)
    if push is None:
        return None
    if number == WRITES:
        return turn.open("message:")
    if number == REFUSES and push.kind == PushKind.PROMO:
        return open_refusal(turn, "")
    found = dict(buttons.numbered(sending.buttons_of(push))).get(number)
    if found is None:
        return None
    answering.acted(turn.session, push, turn.openid, now=turn.now)
    return Reply(texts.opens(found.words, found.link)) if found.is_address else turn.open(found.link)


def open_refusal(turn: Turn, reference: str) -> Reply:
    """Take no promotions any more, or (`promotions:again`) take them again."""
    if reference == "again":
        answering.take_back(turn.session, turn.openid)
        return Reply(texts.TAKEN_BACK)
    answering.refuse(turn.session, turn.openid, now=turn.now)
    return Reply(texts.REFUSED)


REFUSAL = Conversation(TOPIC, open=open_refusal)
WORDS = (Word("不收促销", f"{TOPIC}:"), Word("退订", f"{TOPIC}:"), Word("收促销", f"{TOPIC}:again"))
