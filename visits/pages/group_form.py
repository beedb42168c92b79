"""Form of a visit group, in the console and inside WeChat: whom it would reach is shown before it can be sent."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from campaigns import preview as reach
from foundation.errors import Refused
from people.audiences import Spec
from people.picker import short
from people.picker.short import Picker
from visits.actions import groups as actions
from visits.pages import form_values
from visits.pages.form_pictures import FormPicture
from visits.queries import groups as queries
from visits.queries.visibility import Colleague
from visits.texts import groups as texts


def was_seen(meant: Spec) -> bool:
    """Whether the writer presses send, after seeing how many shops these are."""
    return request.form.get("do") == "send" and request.form.get("looked") == short.mark(meant)


def shown(session: Session, who: Colleague, picker: Picker, picture: FormPicture, error: str) -> dict[str, Any]:
    """Return what the form shows: what was entered, and whom it would reach now."""
    services, values, now = picture.services, request.values, who.now
    picked, criteria = short.read(picker, values, services.criteria), services.criteria
    found: dict[str, Any] = {"preview": None, "ahead": 0, "takes": None, "strangers": (), "named": "", "looked": ""}
    try:
        if picked.whom:
            meant, has_template = picked.spec, form_values.has_template(services)
            preview = queries.preview(session, who, meant, criteria, has_template=has_template, now=now)
            ahead = reach.ahead(session, now=now)
            found |= {"preview": preview, "ahead": ahead, "takes": reach.takes(ahead + preview.following)}
            found["strangers"] = queries.strangers(session, who, meant, criteria, now=now)
            found["named"] = queries.words(session, meant, criteria, is_part=not who.sees.is_company_wide)
            found["looked"] = short.mark(meant)
    except Refused as refusal:
        error = error or refusal.sentence
    return {
        **found,
        "offer": short.offer(session, picker, picked, criteria, who.sees),
        "values": values,
        "error": error,
        "sender": who.public_name,
        "quiet": services.quiet,
        "days": values.get("days", actions.ANSWERS_FOR.days, type=int),
        "longest": form_values.LONGEST,
        "texts": texts,
    }
