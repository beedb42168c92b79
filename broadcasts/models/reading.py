"""Tables of the library's readers: which shop read which article, and which it keeps."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class ArticleRead(Base):
    """Article that a shop has read, once however often it was opened; `LibraryArticle.reads` counts them."""

    __tablename__ = "article_read"
    __table_args__ = (
        Index("ix_article_read_retailer_id", "retailer_id", "read_at"),
        # For the months of the measures.
        Index("ix_article_read_read_at", "read_at"),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    read_at: Mapped[datetime]
    #: Area, class and manager of the shop at that moment: figures must not change when it moves.
    area_id: Mapped[int | None]
    class_id: Mapped[int | None]
    manager_id: Mapped[int | None]


class Favourite(Base):
    """Article that a shop keeps among its own (收藏)."""

    __tablename__ = "favourite"
    __table_args__ = (Index("ix_favourite_retailer_id", "retailer_id", "kept_at"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    kept_at: Mapped[datetime]
