"""List page: the values for its template (`console/lists.html`), and the columns a user has chosen."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic
from urllib.parse import parse_qsl, quote, urlsplit

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import delete
from sqlalchemy.orm import Session

from console import access, fields
from console.lists import saving
from console.lists.listing import Asked, Column, Filter, L, LineLink, Listing, columns_of, reader
from console.lists.saving import NamedFilter
from console.models import ChosenColumns
from console.permissions import SIGNED_IN
from foundation.database import upsert
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.workbooks.writing import Percent
from wechat_bot.services import current_services

NOTHING = "—"
_NAME = re.compile(r"[a-z_.]{1,60}")
MOST_COLUMNS = 60
#: Stands in for a line's value while an address is made: a number, so that every kind of route takes it.
_STAND_IN = 1_909_090_901
#: Parameters of an address that `Cursor.of` reads.
PLACE = ("after", "before")

Choices = Sequence[tuple[Filter, Sequence[tuple[Any, str]] | None]]


@dataclass(frozen=True, slots=True)
class ColumnCells(Generic[L]):
    """Cells of one column: what all of them share, worked out once a page and not once a line."""

    column: Column[L]
    #: Address that a cell leads to.
    href: Callable[[L], str] | None
    #: Text of a cell.
    said: Callable[[L], str]
    #: HTML attributes of a cell, and of one without a value.
    attributes: Markup
    attributes_of_nothing: Markup


@dataclass(frozen=True, slots=True)
class Shown(Generic[L]):
    """List page, prepared for its template."""

    listing: Listing[L]
    asked: Asked
    page: Page[L]
    columns: Sequence[Column[L]]
    cells: Sequence[ColumnCells[L]]
    #: Columns that can be shown, and whether the user has chosen some of them.
    possible: Sequence[Column[L]]
    is_chosen: bool
    filters: Choices
    #: Endpoint of the page.
    endpoint: str
    #: Filters the user has saved for this list.
    saved: Sequence[NamedFilter]
    #: The cursor as it stands in the address; empty on the first page.
    place: Mapping[str, str]

    @property
    def here(self) -> Mapping[str, str]:
        """The address parameters of this very page."""
        return {**self.kept, **self.place}

    @property
    def kept(self) -> Mapping[str, str]:
        return self.asked.given

    @property
    def hidden(self) -> Mapping[str, str]:
        """Hidden fields of the filter form."""
        return {name: given for name, given in self.kept.items() if name in self.listing.keeps}

    @property
    def is_narrowed(self) -> bool:
        return len(self.kept) > len(self.hidden)

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """What narrows the list, each condition in words, with the address of the list without it."""
        words = {each.name: dict(options or ()) for each, options in self.filters}
        labels = {each.name: each.label for each, options in self.filters if options is None}
        found = []
        for name, given in self.kept.items():
            if name in self.hidden:
                continue
            options = {str(key): word for key, word in words.get(name, {}).items()}
            said = options.get(given) or (f"“{given}”" if name not in labels else f"{labels[name]}：{given}")
            found.append((said, url_for(self.endpoint, **{**self.asked.of, **self.kept, name: None})))
        return found

    @property
    def may_export(self) -> bool:
        return self.listing.export is not None and self.asked.visitor.may(self.listing.export)

    @property
    def headings(self) -> list[str]:
        return [f"{'#' if column.is_number else ''}{column.label}" for column in self.columns]

    def address(self, **place: str) -> str:
        """The address of this list with its filters, at a cursor or at the beginning."""
        return url_for(self.endpoint, **{**self.asked.of, **self.kept, **place})

    def saved_address(self, one: NamedFilter) -> str:
        """The address of the list with a saved filter."""
        return url_for(self.endpoint, **{**self.asked.of, **self.listing.kept(one.given)})

    def is_saved(self, one: NamedFilter) -> bool:
        """Whether the list is narrowed by this very filter."""
        return self.listing.kept(one.given) == dict(self.kept)

    @property
    def cleared(self) -> str:
        """The address without the filters."""
        return url_for(self.endpoint, **{**self.asked.of, **self.hidden})

    @property
    def export_address(self) -> str:
        return url_for(f"{self.endpoint}_export", **self.asked.of)


def ask(listing: Listing[L], session: Session, given: Mapping[str, str]) -> Asked:
    """The list request of the signed-in visitor, from the parameters of an address."""
    services = current_services()
    of = request.view_args or {}
    return Asked(session, services, access.extensions(), access.visitor(), services.clock(), listing.kept(given), of)


def choices(filters: Iterable[Filter], asked: Asked) -> Choices:
    """Filters with their choices; None for a text field."""
    return [(each, each.choices(asked) if each.choices else None) for each in filters]


def look(listing: Listing[L], session: Session, *, endpoint: str = "") -> Shown[L]:
    """The list page of the current address; `endpoint` is the page's own where the address is that of a part of it."""
    asked = ask(listing, session, request.args)
    page = listing.find(asked, Cursor.of(request.args), listing.size)
    if listing.count and page.counted is None:
        page = replace(page, counted=listing.count(asked))
    chosen = session.get(ChosenColumns, (asked.visitor.user_id, listing.name))
    names = set(chosen.columns) if chosen else set()
    on_page = [column for column in columns_of(listing, asked) if column.is_for_page]
    is_chosen = any(column.is_choosable and column.name in names for column in on_page)
    columns = [
        column
        for column in on_page
        if not column.is_choosable or (column.name in names if is_chosen else column.is_shown)
    ]
    filters = choices(listing.filters, asked)
    place = {name: request.args[name] for name in PLACE if name in request.args}
    cells = [_cells(column, asked, is_spare=column.is_spare and not is_chosen) for column in columns]
    here = endpoint or request.endpoint or ""
    saved = saving.of_list(session, asked.visitor.user_id, listing.name) if listing.saves else ()
    return Shown(listing, asked, page, columns, cells, on_page, is_chosen, filters, here, saved, place)


