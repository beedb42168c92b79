"""Chat door of 陈列秀: a shop sends a photo, says a few words of it, and agrees that it is shown."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from broadcasts.actions import displays
from broadcasts.texts import displays as texts
from foundation.errors import Refused
from foundation.text import visible
from people import identity
from people import rules as people_rules
from wechat_bot import media, messages
from wechat_bot.conversation import After, Conversation, Reply, Turn, Word
from wechat_bot.models import Talk

TOPIC = "display"
LASTS = timedelta(minutes=30)
_YES, _NO = ("1", "可以", "同意"), ("2", "不可以", "不同意")


def open_display(turn: Turn, reference: str) -> Reply:
    """Begin to send a photo in; for shops."""
    if identity.shop_of(turn.session, turn.openid) is None:
        return Reply(texts.ONLY_SHOPS)
    return Reply(texts.SEND_PHOTO, after=After.KEEP, state={}, reference="")


def hear(turn: Turn, talk: Talk) -> Reply:
    """Take the photo, then the words, then whether it may be shown; a photo at any step takes the first one's place."""
    state: dict[str, Any] = talk.state
    if isinstance(turn.message, messages.Image):
        if old := state.get("photo"):
            media.discard(turn.session, [old], now=turn.now)
        said = texts.PHOTO_AGAIN if old else texts.PHOTO_TAKEN
        return Reply(said, state={"photo": media.keep(turn.session, turn.message, now=turn.now)})
    text = visible(turn.text)
    if "photo" not in state:
        return Reply(texts.SEND_PHOTO, yields=True)  # a need written meanwhile is no photo
    if "words" not in state:
        return _words(turn, state, text)
    word = people_rules.plain(text)
    if word in _NO:
        media.discard(turn.session, [state["photo"]], now=turn.now)
        return Reply(texts.NOT_KEPT, after=After.END)
    shop = identity.shop_of(turn.session, turn.openid)
    if shop is None:
        return Reply(texts.ONLY_SHOPS, after=After.END)
    if word not in _YES:
        return Reply(texts.consent(shop.shop), yields=True)
    try:
        displays.send(
            turn.session,
            shop.id,
            turn.openid,
            state["photo"],
            state["words"],
            mark=f"chat:{state['photo']}",
            now=turn.now,
            zone=turn.zone,
        )
    except Refused as refusal:
        media.discard(turn.session, [state["photo"]], now=turn.now)
        return Reply(refusal.sentence, after=After.END)
    return Reply(texts.THANKS, after=After.END)


def remains(turn: Turn, talk: Talk) -> str:
    """Return what to say of a photo that was sent and not finished; empty where there is none."""
    return texts.LEFT_OVER if "photo" in talk.state else ""


def page(session: Session, reference: str) -> str:
    """Return the address of the page inside WeChat where a photo is sent in."""
    return "/m/library/display"


def _words(turn: Turn, state: dict[str, Any], text: str) -> Reply:
    if not text:
        return Reply(texts.ASK_WORDS)
    if len(text) > displays.LONGEST_WORDS:
        return Reply(texts.too_long(displays.LONGEST_WORDS))
    shop = identity.shop_of(turn.session, turn.openid)
    if shop is None:
        return Reply(texts.ONLY_SHOPS, after=After.END)
    words = "" if people_rules.plain(text) in texts.SKIP_WORDS else text
    return Reply(texts.consent(shop.shop), state=state | {"words": words})


CONVERSATIONS = (Conversation(TOPIC, open=open_display, hear=hear, remains=remains, lasts=LASTS, verb="发", page=page),)
WORDS = (Word(texts.WORD, f"{TOPIC}:"),)
