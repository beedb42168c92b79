"""What holds for every scorecard."""

from hypothesis import given
from hypothesis import strategies as st

from effect.rules import means, scoring
from wechat_bot.measure import Fact

#: Good events and bad ones of a manager.
MANAGER = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda drawn: Fact(drawn[0], sum(drawn)))
MANAGERS = st.lists(MANAGER, min_size=1, max_size=40).map(lambda facts: dict(enumerate(facts)))
MEANS = st.floats(0.01, 0.99)


def _company(facts) -> Fact:
    return Fact(sum(each.n for each in facts.values()), sum(each.of for each in facts.values()))


def _one_more(fact: Fact) -> Fact:
    return Fact(fact.n + 1, fact.of + 1)


@given(MANAGERS, MEANS, st.floats(scoring.SMALLEST, scoring.LARGEST), st.data())
def test_a_good_rating_more_never_lowers(facts, mean, m, data):
    def places(of):
        return scoring.placed({key: scoring.score(fact, mean, m) for key, fact in of.items()})

    whose = data.draw(st.sampled_from(sorted(facts)))
    before, after = places(facts)[whose], places(facts | {whose: _one_more(facts[whose])})[whose]
    assert before.shrunk is None or after.shrunk >= before.shrunk
    assert before.place is None or after.place <= before.place
    assert before.low is None or (after.low >= before.low - 1e-12 and after.high >= before.high - 1e-12)


@given(st.lists(MANAGER, min_size=1, max_size=4).map(lambda facts: dict(enumerate(facts))), st.data())
def test_nor_does_it_where_the_companys_mean_rises_with_it(facts, data):
    whose = data.draw(st.sampled_from(sorted(facts)))
    more = facts | {whose: _one_more(facts[whose])}
    before = scoring.scores(facts, _company(facts))[whose]
    after = scoring.scores(more, _company(more))[whose]
    assert before.shrunk is None or after.shrunk >= before.shrunk - 1e-12


@given(MANAGERS)
def test_few_ratings_never_lead_and_places_are_those_of_a_race(facts):
    found = scoring.scores(facts, _company(facts))
    placed = [each for each in found.values() if each.place is not None]
    assert {key for key, each in found.items() if each.place is not None} == {
        key for key, fact in facts.items() if fact.of >= scoring.LEAST
    }
    for each in placed:
        better = [other for other in placed if round(other.shrunk, 3) > round(each.shrunk, 3)]
        level = [other for other in placed if round(other.shrunk, 3) == round(each.shrunk, 3)]
        assert (each.place, each.until) == (len(better) + 1, len(better) + len(level))
    assert 0 <= scoring.level_with_first(found.values()) <= len(placed)


#: Scores of sheets of a manager, in hundredths.
SHEETS = st.lists(st.integers(0, 10_000), max_size=60)


def _degrees(scores) -> means.Degrees:
    squares = Fact(sum(score**2 for score in scores), len(scores))
    return means.of_facts(Fact(sum(scores), 10_000 * len(scores)), squares)


@given(st.lists(SHEETS, min_size=1, max_size=20), st.data())
def test_scored_sheets_keep_what_shares_keep(sheets, data):
    by_manager = {n: _degrees(each) for n, each in enumerate(sheets)}
    company = _degrees([score for each in sheets for score in each])
    found = means.scores(by_manager, company)
    assert all((each.place is not None) == (len(sheets[n]) >= scoring.LEAST) for n, each in found.items())
    for n, each in found.items():
        assert each.n == len(sheets[n])
        if each.shrunk is not None:
            ends = sorted((each.share, company.total / company.n))
            assert ends[0] - 1e-9 <= each.shrunk <= ends[1] + 1e-9
            assert each.low is None or (0 <= each.low <= each.share + 1e-9 and each.share - 1e-9 <= each.high <= 1)
    whose = data.draw(st.sampled_from(sorted(by_manager)))
    m, mean = data.draw(st.floats(scoring.SMALLEST, scoring.LARGEST)), data.draw(MEANS)
    before = means.score(by_manager[whose], mean, m)
    after = means.score(_degrees([*sheets[whose], 10_000]), mean, m)
    assert before.shrunk is None or after.shrunk >= before.shrunk - 1e-9


@given(MANAGERS)
def test_a_shrunk_share_lies_between_the_managers_own_and_the_companys(facts):
    company = _company(facts)
    m = scoring.strength(facts.values(), company.share or 0)
    assert scoring.SMALLEST <= m <= scoring.LARGEST
    for each in scoring.scores(facts, company).values():
        if each.shrunk is not None:
            ends = sorted((each.share, company.share))
            assert ends[0] - 1e-12 <= each.shrunk <= ends[1] + 1e-12
            assert each.low <= each.share <= each.high
