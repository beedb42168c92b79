"""Roster import pages: upload, preview, confirm. A worker reads and writes the file."""

import io
from functools import partial

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access, act, importing
from console.importing import Wizard
from console.pages import tasks as task_pages
from foundation.errors import Refused
from people.permissions import PEOPLE_IMPORT
from people.roster import checking, template
from people.roster.kinds import CHECK, IMPORT

ROSTER = Wizard("名单", check=CHECK, bring=IMPORT, page="people_pages.preview", did="roster.import")


@access.allow(PEOPLE_IMPORT, upload=checking.LIMITS.file)
def upload() -> ResponseReturnValue:
    """Upload a file and start its check. Nothing is imported yet."""
    return act.form(partial(importing.take, ROSTER), _page)


@access.allow(PEOPLE_IMPORT)
def template_file() -> ResponseReturnValue:
    """Download of the empty roster template."""
    target = io.BytesIO()
    template.write(target)
    target.seek(0)
    return access.download(target, "零售户名单模板.xlsx")


@access.allow(PEOPLE_IMPORT)
def preview(task_id: int) -> ResponseReturnValue:
    """Preview of the import, or the errors by cell."""
    task = importing.checked(ROSTER, task_pages.find(task_id))
    return render_template("people/preview.html", task=task, result=task.result or {}, **task_pages.standing(task))


@access.allow(PEOPLE_IMPORT)
def confirm(task_id: int) -> ResponseReturnValue:
    """Start the import of a checked file."""
    return importing.confirm(ROSTER, task_pages.find(task_id))


def _page(error: Refused | None) -> str:
    return render_template("people/import.html", error=error)
