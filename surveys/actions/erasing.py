"""Erasing: what surveys forget of a person or a shop."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from people.models import Binding
from surveys.models import Participation, SheetKeys, Submission, Words
from surveys.queries import version_cache
from surveys.rules import sheet_keys
from wechat_bot import media
from wechat_bot.erasure import Forgetting

Answers = Mapping[str, Mapping[str, Any]]
#: Sheets handled in one statement: a shop may have answered many surveys, and an SQL statement takes no more variables.
BATCH = 500


def forget(session: Session, whom: Forgetting) -> None:
    """Erase texts and photos from the sheets somebody handed in while they kept the shop, and delete the sheet they
    were filling. Chosen options stay, as they were counted.

    An anonymous sheet cannot be traced to anybody, and stays as it is.
    """
    is_picture_only = bool(whom.kinds)
    if is_picture_only and "image" not in whom.kinds:
        return
    _forget_sheets(session, whom, is_picture_only=is_picture_only)
    _forget_drafts(session, whom, is_picture_only=is_picture_only)


def without_words(answers: Answers, *, keeps_words: bool) -> dict[str, Any]:
    """Return the answers without texts and photos, with everything that is counted.

    >>> answers = {"q1": {"o": 0, "t": "价格牌"}, "q2": {"m": ["key"]}, "q3": {"v": 9}, "q4": {"t": "送货早一点"}}
    >>> without_words(answers, keeps_words=False)
    {'q1': {'o': 0, 't': ''}, 'q2': {'m': []}, 'q3': {'v': 9}, 'q4': {'t': ''}}
    """
    gone: dict[str, Any] = {"m": []} if keeps_words else {"m": [], "t": ""}
    return {code: {name: gone.get(name, value) for name, value in given.items()} for code, given in answers.items()}


def _forget_sheets(session: Session, whom: Forgetting, *, is_picture_only: bool) -> None:
    # Through the participations, which have an index by shop.
    of_shop = and_(Submission.survey_id == Participation.survey_id, Submission.retailer_id == Participation.retailer_id)
    handed_in = (
        select(Submission)
        .join_from(Participation, Submission, of_shop)
        .where(_kept_by(whom, Submission.submitted_at))
        .order_by(Submission.id)
    )
    sheets = session.scalars(handed_in.with_for_update(of=Submission)).all()
    before = [sheet.answers for sheet in sheets]
    changed: list[Submission] = []
    for sheet in sheets:
        left = without_words(sheet.answers, keeps_words=is_picture_only)
        if left != sheet.answers:
            sheet.answers, sheet.photos = left, 0
            changed.append(sheet)
        if not is_picture_only:
            sheet.void_reason = ""  # staff may have written of somebody
    session.flush()
    if not is_picture_only:
        whom.links.extend(f"sheet:{sheet.id}" for sheet in sheets)
    _note(session, whom, before, is_picture_only=is_picture_only)
    _index_again(session, changed, keeps_words=is_picture_only)
    ids = [] if is_picture_only else [sheet.id for sheet in changed]
    for n in range(0, len(ids), BATCH):
        session.execute(delete(Words).where(Words.submission_id.in_(ids[n : n + BATCH])))


def _index_again(session: Session, sheets: Sequence[Submission], *, keeps_words: bool) -> None:
    """Keep the search keys of what is left."""
    versions = {sheet.survey_id: version_cache.of_survey(session, sheet.survey_id) for sheet in sheets}
    for sheet in sheets:
        definition = next(each.definition for each in versions[sheet.survey_id] if each.id == sheet.version_id)
        keys = sheet_keys.keys(definition, sheet, with_words=keeps_words and sheet.is_valid)
        session.execute(update(SheetKeys).where(SheetKeys.submission_id == sheet.id).values(keys=keys))


def _forget_drafts(session: Session, whom: Forgetting, *, is_picture_only: bool) -> None:
    being_filled = and_(_kept_by(whom, Participation.started_at), Participation.is_submitted.is_(False))
    found = select(Participation.id, Participation.answers).where(being_filled)
    rows = [row for row in session.execute(found.order_by(Participation.id).with_for_update()) if row.answers]
    _note(session, whom, [row.answers for row in rows], is_picture_only=is_picture_only)
    for row in rows:
        # A deleted photo is asked for again; an erased person's sheet is not continued.
        left = {code: given for code, given in row.answers.items() if is_picture_only and "m" not in given}
        begun: dict[str, Any] = {} if is_picture_only else {"started_at": None, "version_id": None}
        values = {"answers": left, "at": None, "misread": 0, **begun}
        session.execute(update(Participation).where(Participation.id == row.id).values(values))


def _note(session: Session, whom: Forgetting, sheets: Sequence[Answers], *, is_picture_only: bool) -> None:
    given = [each for answers in sheets for each in answers.values()]
    media.discard(session, [str(key) for each in given for key in each.get("m", ())], now=whom.now)
    if not is_picture_only:
        whom.words += [str(each["t"]) for each in given if each.get("t")]


def _kept_by(whom: Forgetting, at: Any) -> ColumnElement[bool]:
    """Return the condition that a participation belongs to a shop they kept at that moment; for an erased shop all
    do."""
    kept = select(Binding.id).where(
        Binding.openid == whom.openid,
        Binding.retailer_id == Participation.retailer_id,
        Binding.bound_at <= at,
        or_(Binding.unbound_at.is_(None), at <= Binding.unbound_at),
    )
    shops = select(Binding.retailer_id).where(Binding.openid == whom.openid, Binding.retailer_id.is_not(None))
    by_them = and_(Participation.retailer_id.in_(shops), kept.exists())
    return by_them if whom.shop_id is None else or_(by_them, Participation.retailer_id == whom.shop_id)
