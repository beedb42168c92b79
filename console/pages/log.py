"""The audit log, for admins."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from console import access, queries
from console.permissions import AUDIT_SEE
from wechat_bot.services import current_services


@access.allow(AUDIT_SEE)
def audit_log() -> ResponseReturnValue:
    """Who did and saw what, the newest first."""
    who, did = request.args.get("who", "").strip().lower(), request.args.get("did", "")
    with current_services().reading() as session:
        found = queries.audit(session, who=who, did=did, before=request.args.get("before", type=int))
    lines = found[: queries.PAGE]
    return render_template(
        "console/audit.html",
        lines=lines,
        words=access.extensions().audit_words,
        who=who,
        did=did,
        older=lines[-1].id if len(found) > queries.PAGE else None,
        is_first="before" not in request.args,
    )
