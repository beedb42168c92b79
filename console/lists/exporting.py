"""List export: a file requested on the list's page and written row by row by a worker, with what the page shows."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, tasks
from console.collected import Extensions
from console.lists.listing import EXPORTED, Asked, Column, L, Listing, columns_of, reader
from console.lists.looking import ask
from console.rules.visitors import Permission, Visitor
from console.work import Made, Work, WorkKind, export
from foundation import paging
from foundation.errors import Refused
from foundation.workbooks.writing import ROWS_OF_A_SHEET, Cell, Digits, Heading, Serial, Workbook, serial

#: Rows read at a time, and rows between two reports of progress.
BATCH = 1000


def exporting(listing: Listing[L], page: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """The view that requests an export of the filtered list; its endpoint is the page's with the suffix _export."""
    if listing.export is None:
        raise ValueError(f"{listing.name} says nobody who may export it")

    @access.allow(listing.export)
    def view(**of: Any) -> ResponseReturnValue:
        if not access.visitor().may(listing.see):
            abort(403)
        with act.transaction() as (session, now, note):
            asked = ask(listing, session, request.form)
            params = {"given": dict(asked.given), "of": of}
            task_id = tasks.ask(session, listing.kind, listing.asks, params, owner_id=asked.visitor.user_id, now=now)
            # The task is gone after some days: of a word that many lists share, the log itself says which it was.
            which = f"{listing.title}：" if listing.did == EXPORTED else ""
            note(listing.did, f"task:{task_id}", which + listing.said(asked))
        return act.done(url_for("console.task", task_id=task_id))

    view.__name__ = f"{page.__name__}_export"
    view.listing = listing  # type: ignore[attr-defined]  # read by the check alone
    return view


def check(views: Iterable[Callable[..., Any]], extensions: Extensions) -> None:
    """Check the app's views at the start. Raises ValueError where one exports a list that no feature declares: it would
    ask for a file that nobody writes."""
    for listing in [view.listing for view in views if hasattr(view, "listing")]:
        if listing.kind not in extensions.kinds:
            raise ValueError(f"no feature has {listing.name!r} among its lists, and there is an address for its export")


def kinds(listings: Iterable[Listing[Any]], extensions: Extensions) -> dict[str, WorkKind]:
    """The long tasks that export these lists, by kind."""
    return {listing.kind: _kind(listing, extensions) for listing in listings}


def _kind(listing: Listing[Any], extensions: Extensions) -> WorkKind:
    def file(work: Work, session: Session, visitor: Visitor, path: Path) -> Made:
        services, now = work.services, work.services.clock()
        if not visitor.may(listing.see):
            raise Refused(f"您现在没有查看{listing.title}的权限。")
        given, of = work.params["given"], work.params["of"]
        asked = Asked(session, services, extensions, visitor, now, given, of, is_file=True)
        number = write(listing, asked, path, work.stage("导出"))
        name = f"{listing.title}_{now.astimezone(services.zone):%Y%m%d%H%M}.xlsx"
        return Made(name, f"共 {number} {listing.unit}。", _needs(listing, asked))

    if listing.export is None:
        raise ValueError(f"{listing.name} says nobody who may export it")
    return export(file, permission=listing.export, what=listing.asks, part=extensions.part)


def write(listing: Listing[L], asked: Asked, path: Path, progress: Callable[[int, int], None]) -> int:
    """Write all lines of a list in constant memory; gives their number."""
    columns = [column for column in columns_of(listing, asked) if column.is_for_file]
    zone = asked.services.zone
    counted = listing.count(asked) if listing.count else None
    total = counted.number if counted and counted.is_whole else 0
    readers = [reader(column, asked.visitor, in_file=True) for column in columns]
    rows = (
        [_cell(read(line), zone) for read in readers]
        for line in paging.walk(lambda cursor: listing.find(asked, cursor, BATCH))
    )
    with Workbook(path, folder=path.parent, formats={Serial: {"num_format": "yyyy-mm-dd hh:mm"}}) as book:
        if listing.before is not None:
            listing.before(asked, book)
        return _write_rows(book, listing.sheet or listing.title, columns, rows, lambda done: progress(done, total))


def _write_rows(
    book: Workbook,
    title: str,
    columns: Sequence[Column[Any]],
    rows: Iterable[Iterable[Cell]],
    progress: Callable[[int], None],
) -> int:
    """Write rows under their headings, on as many sheets as needed; gives their number."""
    count = 0
    sheet = _sheet(book, title, columns)
    for count, row in enumerate(rows, 1):
        if count > 1 and count % ROWS_OF_A_SHEET == 1:
            sheet = _sheet(book, f"{title}{count // ROWS_OF_A_SHEET + 1}", columns)
        sheet.write(row)
        if count % BATCH == 0:
            progress(count)
    return count


def _needs(listing: Listing[Any], asked: Asked) -> set[Permission]:
    """The permissions needed to get the file: to see the list, and what is not masked in it."""
    masks = [column.mask for column in columns_of(listing, asked) if column.is_for_file and column.mask]
    return {listing.see, *(mask.unless for mask in masks if asked.visitor.may(mask.unless))}


def _sheet(book: Workbook, name: str, columns: Sequence[Column[Any]]) -> Any:
    sheet = book.sheet(name, [column.width for column in columns])
    sheet.freeze_panes(1, 0)
    sheet.write(Heading(column.label) for column in columns)
    return sheet


def _cell(found: Any, zone: ZoneInfo) -> Cell:
    """The cell of a value; a text stays a text and never becomes a formula.

    >>> _cell("=1+1", ZoneInfo("UTC")), _cell(True, ZoneInfo("UTC")), _cell(date(2026, 11, 23), ZoneInfo("UTC"))
    ('=1+1', '是', '2026-11-23')
    """
    if found.__class__ is str:  # most are
        return Digits(found)
    if isinstance(found, bool):
        return "是" if found else "否"
    if isinstance(found, datetime):
        return serial(found, zone)
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, str):
        return Digits(found)
    return found if found is None or isinstance(found, float) else int(found)
