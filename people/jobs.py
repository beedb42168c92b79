"""Background jobs of people: erasure, roster import, binding cards, WeChat tags."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from console import importing, tasks
from console import queries as console_queries
from console.tasks import TaskFile
from console.work import Work, WorkKind
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.workbooks.cells import column_letters
from people import actions, cards, codes, erasing, mirror, queries, saved, tries, visibility
from people.models import CLASSES
from people.permissions import CODES_PRINT, PEOPLE_IMPORT, TAGS_EDIT
from people.roster import checking, marking, memory, staging, writing
from people.roster.changes import ChangeList
from people.roster.checking import Roster
from people.roster.headings import UnknownHeadings
from people.roster.kinds import BRINGING, CHECK, CODES, IMPORT, ROSTER, TAGS
from people.roster.mistakes import WrongRoster
from people.roster.row_reader import Means
from people.roster.staging import RosterChanged
from wechat_bot.client.codes import Act, SendError, explained
from wechat_bot.conversation import Listener
from wechat_bot.feature import Job
from wechat_bot.messages import DataWithdrawn
from wechat_bot.services import Services

#: QR codes requested from WeChat in parallel, saved together, and tries of each.
AT_ONCE, PART, TRIES = 4, 100, 3


def note_withdrawal(session: Session, message: DataWithdrawn, now: datetime) -> None:
    """Save that somebody withdrew their consent or a part of it, or closed their WeChat account; a job erases it."""
    actions.withdraw(session, message.person, now=now, codes=None if message.is_everything else message.codes)


def check_roster(work: Work) -> None:
    """Check an uploaded roster: report what its import would change, every wrong cell, or the columns to be named."""
    try:
        roster = _checked(work)
    except UnknownHeadings as unknown:
        told = {
            "word": "要您说明列",
            "headings": [asdict(each) for each in unknown.headings],
            "missing": list(unknown.missing),
        }
        work.fail(unknown.sentence, told)
        return
    except WrongRoster as wrong:
        _mark(work, wrong)
        return
    progress = work.stage("和现有名单比较")
    with work.writing(".changes") as path, work.services.reading() as session:
        managers = queries.manager_names(session) | roster.managers
        with ChangeList(path, managers) as changes:
            summary = writing.foresee(session, roster, progress, changes.add)
    work.finish(
        {
            **asdict(summary),
            "kept": work.written,
            "headings": [asdict(each) for each in roster.headings],
            "brings": {"means": asdict(roster.met), "digest": staging.digest_of(summary, changes)},
        }
    )


def import_roster(work: Work) -> None:
    """Import a checked roster entirely or not at all; the task is marked as done with its last rows.

    Where it would do something else by now than the check showed, it is checked again and nothing is imported.
    """
    roster = _checked(work)
    progress = work.stage("写入")
    try:
        staging.import_roster(
            work.services,
            roster,
            clock=work.services.clock,
            on_commit=lambda session: tasks.turn(session, work.claim, BRINGING),
            progress=progress,
            expected=work.params.get("digest", ""),
        )
    except RosterChanged as changed:
        params = {name: given for name, given in work.params.items() if name != "digest"}
        with work.services.transaction() as session:
            now, owner = work.services.clock(), work.claim.owner_id
            again = importing.ask_again(ROSTER, session, params, owner, now=now)
        work.fail(changed.sentence, {"word": "未导入", "again": again})


def finish_imports(services: Services) -> None:
    """Finish committed imports that a dead process left incomplete, and discard staged imports never committed."""
    staging.finish_committed(services, clock=services.clock, when_idle=staging.ALIVE)
    staging.delete_abandoned(services, now=services.clock())


def print_codes(work: Work) -> None:
    """Let WeChat create missing QR codes, and write the cards of the chosen shops to a file."""
    # Not made with `work.export`: between the check and the writing WeChat is called, and no session may be open then.
    services, now = work.services, work.services.clock()
    today, app_id = day_in(now, services.zone), services.wechat.app_id
    chosen = saved.chosen_from_json(work.params)
    with services.reading() as session:
        visitor = console_queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(CODES_PRINT):
            raise Refused("您现在没有打印绑定卡的权限。")
        part = visibility.part(session, visitor, today)
        which = saved.condition(session, visitor, chosen, services.criteria, now=now, today=today)
        number = saved.count(session, which, most=codes.MOST_CARDS)
        if number > codes.MOST_CARDS:
            raise Refused(f"一次最多打印 {codes.MOST_CARDS:,} 家，请缩小范围，分几次打印。")
        missing = codes.count_missing(session, app_id, which)
    if missing:
        _make_codes(work, which, missing)
    progress = work.stage("排版")
    with work.writing(".cards") as path, services.reading() as session:
        cards_of = codes.cards(session, app_id, which)
        done, suffix = cards.write(path, services.account_name, cards_of, progress=lambda n: progress(n, number))
    name = f"绑定卡_{now.astimezone(services.zone):%Y%m%d%H%M}{suffix}"
    sheets = -(-done // cards.A_SHEET)
    said = {"said": f"共 {done} 家，A4 纸 {sheets} 张。请按“实际大小”打印，不要缩放。"}
    work.hand_out(name, said, needs={CODES_PRINT}, part=part)


def mirror_tags(work: Work) -> None:
    """Synchronise WeChat's tags with classes, areas and managers."""
    services, progress = work.services, work.stage("同步到微信")
    with services.reading() as session:
        visitor = console_queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(TAGS_EDIT):
            raise Refused("您现在没有同步标签的权限。")
        groups = queries.tag_members(session)
    try:
        mirrored = mirror.sync(services, groups, progress)
    except SendError as error:
        raise Refused(f"{explained(error)}。再同步一次会接着做。") from None
    said = f"新建标签 {mirrored.created} 个，打上 {mirrored.added} 人次，去掉 {mirrored.removed} 人次。"
    work.finish({"said": said})


