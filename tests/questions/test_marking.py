"""What holds for every paper."""

from hypothesis import given, settings
from hypothesis import strategies as st

from questions import answers as kinds
from questions.keyed import marking
from questions.keyed.items import TRUTH_OPTIONS, Key, KeyedItem, KeyEffect, Kind, MarkingRule
from questions.question import Option, Question

WORDS = st.sampled_from(["三十天", "30天", "30", "３０ 天", "许可证", "许可证。", "", "30元"])


@st.composite
def items(draw, code: str) -> KeyedItem:
    kind = draw(st.sampled_from(Kind))
    options = TRUTH_OPTIONS if kind is Kind.TRUTH else tuple(Option(n, f"选项{n}") for n in range(1, 6))
    question = Question(code, kind.type, "几天？", () if kind is Kind.FILL else options)
    key = Key(
        frozenset(draw(st.sets(st.sampled_from([option.code for option in options]), min_size=1))),
        tuple(draw(st.lists(WORDS.filter(bool), min_size=1, max_size=3))),
        draw(st.sampled_from(MarkingRule)),
        draw(st.sampled_from([KeyEffect.MARKED] * 8 + [KeyEffect.STRUCK, KeyEffect.FULL])),
    )
    return KeyedItem(question, kind, key, draw(st.integers(1, 10_000)))


@st.composite
def answers(draw, item: KeyedItem):
    if not draw(st.integers(0, 5)):
        return draw(st.sampled_from([None, {"s": True}]))
    codes = [option.code for option in item.question.options]
    match item.kind:
        case Kind.FILL:
            return kinds.FreeText(draw(WORDS)).to_json()
        case Kind.MULTIPLE:
            return kinds.Multiple(tuple(sorted(draw(st.sets(st.sampled_from(codes), min_size=1))))).to_json()
        case _:
            return kinds.Single(draw(st.sampled_from(codes))).to_json()


@settings(max_examples=300)
@given(st.data())
def test_no_mark_and_no_total_is_ever_above_its_maximum(data) -> None:
    paper = [data.draw(items(f"k{n}")) for n in range(data.draw(st.integers(1, 6)))]
    given_answers = {item.code: found for item in paper if (found := data.draw(answers(item))) is not None}
    marked = marking.paper(paper, given_answers)
    counting = [(item, mark) for item, mark in zip(paper, marked.marks, strict=True) if mark is not None]
    assert all(0 <= mark <= item.points for item, mark in counting)
    assert marked.total == sum(mark for _, mark in counting) <= marked.maximum
    assert marked.maximum == sum(item.points for item, _ in counting)
    # Ticking everything pays only where everything is right.
    for item in paper:
        every = kinds.Multiple(tuple(option.code for option in item.question.options))
        if item.kind is Kind.MULTIPLE and item.key.effect is KeyEffect.MARKED:
            assert marking.mark(item, every.to_json()) == (item.points if len(item.key.right) == 5 else 0)
    # The right answers get all there is.
    right = {item.code: _right(item) for item in paper}
    full = marking.paper(paper, right)
    assert full.total == full.maximum


def _right(item: KeyedItem):
    match item.kind:
        case Kind.FILL:
            return kinds.FreeText(item.key.variants[0]).to_json()
        case Kind.MULTIPLE:
            return kinds.Multiple(tuple(sorted(item.key.right))).to_json()
        case _:
            return kinds.Single(min(item.key.right)).to_json()
