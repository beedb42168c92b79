"""People tables: areas, customer managers, classes, tags, retailers, bindings, rosters, audiences."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base
from foundation.dialects import only
from foundation.search_index import Grams, SearchIndex
from foundation.text import folded, grams

#: Default classes of shops; the table may be edited.
CLASSES = ("普通终端", "弱势客户", "现代终端", "优质终端")


#: Search index over the names of shops.
SHOP_SEARCH = SearchIndex("shop_search", "retailer", "grams")


def _grams_of(context: Any) -> list[str]:
    given = context.get_current_parameters()
    return grams(given["shop"], given["keeper"])


def _names_of(context: Any) -> str:
    given = context.get_current_parameters()
    return names_of(given["shop"], given["keeper"])


def names_of(shop: str, keeper: str) -> str:
    """A shop's names as one text for searching, separated by a line break, which no search contains."""
    return folded(f"{shop}\n{keeper}")


class Manager(Base):
    """Customer manager (客户经理), identified by the phone in the roster."""

    __tablename__ = "manager"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20), unique=True)
    openid: Mapped[str | None] = mapped_column(String(64), unique=True)
    bound_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    #: Invite code that binds an openid to this manager, once, until the given moment.
    invite_code: Mapped[str | None] = mapped_column(String(16), unique=True)
    invite_until: Mapped[datetime | None]


class Area(Base):
    """Area (片区) with its manager, and a deputy for the days of leave, first and last day included."""

    __tablename__ = "area"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    deputy_from_on: Mapped[date | None]
    deputy_until_on: Mapped[date | None]

    manager: Mapped[Manager | None] = relationship(foreign_keys=[manager_id])
    deputy: Mapped[Manager | None] = relationship(foreign_keys=[deputy_id])


class AreaCount(Base):
    """Numbers of shops and bound shops of an area, updated by database triggers (`upkeep.py`)."""

    __tablename__ = "area_count"

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"), primary_key=True)
    shops: Mapped[int]
    bound: Mapped[int]


class ShopClass(Base):
    """Class of shops (客户类型)."""

    __tablename__ = "shop_class"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)


#: Condition of bound shops, identical to that of the indexes. Not `openid is null`: for that SQLite would use the
#: unique index, assuming one row for each value, and then sort half of the shops.
IS_BOUND, IS_UNBOUND = "coalesce(openid, '') <> ''", "coalesce(openid, '') = ''"


#: Prefix of the pseudonym that replaces an openid or a licence on erasure; no real one begins with it.
ERASED = "erased:"


def _by_licence(name: str, condition: str) -> Index:
    return Index(f"ix_retailer_{name}", "licence", **only(condition))


class Retailer(Base):
    """Shop (零售户), identified by its licence number; bound to at most one follower, who is bound to no other shop."""

    __tablename__ = "retailer"
    __table_args__ = (
        # With the licence as last column, an area's list is read in order, page by page.
        Index("ix_retailer_area_id", "area_id", "licence"),
        Index("ix_retailer_class_id", "class_id", "licence"),
        Index("ix_retailer_manager_id", "manager_id", "licence"),
        # The shops of one import.
        Index("ix_retailer_updated_at", "updated_at", "licence"),
        # For guessing the shop from a text.
        Index("ix_retailer_shop", "shop"),
        Index("ix_retailer_phone", "phone"),
        Index("ix_retailer_keeper", "keeper"),
        _by_licence("bound", IS_BOUND),
        _by_licence("unbound", IS_UNBOUND),
        # Partial on PostgreSQL: a full unique index would make its column a key, and changing a key takes the row lock
        # that foreign keys wait for; binding a shop must not wait for inserts that refer to it.
        Index("ix_retailer_openid", "openid", unique=True, postgresql_where=text("openid IS NOT NULL")),
        # SQLite has a separate table for this: `SHOP_SEARCH`.
        Index("ix_retailer_grams", "grams", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    licence: Mapped[str] = mapped_column(String(32), unique=True)
    shop: Mapped[str] = mapped_column(String(80))
    keeper: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(200), default="")
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("shop_class.id"))
    #: Manager of this shop in the roster; where empty, the area's manager is in charge.
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    openid: Mapped[str | None] = mapped_column(String(64))
    bound_at: Mapped[datetime | None]
    #: Token in the scene of the shop's printed QR code (`bind:<token>`); cannot be guessed.
    bind_token: Mapped[str] = mapped_column(String(32), unique=True)
    updated_at: Mapped[datetime]
    #: N-grams of the names, for the search index.
    grams: Mapped[list[str]] = mapped_column(Grams(), default=_grams_of, server_default="{}", deferred=True)
    #: Names normalised in width and case, which a search compares.
    names: Mapped[str] = mapped_column(Text, default=_names_of, server_default="", deferred=True)

    area: Mapped[Area] = relationship()
    shop_class: Mapped[ShopClass] = relationship()
    manager: Mapped[Manager | None] = relationship()


#: An erased shop keeps its row for past statistics; it is in no list and no current count.
IS_THERE: ColumnElement[bool] = Retailer.licence.not_like(f"{ERASED}%")


