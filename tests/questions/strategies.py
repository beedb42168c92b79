"""Questions, replies and answers of every kind, drawn at random."""

from decimal import Decimal

from hypothesis import assume
from hypothesis import strategies as st

from questions.answers import Answer, FreeText, Multiple, NotUnderstood, Number, Photo, Score, Single, Skipped, check
from questions.question import Condition, Option, Question, QuestionType, Span

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
            answer = FreeText(draw(words))
        case _:
            answer = Photo(("media-1",))
    checked = check(question, answer)
    assert not isinstance(checked, NotUnderstood), (question, answer, checked)
    return checked


@st.composite
def several(draw) -> tuple[Question, ...]:
    """Questions in their order, some asked only after certain answers to earlier ones."""
    asked: tuple[Question, ...] = ()
    for n in range(draw(st.integers(1, 6))):
        asked += (draw(questions(f"q{n + 1}", asked)),)
    return asked


@st.composite
def several_with_answers(draw):
    asked = draw(several())
    answers = {question.code: draw(answered(question)).to_json() for question in asked if draw(st.integers(0, 4))}
    return asked, answers
