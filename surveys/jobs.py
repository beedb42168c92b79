"""What the clock does for surveys: ends waves, plans news of results, files what was handed in, exports."""

from datetime import timedelta

from campaigns import kinds
from console import queries
from console.work import Work, WorkKind
from foundation.clock import day_in
from foundation.errors import Refused
from people import visibility
from surveys.actions import filing, inviting, waves
from surveys.export import files
from surveys.export.files import EXPORT
from surveys.permissions import SURVEYS_EXPORT
from surveys.queries.tally import tally
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import Services


def export_answers(work: Work) -> None:
    """Write every answer of a survey to a file, if whoever asked may still have it."""
    services, form = work.services, work.params["form"]
    survey_id: int = work.params["survey_id"]
    progress = work.stage("导出")
    with work.writing(f".{form}") as path, services.reading() as session:
        visitor = queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(SURVEYS_EXPORT):
            raise Refused("您现在没有导出调查的权限。")
        figures, now = tally(session, survey_id), services.clock()
        part = visibility.part(session, visitor, day_in(now, services.zone))
        files.write(
            session, survey_id, path, form=form, figures=figures, now=now, zone=services.zone, progress=progress
        )
    name = files.file_name(figures["title"], form, now=now, zone=services.zone)
    said = {"said": f"共 {figures['returned']} 份答卷。"}
    work.hand_out(name, said, needs={SURVEYS_EXPORT}, part=part)


def look_after_waves(services: Services) -> None:
    """End the waves whose survey is over, and plan the news of results."""
    now = services.clock()
    with services.reading() as session:
        # By a clock that was set just now no survey's waves are ended for good; none goes out after its end anyway.
        over = waves.ended(session, now=now) if clock_steadiness.is_steady(session, now=now) else []
    for survey_id in over:
        with services.transaction() as session:
            inviting.stop(session, survey_id, now=now)
    with services.transaction() as session:
        waves.promise_results(session, kinds.means(services, now))


def file(services: Services) -> None:
    """Put what was handed in into the cross-tabs, and its words into the search."""
    filed = filing.BATCH
    while filed == filing.BATCH:
        with services.transaction() as session:
            filed = filing.file_some(session)


TASKS = {EXPORT: WorkKind(export_answers, is_begun_again=True)}
JOBS = (
    Job("survey waves", timedelta(seconds=2), look_after_waves),
    Job("file submissions", timedelta(seconds=5), file),
)
