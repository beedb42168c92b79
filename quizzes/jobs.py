"""Jobs of the clock for quizzes: end attempts whose time is over, file them, change keys, tell managers; long work on
the bank."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from campaigns import invitations
from console import importing, queries, tasks
from console.rules.visitors import Visitor
from console.work import Made, Work, WorkKind, export
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.workbooks.files import file_name
from people import visibility
from questions.authoring import files as of_questions
from questions.authoring.layout import AuthoredFile
from questions.authoring.spelling import Mistaken
from quizzes.actions import filing, inviting, managers, overdue, pictures, regrading
from quizzes.actions.importing import BRING, CHECK, TOLD, take
from quizzes.export import attempts
from quizzes.export import bank as bank_files
from quizzes.permissions import QUIZZES_EXPORT, QUIZZES_WRITE
from quizzes.queries import bank
from quizzes.queries.figures import figures
from quizzes.rules import files
from quizzes.rules.bank_review import BankReview
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.services import Services

#: The hour at which a day's digest goes out.
MORNING = 8


def export_attempts(work: Work, session: Session, visitor: Visitor, path: Path) -> Made:
    """Write every ended attempt at a quiz to a file, if whoever asked may still have it."""
    services, quiz_id, form = work.services, work.params["quiz_id"], work.params["form"]
    found, now = figures(session, quiz_id), services.clock()
    progress, zone = work.stage("导出"), services.zone
    _, total = attempts.write(session, quiz_id, path, form=form, figures=found, now=now, zone=zone, progress=progress)
    return Made(file_name(found.definition.title, form, now=now, zone=zone), f"共 {total} 份答卷。")


def end_attempts(services: Services) -> None:
    """End the attempts whose time is over, and tell their shops."""
    services.in_lots(overdue.BATCH, lambda session: overdue.end_some(session, now=services.clock()))


def file(services: Services) -> None:
    """Add ended attempts to the counters of their quizzes."""
    services.in_lots(filing.BATCH, filing.file_some)


def regrade(services: Services) -> None:
    """Go on with changes of keys: those being reckoned, carried out, or undone."""
    with services.reading() as session:
        begun = regrading.begun(session)
    for regrade_id in begun:
        go_on(services, regrade_id)


def go_on(services: Services, regrade_id: int, *, most: int | None = None) -> None:
    """Take the steps of one change, or at most so many of them, each in a transaction of its own."""
    goes_on, taken = True, 0
    while goes_on and (most is None or taken < most):
        with services.transaction() as session:
            goes_on = regrading.step(session, regrade_id, now=services.clock())
        taken += 1


def sweep_pictures(services: Services) -> None:
    """Discard pictures that no question shows."""
    if clock_steadiness.goes_steadily(services):  # with one that was just set nothing is taken for old
        services.in_lots(pictures.BATCH, lambda session: pictures.sweep(session, now=services.clock()))


def check_bank(work: Work) -> None:
    """Check a file of questions: say what it would do to the bank, or every fault by its place."""
    try:
        with work.services.reading() as session:
            found = bank.look(session, _questions(work))
    except Mistaken as refusal:
        importing.refuse(work, refusal.mistakes[:TOLD], len(refusal.mistakes))
        return
    lines = [(item, "") for item in found.new[:TOLD]]
    lines += [(item, "、".join(what)) for item, what in found.changed[:TOLD]]
    told = [(item.code, item.kind.label, item.question.text, bank_files.answer(item), what) for item, what in lines]
    work.finish({**_counts(found), "lines": told})


def import_bank(work: Work) -> None:
    """Take a checked file of questions into the bank."""
    file = _questions(work)
    with work.services.reading() as session:
        seen = bank.look(session, file)
    with work.services.transaction() as session:
        now, visitor = work.services.clock(), queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(QUIZZES_WRITE):
            raise Refused("您现在没有写题库的权限。")
        counts = _counts(take(session, file, seen=seen, who=visitor.name, now=now))
        said = f"题库导入好了：新增 {counts['new']} 题，修改 {counts['changed']} 题，不变 {counts['unchanged']} 题。"
        tasks.finish(session, work.claim, now=now, result={"said": said})


def export_bank(work: Work, session: Session, visitor: Visitor, path: Path) -> Made:
    """Write the questions in use to a workbook that can be imported again."""
    items = [each.item for each in bank.every(session)]
    path.write_bytes(bank_files.filled(items))
    now = work.services.clock().astimezone(work.services.zone)
    return Made(f"题库_{now:%Y%m%d%H%M}.xlsx", f"共 {len(items)} 题。")


def _questions(work: Work) -> AuthoredFile:
    return of_questions.parse_questions(importing.content(work), work.params["name"], files.BANK)


def _counts(found: BankReview) -> dict[str, int]:
    return {"new": len(found.new), "changed": len(found.changed), "unchanged": len(found.unchanged)}


TASKS = {
    CHECK: WorkKind(check_bank, is_begun_again=False),
    BRING: WorkKind(import_bank, is_begun_again=False),
    bank_files.EXPORT: export(export_bank, permission=QUIZZES_WRITE, what="导出题库", part=visibility.part),
    attempts.EXPORT: export(
        export_attempts,
        permission=QUIZZES_EXPORT,
        what="导出成绩",
        part=visibility.part,
        suffix=lambda params: f".{params['form']}",
    ),
}


def tell_managers(services: Services) -> None:
    """Tell managers of shops that have failed their last attempt."""

    def tell(session: Session) -> int:
        now = services.clock()
        return managers.tell_failed(session, now=now, today=day_in(now, services.zone))

    services.in_lots(managers.BATCH, tell)


def tell_yesterday(services: Services) -> None:
    """Tell managers in the morning what their shops got yesterday."""
    now = services.clock()
    if now.astimezone(services.zone).hour < MORNING:
        return
    end_attempts(services)  # what ran out yesterday is a part of it
    day = day_in(now, services.zone) - timedelta(days=1)
    services.in_lots(managers.MANAGERS, lambda session: managers.tell_day(session, day, services.zone, now=now))


def look_after_waves(services: Services) -> None:
    """End the waves whose quiz is over."""
    invitations.end_over(services, inviting.INVITATIONS, services.clock())


JOBS = (
    Job("quiz waves", timedelta(seconds=2), look_after_waves),
    Job("end attempts", timedelta(seconds=10), end_attempts),
    Job("file attempts", timedelta(seconds=5), file),
    Job("regrade attempts", timedelta(seconds=5), regrade),
    Job("tell managers of failed attempts", timedelta(seconds=10), tell_managers),
    Job("tell managers of yesterday", timedelta(minutes=10), tell_yesterday),
    Job("sweep pictures of questions", timedelta(hours=6), sweep_pictures),
)
