"""The bank of questions on the trade that a company may import as it is."""

from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest

import quizzes
from questions.keyed.items import Difficulty, Kind, MarkingRule
from quizzes.queries import bank
from tests.sources import undated

FILE = Path(quizzes.__file__).parent / "ready_made" / "trade.txt"
TAGS = {"法规", "许可证", "未成年人", "真假鉴别", "陈列", "服务"}


@pytest.mark.on_sqlite
def test_the_bank_on_the_trade_is_imported_as_it_is_and_each_question_says_where_it_is_from(house):
    for said in ("60 新增 0 修改 0 不变\n", "0 新增 0 修改 60 不变\n"):
        done = house.flask("quizzes", "bank", "import", str(FILE))
        assert done.output == said
    with house.look() as session:
        items = [each.item for each in bank.every(session)]
    assert len(items) == 60
    for item in items:
        assert item.explanation and item.source and item.tags and set(item.tags) <= TAGS, item.code
        assert undated(item.source) == [], item.code
    assert {tag for item in items for tag in item.tags} == TAGS

    alike = [
        (one.code, two.code)
        for one, two in combinations(items, 2)
        if SequenceMatcher(None, one.question.text, two.question.text).ratio() > 0.85
    ]
    assert alike == []

    kinds = Counter(item.kind for item in items)
    assert min(kinds[kind] for kind in Kind) >= 10
    assert {item.key.rule for item in items if item.kind is Kind.MULTIPLE} == set(MarkingRule)
    assert min(Counter(item.difficulty for item in items)[each] for each in Difficulty) >= 12
    # Whoever always ticks the same place gets about a quarter of the single choices, and half of the others.
    for kind, share in ((Kind.SINGLE, 0.3), (Kind.TRUTH, 0.6)):
        places = Counter(next(iter(item.key.right)) for item in items if item.kind is kind)
        assert max(places.values()) <= share * kinds[kind], (kind, places)
    together = Counter(item.key.right for item in items if item.kind is Kind.MULTIPLE)
    assert len(together) >= 5 and max(together.values()) <= 0.4 * kinds[Kind.MULTIPLE]
