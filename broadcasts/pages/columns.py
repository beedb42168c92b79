"""Console page of columns: added, changed, ordered, retired, deleted while nothing stands in them."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions import columns, naming
from broadcasts.models.library import LibraryColumn
from broadcasts.permissions import LIBRARY_SEE, LIBRARY_WRITE
from broadcasts.queries import columns as queries
from console import access, act
from console.stamps import Editable, Kept
from foundation.errors import Refused
from wechat_bot.services import current_services

#: Whom a column is for, as its form asks it.
READERS = (("bound", "已绑定的店"), ("open", "所有人，不绑定也能看"), ("brand", "只给核实过的店（品牌内容）"))


@access.allow(LIBRARY_SEE)
def column_list() -> ResponseReturnValue:
    """List the columns in their order, with their articles."""
    with current_services().reading() as session:
        lines = queries.columns(session, with_retired=True)
    values = {"lines": lines, "readers": dict(READERS), "kept": kept, "reader_of": reader_of}
    return render_template("broadcasts/console/columns.html", **values)


@access.allow(LIBRARY_WRITE)
def new_column() -> ResponseReturnValue:
    """Add a column behind the others."""
    with act.transaction() as (session, _, note):
        column = columns.add(session, request.form.get("name", ""), **_readers())
        note("column.save", f"column:{column.id}", column.name)
        said = f"栏目“{column.name}”已新建。"
    return act.done(url_for("broadcasts_pages.column_list"), said)


@access.allow(LIBRARY_WRITE)
def change_column(column_id: int) -> ResponseReturnValue:
    """Rename a column, or say whom it is for."""
    with act.transaction(over=_editable(column_id)) as (session, _, note):
        column = columns.change(session, column_id, name=request.form.get("name", ""), **_readers())
        note("column.save", detail=column.name)
        said = f"栏目“{column.name}”已修改。"
    return act.done(url_for("broadcasts_pages.column_list"), said)


@access.allow(LIBRARY_WRITE)
def move_column(column_id: int) -> ResponseReturnValue:
    """Move a column up or down by one place."""
    with act.transaction() as (session, _, note):
        name = naming.locked(session, LibraryColumn, column_id).name
        ids = [each.id for each in queries.columns(session, with_retired=True)]
        at = ids.index(column_id)
        to = at + (1 if request.form.get("do") == "down" else -1)
        if 0 <= to < len(ids):
            ids[at], ids[to] = ids[to], ids[at]
            columns.arrange(session, ids)
        note("column.move", f"column:{column_id}", name)
    return act.done(url_for("broadcasts_pages.column_list"))


@access.allow(LIBRARY_WRITE)
def retire_column(column_id: int) -> ResponseReturnValue:
    """Retire a column: nothing new is put there."""
    with act.transaction() as (session, now, note):
        name = naming.retire(session, LibraryColumn, column_id, now=now).name
        note("column.retire", f"column:{column_id}", name)
    back: tuple[str, dict[str, str]] = (url_for("broadcasts_pages.return_column", column_id=column_id), {})
    return act.done(url_for("broadcasts_pages.column_list"), f"栏目“{name}”已停用，里面的文章还能看。", undo=back)


@access.allow(LIBRARY_WRITE)
def return_column(column_id: int) -> ResponseReturnValue:
    """Use a retired column again."""
    with act.transaction() as (session, _, note):
        name = naming.bring_back(session, LibraryColumn, column_id).name
        note("column.return", f"column:{column_id}", name)
    return act.done(url_for("broadcasts_pages.column_list"), f"栏目“{name}”又能用了。")


@access.allow(LIBRARY_WRITE)
def delete_column(column_id: int) -> ResponseReturnValue:
    """Delete a column in which nothing stands."""
    with act.transaction(over=_editable(column_id)) as (session, _, note):
        name = columns.discard(session, column_id)
        note("column.delete", detail=name)
    return act.done(url_for("broadcasts_pages.column_list"), f"栏目“{name}”已删除。")


def reader_of(line: queries.ColumnLine | LibraryColumn) -> str:
    """The key of whom a column is for."""
    return "open" if line.is_open else "brand" if line.is_brand else "bound"


def kept(line: queries.ColumnLine | LibraryColumn | None) -> Kept:
    """The editable values of a column, as labels and texts; empty where there is none."""
    return {"名称": line.name, "给谁看": dict(READERS)[reader_of(line)]} if line else {}


def _readers() -> dict[str, bool]:
    reader = request.form.get("reader", "")
    if reader not in dict(READERS):
        raise Refused("请选这个栏目给谁看。")
    return {"is_open": reader == "open", "is_brand": reader == "brand"}


def _editable(column_id: int) -> Editable:
    rows = select(LibraryColumn.id).where(LibraryColumn.id == column_id)
    return Editable(f"column:{column_id}", rows, partial(_kept, column_id=column_id))


def _kept(session: Session, column_id: int) -> Kept:
    return kept(session.get(LibraryColumn, column_id))
