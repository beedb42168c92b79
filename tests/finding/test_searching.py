"""What is asked of a library, and what is found: the same on both databases."""

import contextlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from finding import indexing, searching, vocabulary
from finding.models import FindingState, IndexedWord, Passage, Posting
from finding.searching import FoundPassage
from foundation.errors import Refused
from tests.conftest import House
from tests.finding.library import EVERYTHING, JUNK, ORDER, QUESTIONS, fill, found

TAKEN = "“缺货”已经在“断货 缺货 没货 脱销 卖断”这一行里。请先删去那一行，再合起来写。"


def filled(house: House) -> House:
    def lay_out() -> None:
        with house.services.transaction() as session:
            fill(session)

    house.lay_out("a library to search", lay_out)
    return house


def search(house: House, words: str, **more) -> list[FoundPassage]:
    with house.look() as session:
        return searching.search(session, words, visible=more.pop("visible", EVERYTHING), **more)


def references(house: House, words: str, **more) -> list[int]:
    return [hit.reference for hit in search(house, words, **more)]


def counts(session: Session) -> tuple[int, int, dict[str, int]]:
    """What the index keeps of itself."""
    state = vocabulary.state(session)
    words = session.execute(select(IndexedWord.word, IndexedWord.passages).where(IndexedWord.passages != 0)).all()
    return state.passages, state.length, {row.word: row.passages for row in words}


def counted(session: Session) -> tuple[int, int, dict[str, int]]:
    """The same, counted."""
    passages, length = session.execute(select(func.count(), func.sum(Passage.length))).one()
    holding = select(IndexedWord.word, func.count()).join(Posting, Posting.word_id == IndexedWord.id)
    words = session.execute(holding.group_by(IndexedWord.word)).all()
    return passages, length or 0, {row.word: row[1] for row in words}


def test_twenty_questions_find_their_texts_in_the_same_order_on_both_databases(house) -> None:
    filled(house)
    with house.look() as session:
        order = found(session)
    first = [question for question, reference in QUESTIONS.items() if order[question][0][0] == reference]
    assert len(first) >= 19
    for question, reference in QUESTIONS.items():
        assert reference in [hit[0] for hit in order[question][:3]], question
        assert order[question][0][3] >= searching.ENOUGH, question
    # To the last digit, with what is written down: whichever process asks whichever database.
    assert order == ORDER


def test_what_has_nothing_to_do_with_the_library_covers_too_little(house) -> None:
    filled(house)
    for words in JUNK:
        assert all(hit.coverage < searching.ENOUGH for hit in search(house, words)), words
    for words in ("的", "有没有", "  ", "", "\x00", "，。"):
        assert search(house, words) == [], words


@pytest.mark.on_sqlite
def test_a_title_counts_more_than_a_passage_and_each_text_is_named_once(house) -> None:
    filled(house)
    assert references(house, "先进先出")[0] == 9
    assert set(references(house, "许可证")[:2]) == {3, 4}
    found = references(house, "许可证 变更 经营")
    assert found[0] == 4 and len(found) == len(set(found))


@pytest.mark.on_sqlite
def test_full_width_letters_and_blanks_are_read_as_they_are_meant(house) -> None:
    with house.services.transaction() as session:
        indexing.put(session, "article", 1, "ＡＢ 款收银机", ["开机先按ab键。"])
        indexing.put(session, "article", 2, "别的收银机", ["按开机键。"])
    assert references(house, "ab")[0] == references(house, "ＡＢ")[0] == references(house, "　Ａb　")[0] == 1


@pytest.mark.on_sqlite
def test_a_single_letter_of_a_word_is_found_by_its_letters(house) -> None:
    filled(house)
    with house.services.transaction() as session:
        vocabulary.add_words(session, "红狼")
        while indexing.renew(session):
            pass
    [hit] = search(house, "狼")
    assert (hit.reference, hit.coverage, hit.words) == (19, 1.0, ("狼",))
    assert references(house, "红狼 断货")[0] == 19
    # Letters that do not stand together are no hit.
    assert search(house, "签狼") == []


def test_only_what_may_be_seen_is_found(house) -> None:
    filled(house)
    with house.services.transaction() as session:
        indexing.put(session, "lesson", 3, "许可证一课", ["许可证到期前三十日申请延续。"])
    odd = {"article": select(Passage.reference).where(Passage.reference % 2 == 1)}
    assert set(references(house, "许可证", visible=odd)) <= {1, 3, 13, 15}
    assert references(house, "许可证", visible={}) == []
    both = {**odd, "lesson": select(Passage.reference)}
    topics = {(hit.topic, hit.reference) for hit in search(house, "许可证 延续", visible=both)}
    assert {("article", 3), ("lesson", 3)} <= topics
    assert search(house, "封签", visible=odd) == [] == search(house, "翘", visible=odd)


@pytest.mark.on_sqlite
def test_what_is_removed_or_written_anew_is_found_no_more_and_the_numbers_agree(house) -> None:
    filled(house)
    assert references(house, "封签")[0] == 2
    with house.services.transaction() as session:
        indexing.remove(session, "article", 2)
        indexing.remove(session, "article", 99)
        indexing.put(session, "article", 4, "店搬了", ["先问客户经理。"])
        indexing.put(session, "article", 5, "空的", [])
    assert references(house, "封签") == [] == references(house, "未成年人")
    assert references(house, "问客户经理")[0] == 4
    with house.look() as session:
        assert counts(session) == counted(session)


