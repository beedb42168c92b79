"""Jobs of the clock for surveys: end waves, plan news of results, file submissions, sweep pictures, export."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from campaigns import invitations, kinds
from console.rules.visitors import Visitor
from console.work import Made, Work, export
from foundation.workbooks.files import file_name
from people import visibility
from surveys.actions import filing, pictures, waves
from surveys.export import files
from surveys.export.files import EXPORT
from surveys.permissions import SURVEYS_EXPORT
from surveys.queries.tally import tally
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import Services


def export_answers(work: Work, session: Session, visitor: Visitor, path: Path) -> Made:
    """Write every answer of a survey to a file, if whoever asked may still have it."""
    services, survey_id, form = work.services, work.params["survey_id"], work.params["form"]
    figures, now, progress = tally(session, survey_id), services.clock(), work.stage("导出")
    files.write(session, survey_id, path, form=form, figures=figures, now=now, zone=services.zone, progress=progress)
    name = file_name(figures["title"], form, now=now, zone=services.zone)
    return Made(name, f"共 {figures['returned']} 份答卷。")


def look_after_waves(services: Services) -> None:
    """End the waves whose survey is over, and plan the news of results."""
    now = services.clock()
    invitations.end_over(services, waves.INVITATIONS, now)
    with services.transaction() as session:
        waves.promise_results(session, kinds.context(services, now))


def file(services: Services) -> None:
    """Add submissions to the cross-tabs, and their words to the search."""
    services.in_lots(filing.BATCH, filing.file_some)


def sweep_pictures(services: Services) -> None:
    """Discard pictures that no draft and no version shows."""
    if clock_steadiness.goes_steadily(services):  # with one that was just set nothing is taken for old
        services.in_lots(pictures.BATCH, lambda session: pictures.sweep(session, now=services.clock()))


TASKS = {
    EXPORT: export(
        export_answers,
        permission=SURVEYS_EXPORT,
        what="导出调查",
        part=visibility.part,
        suffix=lambda params: f".{params['form']}",
    )
}
JOBS = (
    Job("survey waves", timedelta(seconds=2), look_after_waves),
    Job("file submissions", timedelta(seconds=5), file),
    Job("sweep pictures of surveys", timedelta(hours=6), sweep_pictures),
)
