"""Own rows of a service notice: a table that was read is written in short transactions, and counts once it is whole."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from broadcasts.actions import pushes
from broadcasts.actions.sending import PUSHES
from broadcasts.models.pushes import Plan, PushKind, Shows
from broadcasts.models.rows import OwnRow, OwnTable
from broadcasts.rules import own_rows
from broadcasts.rules.own_rows import OwnRows, WrongRows
from broadcasts.rules.states import OPEN
from broadcasts.texts import pushes as texts
from campaigns import approving
from campaigns.approving import CampaignAuthor
from foundation.errors import Refused
from people.models import IS_THERE, Retailer

#: Kinds of long task: check an uploaded table, and write a checked one.
CHECK, BRING = "push.rows.check", "push.rows"
#: Rows written in one transaction, and licences looked up in one statement.
BATCH = 2_000


def shops(session: Session, read: OwnRows) -> dict[str, int]:
    """Return the id of each row's shop by its licence. Raises `WrongRows` where the roster does not have one."""
    found: dict[str, int] = {}
    for some in _parts([row.licence for row in read.rows]):
        rows = session.execute(select(Retailer.licence, Retailer.id).where(Retailer.licence.in_(some), IS_THERE))
        found.update((row.licence, row.id) for row in rows)
    if faults := [
        f"{read.place(row)} 名单里没有许可证号 {row.licence}。" for row in read.rows if row.licence not in found
    ]:
        raise WrongRows(faults)
    return found


def name_of(session: Session, retailer_id: int) -> str:
    """Return the name of a shop."""
    return session.scalar(select(Retailer.shop).where(Retailer.id == retailer_id)) or ""


def begin(session: Session, push_id: int, read: OwnRows, file_name: str, *, by: str, now: datetime) -> int:
    """Begin a table of own rows; gives its id. It counts for nothing until it is `finish`ed."""
    table = OwnTable(
        push_id=push_id,
        headings=list(read.headings),
        file_name=file_name[:200],
        rows=len(read.rows),
        digest=read.digest,
        brought_at=now,
        brought_by=by[:40],
    )
    session.add(table)
    session.flush()
    return table.id


def add(session: Session, table_id: int, read: OwnRows, ids: dict[str, int], start: int) -> int:
    """Write the next rows of a table, from the `start`th on; gives where the next ones begin."""
    some = read.rows[start : start + BATCH]
    values = [
        {
            "table_id": table_id,
            "retailer_id": ids[row.licence],
            "values": list(row.values),
            "said": own_rows.said(read.headings, row.values),
        }
        for row in some
    ]
    session.execute(insert(OwnRow), values)
    return start + len(some)


def finish(session: Session, table_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Let a table whose rows are all written count in place of the one before: it is the push's audience, told by
    message, and an approval given before is none of it. Raises `Refused` once sending has begun."""
    table = session.get_one(OwnTable, table_id)
    push, campaign = pushes.hold(session, table.push_id)
    if campaign.state not in OPEN:
        raise Refused(texts.IS_OVER)
    before = approving.digest(session, campaign, PUSHES)
    session.execute(update(OwnTable).where(OwnTable.push_id == push.id).values(is_whole=False))
    table.is_whole = True
    push.kind, push.plan, push.shows = PushKind.SERVICE, Plan.MESSAGE, Shows.TEXT
    push.article_id = push.article_version = push.picture = None
    session.flush()
    own = {"own_row": push.id}
    approving.revise(session, campaign, PUSHES, before=before, who=who, now=now, audience=own)


def sweep(session: Session, *, before: datetime) -> bool:
    """Delete the next rows of a table that was replaced, or never became whole, before a moment; gives whether more may
    be left."""
    old = select(OwnTable.id).where(~OwnTable.is_whole, OwnTable.brought_at < before).order_by(OwnTable.id).limit(1)
    table_id = session.scalar(old)
    if table_id is None:
        return False
    some = select(OwnRow.retailer_id).where(OwnRow.table_id == table_id).limit(BATCH)
    ids = session.scalars(some).all()
    session.execute(delete(OwnRow).where(OwnRow.table_id == table_id, OwnRow.retailer_id.in_(ids)))
    if len(ids) < BATCH:
        session.execute(delete(OwnTable).where(OwnTable.id == table_id))
    return True


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    left = iter(texts)
    while some := list(islice(left, BATCH)):
        yield some
