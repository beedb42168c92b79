"""The chat's door to wishes: two questions, one a message."""

from people import identity
from questions import stepping
from questions.stepping import Position, StepOutcome
from tests.toy import actions, texts
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.messages import Text
from wechat_bot.models import Talk


def open_wish(turn: Turn, reference: str) -> Reply:
    """Ask a shop what it would like to have."""
    if identity.shop_of(turn.session, turn.openid) is None:
        return Reply(texts.UNBOUND)
    return Reply(stepping.ask(Position(texts.QUESTIONS)), after=After.KEEP, state={"answers": {}})


def hear(turn: Turn, talk: Talk) -> Reply:
    """An answer to the question that waits; behind the last one the wish is kept."""
    shop = identity.shop_of(turn.session, turn.openid)
    if shop is None:
        return Reply(texts.UNBOUND, after=After.END)
    said = turn.message.content if isinstance(turn.message, Text) else ""
    step = stepping.step(Position(texts.QUESTIONS, talk.state["answers"], at=talk.state.get("at")), said)
    if step.outcome is StepOutcome.LEAVES:
        return Reply(texts.LEFT, after=After.PAUSE)
    answers = dict(step.position.answers)
    if step.outcome is StepOutcome.STAYS or step.position.asked is not None:
        said = step.text or stepping.ask(step.position)
        return Reply(said, after=After.KEEP, state={"answers": answers, "at": step.position.at})
    actions.keep(turn.session, [(shop.id, answers["what"]["t"], int(answers["boxes"]["v"]))], now=turn.now)
    return Reply(texts.KEPT, after=After.END)
