"""What the clock does for surveys: exports for whoever asked."""

from console import jobs, queries, tasks
from console.jobs import Work
from console.rules import Permission
from foundation.errors import Refused
from surveys.export import files
from surveys.export.kinds import EXPORT
from surveys.queries.tally import tally


def export_answers(work: Work) -> None:
    """Write every answer of a survey to a file, if whoever asked may still have it."""
    services, form = work.services, work.params["form"]
    survey_id: int = work.params["survey_id"]
    progress = work.stage("导出")
    path = tasks.new_file(services.files_folder, f".{form}")
    with services.reading() as session:
        visitor = queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(Permission.SURVEYS_EXPORT):
            raise Refused("您现在没有导出调查的权限。")
        figures, now = tally(session, survey_id), services.clock()
        files.write(
            session, survey_id, path, form=form, figures=figures, now=now, zone=services.zone, progress=progress
        )
    name = files.file_name(figures["title"], form, now=now, zone=services.zone)
    work.finish({"said": f"共 {figures['returned']} 份答卷。"}, path.name, name)


JOBS = (jobs.worker("survey exports", {EXPORT: export_answers}),)
