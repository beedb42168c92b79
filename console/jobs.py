"""Console jobs: run long tasks, and delete expired tasks, sessions, tries and files."""

import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from console import mailing, tasks
from console.actions import sessions, tries
from console.extension import ConsoleExtension, collect
from console.lists import exporting
from console.tasks import Lost, TaskClaim
from console.work import Work, WorkKind
from foundation.database import is_away
from foundation.errors import Refused
from wechat_bot import clock_steadiness
from wechat_bot.collecting import more
from wechat_bot.feature import Feature, Job
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=2)
BUG = "处理时出错了，已记录。请重试；如果还是不行，请联系管理员。"


def workers(features: Sequence[Feature]) -> list[Job]:
    """The jobs that run the features' long tasks, one for each feature: they do not wait for each other."""
    extensions = collect(features)
    kinds = {
        name: {**each.tasks, **exporting.kinds(each.lists, extensions)}
        for name, each in more(features, ConsoleExtension)
    }
    return [Job(f"tasks of {name}", LOOK_EVERY, partial(work, kinds=those)) for name, those in kinds.items() if those]


def work(services: Services, kinds: Mapping[str, WorkKind]) -> None:
    """Run all waiting tasks of these kinds, one after the other."""
    while work_once(services, kinds):
        pass


def work_once(
    services: Services, kinds: Mapping[str, WorkKind], *, renewed_every: timedelta = tasks.RENEWED_EVERY
) -> bool:
    """Run one waiting task; False where none waits."""
    now, once = services.clock(), [name for name, kind in kinds.items() if not kind.is_begun_again]
    # Look first: claiming takes SQLite's write lock, and mostly nothing waits.
    with services.reading() as session:
        if not tasks.is_any_free(session, kinds, now=now):
            return False
    with services.transaction() as session:
        tasks.give_up_lapsed(session, once, now=now)
        claimed = tasks.claim(session, kinds, now=now)
    if claimed is None:
        return False
    doing = Work(services, claimed)
    try:
        try:
            with _alive(services, claimed, renewed_every):
                kinds[claimed.kind].do(doing)
        except Refused as refusal:
            doing.fail(refusal.sentence)
        except Lost:
            raise
        except Exception as error:
            if is_away(error):
                raise  # the claim expires, and the task is run again
            # A bug, or a missing file: the user who waits must be told, and the next task must run.
            log.exception("a task failed", task=claimed.id, kind=claimed.kind)
            doing.fail(BUG)
    except Lost:
        log.warning("a task was taken over", task=claimed.id, kind=claimed.kind)
    return True


@contextmanager
def _alive(services: Services, claim: TaskClaim, every: timedelta) -> Iterator[None]:
    """Renew a claim regularly while its task runs, even where the task reports no progress."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.wait(every.total_seconds()):
            try:
                with services.transaction() as session:
                    tasks.renew(session, claim, now=services.clock())
            except Lost:
                return  # the task learns of it when it next reports progress
            except SQLAlchemyError as error:
                log.warning("a claim was not renewed", task=claim.id, error=type(error).__name__)

    thread = threading.Thread(target=renew, name=f"task-{claim.id}")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def forget(services: Services) -> None:
    """Delete expired tasks with their files, expired sessions and tries, and the working folders of dead workers."""
    if not clock_steadiness.goes_steadily(services):
        return
    now = services.clock()
    with services.transaction() as session:
        sessions.forget_old(session, now=now)
        tries.forget_old(session, now=now)
        files = tasks.forget_old(session, services.files_folder, now=now)
    for file in files:
        file.unlink(missing_ok=True)
    with services.reading() as session:
        deserted = tasks.deserted(session, services.files_folder)
    for folder in deserted:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(services: Services) -> None:
    """Delete task files that belong to no task."""
    with services.reading() as session:
        files = tasks.swept(session, services.files_folder)
    for file in files:
        file.unlink(missing_ok=True)
    if files:
        log.info("files swept", folder="files", count=len(files))


def forget_mails(services: Services) -> None:
    """Delete mails that were finished long ago."""
    with services.transaction() as session:
        mailing.sweep(session, now=services.clock())


JOBS = (
    Job("mails", timedelta(seconds=10), mailing.send),
    Job("forget old mails", timedelta(hours=6), forget_mails),
    Job("forget old tasks", timedelta(hours=1), forget),
    Job("sweep the files folder", timedelta(hours=6), sweep),
)
