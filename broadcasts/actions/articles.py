"""Articles: begun, saved as they are typed, filed under a column and brands, published, withdrawn, restored."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from blocks import blocks, rendering
from broadcasts.actions import displays, pictures
from broadcasts.models.library import (
    ArticleBrand,
    ArticlePicture,
    ArticleState,
    ArticleVersion,
    Brand,
    LibraryArticle,
    LibraryColumn,
)
from broadcasts.models.pushes import Push
from broadcasts.queries import articles as queries
from broadcasts.queries import pictures as kept_pictures
from broadcasts.queries.searching import ARTICLE
from broadcasts.rules import article as articles
from console import stamps
from finding import indexing
from foundation.errors import Refused

LONGEST_NAME = 40
#: Faults named in the refusal of a publication.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """Result of a save: the stamp for the next one, and whether anything was different."""

    stamp: str
    is_changed: bool


class ArticleOvertaken(stamps.Overtaken):
    """Somebody else saved this draft since it was read: `draft` and `stamp` are theirs."""

    def __init__(self, article: LibraryArticle, draft: Mapping[str, Any]) -> None:
        read = articles.read(draft).article
        said = "\n".join(map(blocks.words, read.blocks))
        super().__init__({"标题": article.title, "内容": said}, article.changed_by, article.changed_at)
        self.who, self.draft, self.stamp = article.changed_by, draft, article.stamp


def begin(
    session: Session,
    column_id: int,
    *,
    draft: Mapping[str, Any] | None = None,
    brands: Collection[int] = (),
    who: str,
    now: datetime,
) -> LibraryArticle:
    """Begin an article in a column, empty or with what was read from a file. Raises Refused for a column that is
    retired or not there, and as `file` does."""
    kept = articles.storable(draft or {})
    article = LibraryArticle(
        token=secrets.token_urlsafe(12),
        column_id=_column(session, column_id, brands).id,
        title=articles.name(kept),
        draft=kept,
        stamp=articles.stamp(kept),
        changed_at=now,
        changed_by=who[:LONGEST_NAME],
    )
    session.add(article)
    session.flush()
    _name_brands(session, article.id, brands)
    _need_pictures(session, article, now)
    return article


def save(
    session: Session, article_id: int, draft: Mapping[str, Any], *, stamp: str, who: str, now: datetime
) -> SavedDraft:
    """Save what was typed so far, whole or not. What is saved unchanged stays as it is, with who changed it and when.

    `stamp` is that of the draft it is based on. Raises Refused for an article that
    does not exist, DraftOvertaken where another draft was saved meanwhile: nothing is overwritten unseen.
    """
    article = _locked(session, article_id)
    kept = articles.storable(kept_pictures.fetched(session, draft))
    return _keep(session, article, kept, stamp=stamp, who=who, now=now)


def take_back(session: Session, article_id: int, number: int, *, stamp: str, who: str, now: datetime) -> SavedDraft:
    """Make an earlier version the draft; it is shown to nobody before it is published. Raises as `save` does."""
    article = _locked(session, article_id)
    old = queries.version(session, article_id, number)
    if old is None:
        raise Refused(f"这篇文章没有第 {number} 版。")
    return _keep(session, article, articles.to_json(old), stamp=stamp, who=who, now=now)


def file(session: Session, article_id: int, *, column_id: int, brands: Collection[int]) -> None:
    """Put an article into a column and say which brands it names; at once, also where it is published.

    Raises Refused: an article that names a brand may not stand in a column that is open to all.
    """
    article = _locked(session, article_id)
    article.column_id = _column(session, column_id, brands, stays=article.column_id).id
    _name_brands(session, article_id, brands)
    session.flush()


def publish(
    session: Session,
    article_id: int,
    *,
    stamp: str,
    who: str,
    knows: Callable[[str], bool],
    now: datetime,
) -> int:
    """Publish the draft as a version that never changes; gives its number. A draft like the version that is shown makes
    none.

    `stamp` is that of the draft that was looked at, `knows` says whether a link leads anywhere. Raises Refused with the
    faults of the draft, or where it is not the one looked at.
    """
    article = _locked(session, article_id)
    draft = queries.content(session, article)
    if stamp != article.stamp:
        raise Refused(f"{article.changed_by or '别人'}刚刚改过这篇文章。请看过新的内容，再发布。")
    stays = article.column_id if article.version else None
    _column(session, article.column_id, queries.brands(session, article_id), stays=stays)
    if article.draft is None and article.state == ArticleState.PUBLISHED:
        return article.version
    checked = queries.check(session, draft, knows)
    if checked.faults:
        more = len(checked.faults) - _NAMED
        said = [*map(str, checked.faults[:_NAMED]), *([f"还有 {more} 处。"] if more > 0 else [])]
        raise Refused("还不能发布。" + "".join(said))
    if article.draft is not None:
        shown = checked.article
        article.version += 1
        session.add(
            ArticleVersion(
                article_id=article_id,
                number=article.version,
                title=shown.title,
                author=shown.author,
                digest=shown.digest,
                cover=shown.cover or None,
                blocks=blocks.to_json(shown.blocks),
                made_at=now,
                made_by=who[:LONGEST_NAME],
            )
        )
        pictures.hold(session, article_id, article.version, shown.pictures, now=now)
        pictures.hold(session, article_id, 0, (), now=now)
        # A push that was written before its article shows what it says now.
        waits = update(Push).where(Push.article_id == article_id, Push.article_version.is_(None))
        session.execute(waits.values(article_version=article.version, title=shown.title))
        article.draft, article.title, article.stamp = None, shown.title, articles.stamp(articles.to_json(shown))
    _put(article, ArticleState.PUBLISHED, who, now)
    article.published_at = article.published_at or now
    session.flush()
    _let_find(session, article)
    shown = checked.article
    displays.tell(session, article_id, shown.title, article.token, shown.pictures, now=now)
    return article.version


def withdraw(session: Session, article_id: int, *, who: str, now: datetime) -> None:
    """Withdraw a published article: nobody finds or reads it any more. Raises Refused where it is not published."""
    article = _locked(session, article_id)
    if article.state != ArticleState.PUBLISHED:
        raise Refused("这篇文章现在没有发布，不用撤下。")
    _put(article, ArticleState.WITHDRAWN, who, now)
    session.flush()
    indexing.remove(session, ARTICLE, article_id)


def restore(session: Session, article_id: int, *, who: str, now: datetime) -> None:
    """Show a withdrawn article again, as it was. Raises Refused where it is not withdrawn, or its column is retired."""
    article = _locked(session, article_id)
    if article.state != ArticleState.WITHDRAWN:
        raise Refused("这篇文章没有撤下，不用恢复。")
    _column(session, article.column_id, queries.brands(session, article_id))
    _put(article, ArticleState.PUBLISHED, who, now)
    session.flush()
    _let_find(session, article)


def discard(session: Session, article_id: int, *, stamp: str) -> None:
    """Delete an article that was never published. Raises Refused where it was, or a push shows it, DraftOvertaken where
    another draft was saved meanwhile."""
    article = _locked(session, article_id)
    if article.version:
        raise Refused("已经发布过的文章不能删除，可以撤下。")
    if session.scalar(select(Push.id).where(Push.article_id == article_id).limit(1)) is not None:
        raise Refused("有推送用着这篇文章，不能删除。")
    if stamp != article.stamp:
        raise ArticleOvertaken(article, queries.content(session, article))
    displays.let_go(session, article_id)
    session.execute(delete(ArticleBrand).where(ArticleBrand.article_id == article_id))
    session.execute(delete(ArticlePicture).where(ArticlePicture.article_id == article_id))
    session.delete(article)
    session.flush()


def rewritten(session: Session, article: LibraryArticle) -> None:
    """Let an article be what its rewritten draft and versions say: its stamp, and what the search finds of it."""
    article.stamp = articles.stamp(queries.content(session, article))
    session.flush()
    if article.state == ArticleState.PUBLISHED:
        _let_find(session, article)


def _keep(
    session: Session, article: LibraryArticle, draft: dict[str, Any], *, stamp: str, who: str, now: datetime
) -> SavedDraft:
    new = articles.stamp(draft)
    if new == article.stamp:  # saved again, or by two at once
        return SavedDraft(new, is_changed=False)
    if stamp != article.stamp:
        raise ArticleOvertaken(article, queries.content(session, article))
    shown = queries.version(session, article.id, article.version) if article.version else None
    is_published = shown is not None and articles.stamp(articles.to_json(shown)) == new
    article.draft, article.stamp = (None if is_published else draft), new
    article.title = articles.name(draft)
    article.changed_at, article.changed_by = now, who[:LONGEST_NAME]
    session.flush()
    _need_pictures(session, article, now)
    return SavedDraft(new, is_changed=True)


def _need_pictures(session: Session, article: LibraryArticle, now: datetime) -> None:
    """Hold the draft's pictures, and ask for those that lie elsewhere."""
    read = articles.read(article.draft or {}).article
    awaited = map(kept_pictures.key, read.origins)
    pictures.hold(session, article.id, 0, (*read.pictures, *awaited), now=now)
    pictures.ask_for(session, read.origins, now=now)


