"""Export of the attempts at a quiz: each ended one with its shop, how it went, each answer, its mark and its key."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from foundation.workbooks import files
from foundation.workbooks.files import Form, Progress
from foundation.workbooks.writing import Cell, Digits, Heading, Serial, Workbook, csv_digits, csv_text, serial
from people.models import IS_THERE, Area, Manager, Retailer, ShopClass
from people.texts import licence
from questions.exporting import SOURCES, Guard
from quizzes.export import summary
from quizzes.export.columns import AnswerColumns, points
from quizzes.models.attempts import Attempt, EndedBy
from quizzes.models.quizzes import QuizVersion, Standing
from quizzes.queries.figures import QuizFigures
from quizzes.rules.definition import FULL_SHARE
from quizzes.texts.attempts import ENDED_BY

EXPORT = "quizzes.export"
"""The name of the task that writes such a file: a page asks for it, a job does it."""

#: Headings and widths of the columns in front of the answers.
LEADING = {
    "序号": 8,
    "许可证号": 16,
    "店名": 22,
    "片区": 12,
    "客户类型": 10,
    "客户经理": 10,
    "第几次": 7,
    "开始时间": 18,
    "交卷时间": 18,
    "用时（秒）": 9,
    "怎么结束": 12,
    "来源": 10,
    "版本": 6,
    "得分": 8,
    "满分": 8,
    "得分率（%）": 10,
    "合格": 6,
    "计入成绩": 9,
    "宽限时间内答的题": 20,
    "迟到的题（晚几秒，不计分）": 26,
}
_CODEBOOK_WIDTHS = (30, 10, 40, 8, 8, 40, 8, 12)
_SUMMARY_WIDTHS = (12, 40, 10, 10, 10, 10, 10, 10, 40)


class AttemptRow(NamedTuple):
    """Ended attempt, with its shop; area, class and manager are those at the end."""

    id: int
    paper: Sequence[Sequence[Any]]
    answers: dict[str, Any]
    late: dict[str, Any]
    grace: Sequence[str]
    key_numbers: str
    marks: str
    number: int
    started_at: datetime
    ended_at: datetime
    ended_by: str
    seconds: int
    source: str
    total: int
    maximum: int
    is_passed: bool
    version: int
    counted_attempt_id: int | None
    licence: str | None
    shop: str | None
    area: str | None
    shop_class: str | None
    manager: str | None


def write(
    session: Session,
    quiz_id: int,
    out: Path,
    *,
    form: Form,
    figures: QuizFigures,
    now: datetime,
    zone: ZoneInfo,
    progress: Progress = lambda done, total: None,
) -> tuple[Path, int]:
    """Write the ended attempts at a quiz to `out`, a file or a folder; gives the file's path, and how many they are.

    `figures` are those of `queries.figures`, read in the same session, which must see one moment of the database.
    Raises Refused where the folder does not exist.
    """
    ended = (Attempt.quiz_id == quiz_id, Attempt.ended_at.is_not(None))
    total = session.scalar(select(func.count()).select_from(Attempt).where(*ended)) or 0
    found = _stream(session, ended)
    # Without a pass mark nobody passes or fails.
    passed = {True: "是", False: "否"} if figures.definition.pass_mark else {}
    make: Callable[[Path], Generator[int]]
    if form == "xlsx":
        columns = AnswerColumns(session, quiz_id, str)
        rows = _cells(found, columns, passed, str, Digits, partial(serial, zone=zone))
        make = partial(_workbook, columns=columns, rows=rows, total=total, figures=figures)
    else:
        columns = AnswerColumns(session, quiz_id, csv_text)

        def when(moment: datetime) -> str:
            return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"

        headings = [*LEADING, *(column.heading for column in columns.columns)]
        rows = _cells(found, columns, passed, csv_text, csv_digits, when)
        make = partial(files.write_csv, headings=headings, rows=rows)
    name = files.file_name(figures.definition.title, form, now=now, zone=zone)
    return files.put(out, name, found, make, total=total, progress=progress), total


def _stream(session: Session, ended: Sequence[Any]) -> Generator[AttemptRow]:
    """Yield the attempts in the order in which they were begun, at most a chunk in memory."""
    there = [case((IS_THERE, column)) for column in (Retailer.licence, Retailer.shop)]
    statement = (
        select(
            *(getattr(Attempt, name) for name in AttemptRow._fields[:16]),
            QuizVersion.number,
            Standing.counted_attempt_id,
            *there,
            Area.name,
            ShopClass.name,
            Manager.name,
        )
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Standing, (Standing.quiz_id == Attempt.quiz_id) & (Standing.retailer_id == Attempt.retailer_id))
        .join(Retailer, Retailer.id == Attempt.retailer_id)
        .outerjoin(Area, Area.id == Attempt.area_id)
        .outerjoin(ShopClass, ShopClass.id == Attempt.class_id)
        .outerjoin(Manager, Manager.id == Attempt.manager_id)
        .where(*ended)
        .order_by(Attempt.id)
    )
    with session.execute(statement, execution_options={"yield_per": files.BATCH}) as result:
        for row in result:
            yield AttemptRow._make(row)


def _cells(
    rows: Iterable[AttemptRow],
    columns: AnswerColumns,
    passed: Mapping[bool, str],
    guard: Guard,
    code: Guard,
    when: Callable[[datetime], Any],
) -> Iterator[list[Cell]]:
    """Yield the cells of each row. `passed` says whether in words, `guard` formats texts, `code` digits that are no
    number, `when` moments."""
    for number, row in enumerate(rows, start=1):
        names = (row.shop, row.area, row.shop_class, row.manager)
        yield [
            number,
            None if row.licence is None else code(licence(row.licence)),
            *(None if name is None else guard(name) for name in names),
            row.number,
            when(row.started_at),
            when(row.ended_at),
            row.seconds,
            ENDED_BY[EndedBy(row.ended_by)],
            SOURCES.get(row.source, row.source),
            row.version,
            points(row.total),
            points(row.maximum),
            points(row.total * FULL_SHARE // row.maximum) if row.maximum else None,
            passed.get(row.is_passed),
            "是" if row.counted_attempt_id == row.id else "否",
            guard("、".join(row.grace)) or None,
            guard("、".join(f"{each}（{given['seconds']} 秒）" for each, given in row.late.items())) or None,
            *columns.cells(row.paper, row.answers, row.marks, row.key_numbers),
        ]


def _workbook(
    path: Path, *, columns: AnswerColumns, rows: Iterable[list[Cell]], total: int, figures: QuizFigures
) -> Generator[int]:
    """Write 数据, 编码表, 汇总, row by row in constant memory."""
    every = [*LEADING.items(), *((column.heading, column.width) for column in columns.columns)]
    with Workbook(path, folder=path.parent, formats={Serial: {"num_format": "yyyy-mm-dd hh:mm:ss"}}) as book:
        sheets = files.data_sheets(book, "数据", every, total=total, kept=3)
        explained, summed = book.sheet("编码表", _CODEBOOK_WIDTHS), book.sheet("汇总", _SUMMARY_WIDTHS)
        yield from files.fill(sheets, rows)
        explained.freeze_panes(1, 0)
        explained.write(map(Heading, summary.CODEBOOK))
        for line in summary.codebook(columns.plans, figures):
            explained.write(line)
        for line in summary.lines(figures):
            summed.write(line)
