"""The figures of a test are those that Moodle and pingouin publish for the same marks."""

from collections import Counter

import pytest

from quizzes.rules.statistics import Cells, items, paper

#: Moodle, mod/quiz/report/statistics/tests/fixtures: 25 attempts at seven questions of one point each. A mark of one
#: third is written there with nine digits, so the unit here is a billionth of a point.
UNIT = 10**9
THIRD = 333_333_332
MOODLE = [
    tuple(THIRD if mark == "third" else round(float(mark) * UNIT) for mark in row.split())
    for row in """
        1 1 1 1 1 0 1|1 1 1 1 .5 1 0|1 1 1 1 .5 0 1|0 0 1 1 1 0 0|1 0 1 0 0 1 .5|1 1 1 1 .5 0 .5|0 1 1 1 .5 1 .5
        1 1 1 0 .5 1 .5|1 0 1 1 1 1 1|0 1 1 0 .5 1 .5|.8 0 1 1 .5 1 .5|1 1 1 0 .5 1 1|1 0 1 1 .5 1 .5|1 0 1 1 1 0 .5
        0 0 1 1 0 1 1|1 0 1 0 .5 1 1|.8 0 1 1 .5 0 1|1 0 1 1 0 1 .5|1 0 1 1 .5 0 .5|0 1 1 0 .5 1 0|1 1 third 1 .5 0 .5
        1 1 1 0 .5 0 .5|1 1 1 1 0 1 .5|0 0 1 0 .5 1 1|0 0 1 1 1 1 1
    """.strip()
    .replace("\n", "|")
    .split("|")
]
#: Facility, standard deviation, effective weight, discrimination index, discriminative efficiency.
MOODLE_ITEMS = [
    (0.704, 0.4513682901, 21.2922742344, -7.0650767526, -9.4550536967),
    (0.48, 0.5099019514, 18.8979800309, -28.8982125772, -36.7834118938),
    (0.973333332, 0.13333334, 4.443012573, -9.1230674268, -21.6545012165),
    (0.68, 0.4760952286, 18.9347251357, -22.6306444113, -31.4411395613),
    (0.52, 0.3055050463, 11.1450138688, -17.6997047674, -21.1794802584),
    (0.64, 0.4898979486, 9.8081339177, -45.3785178421, -56.9365974439),
    (0.62, 0.331662479, 15.4788602394, -5.6543166602, -6.5043742058),
]


def cells(rows: list[tuple[int, ...]]) -> list[Cells]:
    """The counters of a paper that all were given: for each question (mark, total) to a count."""
    return [Counter((row[place], sum(row)) for row in rows) for place in range(len(rows[0]))]


def hundredths(*rows: str) -> list[tuple[int, ...]]:
    """Marks of 0 or 1 point, one row of digits for each attempt."""
    return [tuple(100 * int(mark) for mark in row) for row in rows]


def test_each_question_of_moodles_example_has_moodles_figures():
    found = items(cells(MOODLE), [UNIT] * 7)
    for figures, (facility, sd, weight, index, efficiency) in zip(found, MOODLE_ITEMS, strict=True):
        assert figures.n == 25
        assert figures.facility == pytest.approx(100 * facility, rel=1e-6)
        assert figures.sd == pytest.approx(100 * sd, rel=1e-6)
        assert figures.weight == pytest.approx(weight, rel=1e-5)
        assert figures.index == pytest.approx(index, rel=1e-5)
        assert figures.efficiency == pytest.approx(efficiency, rel=1e-5)


def test_the_paper_of_moodles_example_has_moodles_figures():
    found = paper(Counter(map(sum, MOODLE)), cells(MOODLE), [UNIT] * 7, unit=UNIT)
    assert found.attempts == 25
    figures = (found.mean, found.median, found.sd, found.skewness, found.kurtosis)
    assert figures == pytest.approx((4.617333332, 4.5, 0.8117265554, -0.092502502, -0.7073968557), rel=1.5e-5)
    reliability = (found.alpha, found.error_ratio, found.standard_error)
    assert reliability == pytest.approx((-87.2230935542, 136.8294900795, 1.1106813066), rel=1.5e-5)


