"""What holds for every survey and every reply."""

import json
import statistics as textbook
from datetime import UTC
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from foundation.errors import Refused
from surveys.rules import definition, flow, tally, yaml_file
from surveys.rules.answers import (
    Answer,
    Multiple,
    NotUnderstood,
    Number,
    Photo,
    Score,
    Single,
    Skipped,
    Text,
    check,
    describe,
    from_json,
)
from surveys.rules.definition import Condition, Definition, Option, Question, QuestionType, Span, changes
from surveys.rules.replies import command, understand
from surveys.rules.statistics import nps, spread, summary, wilson
from surveys.texts import chat

LABELS = (
    "非常满意",
    "满意",
    "一般",
    "不满意",
    "烟和酒",
    "茶、糖",
    "继续",
    "10元以下",
    "价格牌",
    "送货",
    "A店",
    "其它渠道",
)
REPLY_LETTERS = (
    "0123456789０３①③一二三十百点零两半abcq选第个和、,，.。 -~?？!其他跳过退出分元约多少满意\x00\u200b\ufe0f\u20e3⓪❶½²"
)
replies = (
    st.text(max_size=40)
    | st.text(alphabet=REPLY_LETTERS, max_size=14)
    | st.from_regex(r"[0-9 ,、]{1,9}", fullmatch=True)
)


@st.composite
def questions(draw, code: str = "q1", earlier: tuple[Question, ...] = (), kinds=tuple(QuestionType)) -> Question:
    kind = draw(st.sampled_from(kinds))
    options: tuple[Option, ...] = ()
    low = high = None
    if kind.has_options:
        labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=12, unique=True))
        codes = draw(st.permutations(range(1, len(labels) + 3)))
        options = tuple(Option(code, label) for code, label in zip(codes, labels, strict=False))
    if kind is QuestionType.MULTIPLE:
        low = draw(st.none() | st.integers(1, len(options)))
        high = draw(st.none() | st.integers(low or 1, len(options)))
    if kind is QuestionType.NUMBER:
        low = draw(st.none() | st.integers(-50, 50).map(Decimal))
        high = draw(st.none() | st.integers(int(low or 0), 5000).map(Decimal))
    conditions = []
    for other in draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []:
        if other.type is QuestionType.NUMBER:
            conditions.append(
                Condition(other.code, frozenset(), (Span(Decimal(0), Decimal(draw(st.integers(0, 100)))),))
            )
        elif other.type.has_options or other.type.scale:
            choices = sorted(other.codes) if other.type.has_options else list(other.type.scale)
            conditions.append(Condition(other.code, frozenset(draw(st.lists(st.sampled_from(choices), min_size=1)))))
    return Question(
        code,
        kind,
        "问题?",
        options,
        other=kind.has_options and draw(st.booleans()),
        min=low,
        max=high,
        decimals=draw(st.integers(0, 2)) if kind is QuestionType.NUMBER else 0,
        required=draw(st.booleans()),
        show_if=tuple(conditions),
    )


@st.composite
def surveys(draw) -> Definition:
    asked: tuple[Question, ...] = ()
    for n in range(draw(st.integers(1, 6))):
        asked += (draw(questions(f"q{n + 1}", asked)),)
    return Definition("调查", asked)


@st.composite
def answered(draw, question: Question) -> Answer:
    """An answer the question takes."""
    words = st.text(alphabet="价格牌太慢 ", min_size=1).filter(str.strip)
    if not question.required and draw(st.booleans()):
        return Skipped()
    match question.type:
        case QuestionType.SINGLE:
            option = draw(st.sampled_from(sorted(question.codes)))
            answer: Answer = Single(option, draw(words) if option == 0 else None)
        case QuestionType.MULTIPLE:
            low = int(question.min or 1)
            high = int(question.max or len(question.codes))
            codes = draw(st.lists(st.sampled_from(sorted(question.codes)), min_size=low, max_size=high, unique=True))
            answer = Multiple(tuple(codes), draw(words) if 0 in codes else None)
        case QuestionType.RATING | QuestionType.NPS:
            answer = Score(draw(st.sampled_from(list(question.type.scale))))
        case QuestionType.NUMBER:
            low = question.min if question.min is not None else Decimal(-99)
            high = question.max if question.max is not None else Decimal(9999)
            assume(low <= high)
            answer = Number(str(draw(st.decimals(low, high, places=question.decimals))))
        case QuestionType.TEXT:
            answer = Text(draw(words))
        case _:
            answer = Photo(("media-1",))
    checked = check(question, answer)
    assert not isinstance(checked, NotUnderstood), (question, answer, checked)
    return checked


