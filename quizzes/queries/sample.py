"""Sample of a paper for its author: what one shop would be asked, of the draft or of the version asked now."""

from dataclasses import replace
from random import Random

from sqlalchemy.orm import Session

from questions.keyed.items import KeyedItem
from quizzes.queries import bank, papers, pools
from quizzes.queries.detail import QuizDetail
from quizzes.queries.papers import PaperPlace
from quizzes.rules import drawing, paper_steps
from quizzes.rules.definition import QuizDefinition


def sample(session: Session, found: QuizDetail, definition: QuizDefinition, dice: Random) -> tuple[KeyedItem, ...]:
    """Return the items of a paper with their keys, drawn and shuffled as an attempt's would be; of the draft the
    places that can be asked, none where the bank lacks questions to draw."""
    if definition.is_drawn:
        try:
            drawn = drawing.draw(definition.draw, pools.candidates(session, definition.draw), dice)
        except ValueError:
            return ()
        items = _stored(session, found.id, [PaperPlace(each.version_id, each.digest, each.points) for each in drawn])
    elif definition is found.asked and found.version_id is not None:
        items = _stored(session, found.id, list(papers.fixed(session, found.version_id)))
    else:
        items = _written(session, definition)
    if not definition.shuffle:
        return tuple(items)
    dice.shuffle(items)
    return tuple(_reordered(item, dice) for item in items)


def _stored(session: Session, quiz_id: int, places: list[PaperPlace]) -> list[KeyedItem]:
    keys = papers.keys_in_force(session, quiz_id, [place.version_id for place in places])
    return list(papers.items(session, places, {version_id: each.key for version_id, each in keys.items()}))


def _written(session: Session, draft: QuizDefinition) -> list[KeyedItem]:
    known = bank.items(session, [each.code for each in draft.bank])
    items = []
    for place in paper_steps.places(draft):
        item = place.item or (known[place.code].item if place.code in known else None)
        if item is not None:
            items.append(replace(item, points=place.points or item.points))
    return items


def _reordered(item: KeyedItem, dice: Random) -> KeyedItem:
    options = drawing.ordered(item.question.options, drawing.option_order(item, dice))
    return replace(item, question=replace(item.question, options=options))
