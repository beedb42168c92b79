"""Jobs of the clock for broadcasts, and the long work that its pages ask for."""

from datetime import timedelta

import structlog

from blocks import word_document
from broadcasts.actions import (
    articles,
    brand_months,
    by_hand,
    checking,
    counting,
    documents,
    own_rows,
    pictures,
    series,
)
from broadcasts.permissions import LIBRARY_WRITE, PUSHES_WRITE
from broadcasts.rules import brand_file
from broadcasts.rules import own_rows as rules
from broadcasts.texts import articles as texts
from broadcasts.texts import brand_months as brand_texts
from campaigns import kinds
from campaigns.approving import CampaignAuthor
from console import importing, queries, tasks
from console.work import Work, WorkKind
from finding import indexing
from foundation.clock import day_in
from foundation.errors import Refused
from wechat_bot import clock_steadiness
from wechat_bot.client.codes import Act, SendError
from wechat_bot.client.mass import article_days
from wechat_bot.feature import Job
from wechat_bot.outbox import settling
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

#: Shops of a table whose message its author looks at.
LOOKED_AT = 2
#: A table of own rows that was replaced, or is not whole, stays so long: its task may still write.
KEPT = timedelta(days=1)


def index_again(services: Services) -> None:
    """Cut passages into words again whose edition of the vocabulary is an older one, some at a time."""
    services.in_lots(indexing.BATCH, indexing.renew)


def _prepared(work: Work) -> documents.PreparedDocument:
    """Read an uploaded .docx, and make its pictures ready."""
    progress = work.stage("读文档")
    read = word_document.read(importing.content(work))
    progress(1, 2)
    return documents.prepare(read.document, read.pictures)


def read_document(work: Work) -> None:
    """Read an uploaded .docx into a new article's draft, with its pictures on the shelf."""
    services, prepared = work.services, _prepared(work)
    with services.transaction() as session:
        now, visitor = services.clock(), queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(LIBRARY_WRITE):
            raise Refused(texts.MAY_NOT_WRITE)
        found = documents.take_in(session, services.media_folder, prepared, now=now)
        column_id, draft = int(work.params["column"]), documents.draft(found)
        article = articles.begin(session, column_id, draft=draft, who=visitor.name, now=now)
        told = [str(each) for each in found.notes]
        result = {"article": article.id, "said": texts.read(article.title, len(found.blocks)), "notes": told}
        tasks.finish(session, work.claim, now=now, result=result)


def offer_document(work: Work) -> None:
    """Read an uploaded .docx, with its pictures on the shelf, and offer it to the author of an article."""
    services, prepared = work.services, _prepared(work)
    with services.transaction() as session:
        now = services.clock()
        found = documents.take_in(session, services.media_folder, prepared, now=now)
        result = {"draft": documents.draft(found), "notes": [str(each) for each in found.notes]}
        tasks.finish(session, work.claim, now=now, result=result)


def check_brands(work: Work) -> None:
    """Check a file with targets and sales of brands: say what it would change, or every fault by its cell."""
    with work.services.reading() as session:
        checked = brand_months.check(session, importing.content(work))
        changes = brand_months.compare(session, checked)
    if checked.faults:
        importing.refuse(work, checked.faults[: brand_file.TOLD], len(checked.faults))
        return
    counts = {"new": changes.new, "changed": changes.changed, "unchanged": changes.unchanged}
    work.finish({**counts, "gone": len(changes.gone), "months": list(changes.months)})


def bring_brands(work: Work) -> None:
    """Keep the targets and sales of a file that was checked; the names are looked up again."""
    content = importing.content(work)
    with work.services.transaction() as session:
        now, visitor = work.services.clock(), queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(LIBRARY_WRITE):
            raise Refused(brand_texts.MAY_NOT_WRITE)
        checked = brand_months.check(session, content)
        if checked.faults:
            raise Refused("\n".join(checked.faults[: brand_file.TOLD]))
        found = brand_months.keep(session, checked, now=now)
        said = brand_texts.brought(found.new, found.changed, found.unchanged, len(found.gone))
        tasks.finish(session, work.claim, now=now, result={"said": said, "month": found.months[-1]})


def fetch_pictures(services: Services) -> None:
    """Fetch the pictures of other sites that drafts show."""
    while _fetch_picture(services):
        pass


def _fetch_picture(services: Services) -> bool:
    """Fetch one picture; False where none is due."""
    with services.transaction() as session:
        found = pictures.claim(session, now=services.clock())
        if found is None:
            return False
        key, address, attempts = found.key, found.address, found.attempts
    why, again_at = "", None
    try:
        prepared = pictures.prepare(services.fetch_picture(address))
    except Refused as refusal:
        why = texts.not_fetched(refusal.sentence)
    except SendError as error:
        why = texts.not_fetched("")
        if error.act is not Act.NO:
            again_at = settling.next_attempt_at(attempts, services.clock())
    with services.transaction() as session:
        if why:
            pictures.failed(session, key, why, again_at=again_at)
        else:
            pictures.arrived(session, services.media_folder, key, prepared, now=services.clock())
    return True