@pytest.mark.on_sqlite
def test_a_transaction_that_fails_leaves_the_index_as_it_was(house) -> None:
    filled(house)
    with house.look() as session:
        before = counts(session)
    with contextlib.suppress(Refused), house.services.transaction() as session:
        indexing.remove(session, "article", 2)
        raise Refused("不行。")
    with house.look() as session:
        assert counts(session) == before
    assert references(house, "封签")[0] == 2


def test_words_that_stand_nearly_everywhere_are_read_so_far_and_no_farther(house, monkeypatch) -> None:
    filled(house)
    monkeypatch.setattr(searching, "BUDGET", 6)
    # Everywhere: of the newest six passages the best. Beside a rare word it only adds to what that found.
    assert references(house, "烟")
    assert len(references(house, "烟")) <= 6
    assert references(house, "礼品烟 烟 卖")[0] == 11
    whole = search(house, "礼品烟 烟 卖")[0]
    monkeypatch.undo()
    assert search(house, "礼品烟 烟 卖")[0] == whole


def test_the_passages_of_a_long_text_are_cut_off_and_not_refused(house) -> None:
    with house.services.transaction() as session:
        indexing.put(session, "article", 1, "很长的题目" * 100, ["烟" * 100_000, *["盘点"] * 2_000])
    with house.look() as session:
        assert session.scalar(select(func.count()).select_from(Passage)) == indexing.MOST
        assert counts(session) == counted(session)
    assert references(house, "盘点") == [1]


ANY = st.text(st.one_of(st.characters(), st.sampled_from("封签红狼断货许可证%_\"*'\\ \n()-+^:~0Ａ")), max_size=300)


@pytest.mark.on_sqlite
@pytest.mark.parametrize("stores", ["sqlite", "postgresql"], indirect=True)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=ANY)
@example(words='%_"*')
@example(words='"封签" OR *')
@example(words="\ud800封签\x00")
@example(words="封签" * 50)
@example(words="NEAR(封签 AND 断货)")
def test_no_words_make_a_search_fail(house, words) -> None:
    filled(house) if not references(house, "封签") else None
    hits = search(house, words)
    assert all(0 <= hit.coverage <= 1 for hit in hits)
    assert len({hit.reference for hit in hits}) == len(hits)


def test_a_word_that_staff_add_counts_at_once_and_in_every_process(house) -> None:
    filled(house)
    other = house.another_process()
    with house.services.transaction() as session:
        vocabulary.add_line(session, "电子烟 换弹烟")
    for services in (house.services, other):
        with services.reading() as session:
            assert searching.search(session, "换弹烟", visible=EVERYTHING)[0].reference == 13
    with house.services.transaction() as session:
        [line] = [line for line in vocabulary.lines(session) if "换弹烟" in line.words]
        vocabulary.remove_lines(session, [line.id])
    for services in (house.services, other):
        with services.reading() as session:
            found = searching.search(session, "换弹烟", visible=EVERYTHING)
            assert not found or found[0].coverage < 0.5
    other.database.dispose()


def test_passages_are_cut_again_in_steps_after_a_change_and_keep_their_order(house, monkeypatch) -> None:
    filled(house)
    monkeypatch.setattr(indexing, "BATCH", 10)
    with house.look() as session:
        before = counts(session)
    with house.services.transaction() as session:
        assert indexing.renew(session) == 0
        assert vocabulary.add_words(session, "货签对位、封签") == ["货签对位"]
        edition = vocabulary.state(session).edition
    steps = []
    while True:
        with house.services.transaction() as session:
            steps.append(indexing.renew(session))
            if not steps[-1]:
                break
    assert steps == [10, 10, 8 - 5, 0] or sum(steps) == before[0]
    with house.look() as session:
        assert set(session.scalars(select(Passage.edition))) == {edition}
        assert counts(session) == counted(session)
        assert "货签对位" in counts(session)[2]
    assert references(house, "货签对位") == [7]


def test_a_program_that_cuts_otherwise_begins_a_new_edition(house) -> None:
    filled(house)
    with house.services.transaction() as session:
        session.execute(update(FindingState).values(digest="of an older program"))
        edition = vocabulary.state(session).edition
    with house.services.database.engine.begin() as connection:
        vocabulary.install(connection)
    with house.services.transaction() as session:
        assert vocabulary.state(session).edition == edition + 1
        assert indexing.renew(session) > 0


def test_words_that_staff_write_are_refused_with_a_sentence(house) -> None:
    with house.services.transaction() as session:
        for write, written, said in (
            (vocabulary.add_words, " ", "请写上词。"),
            (vocabulary.add_words, "封签", "“封签”已经有了。"),
            (vocabulary.add_words, "狼", "“狼”要在 2～20 个字之间。"),
            (vocabulary.add_words, "封%签", "“封%签”里只能有字、字母和数字。"),
            (vocabulary.add_line, "断货", "同义词一行写 2～20 个词，用空格分开，例如：断货 缺货 没货。"),
            (
                vocabulary.add_line,
                "无货 缺货",
                "“缺货”已经在“断货 缺货 没货 脱销 卖断”这一行里。请先删去那一行，再合起来写。",
            ),
        ):
            with pytest.raises(Refused) as refused:
                write(session, written)
            assert refused.value.sentence == said
        word_id = {word: key for key, word in vocabulary.trade_words(session)}["封签"]
        assert vocabulary.remove_words(session, [word_id, 10_000]) == ["封签"]
        with pytest.raises(Refused, match="已经删去"):
            vocabulary.remove_words(session, [word_id])
        with pytest.raises(Refused, match="请先勾选"):
            vocabulary.remove_lines(session, [])
