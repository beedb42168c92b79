"""Loading, publishing, closing, inviting."""

import pytest
from sqlalchemy import func, select

from console.authored import AuthoredState
from console.drafting import Published
from foundation.errors import Refused
from people.models import Retailer
from surveys.actions import authoring
from surveys.models import Participation, Survey, Tally, Version
from surveys.queries import listing, version_cache
from surveys.rules.definition import from_json, to_json

MODERN = "title: 调查\naudience: {class: [现代终端]}\nquestions:\n  - {code: q1, type: text, text: 好吗?}\n"


def listed(house, survey_id):
    with house.reading() as session:
        return set(
            session.scalars(
                select(Retailer.keeper)
                .join(Participation, Participation.retailer_id == Retailer.id)
                .where(Participation.survey_id == survey_id)
            )
        )


def sent(house, survey_id):
    with house.reading() as session:
        return session.scalar(select(Tally.count).where(Tally.survey_id == survey_id, Tally.option == "sent"))


def get(house, survey_id):
    with house.reading() as session:
        return session.get_one(Survey, survey_id)


def test_a_loaded_survey_is_a_draft_that_nobody_is_asked(house, li, satisfaction):
    survey = house.load(satisfaction)
    assert get(house, survey).state(house.clock()) is AuthoredState.DRAFT
    assert li.say("调查").startswith("现在没有要填的调查。")


def test_a_publication_freezes_the_draft_and_lists_every_bound_shop(house, satisfaction):
    house.bind("未绑定", None)
    survey = house.load(satisfaction)
    assert house.publish(survey) == Published(number=1, listed=2)
    assert listed(house, survey) == {"李国强", "王建国"} and sent(house, survey) == 2
    with house.reading() as session:
        (version,) = version_cache.of_survey(session, survey)
    assert version.definition.title == "三季度服务满意度调查"
    assert get(house, survey).is_open(house.clock())


def test_an_audience_lists_only_those_it_means(house):
    survey = house.published(MODERN)
    assert listed(house, survey) == {"王建国"}


@pytest.mark.parametrize("audience", ["{class: [没有这种店]}", "{clas: [现代终端]}", "{none: [{bound: true}]}"])
def test_an_audience_that_is_broken_or_nobody_refuses_and_keeps_nothing(house, audience):
    survey = house.load(MODERN.replace("{class: [现代终端]}", audience))
    with pytest.raises(Refused):
        house.publish(survey)
    assert listed(house, survey) == set()
    with house.reading() as session:
        assert session.scalar(select(func.count()).select_from(Version)) == 0


def test_an_end_that_is_past_is_refused(house, satisfaction):
    survey = house.load(satisfaction)
    house.clock.advance(days=30)
    with pytest.raises(Refused, match="结束时间已经过了"):
        house.publish(survey)


def test_publishing_the_same_again_makes_no_version(house, satisfaction):
    survey = house.published(satisfaction)
    assert house.publish(survey) == Published(number=1, listed=0)


def test_a_second_version_keeps_the_codes_and_lists_anew_only_a_changed_audience(house):
    survey = house.published(MODERN)
    house.bind("赵明", "o-zhao", shop_class="现代终端")
    house.load(MODERN.replace("好吗", "还好吗"), survey)
    assert house.publish(survey) == Published(number=2, listed=0)
    house.load(MODERN.replace("[现代终端]", "[现代终端, 普通终端]"), survey)
    assert house.publish(survey) == Published(number=3, listed=2)
    assert sent(house, survey) == 3
    house.load(MODERN, survey)
    house.publish(survey)
    assert listed(house, survey) == {"王建国", "赵明", "李国强"}, "who was asked stays asked"


def test_a_draft_of_a_published_survey_changes_nothing_that_is_asked(house, satisfaction):
    survey = house.published(satisfaction)
    house.load(satisfaction.replace("三季度", "四季度"), survey)
    assert get(house, survey).title == "三季度服务满意度调查"
    with house.reading() as session:
        assert listing.newest(session, survey).title == "三季度服务满意度调查"


def test_a_published_survey_turns_neither_anonymous_nor_identified(house):
    survey = house.published(MODERN)
    house.load(MODERN + "anonymous: true\n", survey)
    with pytest.raises(Refused, match="匿名"):
        house.publish(survey)


def test_a_closed_survey_is_over_and_may_be_opened_again(house, satisfaction):
    survey = house.published(satisfaction)
    with house.transaction() as session:
        authoring.close(session, survey, now=house.clock())
    assert get(house, survey).state(house.clock()) is AuthoredState.CLOSED
    with pytest.raises(Refused, match="已经结束"), house.transaction() as session:
        authoring.close(session, survey, now=house.clock())
    house.publish(survey)
    assert get(house, survey).is_open(house.clock())


@pytest.mark.parametrize("verb", ["publish", "close"])
def test_an_unknown_survey_is_refused_in_a_sentence(house, verb):
    more = {"criteria": {}} if verb == "publish" else {}
    with pytest.raises(Refused, match="没有编号为 9 的调查"), house.transaction() as session:
        getattr(authoring, verb)(session, 9, now=house.clock(), **more)


def test_a_definition_comes_back_from_its_version_as_it_was_written(house, satisfaction):
    survey = house.load(satisfaction)
    definition = from_json(get(house, survey).draft)
    assert from_json(to_json(definition)) == definition
    house.publish(survey)
    with house.reading() as session:
        assert version_cache.of_survey(session, survey)[0].definition == definition


def test_the_list_shows_state_and_figures(house, li, satisfaction, short_survey):
    survey = house.published(short_survey)
    house.load(satisfaction)
    li.fill("调查", "1")
    with house.reading() as session:
        draft, asked = listing.surveys(session, now=house.clock())
    assert (draft.state, draft.sent) == (AuthoredState.DRAFT, 0)
    assert (asked.id, asked.state, asked.sent, asked.returned, asked.valid) == (survey, AuthoredState.OPEN, 2, 1, 1)