def test_alpha_is_pingouins_where_both_leave_incomplete_rows_out():
    # pingouin, cronbach_wide_missing: the nine complete rows of twelve.
    rows = hundredths(
        "11111111111", "11111111010", "11101101100", "11111000100", "11110010000",
        "11111000000", "01011000010", "11100000000", "10010000000",
    )  # fmt: skip
    found = paper(Counter(map(sum, rows)), cells(rows), [100] * 11, unit=100)
    assert found.alpha == pytest.approx(100 * 0.8016949152542373, rel=1e-9)


def test_a_small_staircase_of_marks():
    rows = hundredths("111", "110", "100", "000")
    found = items(cells(rows), [100] * 3)
    assert [figures.facility for figures in found] == [75, 50, 25]
    assert [figures.index for figures in found] == pytest.approx([52.223297, 70.710678, 52.223297], abs=1e-6)
    assert [figures.efficiency for figures in found] == pytest.approx([100] * 3)
    whole = paper(Counter(map(sum, rows)), cells(rows), [100] * 3, unit=100)
    assert whole.alpha == pytest.approx(75)
    assert whole.standard_error == pytest.approx(0.645497, abs=1e-6)
    assert whole.kurtosis == pytest.approx(-1.2)


def test_a_wrong_key_shows_as_an_index_below_zero_and_no_weight():
    rows = hundredths("0111", "0111", "0110", "0101", "1000", "1010", "1000", "0111")
    found = items(cells(rows), [100] * 4)
    assert found[0].index == pytest.approx(-91.5249, abs=1e-4)
    assert found[0].weight is None
    assert all(figures.index > 0 for figures in found[1:])


def test_a_question_worth_nothing_has_no_figures_and_no_part_in_alpha():
    rows = hundredths("1110", "1100", "1000", "0000")
    without, blank = items(cells(rows), [100, 100, 100, 0])[:3], items(cells(rows), [100, 100, 100, 0])[3]
    assert (blank.n, blank.facility, blank.sd, blank.index, blank.efficiency) == (4, None, None, None, None)
    assert without == items(cells(hundredths("111", "110", "100", "000")), [100] * 3)
    assert paper(Counter(map(sum, rows)), cells(rows), [100, 100, 100, 0], unit=100).alpha == pytest.approx(75)


def test_one_attempt_has_a_facility_and_nothing_that_needs_two():
    rows = hundredths("10")
    only = items(cells(rows), [100, 100])[0]
    assert (only.facility, only.sd, only.index, only.efficiency, only.weight) == (100, None, None, None, None)
    whole = paper(Counter(map(sum, rows)), cells(rows), [100, 100], unit=100)
    assert (whole.mean, whole.median) == (1, 1)
    assert (whole.sd, whole.skewness, whole.kurtosis, whole.alpha, whole.standard_error) == (None,) * 5


def test_where_all_answered_alike_nothing_is_divided_by_zero():
    rows = hundredths("11", "11", "11", "11", "11")
    found = items(cells(rows), [100, 100])
    assert [(figures.facility, figures.sd, figures.index, figures.weight) for figures in found] == [
        (100, 0, None, None)
    ] * 2
    whole = paper(Counter(map(sum, rows)), cells(rows), [100, 100], unit=100)
    assert (whole.sd, whole.skewness, whole.kurtosis, whole.alpha) == (0, None, None, None)


def test_a_question_that_all_answered_alike_still_counts_in_alpha():
    rows = hundredths("1111", "1101", "1001", "0001")
    found = paper(Counter(map(sum, rows)), cells(rows), [100] * 4, unit=100)
    # Four questions, the variances of three of them: 4/3 (1 - 5/6 ÷ 5/3).
    assert found.alpha == pytest.approx(100 * 4 / 3 * (1 - (0.25 + 1 / 3 + 0.25) / (5 / 3)))


def test_papers_of_their_own_have_no_alpha():
    rows = hundredths("111", "110", "100", "000")
    found = paper(Counter(map(sum, rows)), None, (), unit=100)
    assert (found.mean, found.alpha, found.error_ratio, found.standard_error) == (1.5, None, None, None)


def test_nobody_yet():
    assert items([{}], [100])[0].facility is None
    empty = paper({}, [{}], [100], unit=100)
    assert (empty.attempts, empty.mean, empty.alpha) == (0, None, None)