def sweep_pictures(services: Services) -> None:
    """Delete pictures of the library that nothing holds."""
    if clock_steadiness.goes_steadily(services):  # with one that was just set nothing is taken for old
        folder = services.media_folder
        services.in_lots(pictures.BATCH, lambda session: pictures.sweep(session, folder, now=services.clock()))


def make_occurrences(services: Services) -> None:
    """Make the occurrences of series for the next two weeks."""
    now = services.clock()
    at = checking.circumstances(services, now)
    with services.reading() as session:
        found = series.due(session)
    for series_id in found:
        with services.transaction() as session:
            series.make_due(session, series_id, at=at)


def sweep_own_rows(services: Services) -> None:
    """Delete own rows of service notices that were replaced or never became whole, some at a time."""
    is_more = clock_steadiness.goes_steadily(services)
    while is_more:
        with services.transaction() as session:
            is_more = own_rows.sweep(session, before=services.clock() - KEPT)


def count_pushes(services: Services) -> None:
    """Count pushes by manager and class again whose counters have changed."""
    now = services.clock()
    with services.reading() as session:
        changed = counting.changed_since(session, now=now)
    for push_id, mark in changed.items():
        with services.reading() as session:
            rows = counting.count(session, push_id)
        with services.transaction() as session:
            counting.keep(session, push_id, rows, mark, now=now)


def ask_reads(services: Services) -> None:
    """Ask WeChat how often the articles of pushes were read: it tells on the next day what was counted up to one."""
    with services.reading() as session:
        asked = counting.articles(session, now=services.clock())
    for push_id, sent in asked.items():
        days = []
        try:
            for data_id, sent_at in sent:
                days += article_days(services.wechat, data_id, day_in(sent_at, services.zone))[-1:]
        except SendError as error:
            log.warning("WeChat does not tell the reads of a push", push=push_id, error=str(error))
            continue
        with services.transaction() as session:
            counting.keep_reads(session, push_id, days)


def check_own_rows(work: Work) -> None:
    """Check an uploaded table of own rows, and show what its first shops would be told."""
    try:
        read = rules.read(importing.content(work))
        with work.services.reading() as session:
            ids = own_rows.shops(session, read)
            names = [own_rows.name_of(session, ids[row.licence]) for row in read.rows[:LOOKED_AT]]
    except rules.WrongRows as wrong:
        importing.refuse(work, wrong.lines, wrong.count)
        return
    said = [rules.said(read.headings, row.values) for row in read.rows[:LOOKED_AT]]
    brings = {"push": work.params["push"], "digest": read.digest}
    work.finish(
        {
            "rows": len(read.rows),
            "headings": list(read.headings),
            "first": list(zip(names, said, strict=True)),
            "brings": brings,
        }
    )


def bring_own_rows(work: Work) -> None:
    """Write a checked table of own rows in short transactions; with its last rows it becomes the push's audience."""
    services, progress = work.services, work.stage("写入")
    read = rules.read(importing.content(work))
    push_id = int(work.params["push"])
    with services.transaction() as session:
        ids, visitor = own_rows.shops(session, read), queries.visitor(session, work.claim.owner_id)
        if visitor is None or not visitor.may(PUSHES_WRITE):
            raise Refused(texts.MAY_NOT_WRITE)
        table_id = own_rows.begin(session, push_id, read, work.params["name"], by=visitor.name, now=services.clock())
    done = 0
    while done < len(read.rows):
        with services.transaction() as session:
            done = own_rows.add(session, table_id, read, ids, done)
        progress(done, len(read.rows))
    with services.transaction() as session:
        now = services.clock()
        own_rows.finish(session, table_id, who=CampaignAuthor.of(visitor), now=now)
        tasks.finish(session, work.claim, now=now, result={"rows": done})


def book_by_hand(services: Services) -> None:
    """Book what staff sent in WeChat's own console for the followers it is not booked for yet, some at a time."""
    is_more = True
    while is_more:
        with services.transaction() as session:
            is_more = by_hand.go_on(session, kinds.context(services, services.clock()))


TASKS = {
    own_rows.CHECK: WorkKind(check_own_rows, is_begun_again=False),
    own_rows.BRING: WorkKind(bring_own_rows, is_begun_again=False),
    documents.READ: WorkKind(read_document, is_begun_again=False),
    documents.OFFER: WorkKind(offer_document, is_begun_again=False),
    brand_months.CHECK: WorkKind(check_brands, is_begun_again=False),
    brand_months.BRING: WorkKind(bring_brands, is_begun_again=True),
}
JOBS = (
    Job("count pushes by manager and class", timedelta(minutes=2), count_pushes),
    Job("ask for the reads of pushes", timedelta(hours=6), ask_reads),
    Job("fetch pictures for the library", timedelta(seconds=5), fetch_pictures),
    Job("make occurrences of series", timedelta(minutes=5), make_occurrences),
    Job("book what was sent by hand", timedelta(seconds=10), book_by_hand),
    Job("sweep own rows", timedelta(hours=6), sweep_own_rows),
    Job("index the library again", timedelta(seconds=10), index_again),
    Job("sweep pictures of the library", timedelta(hours=6), sweep_pictures),
)
