"""Own rows of service notices: a push's table, a shop's own values, the audience that is the rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from broadcasts.models.pushes import IS_ITS_CAMPAIGN, Push
from broadcasts.models.rows import OwnRow, OwnTable
from campaigns.models import Campaign, Recipient
from foundation.errors import Refused
from people.models import Retailer
from wechat_bot.criterion import Criterion

#: Own rows a shop is shown on its page: older notices are of no use to it.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """Own notice of a shop: the push it came with, and its values under their headings."""

    push_id: int
    token: str
    title: str
    words: str
    sent_at: datetime
    values: Sequence[tuple[str, str]]

    @property
    def lines(self) -> str:
        """The values as a message says them, a line each."""
        return "\n".join(f"{heading}：{value}" for heading, value in self.values)


def table(session: Session, push_id: int) -> OwnTable | None:
    """Return the table of own rows that counts for a push; None where it has none."""
    return session.scalar(select(OwnTable).where(OwnTable.push_id == push_id, OwnTable.is_whole))


def digests(session: Session, push_ids: Collection[Any]) -> list[list[Any]]:
    """Return the digests of the own rows of these pushes that have any, for an approval."""
    known = [each for each in push_ids if isinstance(each, int) and 0 < each < 1 << 31]
    found = select(OwnTable.push_id, OwnTable.digest).where(OwnTable.push_id.in_(known), OwnTable.is_whole)
    return [list(row) for row in session.execute(found.order_by(OwnTable.push_id))]


def words(table_id: int) -> ColumnElement[str]:
    """Return the words of each recipient's own row, as an SQL expression on `Recipient`."""
    own = select(OwnRow.said).where(OwnRow.table_id == table_id, OwnRow.retailer_id == Recipient.retailer_id)
    return func.coalesce(own.correlate(Recipient).scalar_subquery(), "")


def first(session: Session, table_id: int, count: int) -> list[tuple[str, Sequence[str]]]:
    """Return the first rows of a table, by licence, with their shops' names: an author looks at a few."""
    rows = select(Retailer.shop, OwnRow.values).join(Retailer, Retailer.id == OwnRow.retailer_id)
    some = rows.where(OwnRow.table_id == table_id).order_by(OwnRow.retailer_id).limit(count)
    return [(row[0], row[1]) for row in session.execute(some)]


def of_shop(session: Session, retailer_id: int, *, push_id: int | None = None) -> list[OwnNotice]:
    """Return what service notices that went out told a shop of itself, the newest first; of one push where it is
    named."""
    found = (
        select(Push.id, Push.token, Push.title, Push.words, Campaign.frozen_at, OwnTable.headings, OwnRow.values)
        .select_from(OwnRow)
        .join(OwnTable, OwnTable.id == OwnRow.table_id)
        .join(Push, Push.id == OwnTable.push_id)
        .join(Campaign, IS_ITS_CAMPAIGN)
        .where(OwnRow.retailer_id == retailer_id, OwnTable.is_whole, Campaign.frozen_at.is_not(None))
        .order_by(Campaign.frozen_at.desc(), Push.id.desc())
        .limit(SHOWN)
    )
    if push_id is not None:
        found = found.where(Push.id == push_id)
    return [
        OwnNotice(row.id, row.token, row.title, row.words, row.frozen_at, _shown(row.headings, row.values))
        for row in session.execute(found)
    ]


def _shown(headings: Sequence[str], values: Sequence[str]) -> list[tuple[str, str]]:
    return [(heading, value) for heading, value in zip(headings, values, strict=True) if value]


def _has_row(session: Session, value: object, now: datetime) -> Select[int] | ColumnElement[bool]:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("对象条件 own_row 要写推送的编号，如 own_row: 12。")
    found = table(session, value)
    if found is None:
        raise Refused(f"推送 {value} 还没有各店的表格，请先上传。")
    return exists().where(OwnRow.table_id == found.id, OwnRow.retailer_id == Retailer.id)


OWN_ROW = Criterion("own_row", "推送的表格里有这家店：own_row: 12", select=_has_row)