@st.composite
def surveys_with_answers(draw):
    survey = draw(surveys())
    answers = {
        question.code: draw(answered(question)).to_json() for question in survey.questions if draw(st.integers(0, 4))
    }
    return survey, answers


@settings(max_examples=400, deadline=None)
@given(questions(), replies)
def test_whatever_is_typed_is_an_answer_the_question_takes_or_a_sentence(question, reply):
    heard = understand(question, reply)
    command(reply, question)
    if isinstance(heard, NotUnderstood):
        assert 5 < len(heard.sentence) < 200
        return
    assert check(question, heard) == heard
    stored = json.loads(json.dumps(heard.to_json()))
    assert from_json(question, stored) == heard
    assert describe(question, stored)
    "".join(str(value) for value in stored.values()).encode()


@settings(max_examples=100, deadline=None)
@given(questions(kinds=(QuestionType.SINGLE,)), st.data())
def test_every_option_shown_can_be_answered_by_its_number_and_by_its_label(question, data):
    at = data.draw(st.integers(1, len(question.options)))
    option = question.options[at - 1]
    assert understand(question, str(at)) == Single(option.code)
    assert understand(question, f"选{at}。") == Single(option.code)
    assert understand(question, option.label) == Single(option.code)
    assert understand(question, f"{at}、{option.label}") == Single(option.code)


@settings(max_examples=100, deadline=None)
@given(questions(kinds=(QuestionType.MULTIPLE,)), st.data())
def test_several_numbers_with_gaps_mean_those_options(question, data):
    assume(len(question.options) > 1)
    places = data.draw(st.lists(st.integers(1, len(question.options)), min_size=2, unique=True))
    gap = data.draw(st.sampled_from([" ", ",", "，", "、", " ， ", "和", "/"]))
    wanted = check(question, Multiple(tuple(question.options[at - 1].code for at in places)))
    assert understand(question, gap.join(map(str, places))) == wanted


@settings(max_examples=100, deadline=None)
@given(surveys_with_answers())
def test_what_counts_is_settled_once_and_for_all(both):
    survey, answers = both
    settled = flow.settle(survey, answers)
    assert flow.settle(survey, settled) == settled
    assert flow.shown(survey, settled) == flow.shown(survey, answers)
    shown = {question.code for question in flow.shown(survey, answers)}
    for question in survey.questions:
        why = flow.missing(survey, answers, question.code)
        assert (why is flow.Missing.NOT_SHOWN) == (question.code not in shown)
        assert (why in (None, flow.Missing.SKIPPED)) == (question.code in settled)


@settings(max_examples=100, deadline=None)
@given(surveys(), st.data())
def test_a_talk_ends_and_its_way_back_visits_what_was_shown(survey, data):
    answers: dict = {}
    for _ in survey.questions:
        question = flow.next_question(survey, answers)
        if question is None:
            break
        position, total = flow.progress(survey, answers, question.code)
        assert 1 <= position <= total <= len(survey.questions)
        assert flow.left(survey, answers) >= 1
        assert chat.question(question, position, total)
        answers[question.code] = data.draw(answered(question)).to_json()
    assert flow.next_question(survey, answers) is None
    assert flow.is_complete(survey, answers)
    assert flow.left(survey, answers) == 0
    back, code = [], None
    here = flow.shown(survey, answers)[-1]
    while here is not None:
        back.append(here.code)
        code = here.code
        here = flow.previous_question(survey, answers, code)
    assert back[::-1] == [question.code for question in flow.shown(survey, answers)]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_tally_of_what_was_submitted_adds_up(data):
    survey = data.draw(surveys())
    submitted = [
        {q.code: data.draw(answered(q)).to_json() for q in survey.questions if data.draw(st.integers(0, 4))}
        for _ in range(data.draw(st.integers(0, 5)))
    ]
    increments = [tally.counts(survey, answers) for answers in submitted]
    assert increments == [tally.counts(survey, flow.settle(survey, answers)) for answers in submitted]
    total = tally.added(*increments)
    assert tally.added(total, *map(tally.negated, increments)) == {}
    for question, entry in zip(survey.questions, summary(survey, total), strict=True):
        n = sum(flow.missing(survey, answers, question.code) is None for answers in submitted)
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
        edited = definition.read(written, timezone=UTC, previous=survey)
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


@settings(max_examples=200, deadline=None)
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
        survey = definition.read(frame, timezone=UTC)
    except Refused:
        return
    assert definition.from_json(json.loads(json.dumps(definition.to_json(survey)))) == survey


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="abt:：-{}[],?&*!|>'\"#%@` \n\t1是", max_size=40) | st.text(max_size=40) | st.binary(max_size=40)
)
def test_any_text_is_a_mapping_or_refused(content):
    try:
        assert isinstance(yaml_file.parse(content).data, dict)
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
