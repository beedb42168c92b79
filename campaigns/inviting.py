"""Console pages of waves: planned with a preview of whom they would reach; the outcome of each wave, and its shops.

A feature declares an `Inviting` for its authored work and routes its `views`. Its templates include those of
`campaigns/templates`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from campaigns import invitations, steering, waves
from campaigns.invited import Inviting, line_of, narrowed, work_of
from campaigns.models import CampaignState, Outcome
from campaigns.preview import Preview
from campaigns.rules import DUE
from campaigns.texts import STATES
from campaigns.waves import MOST_REMINDERS, Invited, WaveLine, WavePlan
from console import access, act, fields
from console.authored import AuthoredState
from console.lists import looking
from console.lists.exporting import exporting
from console.lists.listing import Listing
from foundation.clock import when
from foundation.errors import Refused
from foundation.quiet import put_off_until
from people.picker import form, short
from people.picker.form import Loader
from wechat_bot.services import Services, current_services

COLOURS = {
    CampaignState.LISTING: "good",
    CampaignState.SENDING: "good",
    CampaignState.PAUSED: "warn",
    CampaignState.SENT: "accent",
    CampaignState.BROKEN: "bad",
}
STEPS: Mapping[str, tuple[str, Callable[..., object]]] = {
    "pause": ("暂停", steering.pause),
    "resume": ("继续", steering.resume),
    "cancel": ("取消", steering.cancel),
}
#: The steps by which another is taken back.
BACK = {"pause": "resume", "resume": "pause"}
View = Callable[..., ResponseReturnValue]


def views(of: Inviting, listing: Listing[Invited]) -> Iterator[tuple[str, View, tuple[str, ...]]]:
    """Yield the views of invitations, each with the end of its address and its methods."""

    @access.allow(of.see)
    def waves(**which: int) -> ResponseReturnValue:
        """List every wave with its figures; with the form and a preview for a visitor who may invite."""
        page, error = _look(of, work_of(of, which))
        return page, act.status(error)

    @access.allow(of.write)
    def invite(**which: int) -> ResponseReturnValue:
        """Plan an invitation, and reminders after it; or only show whom it would reach."""
        work_id = work_of(of, which)
        if request.form.get("do") == "look":
            return page_of(of, work_id, None)
        return act.form(partial(_invite, of, work_id), partial(page_of, of, work_id))

    @access.allow(of.write)
    def steer(number: int, **which: int) -> ResponseReturnValue:
        """Pause, resume or cancel a wave."""
        return _steer(of, work_of(of, which), number)

    @access.allow(of.see)
    def wave(number: int, **which: int) -> ResponseReturnValue:
        """Show one wave: its figures and, where that is no secret, its shops. Seeing them is written to the audit
        log."""
        return _wave(of, listing, work_of(of, which), number)

    yield "", waves, ("GET",)
    yield "", invite, ("POST",)
    yield "/<int:number>", wave, ("GET",)
    yield "/<int:number>/export", exporting(listing, wave), ("POST",)
    yield "/<int:number>/steer", steer, ("POST",)


def page_of(of: Inviting, work_id: int, error: Refused | None) -> str:
    """Draw the page of all waves, with what was wrong with a form on it."""
    return _look(of, work_id, error)[0]


def _invite(of: Inviting, work_id: int) -> ResponseReturnValue:
    services, given = current_services(), request.form
    audience = short.read(of.picker, given, services.criteria).spec
    is_later = given.get("when") == "later"
    first_at = fields.moment(given.get("first_at", ""), services.zone) if is_later else None
    if is_later and first_at is None:
        raise Refused(fields.MOMENT)
    with act.transaction() as (session, now, note):
        planned = WavePlan(
            said=given.get("said", ""),
            first_at=first_at or now,
            reminders=fields.number(given.get("reminders", "0"), "再提醒几次"),
            every_days=fields.number(given.get("every_days", "3"), "每隔几天"),
            audience=audience,
            # The page says how many waves there were: a form sent twice must not be two invitations.
            seen=given.get("seen", -1, type=int),
        )
        who = access.visitor().name
        numbers = of.plan(session, work_id, planned, who=who, criteria=services.criteria, now=now)
        which = f"第 {numbers[0]} 次" + (f"到第 {numbers[-1]} 次" if len(numbers) > 1 else "")
        only = "" if audience is None else f"，只给{short.words(session, audience, services.criteria)}"
        note(f"{of.topic}.invite", f"{of.topic}:{work_id}", which + only)
    return act.done(of.address("waves", work_id), f"已安排{which}邀请{only}。")


def _steer(of: Inviting, work_id: int, number: int) -> ResponseReturnValue:
    step = STEPS.get(request.form.get("do", ""))
    if step is None:
        abort(404)
    word, do = step
    said = f"{word}第 {number} 次"
    with act.transaction() as (session, now, note):
        line = line_of(of, session, work_id, number)
        kind = next((each for each in of.kinds if line and each.name == line.kind), of.kinds[0])
        do(session, steering.find(session, kind, work_id, number), by=access.visitor().name, now=now)
        note(f"{of.topic}.steer", f"{of.topic}:{work_id}", said)
    other = BACK.get(request.form["do"])
    back = (of.address("steer", work_id, number=number), {"do": other}) if other else None
    return act.done(of.address("waves", work_id), f"已{said}邀请。", undo=back)


def _wave(of: Inviting, listing: Listing[Invited], work_id: int, number: int) -> ResponseReturnValue:
    services = current_services()
    if request.args.get("outcome", "") not in (*of.whom, "answered"):
        abort(404)
    now = services.clock()
    with services.reading() as session:
        found = _found(of, session, work_id, now)
        line = line_of(of, session, work_id, number)
        shown = None if line is None or of.is_secret(found) else looking.look(listing, session)
        named = "" if line is None else short.words(session, line.audience, services.criteria)
    if line is None:
        abort(404)
    if shown is not None:
        act.seen(
            f"{of.topic}.people",
            f"{of.topic}:{work_id}",
            f"第 {number} 次邀请，{of.whom[narrowed(of, shown.asked)]}",
        )
    values = {
        "inv": of,
        "wave": line,
        "named": named,
        "shown": shown,
        "states": STATES,
        "colours": COLOURS,
        "until": _until(line, services, now),
        "is_part": not access.visitor().is_company_wide,
    }
    return render_template(f"{of.feature}/console/wave.html", **of.head(found), **values)


def _look(of: Inviting, work_id: int, error: Refused | None = None) -> tuple[str, Refused | None]:
    """Return the page of the waves, and what is wrong with its form."""
    services, me = current_services(), access.visitor()
    now, picked = services.clock(), short.read(of.picker, request.values, services.criteria)
    # The waves are shown at once, and the page asks for the preview separately: it reads many shops.
    counts_later = not picked.whom
    with services.reading() as session:
        found = _found(of, session, work_id, now)
        is_running = found.state in (AuthoredState.OPEN, AuthoredState.WAITING)
        planned = waves.lines(session, of.kinds, work_id)
        choices = Loader(session, form.offered(services.criteria))
        preview, uncounted = None, ""
        if me.may(of.write) and is_running and not counts_later:
            preview, uncounted = _preview(of, session, services, work_id, picked, now)
        values = {
            "inv": of,
            "work": found,
            "lines": planned,
            "offer": short.offer(session, of.picker, picked, services.criteria, me),
            "named": {line.number: choices.sentence(line.audience) for line in planned if line.audience},
            "preview": preview,
            "uncounted": uncounted,
        }
    values |= {
        "counts_later": counts_later,
        "error": error,
        "is_running": is_running,
        "form": request.form,
        "said": of.says(found),
        "states": STATES,
        "colours": COLOURS,
        "quiet": services.quiet,
        "until": lambda line: _until(line, services, now),
        "is_quiet": bool(services.quiet and services.quiet.over_at(now)),
        "longest": waves.LONGEST,
        "reminders": [(n, f"{n} 次" if n else "不提醒") for n in range(MOST_REMINDERS + 1)],
        "has_pages": services.is_service_account,
    }
    values |= {**of.head(found), **of.more(found)}
    return render_template(f"{of.feature}/console/invitations.html", **values), error


def _preview(
    of: Inviting, session: Session, services: Services, work_id: int, picked: short.Picked, now: datetime
) -> tuple[Preview | None, str]:
    """Return whom an invitation would reach, or why that cannot be counted: said where the count would stand, and no
    error, for a piece of a page with one would not be shown."""
    has_template = services.is_service_account and of.of.kind.name in services.templates
    try:
        found = invitations.preview(
            of.of, session, work_id, picked.spec, services.criteria, has_template=has_template, now=now
        )
    except Refused as refusal:
        return None, refusal.sentence
    return found, ""


def _until(line: WaveLine, services: Services, now: datetime) -> str:
    """Return in words until when a wave waits for the end of quiet hours; empty where it does not."""
    quiet = services.quiet
    waits = line.state is CampaignState.PLANNED or (line.state in DUE and line.figures.of(Outcome.QUEUED))
    if quiet is None or not waits or quiet.over_at(max(line.due_at, now)) is None:
        return ""
    until = put_off_until(line.due_at, heeds_quiet=True, quiet=quiet, now=now)
    return when(until, now=now, zone=services.zone) if until else ""


def _found(of: Inviting, session: Session, work_id: int, now: datetime) -> Any:
    found = of.detail(session, work_id, now=now)
    if found is None or found.state is AuthoredState.DRAFT:
        abort(404)
    return found
