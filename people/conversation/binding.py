"""Binding conversation: by licence and four digits, by printed code, or by a manager's invitation; and unbinding."""

from datetime import date

from foundation.clock import day_in
from people import actions, identity, rules, texts
from people.actions import BoundManager, BoundShop, Wrong
from wechat_bot.conversation import After, Reply, Turn
from wechat_bot.messages import Follow, Scan, Text
from wechat_bot.models import Talk

YES = {"1", "是", "确认", "解绑", "对", "好", "好的"}


def open_bind(turn: Turn, reference: str) -> Reply:
    """Bind by the text after the word 绑定, or by the scene of a QR code (`TOKEN`, `m-CODE`)."""
    if not reference:
        return _how_to(turn)
    # Typed text is never compared with tokens: typed tries are counted.
    if isinstance(turn.message, (Follow, Scan)):
        return _by_qr(turn, reference)
    code = rules.invite_code(reference.removeprefix(rules.MANAGER_SCENE))
    if code is not None:
        return _by_code(turn, code)
    return by_pair(turn, rules.read_pair(reference))


def hear_bind(turn: Turn, talk: Talk) -> Reply:
    """Take the four digits that were missing. Anything else ends the talk, so that nobody is trapped in it."""
    said = turn.message.content if isinstance(turn.message, Text) else ""
    pair = rules.read_pair(said)
    if pair.ending:
        pair = pair if pair.licence else rules.Pair(str(talk.state.get("licence", "")), pair.ending)
        reply = by_pair(turn, pair)
        return Reply(reply.text, after=After.END)
    return Reply(texts.NOT_BOUND, after=After.END)


def by_pair(turn: Turn, pair: rules.Pair) -> Reply:
    """Bind by a licence and four digits, asking for what is missing."""
    if not pair.licence:
        return _how_to(turn)
    if not pair.ending:
        wanted = texts.ask_for_ending(pair.licence)
        return Reply(wanted, after=After.KEEP, state={"licence": pair.licence}, reference="")
    bound = actions.bind_by_licence(
        turn.session, turn.openid, pair.licence, pair.ending, now=turn.now, today=_today(turn)
    )
    if isinstance(bound, Wrong):
        return Reply(texts.wrong_pair(bound.left))
    person = bound.shop.in_charge(_today(turn))
    return _bound(turn, bound, texts.bound_by_licence(bound.shop.shop, bound.shop.keeper, person))


def open_unbind(turn: Turn, reference: str) -> Reply:
    """Ask before unbinding."""
    shop = identity.shop_of(turn.session, turn.openid)
    if shop is not None:
        return Reply(texts.confirm_unbinding(shop.shop), after=After.KEEP, reference="")
    manager = identity.manager_of(turn.session, turn.openid)
    if manager is not None:
        return Reply(texts.confirm_unbinding_manager(manager.name), after=After.KEEP, reference="")
    return Reply(texts.NOT_BOUND)


def hear_unbind(turn: Turn, talk: Talk) -> Reply:
    """Unbind if the follower confirms; anything else changes nothing."""
    said = turn.message.content if isinstance(turn.message, Text) else ""
    if rules.plain(said) not in YES:
        return Reply(texts.STILL_BOUND, after=After.END)
    shop = identity.shop_of(turn.session, turn.openid)
    actions.unbind(turn.session, turn.openid, now=turn.now)
    return Reply(texts.unbound(shop.shop) if shop else texts.UNBOUND_MANAGER, after=After.END)


def _by_qr(turn: Turn, reference: str) -> Reply:
    if reference.startswith(rules.MANAGER_SCENE):
        return _by_code(turn, rules.invite_code(reference.removeprefix(rules.MANAGER_SCENE)) or "")
    bound = actions.bind_by_token(turn.session, turn.openid, reference, now=turn.now)
    if bound is None:
        return Reply(texts.QR_GONE)
    person = bound.shop.in_charge(_today(turn))
    return _bound(turn, bound, texts.bound_by_qr(bound.shop.salutation, bound.shop.shop, person))


def _by_code(turn: Turn, code: str) -> Reply:
    bound = actions.bind_manager(turn.session, turn.openid, code, now=turn.now, today=_today(turn))
    match bound:
        case Wrong(left=left):
            return Reply(texts.wrong_code(left))
        case BoundManager(is_new=True):
            return Reply("\n".join([texts.bound_manager(bound.manager.name, bound.shops), *turn.awaits()]))
        case _:
            return Reply(texts.already_manager(bound.manager.name))


def _bound(turn: Turn, bound: BoundShop, sentence: str) -> Reply:
    if not bound.is_new:
        shop = bound.shop
        sentence = texts.already_bound(shop.salutation, shop.shop, shop.in_charge(_today(turn)))
    came_of_it = turn.bound() if bound.is_new else []
    return Reply(texts.with_menu(sentence, [*came_of_it, *turn.awaits()], turn.entries))


def _how_to(turn: Turn) -> Reply:
    shop = identity.shop_of(turn.session, turn.openid)
    if shop is not None:
        return Reply(texts.already_bound(shop.salutation, shop.shop, shop.in_charge(_today(turn))))
    manager = identity.manager_of(turn.session, turn.openid)
    return Reply(texts.already_manager(manager.name) if manager else texts.NOT_BOUND)


def _today(turn: Turn) -> date:
    return day_in(turn.now, turn.zone)