def _make_codes(work: Work, which: ColumnElement[bool], number: int) -> None:
    """Request codes from WeChat, a few at a time, saving each part, so that a new attempt continues after it."""
    services, app_id = work.services, work.services.wechat.app_id
    progress, done, after = work.stage("向微信申请二维码"), 0, 0
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while True:
            with services.reading() as session:
                wanted = codes.missing(session, app_id, which, after=after, limit=PART)
            if not wanted:
                return
            after = wanted[-1].id
            asked = list(threads.map(lambda each: _make_code(services, each), wanted))
            made = [(each.id, url) for each, url in zip(wanted, asked, strict=True) if isinstance(url, str)]
            with services.transaction() as session:
                codes.keep(session, app_id, made, now=services.clock())
            done += len(made)
            failed = next((error for error in asked if isinstance(error, SendError)), None)
            if failed is not None:
                raise Refused(f"{explained(failed)}。已做好的 {done} 个留着，稍后再打印会接着做。")
            progress(done, number)


def _make_code(services: Services, wanted: codes.Wanted) -> str | SendError:
    """The content of one code, or the reason why WeChat did not create it. Repeated requests give the same code."""
    last: SendError | None = None
    for _ in range(TRIES):
        try:
            return services.wechat.create_qr(f"bind:{wanted.bind_token}", seconds=None)[1]
        except SendError as error:
            last = error
            if error.act is not Act.RETRY and not error.uncertain:
                break
    assert last is not None
    return last


def _mark(work: Work, wrong: WrongRoster) -> None:
    """End a check with the mistakes: a list of them, and the file once more with them marked."""
    with work.writing(".changes") as path, ChangeList(path, {}) as changes:
        for number, marks in sorted(wrong.marks.items()):
            for at, what in marks:
                changes.add_wrong(f"{column_letters(at)}{number}", what)
    kept = work.written
    work.stage("标出要改的地方")
    with work.writing(".xlsx") as path:
        marking.write(path, path.parent, wrong.rows, wrong.marks, header=wrong.header)
    name = f"{Path(work.params['name']).stem}_要改的地方.xlsx"
    file = TaskFile(work.written, name, {PEOPLE_IMPORT}, None)
    importing.refuse(work, wrong.lines, wrong.count, {"kept": kept}, file)


def _checked(work: Work) -> Roster:
    content, progress = importing.content(work), work.stage("检查每一行")
    with work.services.reading() as session:
        visitor = console_queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(PEOPLE_IMPORT):
            raise Refused("您现在没有导入名单的权限。")
        classes = queries.class_names(session) or list(CLASSES)
        said = work.params.get("means")
        means = Means(**said) if said else memory.recall(session)
    return checking.check(content, classes, progress, means)


def forget_tries(services: Services) -> None:
    """Delete old counts of wrong licence and phone pairs."""
    with services.transaction() as session:
        tries.forget(session, day_in(services.clock(), services.zone) - timedelta(days=tries.KEPT_DAYS))


TASKS = {
    CHECK: WorkKind(check_roster, is_begun_again=False),
    IMPORT: WorkKind(import_roster, is_begun_again=False),
    CODES: WorkKind(print_codes, is_begun_again=True),
    TAGS: WorkKind(mirror_tags, is_begun_again=True),
}
JOBS = (
    Job("forget what was tried long ago", timedelta(hours=6), forget_tries),
    Job("erase who is gone", timedelta(hours=1), erasing.erase_due),
    Job("bring in what was decided", timedelta(seconds=10), finish_imports),
)
LISTENERS = (Listener(DataWithdrawn, note_withdrawal),)
