"""Nouns of people: areas, customer managers, classes, tags, retailers, bindings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation.database import Base
from foundation.dialects import only
from foundation.search_index import Grams, SearchIndex
from foundation.text import folded, grams

#: The classes of shops the company begins with; the table may be edited.
CLASSES = ("普通终端", "弱势客户", "现代终端", "优质终端")


#: What shops are searched by: their names.
SHOP_SEARCH = SearchIndex("shop_search", "retailer", "grams")


def _grams_of(context: Any) -> list[str]:
    given = context.get_current_parameters()
    return grams(given["shop"], given["keeper"])


def _names_of(context: Any) -> str:
    given = context.get_current_parameters()
    return names_of(given["shop"], given["keeper"])


def names_of(shop: str, keeper: str) -> str:
    """A shop's names as one text to be searched. A line between them: nobody seeks across it."""
    return folded(f"{shop}\n{keeper}")


class Manager(Base):
    """A customer manager (客户经理). Known by the phone, which the roster names."""

    __tablename__ = "manager"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20), unique=True)
    openid: Mapped[str | None] = mapped_column(String(64), unique=True)
    bound_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    #: A short code that binds an openid to this manager, once, until the given moment.
    invite_code: Mapped[str | None] = mapped_column(String(16), unique=True)
    invite_until: Mapped[datetime | None]


class Area(Base):
    """An area (片区): it belongs to a manager, with a deputy for the days of leave, both ends included."""

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
    """How many shops an area has, and how many of them are bound: kept by the database itself (`upkeep.py`)."""

    __tablename__ = "area_count"

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"), primary_key=True)
    shops: Mapped[int]
    bound: Mapped[int]


class ShopClass(Base):
    """A class of shops (客户类型)."""

    __tablename__ = "shop_class"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)


#: Whether a shop is bound, in the words of the indexes. Not `openid is null`: for that SQLite takes the unique index,
#: which it believes to hold one row for each value, and puts half of the shops in order.
IS_BOUND, IS_UNBOUND = "coalesce(openid, '') <> ''", "coalesce(openid, '') = ''"


#: What stands in the place of an openid, or of a licence, once the person is erased begins like this; none of these do.
ERASED = "erased:"


def _by_licence(name: str, condition: str) -> Index:
    return Index(f"ix_retailer_{name}", "licence", **only(condition))


class Retailer(Base):
    """A shop (零售户), known by its licence number; bound to at most one follower, and that follower to it alone."""

    __tablename__ = "retailer"
    __table_args__ = (
        # With the licence behind it an area's list is read in its order, a page at a time.
        Index("ix_retailer_area_id", "area_id", "licence"),
        Index("ix_retailer_class_id", "class_id", "licence"),
        Index("ix_retailer_manager_id", "manager_id", "licence"),
        # Whose shop it may be, by what somebody wrote.
        Index("ix_retailer_shop", "shop"),
        Index("ix_retailer_phone", "phone"),
        Index("ix_retailer_keeper", "keeper"),
        _by_licence("bound", IS_BOUND),
        _by_licence("unbound", IS_UNBOUND),
        # On PostgreSQL in part only, and so no key: a full unique index makes its column one, whose change takes the
        # lock that foreign keys wait for, and who binds a shop is to wait for nobody who refers to it.
        Index("ix_retailer_openid", "openid", unique=True, postgresql_where=text("openid IS NOT NULL")),
        # SQLite has a table of its own for this: `SHOP_SEARCH`.
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
    #: The manager the roster names for this shop; the area's manager where it names none.
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    openid: Mapped[str | None] = mapped_column(String(64))
    bound_at: Mapped[datetime | None]
    #: The scene of the shop's printed QR code (`bind:<this>`): cannot be guessed.
    bind_token: Mapped[str] = mapped_column(String(32), unique=True)
    updated_at: Mapped[datetime]
    #: What a search finds it by, made of the names.
    grams: Mapped[list[str]] = mapped_column(Grams(), default=_grams_of, server_default="{}", deferred=True)
    #: The names, whatever their width and case: what the search looks at in the end.
    names: Mapped[str] = mapped_column(Text, default=_names_of, server_default="", deferred=True)

    area: Mapped[Area] = relationship()
    shop_class: Mapped[ShopClass] = relationship()
    manager: Mapped[Manager | None] = relationship()


#: A shop that was erased keeps its row, for the figures of the past; in no list and no count of today is it.
IS_THERE: ColumnElement[bool] = Retailer.licence.not_like(f"{ERASED}%")


class RosterImport(Base):
    """A roster on its way in. Until it is decided its rows only lie aside; from then on all of them come in, whoever
    does it: SQLite's one writer is needed for many short moments, and not for one long one."""

    __tablename__ = "roster_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The long work that asked for it, to be told when it is done.
    task_id: Mapped[int | None]
    #: What it does, in figures and names.
    result: Mapped[dict[str, Any] | None]
    #: The last sign of life of whoever puts its rows aside or brings them in.
    touched_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class RosterPart(Base):
    """Some rows of a roster on its way in; gone once they are in."""

    __tablename__ = "roster_part"

    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    holds: Mapped[dict[str, Any]]


class Tag(Base):
    """A word staff put on retailers."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    #: Whether it is mirrored as a tag of WeChat, of which a follower can carry few (`rules.MOST_MIRRORED`).
    is_mirrored: Mapped[bool] = mapped_column(default=False, server_default=false())


class RetailerTag(Base):
    """A tag on a retailer."""

    __tablename__ = "retailer_tag"

    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(
        ForeignKey("retailer.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Binding(Base):
    """The history of who was bound to what, and how: `code`, `licence`, `manager`.

    Never changed but to end it, and to put a pseudonym for the openid when the person is erased.
    """

    __tablename__ = "binding"

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), index=True)
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    how: Mapped[str] = mapped_column(String(16))
    bound_at: Mapped[datetime]
    unbound_at: Mapped[datetime | None]


class BindTries(Base):
    """Wrong licence and phone pairs of one openid on one day; the limit stands in `rules.py`."""

    __tablename__ = "bind_tries"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]


class LicenceTries(Base):
    """Wrong pairs with one licence on one day, whoever sent them; under no licence those of all. Limits: `rules.py`."""

    __tablename__ = "licence_tries"

    licence: Mapped[str] = mapped_column(String(32), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]


class Withdrawal(Base):
    """Someone who took back their consent, or a part of it: that is erased at the next look of the clock."""

    __tablename__ = "withdrawal"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime]
    #: WeChat's numbers of what they took back, with blanks between; none where it is everything.
    codes: Mapped[str | None] = mapped_column(Text)


class Audience(Base):
    """A saved audience: a name and its specification."""

    __tablename__ = "audience"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    spec: Mapped[dict[str, Any]]
    #: Who made it in the console.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]


class BindCode(Base):
    """The permanent QR code WeChat made for a shop's `bind_token`: an account has 100,000 of them, for ever.

    Kept for each account (its app id), because another account cannot use it.
    """

    __tablename__ = "bind_code"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(
        ForeignKey("retailer.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: What the QR code holds.
    url: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime]
