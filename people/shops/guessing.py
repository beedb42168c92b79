"""Shop guessing: which shop an unknown writer may belong to, by their text. Only a hint for staff, not a proof."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from people import identity, rules, visibility
from people.identity import Shop
from people.models import Retailer
from people.rules import Clues
from people.shops.filtering import ShopFilter
from people.shops.searching import find

MOST = 5
#: A keeper's name that more shops than this share is ignored.
RARE = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """Guessed shop, with the part of it that was found in the text."""

    shop: Shop
    why: str


def likely(session: Session, visitor: Visitor, text: str, *, today: date) -> list[Guess]:
    """The visible shops whose licence, phone, name or keeper appears in a text, the most certain first."""
    clues = rules.clues(text)
    found: dict[int, Guess] = {}
    for why, condition in _conditions(clues):
        for shop in _shops(session, visitor, condition, today, MOST):
            found.setdefault(shop.id, Guess(shop, why.format(shop.shop)))
    for keeper in clues.keepers:
        shops = _shops(session, visitor, Retailer.keeper == keeper, today, RARE + 1, is_sorted=False)
        for shop in shops if len(shops) <= RARE else ():
            found.setdefault(shop.id, Guess(shop, "写了店主的名字"))
    return list(found.values())[:MOST]


def sought(session: Session, visitor: Visitor, search: str, *, today: date) -> list[Guess]:
    """The first visible shops that a search finds."""
    keys, _ = find(session, visitor, ShopFilter(search), today, [], Retailer.licence, MOST)
    return [Guess(shop, "") for shop in _shops(session, visitor, Retailer.id.in_(keys), today, MOST)] if keys else []


def _conditions(clues: Clues) -> list[tuple[str, ColumnElement[bool]]]:
    some = (
        ("写了许可证号", Retailer.licence, clues.licences),
        ("写了店主的手机号", Retailer.phone, clues.phones),
        ("写了店名“{}”", Retailer.shop, clues.names),
    )
    return [(why, column.in_(values)) for why, column, values in some if values]


def _shops(
    session: Session,
    visitor: Visitor,
    condition: ColumnElement[bool],
    today: date,
    most: int,
    *,
    is_sorted: bool = True,
) -> list[Shop]:
    mine = visibility.within(session, visitor, today=today)
    statement = identity.select_shops().where(condition, *([] if mine is None else [mine])).limit(most)
    if is_sorted:
        # Longest name first: a text with 城南便利店 does not mean a shop called 便利店.
        statement = statement.order_by(func.length(Retailer.shop).desc(), Retailer.licence)
    return [identity.read_shop(row) for row in session.execute(statement)]
