"""Targets and sales of brands by area and month: compared with what is kept, and kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from broadcasts.models.brand_months import BrandMonth
from broadcasts.models.library import Brand
from broadcasts.rules import brand_file
from broadcasts.rules.brand_file import Checked, FileNames, Key, TargetAndSold
from foundation.database import upsert
from foundation.dialects import table_of
from people.models import Area

CHECK, BRING = "brands.check", "brands.bring"
_brand_month = table_of(BrandMonth)
_GO = delete(_brand_month).where(
    _brand_month.c.month == bindparam("when"),
    _brand_month.c.brand_id == bindparam("brand"),
    _brand_month.c.area_id == bindparam("area"),
)


@dataclass(frozen=True, slots=True)
class BrandChanges:
    """What a file changes: how many of its rows are new, changed and as they were, and which kept ones go."""

    new: int
    changed: int
    unchanged: int
    #: Kept figures of an area above or below one of the file.
    gone: tuple[Key, ...]
    #: The months it tells of.
    months: tuple[int, ...]


def check(session: Session, content: bytes) -> Checked:
    """Read a file with the names as they are now. Raises `Refused` as `brand_file.read`."""
    return brand_file.check(brand_file.read(content), _known(session))


def compare(session: Session, checked: Checked) -> BrandChanges:
    """Return what a checked file changes of what is kept."""
    kept = _kept(session, checked)
    same = [key for key in checked.amounts if kept.get(key) == checked.amounts[key]]
    known = [key for key in checked.amounts if key in kept]
    gone = brand_file.replaces(checked.amounts, list(kept), _known(session))
    months = sorted({month for month, _, _ in checked.amounts})
    return BrandChanges(
        len(checked.amounts) - len(known), len(known) - len(same), len(same), tuple(gone), tuple(months)
    )


def keep(session: Session, checked: Checked, *, now: datetime) -> BrandChanges:
    """Keep what a checked file says, in place of what was kept of the same brand, area and month."""
    changes = compare(session, checked)
    if changes.gone:
        gone = [{"when": month, "brand": brand_id, "area": area_id} for month, brand_id, area_id in changes.gone]
        session.connection().execute(_GO, gone)
    # In one order, so that two imports at once never wait for each other.
    rows = [
        {"month": month, "brand_id": brand_id, "area_id": area_id, "target": target, "sold": sold, "said_at": now}
        for (month, brand_id, area_id), (target, sold) in sorted(checked.amounts.items())
    ]
    statement = upsert(session, BrandMonth)
    given = {name: statement.excluded[name] for name in ("target", "sold", "said_at")}
    session.execute(statement.on_conflict_do_update(index_elements=["month", "brand_id", "area_id"], set_=given), rows)
    return changes


def _known(session: Session) -> FileNames:
    areas = session.execute(select(Area.id, Area.name, Area.parent_id)).all()
    return FileNames(
        {row.name: row.id for row in session.execute(select(Brand.id, Brand.name))},
        {row.name: row.id for row in areas},
        {row.id: row.parent_id for row in areas},
    )


def _kept(session: Session, checked: Checked) -> dict[Key, TargetAndSold]:
    """Return what is kept of the months and brands of a file."""
    months = {month for month, _, _ in checked.amounts}
    brands = {brand_id for _, brand_id, _ in checked.amounts}
    rows = session.execute(
        select(BrandMonth.month, BrandMonth.brand_id, BrandMonth.area_id, BrandMonth.target, BrandMonth.sold).where(
            BrandMonth.month.in_(months), BrandMonth.brand_id.in_(brands)
        )
    )
    return {(row.month, row.brand_id, row.area_id): (row.target, row.sold) for row in rows}
