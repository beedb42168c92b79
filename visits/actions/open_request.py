"""Open request: a request while one event is handled, with what is read of it, so that nothing is read twice."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation.clock import day_in
from people import identity
from people.identity import Shop
from visits.actions.deadlines import Deadlines
from visits.models.requests import Message, Request
from visits.queries import org_chart, visibility
from visits.queries.org_chart import OrgChart


@dataclass
class OpenRequest:
    """Request while one event is handled. Its shop and deadlines are read once, where they are needed first."""

    session: Session
    row: Request
    now: datetime
    zone: ZoneInfo
    #: The shop of whoever wrote, where it was read already: usually the request's own.
    writers: Shop | None = None
    #: The shop's message that has waited longest for an answer, where it was read already.
    first: Message | None = None

    @cached_property
    def shop(self) -> Shop | None:
        """The shop it belongs to; None for a stranger's."""
        if self.row.retailer_id is None:
            return None
        if self.writers is not None and self.writers.id == self.row.retailer_id:
            return self.writers
        return identity.shop(self.session, self.row.retailer_id)

    @cached_property
    def deadlines(self) -> Deadlines:
        """Its deadlines. Nothing else changes them meanwhile."""
        return Deadlines(self.session, self.row, self.now)

    @cached_property
    def chart(self) -> OrgChart:
        """The organisation chart of today."""
        return org_chart.read(self.session, self.today)

    @property
    def today(self) -> date:
        return day_in(self.now, self.zone)

    @property
    def own_id(self) -> int | None:
        """The manager the shop names, as of today."""
        return self.shop.own.id if self.shop and self.shop.own else None

    @property
    def area_id(self) -> int | None:
        """The shop's area, as of today."""
        return self.shop.area_id if self.shop else self.row.area_id

    @property
    def answer_due(self) -> datetime | None:
        """Until when it is to be answered."""
        return self.deadlines.answer.due_at if self.deadlines.answer else None

    def hidden_from(self) -> set[int]:
        """Return the managers who must not see it, since it is a complaint."""
        if not self.row.goes_up:
            return set()
        return visibility.hidden_from(self.session, [self.row.id]).get(self.row.id, set())

    def above(self, owner_id: int) -> list[int]:
        """Return who stands above this owner and may see it, the nearest first."""
        hidden = self.hidden_from()
        supervisors = self.chart.supervisors(self.area_id, below_id=owner_id)
        return [each.id for each in supervisors if each.id not in hidden]
