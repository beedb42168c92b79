"""Actions on display photos: put into the draft of an article, passed over, and taken out of all articles again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from blocks import blocks
from broadcasts.actions import articles, pictures, reading
from broadcasts.actions.pictures import PreparedPicture
from broadcasts.models.displays import Display, DisplayState
from broadcasts.models.library import ArticlePicture, ArticleVersion, LibraryArticle, ShelfPicture
from broadcasts.rules import displays
from broadcasts.texts import displays as texts
from foundation.errors import Refused
from people.models import Retailer
from wechat_bot import media
from wechat_bot.erasure import Forgetting
from wechat_bot.mass.models import WechatPicture


def choose(
    session: Session,
    folder: Path,
    column_id: int,
    prepared: Mapping[int, PreparedPicture],
    *,
    title: str,
    who: str,
    now: datetime,
) -> LibraryArticle:
    """Put photos into the draft of a new article of a column, each with its shop's name and words, in this order.

    Raises Refused where somebody chose one of them meanwhile.
    """
    rows = session.execute(
        select(Display.id, Display.words, Retailer.shop)
        .join(Retailer, Retailer.id == Display.retailer_id)
        .where(Display.id.in_(prepared))
    )
    of = {row.id: row for row in rows}
    names = {key: pictures.add(session, folder, picture, now=now) for key, picture in prepared.items()}
    shown = [each for key in names if key in of for each in displays.blocks_of(of[key].shop, names[key], of[key].words)]
    article = articles.begin(
        session, column_id, draft={"title": title, "blocks": blocks.to_json(tuple(shown))}, who=who, now=now
    )
    for key, name in names.items():
        won = session.execute(
            update(Display)
            .where(Display.id == key, Display.state != DisplayState.CHOSEN)
            .values(state=DisplayState.CHOSEN, article_id=article.id, picture=name, decided_by=who)
            .returning(Display.id)
        ).first()
        if won is None:
            raise Refused(texts.CHOSEN_MEANWHILE)
    return article


def pass_over(session: Session, ids: Sequence[int], *, who: str) -> int:
    """Pass photos over; gives how many. One that is in an article stays there."""
    passed = (
        update(Display)
        .where(Display.id.in_(ids), Display.state == DisplayState.NEW)
        .values(state=DisplayState.PASSED, decided_by=who)
        .returning(Display.id)
    )
    return len(session.execute(passed).all())


def take_out(session: Session, found: Sequence[Display], names: Sequence[str], *, now: datetime) -> None:
    """Delete display photos, out of the articles that show them too: their shop no longer wants them shown."""
    media.discard(session, [each.media_key for each in found], now=now)
    for each in found:
        if each.article_id is not None and each.picture is not None:
            _take_out_of(session, each.article_id, each.picture, names, now)
    session.execute(delete(Display).where(Display.id.in_([each.id for each in found])))


def forget(session: Session, whom: Forgetting) -> None:
    """Erase the photos somebody sent in while they had the shop, of an erased shop all of them."""
    if whom.kinds and "image" not in whom.kinds:
        return
    theirs = reading.while_they_had_it(whom, Display.retailer_id, Display.sent_at)
    found = session.scalars(select(Display).where(theirs).order_by(Display.id).with_for_update()).all()
    shops = select(Retailer.shop).where(Retailer.id.in_({each.retailer_id for each in found}))
    names = [*whom.names, *(session.scalars(shops) if found else ())]
    whom.words += [each.words for each in found if each.words]
    take_out(session, found, names, now=whom.now)


def _take_out_of(session: Session, article_id: int, picture: str, names: Sequence[str], now: datetime) -> None:
    """Rewrite an article and its versions without a photo. A version is never changed but for this: whoever takes back
    their consent is shown nowhere."""
    article = session.get_one(LibraryArticle, article_id, with_for_update={"key_share": True})
    for version in session.scalars(select(ArticleVersion).where(ArticleVersion.article_id == article_id)):
        version.blocks = displays.without(version.blocks, picture, names)
        version.title, version.digest = (displays.unnamed(each, names) for each in (version.title, version.digest))
        version.cover = None if version.cover == picture else version.cover
    if (draft := article.draft) is not None:
        said = {key: displays.unnamed(each, names) if isinstance(each, str) else each for key, each in draft.items()}
        cover = "" if draft.get("cover") == picture else draft.get("cover", "")
        left = displays.without(draft.get("blocks") or [], picture, names)
        article.draft = said | {"cover": cover, "blocks": left}
    article.title = displays.unnamed(article.title, names)
    session.flush()
    articles.rewritten(session, article)
    held = (ArticlePicture.article_id == article_id, ArticlePicture.sha256 == picture)
    session.execute(delete(ArticlePicture).where(*held))
    session.execute(delete(WechatPicture).where(WechatPicture.sha256 == picture))
    # Old enough for the next sweep, unless another article holds the same photo.
    old = now - 2 * pictures.KEPT_FOR
    session.execute(update(ShelfPicture).where(ShelfPicture.sha256 == picture).values(made_at=old))
