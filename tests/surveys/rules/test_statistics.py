"""The figures agree with published ones, and with what peers got wrong."""

import math

import pytest

from foundation.shares import wilson
from questions.question import Option, Question, QuestionType, retire
from surveys.rules import statistics
from surveys.rules.definition import Definition
from surveys.rules.statistics import nps, spread, summary


@pytest.mark.parametrize(
    ("count", "n", "confidence", "low", "high"),
    [
        # R: prop.test(count, n, conf.level = confidence, correct = FALSE)$conf.int
        (3, 10, 0.95, 0.1077913, 0.6032219),
        (3, 10, 0.99, 0.07956632, 0.6799753),
        (0, 10, 0.95, 0.0, 0.2775328),
        (10, 10, 0.95, 0.7224672, 1.0),
    ],
)
def test_wilson_agrees_with_r(count, n, confidence, low, high):
    assert wilson(count, n, confidence) == pytest.approx((low, high), abs=1e-6)


def test_wilson_has_exact_ends_and_no_interval_of_nothing():
    assert wilson(0, 7).low == 0.0
    assert wilson(7, 7).high == 1.0
    assert wilson(0, 0) is None
    with pytest.raises(ValueError):
        wilson(2, 1)


def test_nps_error_agrees_with_the_published_closed_form():
    # Engelhardt, "Net Promoter Score confidence intervals 2" (R-bloggers, 2016-01-13): with thirds the whole width of
    # the 95 % interval is about 320 / sqrt(n), so 10 points at n = 1024 and 1 point at n = 102400.
    for n, width in ((1024, 10), (102_400, 1)):
        third = n / 3
        p = d = 1 / 3
        assert 2 * 1.959964 * 100 * math.sqrt((p * (1 - p) + d * (1 - d) + 2 * p * d) / n) == pytest.approx(
            width, rel=1e-3
        )
        found = nps({10: round(third), 8: n - 2 * round(third), 0: round(third)})
        assert found.score == 0
        assert found.high - found.low == pytest.approx(width, rel=2e-3)


def test_nps_variance_agrees_with_cross_validated():
    # stats.stackexchange.com, "How can I calculate margin of error in a NPS result?": p 1/2, passive 1/3, d 1/6.
    found = nps({9: 3, 7: 2, 6: 1})
    assert found.score == pytest.approx(100 / 3)
    assert (found.error / 100) ** 2 * 6 == pytest.approx(0.5555555555555556)
    assert (found.promoters, found.passives, found.detractors) == (3, 2, 1)


def test_every_score_is_in_exactly_one_group():
    # Formbricks pull request 9248: 6.5 and 8.5 were in none.
    found = nps({6.5: 1, 7: 1, 8.5: 1, 9: 1})
    assert (found.detractors, found.passives, found.promoters) == (1, 2, 1)
    assert spread({6.5: 1, 8.5: 1}).mean == 7.5


def test_nps_stays_on_its_scale():
    assert nps({10: 2, 8: 1}).high <= 100
    assert nps({0: 2, 8: 1}).low >= -100
    assert nps({10: 5}).score == 100.0


def test_what_peers_got_wrong_is_right():
    # XIAOJUSURVEY 7f3f60a getVariance: prints 0.42.
    assert spread({1: 10, 5: 10}).sd ** 2 == pytest.approx(4.2105263158, abs=1e-10)
    # The same, getMedian: call stack exceeded from about 125,500 answers.
    assert spread({5: 200_000}).median == 5
    # The same, getNps of nothing: NaN%.
    assert nps({}) is None
    # Formbricks b66c1dd: two dismissed answers in the denominator gave 16.67; they are in no count here.
    assert nps({10: 1, 9: 1, 8: 1, 6: 1}).score == 25.0


def test_spread_is_that_of_the_expanded_list():
    assert spread({}) is None
    assert spread({3: 0}) is None
    assert spread({7: 1}) == (1, 7.0, None, 7.0, 7.0, 7.0)
    # 1 2 2 3 10
    found = spread({10: 1, 2: 2, 1: 1, 3: 1})
    assert (found.n, found.mean, found.median, found.min, found.max) == (5, 3.6, 2.0, 1.0, 10.0)
    assert found.sd == pytest.approx(3.646916505762094)
    assert spread({1: 1, 2: 1}).median == 1.5


def test_rates_of_a_published_survey_of_the_trade():
    # 300 sent, 233 returned, 216 valid: 92.7 % valid.
    assert statistics.response_rate(233, 300) == pytest.approx(0.7767, abs=1e-4)
    assert statistics.valid_rate(216, 233) == pytest.approx(0.927, abs=1e-3)
    assert statistics.response_rate(0, 0) is None
    assert statistics.valid_rate(0, 0) is None


def test_csat_is_the_share_of_the_two_best():
    share, interval = statistics.csat({5: 2, 4: 1, 3: 4, 1: 3})
    assert share == pytest.approx(0.3)
    assert interval == wilson(3, 10)
    assert statistics.csat({}) is None


