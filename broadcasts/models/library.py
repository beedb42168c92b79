"""Tables of the library: columns, articles and their versions, pictures, brands, and the columns there are at first."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only


class LibraryColumn(Base):
    """Column (栏目) of the library."""

    __tablename__ = "broadcast_column"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    place: Mapped[int] = mapped_column(SmallInteger)
    #: Whether anybody may read it, bound to a shop or not: law and telling false from true, never a brand.
    is_open: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether its articles are about brands, for verified shops only.
    is_brand: Mapped[bool] = mapped_column(default=False, server_default=false())
    retired_at: Mapped[datetime | None]


class ArticleState(StrEnum):
    """State of an article."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class LibraryArticle(Base):
    """Article: what is shown is its published version; what is written is a draft, saved as it is typed."""

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_column", "column_id", "state", "published_at"),
        Index("ix_article_changed", "changed_at", "id"),
        Index("ix_article_reads", "state", "reads", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Its name in our addresses, which cannot be guessed.
    token: Mapped[str] = mapped_column(String(32), unique=True)
    column_id: Mapped[int] = mapped_column(ForeignKey("broadcast_column.id"))
    #: As staff know it: of the draft, or else of the published version.
    title: Mapped[str] = mapped_column(String(64), default="", server_default="")
    state: Mapped[str] = mapped_column(String(16), default=ArticleState.DRAFT)
    #: The draft as the editor posts it: title, author, digest, cover, blocks. None where all of it is published.
    draft: Mapped[dict[str, Any] | None]
    #: The stamp of the last save (`console/stamps.py`), and who saved it.
    stamp: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))
    #: The number of the published version; 0 before the first.
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    #: When its first version was published: a mistake that is mended later does not make it new.
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    #: Shops that have read it, once each.
    reads: Mapped[int] = mapped_column(default=0, server_default="0")


class ArticleVersion(Base):
    """Published version of an article. Never changed."""

    __tablename__ = "article_version"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(240))
    #: SHA-256 of the cover on the shelf.
    cover: Mapped[str | None] = mapped_column(String(64))
    #: As `rules/blocks.py` reads them.
    blocks: Mapped[list[Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))


class ShelfPicture(Base):
    """Picture of the library, by the SHA-256 of its bytes as we keep them: converted, resized, without metadata."""

    __tablename__ = "shelf_picture"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    width: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int] = mapped_column(SmallInteger)
    #: Where it came from, if not from the author's own file: an address, a document.
    origin: Mapped[str] = mapped_column(Text, default="")
    #: When it was put there last: it is swept some days later where nothing holds it.
    made_at: Mapped[datetime] = mapped_column(index=True)


class ArticlePicture(Base):
    """Picture that an article holds, by its cover or a block: in its draft (number 0), or in a version.

    One that is still fetched from another site is held by the key of its address.
    """

    __tablename__ = "article_picture"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class ForeignPicture(Base):
    """Picture on another site that an author pasted: the clock fetches it onto the shelf, or says why it cannot."""

    __tablename__ = "foreign_picture"
    __table_args__ = (Index("ix_foreign_picture_waiting", "due_at", **only("sha256 is null and fault = ''")),)

    #: SHA-256 of its address.
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    #: Of the picture on the shelf, once it was fetched.
    sha256: Mapped[str | None] = mapped_column(String(64))
    #: Why it was given up.
    fault: Mapped[str] = mapped_column(String(120), default="", server_default="")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime] = mapped_column(index=True)


class Brand(Base):
    """Brand (品牌) that articles and pushes name."""

    __tablename__ = "brand"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    retired_at: Mapped[datetime | None]


class ArticleBrand(Base):
    """Brand that an article names."""

    __tablename__ = "article_brand"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"), primary_key=True, index=True)
