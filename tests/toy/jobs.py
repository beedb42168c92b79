"""Long work of wishes: a file of them is checked, and brought in once it was confirmed."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import importing
from console.work import Work, WorkKind
from foundation.text import whole_number
from foundation.workbooks import reading
from foundation.workbooks.cells import Limits
from people.models import Retailer
from tests.toy import actions

CHECK, BRING = "toy.check", "toy.bring"
LIMITS = Limits(file=1 << 20, unpacked=8 << 20, rows=5_000, columns=10)


def check(work: Work) -> None:
    """Say how many wishes are in a file, or what is wrong with which row."""
    with work.services.reading() as session:
        found = list(_read(session, importing.content(work)))
    wrong = [each for each in found if isinstance(each, str)]
    return importing.refuse(work, wrong[:50], len(wrong)) if wrong else work.finish({"wishes": len(found)})


def bring(work: Work) -> None:
    """Keep the wishes of a file that was checked."""
    with work.services.reading() as session:
        wishes = [each for each in _read(session, importing.content(work)) if not isinstance(each, str)]
    with work.services.transaction() as session:
        actions.keep(session, wishes, now=work.services.clock())
    work.finish({"said": f"导入了 {len(wishes)} 条愿望。"})


def _read(session: Session, content: bytes) -> Iterator[tuple[int, str, int] | str]:
    """The wishes of a file, and a sentence for each row that is none."""
    sheet = reading.sheets(content, LIMITS)[0]
    rows = [(number, [str(cells.get(n, "")) for n in range(3)]) for number, cells in sheet.rows()]
    asked = select(Retailer.licence, Retailer.id).where(Retailer.licence.in_(row[0] for _, row in rows))
    shops = {row.licence: row.id for row in session.execute(asked)}
    for number, (licence, what, written) in rows[1:]:
        boxes = whole_number(written, 3)
        if licence in shops and what and boxes:
            yield shops[licence], what[:80], boxes
        else:
            yield f"第 {number} 行：要有名单里的许可证号、货名和 1 到 999 的条数。"


TASKS = {CHECK: WorkKind(check, is_begun_again=False), BRING: WorkKind(bring, is_begun_again=True)}