CHOICE = Question(
    "q1", QuestionType.SINGLE, "?", (Option(1, "满意"), Option(4, "一般")), True, retired=(Option(2, "差"),)
)


def test_a_summary_has_the_shape_of_the_tally():
    counts = {("q1", "#"): 10, ("q1", "1"): 3, ("q1", "4"): 7}
    (entry,) = summary(Definition("调查", (CHOICE,)), counts)
    assert {key: entry[key] for key in ("code", "type", "n")} == {"code": "q1", "type": "single", "n": 10}
    first, second, other = entry["options"]
    assert first == {
        "code": 1,
        "label": "满意",
        "count": 3,
        "share": 0.3,
        "low": pytest.approx(0.1077913, abs=1e-6),
        "high": pytest.approx(0.6032219, abs=1e-6),
    }
    assert (second["code"], other["code"], other["label"], other["count"]) == (4, 0, "其他", 0)
    assert set(entry) == {"code", "type", "n", "options"}


def test_an_option_offered_no_longer_keeps_its_count_and_its_name():
    counts = {("q1", "#"): 4, ("q1", "1"): 1, ("q1", "2"): 2, ("q1", "9"): 1}
    (entry,) = summary(Definition("调查", (CHOICE,)), counts)
    listed = [
        (option["code"], option["label"], option["count"], option.get("retired", False)) for option in entry["options"]
    ]
    assert listed == [
        (1, "满意", 1, False),
        (4, "一般", 0, False),
        (0, "其他", 0, False),
        (2, "差", 2, True),
        (9, "选项 9", 1, True),
    ]
    assert sum(option["count"] for option in entry["options"]) == entry["n"]


def test_two_options_of_one_label_are_two_rows():
    # Indico b8f1fde keys its summary by label and loses the first.
    question = Question("q1", QuestionType.SINGLE, "?", (Option(1, "Other"), Option(2, "Other")))
    (entry,) = summary(Definition("调查", (question,)), {("q1", "#"): 3, ("q1", "1"): 2, ("q1", "2"): 1})
    assert [option["count"] for option in entry["options"]] == [2, 1]


def test_a_question_asked_no_longer_is_still_in_the_summary_if_anyone_answered_it():
    survey = Definition("调查", (Question("q2", QuestionType.TEXT, "?"),), retired=(retire(CHOICE),))
    assert [entry["code"] for entry in summary(survey, {("q2", "#"): 1})] == ["q2"]
    kept = summary(survey, {("q1", "#"): 1, ("q1", "4"): 1})[1]
    assert (kept["code"], kept["retired"]) == ("q1", True)
    assert [(option["label"], option["count"]) for option in kept["options"] if option["count"]] == [("一般", 1)]


def test_scales_list_every_point_and_their_own_figures():
    survey = Definition("调查", (Question("r", QuestionType.RATING, "?"), Question("n", QuestionType.NPS, "?")))
    counts = {
        ("r", "#"): 20,
        ("r", "1"): 10,
        ("r", "5"): 10,
        ("n", "#"): 4,
        ("n", "10"): 1,
        ("n", "9"): 1,
        ("n", "8"): 1,
        ("n", "6"): 1,
    }
    rating, score = summary(survey, counts)
    assert [option["code"] for option in rating["options"]] == [1, 2, 3, 4, 5]
    assert (rating["mean"], rating["sd"], rating["median"]) == (3.0, pytest.approx(2.0519567041703), 3.0)
    assert "nps" not in rating
    assert [option["code"] for option in score["options"]] == list(range(11))
    assert (score["nps"], score["promoters"], score["passives"], score["detractors"]) == (25.0, 2, 1, 1)
    assert score["nps_low"] < 25 < score["nps_high"]
    assert "mean" not in score


def test_numbers_have_no_options_and_texts_only_how_many():
    survey = Definition("调查", (Question("a", QuestionType.NUMBER, "?"), Question("b", QuestionType.PHOTO, "?")))
    number, photo = summary(survey, {("a", "#"): 3, ("a", "12.5"): 2, ("a", "-5"): 1, ("b", "#"): 2})
    assert number == {
        "code": "a",
        "type": "number",
        "n": 3,
        "mean": pytest.approx(20 / 3),
        "sd": pytest.approx(10.103629710818451),
        "median": 12.5,
        "min": -5.0,
        "max": 12.5,
        "bins": [
            {"label": "-5 到 0", "count": 1},
            {"label": "0 到 5", "count": 0},
            {"label": "5 到 10", "count": 0},
            {"label": "10 到 15", "count": 2},
        ],
    }
    assert photo == {"code": "b", "type": "photo", "n": 2}


def test_nothing_answered_yet_gives_no_figures_and_no_error():
    kinds = [Question(kind.value, kind, "?", CHOICE.options if kind.has_options else ()) for kind in QuestionType]
    for entry in summary(Definition("调查", tuple(kinds)), {}):
        assert entry["n"] == 0
        assert all(option["share"] is None and option["low"] is None for option in entry.get("options", []))
        assert all(entry.get(name) is None for name in ("mean", "sd", "nps", "nps_low", "median", "min"))