class ManagerChange(Base):
    """Change of manager: of one shop, or of an area and so of every shop in it without a manager of its own. Never
    changed."""

    __tablename__ = "manager_change"
    __table_args__ = (
        Index("ix_manager_change_retailer_id", "retailer_id", "at"),
        Index("ix_manager_change_area_id", "area_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    from_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))


class RosterImport(Base):
    """Roster import. Before the commit its rows are only staged; after it all of them are written, by any process:
    SQLite's single writer is used in many short transactions instead of a long one."""

    __tablename__ = "roster_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Task that requested it, to be marked as done.
    task_id: Mapped[int | None]
    #: Summary in figures and names.
    result: Mapped[dict[str, Any] | None]
    #: Last heartbeat of the process that stages or writes the rows.
    touched_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class RosterPart(Base):
    """Staged part of a roster import; deleted once written."""

    __tablename__ = "roster_part"

    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    holds: Mapped[dict[str, Any]]


class RosterWord(Base):
    """Word of rosters that is none of ours, and what somebody said it means (`roster/memory.py`)."""

    __tablename__ = "roster_word"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    said: Mapped[str] = mapped_column(String(60), primary_key=True)
    #: Empty for a column that is not to be read.
    means: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]


class Tag(Base):
    """Tag that staff put on retailers."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    #: Whether it is mirrored as a WeChat tag, of which a follower can have few (`rules.MOST_MIRRORED`).
    is_mirrored: Mapped[bool] = mapped_column(default=False, server_default=false())


class RetailerTag(Base):
    """Tag assignment of a retailer."""

    __tablename__ = "retailer_tag"

    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(
        ForeignKey("retailer.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Binding(Base):
    """Binding history: who was bound to what, and how (`code`, `licence`, `manager`).

    A row is changed only to end the binding, and to replace the openid by a pseudonym on erasure.
    """

    __tablename__ = "binding"

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), index=True)
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    how: Mapped[str] = mapped_column(String(16))
    bound_at: Mapped[datetime]
    unbound_at: Mapped[datetime | None]


class MoveKind(StrEnum):
    """Kind of a follower's move."""

    #: Came, or came back: then it says since when they had been gone.
    FOLLOWED = "followed"
    GONE = "gone"
    #: Erased while they followed: nobody knows of them any more, but they did not leave.
    ERASED = "erased"


class FollowerMove(Base):
    """Move of a follower: when they began to follow, stopped or came back, with their shop as it was then.

    Written by database triggers with each change of the follower's row (`upkeep.py`), and never changed, but for the
    pseudonym that replaces the openid on erasure: it is the one in `Binding`.
    """

    __tablename__ = "follower_move"
    __table_args__ = (Index("ix_follower_move_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(8))
    #: Since when they had followed, or had been gone; None where they came for the first time.
    since: Mapped[datetime | None]
    #: Their shop with its area, class and manager at that moment, and since when it was bound. No foreign keys: these
    #: rows are never deleted, and a follow waits for no lock.
    retailer_id: Mapped[int | None]
    area_id: Mapped[int | None]
    class_id: Mapped[int | None]
    manager_id: Mapped[int | None]
    bound_at: Mapped[datetime | None]


class BindTries(Base):
    """Wrong tries of one openid on one day; the limit is in `rules.py`."""

    __tablename__ = "bind_tries"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]


class LicenceTries(Base):
    """Wrong tries with one licence on one day, of all senders; a row for the total too. Limits: `rules.py`."""

    __tablename__ = "licence_tries"

    licence: Mapped[str] = mapped_column(String(32), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]


class Withdrawal(Base):
    """Withdrawn consent, entire or in part; the next run of the erasure job carries it out."""

    __tablename__ = "withdrawal"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime]
    #: WeChat's codes of the withdrawn parts, separated by blanks; empty for everything.
    codes: Mapped[str | None] = mapped_column(Text)


class Audience(Base):
    """Saved audience: a name and its specification."""

    __tablename__ = "audience"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    spec: Mapped[dict[str, Any]]
    #: User of the console who created it.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]


class Errand(Base):
    """Errand: what a shop's customer manager should tell it, because a message did not reach it."""

    __tablename__ = "errand"
    __table_args__ = (
        UniqueConstraint("source", "retailer_id"),
        Index("ix_errand_open", "retailer_id", **only("done_at IS NULL")),
        Index("ix_errand_left", "id", **only("done_at IS NULL")),
        Index("ix_errand_done_at", "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The link to what was missed (`push:12`).
    source: Mapped[str] = mapped_column(String(64))
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    title: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))
    done_at: Mapped[datetime | None]
    #: `visit`, `call`, `message`, `opened` (by itself) or `withdrawn`, and who did it.
    done_how: Mapped[str | None] = mapped_column(String(16))
    done_by: Mapped[str | None] = mapped_column(String(40))
    #: The shop's area, class and manager when it ended.
    area_id: Mapped[int | None]
    class_id: Mapped[int | None]
    manager_id: Mapped[int | None]


class BindCode(Base):
    """Binding card's permanent QR code, made by WeChat for a shop's `bind_token`; an account can have 100,000 in all.

    Stored for each account (by app id), because another account cannot use it.
    """

    __tablename__ = "bind_code"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(
        ForeignKey("retailer.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: Content of the QR code.
    url: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime]