def leading(link: LineLink, **kept: Any) -> Callable[[Any], str]:
    """What gives the address a line leads to, made once for all lines. `kept` are further parameters, the same for
    every line."""
    parts: dict[str, Any] = {link.part: _STAND_IN, **kept}
    before, _, after = url_for(link.endpoint, **parts).partition(str(_STAND_IN))
    value = link.value
    return lambda line: f"{before}{quote(str(value(line)), safe='')}{after}"


@access.allow(SIGNED_IN)
def choose_columns() -> ResponseReturnValue:
    """Save the columns a user has chosen for a list, and return to the list. They apply in all browsers."""
    form, services, me = request.form, current_services(), access.visitor()
    name, columns = form.get("list", ""), form.getlist("column")[:MOST_COLUMNS]
    if _NAME.fullmatch(name) and all(map(_NAME.fullmatch, columns)):
        with services.transaction() as session:
            if columns and form.get("do") != "reset":
                row = {"user_id": me.user_id, "list_name": name, "columns": columns}
                statement = upsert(session, ChosenColumns).values(row)
                session.execute(
                    statement.on_conflict_do_update(
                        index_elements=["user_id", "list_name"], set_={"columns": statement.excluded["columns"]}
                    )
                )
            else:
                theirs = (ChosenColumns.user_id == me.user_id, ChosenColumns.list_name == name)
                session.execute(delete(ChosenColumns).where(*theirs))
    return redirect(access.local(form.get("back", "")), 303)


@access.allow(SIGNED_IN)
def save_filter() -> ResponseReturnValue:
    """Save the filter of a list under a name, or delete one, and return to the list."""
    form, services, me = request.form, current_services(), access.visitor()
    name, back = form.get("list", ""), access.local(form.get("back", ""))
    if not _NAME.fullmatch(name):
        raise Refused("没有这样的列表，请回到列表再存。")
    with services.transaction() as session:
        if form.get("do") == "drop":
            saving.drop(session, me.user_id, fields.key(form.get("filter", ""), "筛选") or 0)
            said = "筛选已删除。"
        else:
            given = {key: value for key, value in parse_qsl(urlsplit(back).query) if key not in PLACE}
            said = f"已存为“{saving.save(session, me.user_id, name, form.get('name', ''), given)}”。"
    flash(said, "success")
    return redirect(back, 303)


def _cells(column: Column[L], asked: Asked, *, is_spare: bool) -> ColumnCells[L]:
    shows, read = column.shows, reader(column, asked.visitor)

    def said(line: L) -> str:
        return shows(asked, line) or NOTHING if shows else _said(read(line))

    href = leading(column.href) if isinstance(column.href, LineLink) else column.href
    return ColumnCells(column, href, said, _attributes(column, is_spare), _attributes(column, True))


def _attributes(column: Column[L], is_spare: bool) -> Markup:
    classes = [column.style, "number" if column.is_number else "", "spare" if is_spare else ""]
    given = {"class": " ".join(filter(None, classes)), "data-label": column.on_phone}
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in given.items() if value)


def _said(found: Any) -> str:
    """A value formatted by its type, as in the templates."""
    if found is None or found == "":
        return NOTHING
    kinds = {datetime: "moment", date: "date", Percent: "percent", int: "count"}
    written = kinds.get(type(found))
    return str(current_app.jinja_env.filters[written](found) if written else found)
