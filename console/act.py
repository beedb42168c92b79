"""Form post handling in the console: audited transaction, check of the stamp, redirect, refusals on the form's page.

A view contains only its own part:

    def edit(tag_id: int) -> ResponseReturnValue:
        return act.form(partial(_save, tag_id), partial(_page, tag_id))

    def _save(tag_id: int) -> ResponseReturnValue:
        with act.transaction(over=_editable(tag_id)) as (session, now, note):
            name = tags.change(session, tag_id, request.form.get("name", ""), now=now)
            note("tag.save", detail=name)
        return act.done(url_for("people_pages.tag_list"), f"标签“{name}”已修改。")

    def _page(tag_id: int, error: Refused | None) -> str:
        …
        return render_template("people/tag.html", tag=found, kept=kept, error=error)

Where a step can be taken back, `undo` gives the address and the form values that do it:

    back = url_for("people_pages.enable", user_id=user_id), {}
    return act.done(url_for("people_pages.user_list"), f"“{name}”已停用。", undo=back)

The next page shows it as a toast with 撤销, which is a form of its own and works without script. It goes through the
same door as any other step: with its permission, its stamp, its note in the audit log.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from flask import Response, flash, redirect, request
from flask import session as browser_session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, audit, stamps
from console.stamps import Editable, Overtaken
from foundation.errors import Refused
from wechat_bot.services import current_services

#: Name in the browser's session of the step that can be taken back.
_UNDO = "undo"


class Note(Protocol):
    """Function that writes an audit log entry: its word, the link of its subject (default: what is edited), details."""

    def __call__(self, did: str, about: str = "", detail: str = "") -> None: ...


@contextmanager
def transaction(*, over: Editable | None = None) -> Iterator[tuple[Session, datetime, Note]]:
    """Audited transaction of the signed-in visitor: gives its session, its time, and the function for its audit entry.

    `over` is what the form edits: its stamp is checked first. Commits when the block ends, and rolls back where it
    raises. A block that wrote no audit entry is a bug, and rolled back too.
    """
    services, visitor, address = current_services(), access.visitor(), access.address()
    extensions = access.extensions()
    link, is_noted = over.about if over else "", False
    with services.transaction() as session:
        now = services.clock()
        if over is not None:
            check_stamp(session, over)

        def note(did: str, about: str = link, detail: str = "") -> None:
            nonlocal is_noted
            if did not in extensions.audit_words:
                raise ValueError(f"no feature declares {did!r} as a word of the audit log")
            is_search, is_view = did in extensions.searches, did in extensions.views
            audit.note(
                session, visitor, did, about, detail, address=address, now=now, is_search=is_search, is_view=is_view
            )
            is_noted = True

        yield session, now, note
        if not is_noted:
            raise RuntimeError("something was done in the console, and nothing was written down of it")


def seen(did: str, about: str = "", detail: str = "") -> None:
    """Write an audit log entry about something shown or refused, in a transaction of its own."""
    with transaction() as (_, _, note):
        note(did, about, detail)


def check_stamp(session: Session, editable: Editable) -> None:
    """Check, before any change, that the posted form was made from the current values.

    Raises `stamps.Overtaken`, which `form` and the page of a refusal show with the current values.
    """
    stamps.check(session, editable, request.form.get(stamps.FIELD, ""), now=current_services().clock())


def form(
    do: Callable[[], ResponseReturnValue], page: Callable[[Refused | None], str | Response]
) -> ResponseReturnValue:
    """View of a form: shows `page`; when posted answers what `do` does, or the page again with the refusal.

    Given a refusal, `page` fills its form from `request.form`, so that what was written is not lost.
    """
    error = None
    if request.method == "POST":
        try:
            return do()
        except Refused as refusal:
            error = refusal
    return page(error), status(error)


def status(refusal: Refused | None) -> int:
    """The status of a form page with a refusal: 409 where somebody else changed the thing first, else 422."""
    return 200 if refusal is None else 409 if isinstance(refusal, Overtaken) else 422


def done(
    where: str, said: str = "", tone: str = "success", *, undo: tuple[str, Mapping[str, object]] | None = None
) -> ResponseReturnValue:
    """Redirect to another page, which says what was done. Call it after the transaction, which might still fail.

    `undo` is how to take it back: an address of a POST, and the fields of its form.
    """
    if said:
        flash(said, tone)
    if undo:
        address, values = undo
        browser_session[_UNDO] = {"said": said, "address": address, "fields": {k: str(v) for k, v in values.items()}}
    return redirect(where, 303)


def undoable() -> Mapping[str, Any]:
    """The step that the page may offer to take back; given once."""
    found: Mapping[str, Any] = browser_session.pop(_UNDO, {})
    return found
