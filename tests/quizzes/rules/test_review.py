"""Review of a quiz as its author wrote it."""

from datetime import UTC

from quizzes.rules.review import read


def test_a_paper_all_of_the_bank_may_be_shuffled():
    found = read({"title": "每月一测", "shuffle": True, "bank": ["k1", "k2"]}, timezone=UTC)
    assert found.shuffle and [each.code for each in found.bank] == ["k1", "k2"]
