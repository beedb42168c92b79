"""Laws of progress: whatever is asked for, whenever, nobody is further or has more than reading gives."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from courses.rules.progress import LEAST, MOST_CREDITED, LessonPlace, StepVerdict, handed_out, least_seconds

BEGUN = datetime(2026, 12, 1, 10, tzinfo=UTC)
asked = some.lists(some.tuples(some.integers(-2, 9), some.floats(0, 4000)), max_size=40)


def test_a_screen_takes_a_second_for_twelve_characters_and_four_fifths_of_its_sound_and_never_less_than_three() -> None:
    characters = {0: 3, 1: 3, 36: 3, 37: 4, 108: 9, 109: 10, 119: 10, 120: 10, 121: 11, 1500: 125}
    assert {each: least_seconds(each) for each in characters} == characters
    seconds = {0.4: 3, 3.7: 3, 3.75: 3, 3.76: 4, 48.75: 39, 50: 40, 50.01: 41, 1800: 1440}
    assert {each: least_seconds(0, each) for each in seconds} == seconds


@given(some.lists(some.integers(LEAST, 60), min_size=1, max_size=6), asked)
def test_no_sequence_of_requests_gains_a_screen_or_a_second(least, requests) -> None:
    place, now, credited, read = LessonPlace(0, None, tuple(least)), BEGUN, 0, 0
    for step, waits in requests:
        now += timedelta(seconds=waits)
        said = place.ask(step, now)
        if said.verdict is not StepVerdict.NEXT:
            assert said.credited == 0
            assert (said.verdict is StepVerdict.SEEN) == (1 <= step <= place.at)
            continue
        assert step == place.at + 1 <= place.end
        if place.shown_at is not None:
            since = (now - place.shown_at).total_seconds()
            assert since >= least[place.at - 1] and said.credited == min(MOST_CREDITED, int(since))
            read += least[place.at - 1]
        credited += said.credited
        place = LessonPlace(step, handed_out(now), tuple(least))
    assert read <= credited <= MOST_CREDITED * len(least)
    # Moments are kept in whole seconds, so that each screen may gain less than one.
    assert credited <= (now - BEGUN).total_seconds() + len(least)


@given(some.integers(0, 20_000), some.floats(0, 1800))
def test_the_least_seconds_grow_with_what_is_read_and_heard(characters, seconds) -> None:
    least = least_seconds(characters, seconds)
    assert least >= LEAST and least * 12 >= characters and least + 0.001 >= 0.8 * seconds
    assert least_seconds(characters + 12, seconds) >= least
