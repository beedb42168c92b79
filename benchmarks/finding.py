"""Finding texts by words: 50,000 passages against 5,000, the slowest hundredth, and how fast texts are put there."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks import harness
from broadcasts.models.library import ArticleState, LibraryArticle
from broadcasts.queries.searching import for_staff
from config.app import FEATURES
from courses.queries import asking
from finding import indexing, searching
from finding.first_words import SYNONYMS, TRADE_WORDS
from finding.topics import Seeker
from foundation.database import Database
from migrations import schema

FEW, MANY = 5_000, 50_000
#: Passages of one text, and words of one passage.
PASSAGES, WORDS = 10, 40
#: Texts put there in one transaction.
AT_ONCE = 5
QUESTIONS = 200
AT = datetime(2026, 11, 30, tzinfo=UTC)
LIMIT, SLOWEST = 3.0, 50.0
CLASSROOM = "a shop asks the classroom"
#: What the features declare; the texts of articles, lessons and answers among it.
DECLARED = tuple(each for feature in FEATURES for each in feature.more)
#: Two-letter words of everyday language, of which the first stand nearly everywhere.
EVERYDAY = [a + b for a in "店烟货证价天时人事地" for b in "主家门面里上下中前后头边间口里场道所部位线点"]


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            small, _ = _measure(url.replace("wuwei.db", "few.db") if "sqlite" in url else url, FEW)
            large, rate = _measure(url, MANY, since=0 if "sqlite" in url else FEW)
            for kind, few in small.items():
                many = large[kind]
                ratio = statistics.median(many) / statistics.median(few)
                slowest = _slowest(many)
                rows.append(
                    [
                        name,
                        kind,
                        f"{ratio:.2f}",
                        harness.verdict(ratio, LIMIT),
                        f"{statistics.median(few):.1f}",
                        f"{statistics.median(many):.1f}",
                        f"{slowest:.1f}",
                        harness.verdict(slowest, SLOWEST),
                    ]
                )
            rows.append([name, "putting, passages a second", "-", "-", "-", f"{rate:,.0f}", "-", "-"])
    harness.table(
        f"Finding: {MANY:,} passages against {FEW:,}",
        ["database", "what", "ratio", "limit", f"ms at {FEW:,}", f"ms at {MANY:,}", "slowest 1 in 100", "limit"],
        rows,
    )


def _measure(url: str, passages: int, since: int = 0) -> tuple[dict[str, list[float]], float]:
    """Milliseconds of every question, by kind, in a library of so many passages; and passages put there a second."""
    database = Database(url)
    schema.upgrade(database, FEATURES)
    begun = time.perf_counter()
    for first in range(since // PASSAGES, passages // PASSAGES, AT_ONCE):
        with database.transaction() as session:
            for reference in range(first, min(first + AT_ONCE, passages // PASSAGES)):
                title, texts = text_of(reference)
                publish(session, reference, title)
                indexing.put(session, "article", reference + 1, title, texts)
    rate = (passages - since) / (time.perf_counter() - begun)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))
    took = {kind: [_time(database, question) for question in asked] for kind, asked in _asked().items()}
    took[CLASSROOM] = [_time(database, question, by=_ask) for question in questions()]
    database.dispose()
    return took, rate


def publish(session: Session, reference: int, title: str) -> None:
    """The article that a text is, nine in ten of them published."""
    article = {"id": reference + 1, "token": str(reference), "column_id": 1, "title": title, "stamp": ""}
    state = ArticleState.WITHDRAWN if reference % 10 == 3 else ArticleState.PUBLISHED
    more = {"changed_at": AT, "changed_by": "", "state": state, "published_at": AT}
    session.execute(insert(LibraryArticle).values(**article, **more))


def text_of(reference: int) -> tuple[str, list[str]]:
    """A text: everyday words by Zipf's law, some of the trade's, and a name of its own."""
    dice = random.Random(reference)
    shares = [1 / (n + 1) for n in range(len(EVERYDAY))]

    def passage() -> str:
        everyday = dice.choices(EVERYDAY, shares, k=WORDS)
        return "，".join([*everyday, *dice.choices(TRADE_WORDS, k=5), _name(dice.randrange(20_000))])

    return f"{dice.choice(TRADE_WORDS)}{dice.choice(TRADE_WORDS)}", [passage() for _ in range(PASSAGES)]


def _name(number: int) -> str:
    """One of many rare words."""
    return f"甲{number:05}款"


def _asked() -> dict[str, list[str]]:
    dice = random.Random(7)
    trade = [word for word in TRADE_WORDS if len(word) > 1]

    def some(words: Sequence[str], count: int) -> list[str]:
        return ["".join(dice.choices(words, k=count)) for _ in range(QUESTIONS)]

    return {
        "a question of two words of the trade": some(trade, 2),
        "a rare name and a common word": [
            _name(dice.randrange(20_000)) + dice.choice(EVERYDAY[:5]) for _ in range(QUESTIONS)
        ],
        "synonyms": [line[0] + line[-1] for line in SYNONYMS] * (QUESTIONS // len(SYNONYMS)),
        "a word that stands nearly everywhere": some(EVERYDAY[:5], 1),
        "100 letters": [each[:100] for each in some([*trade, *EVERYDAY], 60)],
        "a single letter": some("签码烟店价档栀", 1),
        "nothing of it is there": some("西红柿炒鸡蛋量子力学篮球高铁", 5),
    }


def questions() -> list[str]:
    """What shopkeepers ask: two words of the trade in a sentence."""
    dice = random.Random(11)
    return [f"{dice.choice(TRADE_WORDS)}的{dice.choice(TRADE_WORDS)}怎么办？" for _ in range(QUESTIONS)]


def _search(session: Session, question: str) -> None:
    searching.search(session, question, visible={"article": for_staff()})


def _ask(session: Session, question: str) -> None:
    """A shop's question to the classroom: of articles, lessons and answers, who may read them asked in the search."""
    asking.answers(session, DECLARED, question, Seeker(retailer_id=1), now=AT, zone=ZoneInfo("Asia/Shanghai"))


def _time(database: Database, question: str, by: Callable[[Session, str], None] = _search) -> float:
    """Milliseconds of a search, transaction included, of nine texts in ten: the better of two."""
    best = float("inf")
    for _ in range(2):
        begun = time.perf_counter()
        with database.reading() as session:
            by(session, question)
        best = min(best, time.perf_counter() - begun)
    return best * 1000


def _slowest(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[-1]
