"""Console pages that take a file with targets and sales of brands: upload, what it would change, confirm."""

import io
from functools import partial

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from broadcasts.actions import brand_months
from broadcasts.permissions import LIBRARY_WRITE
from broadcasts.rules import brand_file, brand_template
from broadcasts.rules.brand_months import written
from broadcasts.texts import brand_months as texts
from console import access, act, importing
from console.importing import Wizard
from console.models import TaskState
from console.pages import tasks as task_pages
from foundation.errors import Refused

BRANDS = Wizard(
    "品牌目标和销量",
    check=brand_months.CHECK,
    bring=brand_months.BRING,
    page="broadcasts_pages.checked_brands",
    did="brand.import",
    done="broadcasts_pages.checked_brands",
)


@access.allow(LIBRARY_WRITE, upload=brand_file.LIMITS.file)
def upload_brands() -> ResponseReturnValue:
    """Upload a file of brands and start its check. Nothing is imported yet."""
    return act.form(partial(importing.take, BRANDS), _page)


@access.allow(LIBRARY_WRITE)
def brand_template_file() -> ResponseReturnValue:
    """Send the empty table to fill in."""
    target = io.BytesIO()
    brand_template.write(target)
    target.seek(0)
    return access.download(target, "品牌目标和销量模板.xlsx")


@access.allow(LIBRARY_WRITE)
def checked_brands(task_id: int) -> ResponseReturnValue:
    """Show what a file of brands would change, or every fault by its cell; once imported, the month it tells of."""
    task = task_pages.find(task_id)
    if task.kind not in (BRANDS.check, BRANDS.bring):
        abort(404)
    result = task.result or {}
    if task.kind == BRANDS.bring and task.state == TaskState.DONE:
        there = url_for("broadcasts_pages.brand_month", month=written(result["month"]))
        return act.done(there, result["said"])
    return render_template(
        "broadcasts/console/brand_checked.html",
        task=task,
        result=result,
        months=texts.months(result.get("months", ())),
        **task_pages.standing(task),
    )


@access.allow(LIBRARY_WRITE)
def confirm_brands(task_id: int) -> ResponseReturnValue:
    """Start the import of a checked file of brands."""
    return importing.confirm(BRANDS, task_pages.find(task_id))


def _page(error: Refused | None) -> str:
    return render_template("broadcasts/console/brand_import.html", error=error)