def _let_find(session: Session, article: LibraryArticle) -> None:
    """Let the search find the published version."""
    shown = queries.version(session, article.id, article.version)
    if shown is not None:
        indexing.put(session, ARTICLE, article.id, shown.title, rendering.passages(shown.blocks))


def _locked(session: Session, article_id: int) -> LibraryArticle:
    # NO KEY UPDATE: whoever reads an article has a foreign key to it, and must not wait for this lock.
    which = select(LibraryArticle).where(LibraryArticle.id == article_id)
    article = session.scalar(which.with_for_update(key_share=True).execution_options(populate_existing=True))
    if article is None:
        raise Refused(f"没有编号为 {article_id} 的文章。")
    return article


def _column(session: Session, column_id: int, brands: Collection[int], *, stays: int | None = None) -> LibraryColumn:
    """The column that an article with these brands may stand in; a retired one only where it `stays`."""
    column = session.scalar(select(LibraryColumn).where(LibraryColumn.id == column_id).with_for_update(read=True))
    if column is None:
        raise Refused("没有这个栏目，请另选一个。")
    if column.retired_at is not None and column_id != stays:
        raise Refused(f"栏目“{column.name}”已停用，请另选一个。")
    if column.is_open and brands:
        raise Refused(f"栏目“{column.name}”谁都能看，写到品牌的文章不能放在这里。请去掉品牌，或另选一个栏目。")
    return column


def _name_brands(session: Session, article_id: int, brands: Collection[int]) -> None:
    known = set(session.scalars(select(Brand.id).where(Brand.id.in_(brands)))) if brands else set()
    if known != set(brands):
        raise Refused("有的品牌不在了，请重新选一遍。")
    session.execute(delete(ArticleBrand).where(ArticleBrand.article_id == article_id))
    if known:
        session.execute(insert(ArticleBrand), [{"article_id": article_id, "brand_id": each} for each in sorted(known)])


def _put(article: LibraryArticle, state: ArticleState, who: str, now: datetime) -> None:
    article.state, article.changed_at, article.changed_by = state, now, who[:LONGEST_NAME]
