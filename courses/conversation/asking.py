"""Chat door of the classroom that one can ask: a question is answered with the passage that does, or handed on."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from courses.actions import asking as actions
from courses.models.asking import ANSWER
from courses.queries import asking as queries
from courses.queries.asking import Asking
from courses.texts import asking as texts
from finding.topics import FoundText, Seeker
from foundation.text import visible, whole_number
from people.rules import plain
from wechat_bot.conversation import PASSES, Adviser, After, Conversation, Reply, Turn, Word
from wechat_bot.models import Talk

ASK = "ask"
#: How long 更多 shows what else was found.
LASTS = timedelta(minutes=30)


def open_question(turn: Turn, reference: str) -> Reply:
    """Answer the question that stands in the link: with what is found, or by handing it to a person."""
    words = visible(reference).strip().replace("?", "？")
    if not any(map(str.isalnum, words)):
        return Reply(texts.WHAT)
    who = queries.asking(turn.session, turn.openid)
    found = queries.answers(turn.session, turn.board.declared, words, who.seeker, now=turn.now, zone=turn.zone)
    if not found:
        return _nothing(turn, who, words)
    # What cannot be read yet stands behind what can.
    best, *others = sorted(found, key=lambda each: bool(each.shut))
    lines = [best.shut or best.passage, texts.place(best.title, best.place), *_ways(turn, best)]
    if others:
        lines.append(texts.more(len(others)))
    state = {"link": best.link, "more": [_shown(turn, each) for each in others]}
    return Reply("\n".join([*lines, texts.TO_PERSON]), after=After.KEEP, state=state, reference="")


def hear(turn: Turn, talk: Talk) -> Reply:
    """Show what else was found. Any other text is none of this talk's."""
    word = plain(turn.text)
    if word == texts.MORE and talk.state.get("more"):
        state = {**talk.state, "more": []}
        return Reply("\n\n".join([*talk.state["more"], texts.TO_PERSON]), state=state)
    if word == texts.READ and not turn.account.has_pages:
        return turn.open(str(talk.state["link"]))
    return Reply(texts.NO_MORE) if word == texts.MORE else PASSES


def beside(turn: Turn, words: str, retailer_id: int | None) -> str:
    """What is known beside a message that a person will answer; empty where nothing is."""
    if retailer_id is not None:
        seeker = Seeker(retailer_id=retailer_id)
    else:
        seeker = queries.asking(turn.session, turn.openid).seeker
    found = queries.answers(turn.session, turn.board.declared, words, seeker, now=turn.now, zone=turn.zone)
    best = next((each for each in found if not each.shut), None)
    if best is None:
        return ""
    return "\n".join([texts.beside(best.title, best.passage), *_links(turn, best)])


def open_answer(turn: Turn, reference: str) -> Reply:
    """Say an answer that staff wrote, by its link `answer:5`."""
    who = queries.asking(turn.session, turn.openid)
    found = queries.staff_answer(turn.session, whole_number(reference) or 0, who.seeker)
    return Reply("\n".join([found.title, found.text, texts.TO_PERSON]))


def answer_page(session: Session, reference: str) -> str:
    """Return the address of an answer's page; empty where there is none."""
    answer_id = whole_number(reference)
    return f"/m/classroom/answers/{answer_id}" if answer_id is not None else ""


def page(session: Session, reference: str) -> str:
    """Return the address of the page where one asks."""
    return "/m/classroom"


def _nothing(turn: Turn, who: Asking, words: str) -> Reply:
    """Note a question that nothing answers; a shop's goes to its customer manager as well."""
    retailer_id = who.shop.id if who.shop else None
    actions.unanswered(turn.session, words, turn.openid, retailer_id, now=turn.now)
    if who.shop is None:
        return Reply(texts.NOTHING_FOR_MANAGER if who.seeker.is_bound else texts.NOTHING_FOR_STRANGER)
    return turn.open(f"message:{words}")


def _shown(turn: Turn, found: FoundText) -> str:
    return "\n".join([found.shut or found.passage, texts.place(found.title, found.place), *_links(turn, found)])


def _ways(turn: Turn, found: FoundText) -> Sequence[str]:
    """The way to the whole text: its page, or, where the account has no pages, a word."""
    if found.shut:
        return []
    return _links(turn, found) or ([] if turn.account.has_pages else [texts.READ_ON])


def _links(turn: Turn, found: FoundText) -> list[str]:
    path = turn.board.page(turn.session, found.link) if turn.account.has_pages and not found.shut else ""
    return [texts.link(f"{turn.account.public_url}{path}")] if path else []


CONVERSATIONS: tuple[Conversation, ...] = (
    Conversation(ASK, open=open_question, hear=hear, lasts=LASTS, is_brief=True, page=page),
    Conversation(ANSWER, open=open_answer, page=answer_page),
)
WORDS: tuple[Word, ...] = (Word("学习", f"{ASK}:", takes_rest=True),)
ADVISER = Adviser(f"{ASK}:", beside)
