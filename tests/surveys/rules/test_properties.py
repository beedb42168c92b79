"""What holds for every survey."""

import json
import statistics as textbook
from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import Refused
from foundation.shares import wilson
from questions import flow
from questions.question import QuestionType
from surveys.rules import definition, files, review, tally
from surveys.rules.definition import Definition
from surveys.rules.differences import changes
from surveys.rules.statistics import nps, spread, summary
from tests.questions.strategies import LABELS, answered, several


@st.composite
def surveys(draw) -> Definition:
    return Definition("调查", draw(several()))


@settings(max_examples=100)
@given(st.data())
def test_the_tally_of_what_was_submitted_adds_up(data):
    survey = data.draw(surveys())
    submitted = [
        {q.code: data.draw(answered(q)).to_json() for q in survey.questions if data.draw(st.integers(0, 4))}
        for _ in range(data.draw(st.integers(0, 5)))
    ]
    increments = [tally.counts(survey, answers) for answers in submitted]
    assert increments == [tally.counts(survey, flow.settle(survey.questions, answers)) for answers in submitted]
    total = tally.added(*increments)
    assert tally.added(total, *map(tally.negated, increments)) == {}
    for question, entry in zip(survey.questions, summary(survey, total), strict=True):
        n = sum(flow.missing(survey.questions, answers, question.code) is None for answers in submitted)
        assert entry["n"] == n
        chosen = sum(option["count"] for option in entry.get("options", []))
        if question.type in (QuestionType.SINGLE, QuestionType.RATING, QuestionType.NPS):
            assert chosen == n
        if question.type is QuestionType.MULTIPLE:
            assert n <= chosen <= n * len(question.codes)
    json.dumps(summary(survey, total), allow_nan=False)


@given(surveys())
def test_a_definition_comes_back_from_storage_unchanged(survey):
    assert definition.from_json(json.loads(json.dumps(definition.to_json(survey)))) == survey


@given(st.lists(st.lists(st.sampled_from(LABELS), min_size=2, max_size=6, unique=True), min_size=2, max_size=5))
def test_through_all_edits_a_label_has_one_code_and_a_code_one_label(versions):
    survey = None
    by_label: dict[str, int] = {}
    for labels in versions:
        written = {"title": "调查", "questions": [{"code": "q1", "type": "single", "text": "?", "options": labels}]}
        edited = review.read(written, timezone=UTC, previous=survey)
        assert (
            (changes(survey, edited) == ()) == (survey.questions[0].labels == edited.questions[0].labels)
            if survey
            else True
        )
        survey = edited
        for option in edited.questions[0].options:
            assert by_label.setdefault(option.label, option.code) == option.code
    assert len(set(by_label.values())) == len(by_label)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**13)
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["title", "opens", "closes", "audience", "anonymous", "min_seconds", "results", "questions", "typo"]
QUESTION_KEYS = ["code", "type", "text", "options", "other", "min", "max", "decimals", "required", "show_if", "typo"]


@settings(max_examples=100)
@given(st.data())
def test_any_mapping_is_a_survey_or_refused(data):
    kinds = st.sampled_from([kind.value for kind in QuestionType] + ["单选", "多选"])
    good = {
        "code": st.sampled_from(["q1", "q2", "q3"]),
        "type": kinds,
        "text": st.just("?"),
        "options": st.just(["甲", "乙"]),
    }
    asked = []
    for _ in range(data.draw(st.integers(1, 3))):
        strange = data.draw(st.dictionaries(st.sampled_from(QUESTION_KEYS), json_values, max_size=3))
        asked.append({key: data.draw(strategy) for key, strategy in good.items()} | strange)
    frame = {"title": "调查", "questions": asked} | data.draw(
        st.dictionaries(st.sampled_from(KEYS), json_values, max_size=2)
    )
    try:
        survey = review.read(frame, timezone=UTC)
    except Refused:
        return
    assert definition.from_json(json.loads(json.dumps(definition.to_json(survey)))) == survey


@settings(max_examples=100)
@given(
    st.text(alphabet="abt:：-{}[],?&*!|>'\"#%@` \n\t1是", max_size=40) | st.text(max_size=40) | st.binary(max_size=40)
)
def test_any_text_is_a_mapping_or_refused(content):
    try:
        assert isinstance(files.of_yaml(content).data, dict)
    except Refused:
        return


@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_stays_within_0_and_1_and_holds_the_share(count, more, confidence):
    n = count + more
    interval = wilson(count, n, confidence)
    if n == 0:
        assert interval is None
        return
    assert 0 <= interval.low <= count / n <= interval.high <= 1


@given(st.dictionaries(st.integers(0, 10), st.integers(0, 50)))
def test_figures_of_a_distribution_are_those_of_its_expanded_list(distribution):
    values = [value for value, count in distribution.items() for _ in range(count)]
    found = spread(distribution)
    if not values:
        assert found is None
        assert nps(distribution) is None
        return
    assert abs(found.mean - textbook.fmean(values)) < 1e-9
    assert found.median == textbook.median(values)
    if len(values) > 1:
        assert abs(found.sd - textbook.stdev(values)) < 1e-9
    score = nps(distribution)
    assert -100 <= score.low <= score.score <= score.high <= 100
    assert score.promoters + score.passives + score.detractors == len(values)
