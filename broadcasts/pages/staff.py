"""Console page of a push to staff: its figures, and every colleague with what became of it, or why not; as a file,
too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from broadcasts.models.pushes import Push
from broadcasts.permissions import PUSHES_APPROVE, PUSHES_EXPORT
from broadcasts.queries import report
from broadcasts.queries import staff as queries
from broadcasts.queries.pushes import campaign_of
from broadcasts.queries.staff import StaffLine
from broadcasts.rules import states
from broadcasts.rules.staff import StaffAudience, is_staff, read
from broadcasts.texts import staff as texts
from console import access, act, fields
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.rules.visitors import ROLES, Role
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people.areas import names as area_names
from wechat_bot.services import current_services

#: The filter by what became of it, and its choice of all who got nothing.
BECAME, MISSED = "became", "missed"
TO_STAFF = "staff"


@dataclass(frozen=True, slots=True)
class StaffOffer:
    """Offer of the composer: whom of the staff a push can go to, and what is chosen."""

    is_chosen: bool
    chosen: StaffAudience
    roles: Mapping[str, str]
    areas: Sequence[str]


def offer(session: Session, given: MultiDict[str, str] | None, audience: Mapping[str, Any] | None) -> StaffOffer:
    """Return what the composer offers: as it was posted, else as it is kept."""
    spec = of_form(given) if given is not None else audience
    chosen = read(spec or {}) if is_staff(spec) else StaffAudience()
    areas = [name for _, name in area_names(session)]
    return StaffOffer(is_staff(spec), chosen, {each.value: ROLES[each] for each in Role}, areas)


def of_form(given: MultiDict[str, str]) -> Mapping[str, Any] | None:
    """Return the audience of staff that a form says; None where it says shops. Raises Refused for what our form cannot
    have sent."""
    if given.get("to", "") != TO_STAFF:
        return None
    if given.get("staff"):
        return StaffAudience(is_everybody=True).spec
    roles = [Role(fields.choice(each, list(Role), texts.NO_ROLE.format(each))) for each in given.getlist("staff_role")]
    return StaffAudience(roles=roles, areas=given.getlist("staff_area")).spec


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[StaffLine]:
    campaign = campaign_of(asked.session, asked.of["push_id"])
    if campaign is None:
        raise Refused(texts.NOBODY)
    wanted = asked.given.get(BECAME, "")
    only = queries.MISSED if wanted == MISSED else (wanted,) if wanted else ()
    return queries.page(asked.session, campaign, only=only, cursor=cursor, limit=limit)


STAFF: Listing[StaffLine] = Listing(
    name="broadcasts.staff",
    title="同事",
    unit="人",
    see=PUSHES_APPROVE,
    size=queries.PAGE,
    filters=(Filter(BECAME, "结果", "全部", lambda asked: [(MISSED, "没有收到的"), *texts.WORDS.items()]),),
    means=lambda asked: f"推送 {asked.of['push_id']}",
    columns=(
        Column("name", "姓名", lambda line: line.name, style="lead", width=16),
        Column("role", "做什么", lambda line: ROLES[Role(line.role)] if line.role else ROLES[Role.MANAGER], width=14),
        Column("became", "结果", lambda line: texts.WORDS.get(line.became, line.became), width=24),
        Column("mailed", "邮件", lambda line: "也发邮件" if line.is_mailed else "", is_spare=True),
        Column("opened", "打开", lambda line: line.opened_at, style="text-nowrap", width=18),
    ),
    find=_find,
    nothing=("还没有名单", "到了发送时间，这里有每一位同事。"),
    nothing_left=("没有符合的同事", "换一个条件再看。"),
    export=PUSHES_EXPORT,
)


@access.allow(PUSHES_APPROVE)
def push_staff(push_id: int) -> ResponseReturnValue:
    """List the staff a push was for. Seeing them is written to the audit log."""
    with current_services().reading() as session:
        push, found = session.get(Push, push_id), report.report(session, push_id, report.WHOLE)
        if push is None or found is None or not push.is_to_staff:
            abort(404)
        shown = looking.look(STAFF, session)
    act.seen("push.staff", f"push:{push_id}")
    return render_template(
        "broadcasts/console/staff.html", push=push, shown=shown, figures=found.figures, word=states.WORDS[found.state]
    )
