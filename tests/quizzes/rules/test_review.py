"""Review of a quiz as its author wrote it."""

from datetime import UTC

import pytest

from questions.authoring.spelling import Mistaken
from quizzes.rules.review import read


def test_a_paper_all_of_the_bank_may_be_shuffled():
    found = read({"title": "每月一测", "shuffle": True, "bank": ["k1", "k2"]}, timezone=UTC)
    assert found.shuffle and [each.code for each in found.bank] == ["k1", "k2"]


@pytest.mark.parametrize("answer", [[None], ["30天", None], [["30天"]], {"30天": 1}])
def test_an_accepted_spelling_that_is_empty_or_no_word_is_refused(answer):
    one = {"code": "k1", "type": "fill", "text": "提前几天？", "answer": answer}
    with pytest.raises(Mistaken, match="答案里有一项是空的，或写法不对"):
        read({"title": "测试", "questions": [one]}, timezone=UTC)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"options": ["三十天 [5分]", "十天"]}, "考题的分值写在题上，不写在选项上，请改“三十天”"),
        ({"options": [{"text": "三十天", "points": 5}, "十天"]}, "考题的分值写在题上"),
        ({"options": ["三十天", "十天"], "weight": 2}, "考题没有“权重”，请删去"),
    ],
)
def test_points_of_options_and_weights_are_for_surveys_and_never_words_of_a_paper(written, said):
    one = {"code": "k1", "type": "single", "text": "提前几天？", "answer": "A", **written}
    with pytest.raises(Mistaken, match=said):
        read({"title": "测试", "questions": [one]}, timezone=UTC)
