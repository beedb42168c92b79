"""The figures of a quiz, as the command prints them from the counters, are those of the oracles."""

import json

import pytest
from sqlalchemy import select

from quizzes.models.quizzes import QuizVersion
from tests.quizzes.examined import examine, paper_of
from tests.quizzes.rules.test_statistics import MOODLE, MOODLE_ITEMS, hundredths
from tests.quizzes.rules.test_statistics import UNIT as NINE_DIGITS

#: One point of Moodle's example is a million points here, so that a third has eight digits.
MILLION = 10**6
#: pingouin, cronbach_alpha: fifteen persons on ten scales.
LIKERT = (
    "3241451432", "5463512555", "7355643365", "2433222663", "6565444675", "1234252352", "4353521243", "2443722465",
    "6555165232", "5464353172", "4352532341", "4232534234", "5562332445", "6554221465", "4355313234",
)  # fmt: skip


def figures(school, quiz_id):
    done = school.house.flask("quizzes", "figures", str(quiz_id), "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def worth(school, quiz_id, *points):
    """Let the questions of a published paper be worth so many hundredths, more or less than an author may write."""
    with school.house.services.transaction() as session:
        version = session.scalars(select(QuizVersion).where(QuizVersion.quiz_id == quiz_id)).one()
        paper = [
            [*place[:2], each, *place[3:]] for place, each in zip(version.definition["paper"], points, strict=True)
        ]
        version.definition = version.definition | {"paper": paper}


def examined(school, *rows):
    """The figures of a paper of questions of one point, with marks of 0 or 1, one row of digits for each shop."""
    quiz_id = school.published(paper_of(*["1"] * len(rows[0])))
    examine(school, quiz_id, hundredths(*rows))
    return figures(school, quiz_id)


def test_moodles_example_has_moodles_figures(school):
    quiz_id = school.published(paper_of(*["1"] * 7))
    worth(school, quiz_id, *[100 * MILLION] * 7)
    examine(school, quiz_id, [[round(mark * 100 * MILLION / NINE_DIGITS) for mark in row] for row in MOODLE])
    found = figures(school, quiz_id)
    assert list(found) == [
        "attempts", "mean", "median", "sd", "skewness", "kurtosis", "alpha", "error_ratio", "standard_error",
        "questions",
    ]  # fmt: skip
    assert found["attempts"] == 25
    points = [found[name] / MILLION for name in ("mean", "median", "sd", "standard_error")]
    assert points == pytest.approx([4.617333332, 4.5, 0.8117265554, 1.1106813066], rel=1.5e-5)
    ratios = [found[name] for name in ("skewness", "kurtosis", "alpha", "error_ratio")]
    assert ratios == pytest.approx([-0.092502502, -0.7073968557, -87.2230935542, 136.8294900795], rel=1.5e-5)
    for number, (one, (facility, sd, weight, index, efficiency)) in enumerate(
        zip(found["questions"], MOODLE_ITEMS, strict=True), start=1
    ):
        assert (one["code"], one["n"]) == (f"k{number}", 25)
        assert [one["facility"], one["sd"]] == pytest.approx([100 * facility, 100 * sd], rel=1e-6)
        assert [one["weight"], one["index"], one["efficiency"]] == pytest.approx([weight, index, efficiency], rel=1e-5)


def test_alpha_is_pingouins(school):
    # pingouin, cronbach_wide_missing: the nine complete rows of twelve.
    wide = examined(
        school,
        "11111111111", "11111111010", "11101101100", "11111000100", "11110010000",
        "11111000000", "01011000010", "11100000000", "10010000000",
    )  # fmt: skip
    assert wide["alpha"] == pytest.approx(100 * 0.8016949152542373, rel=1e-9)


def test_alpha_of_a_scale_is_pingouins_too(school):
    quiz_id = school.published(paper_of(*["10"] * len(LIKERT[0])))
    examine(school, quiz_id, hundredths(*LIKERT))
    assert figures(school, quiz_id)["alpha"] == pytest.approx(100 * 0.5917188485995826, rel=1e-9)


@pytest.mark.on_sqlite
def test_a_small_staircase_of_marks(school):
    found = examined(school, "111", "110", "100", "000")
    assert [one["facility"] for one in found["questions"]] == [75, 50, 25]
    assert [one["index"] for one in found["questions"]] == pytest.approx([52.223297, 70.710678, 52.223297], abs=1e-6)
    assert [one["efficiency"] for one in found["questions"]] == pytest.approx([100] * 3)
    assert [found["alpha"], found["kurtosis"]] == pytest.approx([75, -1.2])
    assert found["standard_error"] == pytest.approx(0.645497, abs=1e-6)


@pytest.mark.on_sqlite
def test_a_wrong_key_is_named_on_the_one_question_that_has_it(school):
    found = examined(school, "0111", "0111", "0110", "0101", "1000", "1010", "1000", "0111")
    first, *others = found["questions"]
    assert first["index"] == pytest.approx(-91.5249, abs=1e-4)
    assert first["weight"] is None
    assert first["advice"] == "高分的人反而答错，请检查答案。"
    assert not [one for one in others if "检查答案" in one["advice"]]


@pytest.mark.on_sqlite
def test_a_question_worth_nothing_has_no_figures_and_no_part_in_alpha(school):
    quiz_id = school.published(paper_of(*["1"] * 4))
    worth(school, quiz_id, 100, 100, 100, 0)
    examine(school, quiz_id, hundredths("1110", "1100", "1000", "0000"))
    found = figures(school, quiz_id)
    blank = found["questions"][3]
    assert [blank[name] for name in ("n", "facility", "sd", "index", "efficiency", "advice")] == [4, *[None] * 5]
    assert found["alpha"] == pytest.approx(75)


@pytest.mark.on_sqlite
def test_a_struck_question_is_one_worth_nothing(school):
    quiz_id = school.published(paper_of(*["1"] * 4))
    examine(school, quiz_id, [(*row[:3], None) for row in hundredths("1110", "1100", "1000", "0000")])
    found = figures(school, quiz_id)
    assert [found["questions"][3][name] for name in ("n", "facility", "index")] == [4, None, None]
    assert (found["alpha"], found["mean"]) == (pytest.approx(75), 1.5)


def test_one_attempt_has_a_facility_and_nothing_that_needs_two(school):
    found = examined(school, "10")
    first = found["questions"][0]
    assert [first[name] for name in ("n", "facility", "sd", "index", "efficiency", "weight")] == [1, 100, *[None] * 4]
    assert (found["attempts"], found["mean"], found["sd"], found["alpha"]) == (1, 1, None, None)
    table = school.house.flask("quizzes", "figures", "1").output
    assert "不到 10 人，只看得分率。" in table
    assert "得分率 100.0%  标准差 —  区分度 —" in table


@pytest.mark.on_sqlite
def test_where_all_answered_alike_nothing_is_divided_by_zero(school):
    found = examined(school, *["11"] * 5)
    assert [(one["facility"], one["sd"], one["index"], one["weight"]) for one in found["questions"]] == [
        (100, 0, None, None)
    ] * 2
    assert (found["sd"], found["skewness"], found["kurtosis"], found["alpha"]) == (0, None, None, None)


@pytest.mark.on_sqlite
def test_a_paper_nobody_took_has_questions_and_no_figures_and_an_unknown_one_is_refused(school):
    quiz_id = school.published()
    found = figures(school, quiz_id)
    assert (found["attempts"], found["mean"], [one["n"] for one in found["questions"]]) == (0, None, [0] * 4)
    assert found["questions"][0]["options"] == [{"code": n, "count": 0} for n in (1, 2, 3)]
    for command in ("figures", "recount"):
        refused = school.house.flask("quizzes", command, "99")
        assert (refused.exit_code, refused.output) == (1, "没有编号为 99 的测试。\n")
    draft = school.load()
    assert school.house.flask("quizzes", "figures", str(draft)).output == "这份测试还没有发布。\n"


def test_who_chose_what_is_counted_once_the_attempt_has_ended_and_the_best_alone(school):
    quiz_id = school.published()
    take(school.wang, "1", "AC", "√", "30天")
    assert figures(school, quiz_id)["mean"] == 15
    take(school.wang, "3", "AC", "×", "30 元")
    take(school.li, "3", "A", "×", "30天")
    found = figures(school, quiz_id)
    assert (found["attempts"], found["mean"]) == (2, (20 + 27.5) / 2)
    chosen = [{option["code"]: option["count"] for option in one["options"]} for one in found["questions"]]
    assert chosen == [{1: 0, 2: 0, 3: 2}, {1: 2, 2: 0, 3: 1, 4: 0}, {1: 0, 2: 2}, {"30天": 1, "30元": 1}]
    assert school.house.flask("quizzes", "recount", str(quiz_id)).output == "一致\n"


def take(phone, *answers):
    for said in ("测试", "开始", *answers):
        phone.say(said)


def test_the_newest_version_that_has_attempts_is_shown(school):
    quiz_id = school.published()
    take(school.wang, "3", "AC", "×", "30天")
    school.house.tick()
    with school.house.services.transaction() as session:
        version = session.scalars(select(QuizVersion)).one()
        session.add(
            QuizVersion(
                quiz_id=quiz_id,
                number=2,
                definition=version.definition,
                digest="another",
                published_at=version.published_at,
            )
        )
    assert school.house.flask("quizzes", "figures", str(quiz_id)).output.startswith(
        "《真假鉴别小测试》第 1 版  1 家店\n"
    )
