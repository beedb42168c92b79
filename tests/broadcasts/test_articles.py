"""Articles: saved as they are typed, versions that never change, columns that keep their law."""

from datetime import timedelta

import pytest

from broadcasts.actions import articles, brands, columns, naming
from broadcasts.actions.articles import ArticleOvertaken
from broadcasts.models.library import ArticleState, LibraryColumn
from broadcasts.queries import articles as queries
from broadcasts.queries import columns as column_queries
from broadcasts.queries import reading
from foundation.errors import Refused
from foundation.paging import Cursor
from tests.broadcasts.conftest import BRANDS, LAW, SUPPLY, Library, draft


@pytest.mark.on_sqlite
def test_seven_columns_are_there_from_the_start_and_one_is_open_to_all(library: Library) -> None:
    with library.house.look() as session:
        found = column_queries.columns(session)
    assert [each.name for each in found] == [
        "货源策略",
        "卷烟百科",
        "品牌信息",
        "促销活动",
        "新品上市",
        "陈列展示",
        "法规与真假鉴别",
    ]
    assert [each.name for each in found if each.is_open] == [LAW]
    assert {each.name for each in found if each.is_brand} == {"品牌信息", "促销活动", "新品上市"}


def test_a_second_tab_does_not_save_over_a_newer_draft_and_sees_both(library: Library) -> None:
    article_id = library.write()
    read = library.find(article_id).stamp
    library.house.clock.advance(timedelta(minutes=1))
    first = library.save(article_id, draft("先存的"), read, who="陈静")
    with pytest.raises(ArticleOvertaken) as overtaken:
        library.save(article_id, draft("后存的"), read)
    assert overtaken.value.who == "陈静" and overtaken.value.draft["title"] == "先存的"
    assert overtaken.value.stamp == first.stamp
    assert library.find(article_id).title == "先存的"
    assert library.save(article_id, draft("后存的"), overtaken.value.stamp).is_changed


def test_a_draft_saved_unchanged_stays_with_who_changed_it_and_when(library: Library) -> None:
    article_id = library.write()
    before = library.find(article_id)
    library.house.clock.advance(timedelta(hours=1))
    assert not library.save(article_id, draft(), before.stamp, who="陈静").is_changed
    assert library.find(article_id) == before
    # … also of what is published: nothing is left to publish then.
    library.publish(article_id)
    library.save(article_id, draft("改了"), library.find(article_id).stamp)
    library.save(article_id, draft(), library.find(article_id).stamp)
    assert not library.find(article_id).is_changed and library.publish(article_id) == 1


def test_versions_never_change_and_tell_in_words_what_they_changed(library: Library) -> None:
    article_id = library.published("看好有效期", "先看有效期。", "再看章。")
    library.save(article_id, draft("看好有效期", "先看清有效期。", {"kind": "line"}, "再看章。", author="专卖科"))
    with library.house.look() as session:
        assert len(queries.unpublished(session, article_id)) == 3
    assert library.publish(article_id) == 2
    with library.house.look() as session:
        second, first = queries.versions(session, article_id)
    assert (first.number, first.changes, first.made_by) == (1, (), "周敏")
    assert second.changes == (
        "加了作者“专卖科”",
        "第 1 块（文字）改了：“先看有效期。”改为“先看清有效期。”",
        "加了第 2 块（分隔线）",
    )
    assert library.find(article_id).version == 2
    with library.house.look() as session:
        assert queries.versions(session, article_id, limit=1) == (second,)
        assert queries.versions(session, article_id, before=2) == (first,)
    services = library.house.services
    with services.transaction() as session:
        articles.take_back(
            session, article_id, 1, stamp=library.find(article_id).stamp, who="陈静", now=services.clock()
        )
    assert library.publish(article_id) == 3
    with library.house.look() as session:
        assert queries.version(session, article_id, 3) == queries.version(session, article_id, 1)


def test_a_withdrawn_article_is_found_by_nobody_until_it_is_restored(library: Library) -> None:
    article_id = library.published(column=LAW)
    token, services = library.find(article_id).token, library.house.services

    def is_shown() -> bool:
        with library.house.look() as session:
            try:
                return reading.article(session, reading.reader_of(session, "nobody"), token=token).line.id == article_id
            except Refused:
                return False

    assert is_shown()
    with services.transaction() as session:
        articles.withdraw(session, article_id, who="周敏", now=services.clock())
    assert not is_shown() and library.find(article_id).state is ArticleState.WITHDRAWN
    with services.transaction() as session:
        articles.restore(session, article_id, who="周敏", now=services.clock())
    assert is_shown()


@pytest.mark.on_sqlite
def test_an_unfinished_draft_is_saved_and_says_at_its_blocks_why_it_is_not_published(library: Library) -> None:
    article_id = library.write("", "", {"kind": "video", "url": "http://a.com", "title": "看"}, {"kind": "svg"})
    with pytest.raises(Refused) as refused:
        library.publish(article_id)
    assert refused.value.sentence == (
        "还不能发布。第 1 块：这一段还没有字，请写上，或删掉这一块。"
        "第 2 块：视频的网址要以 https:// 开头，请从浏览器的地址栏里复制。"
        "第 3 块：这一块读不出来，请删掉再写一遍。文章还没有标题。"
    )
    assert len(library.find(article_id).draft["blocks"]) == 3


def test_an_article_that_names_a_brand_never_stands_in_an_open_column(library: Library) -> None:
    brand, services = library.brand("样品"), library.house.services
    with pytest.raises(Refused, match="谁都能看，写到品牌的文章不能放在这里"):
        library.write(column=LAW, brands=[brand])
    article_id = library.write(column=BRANDS, brands=[brand])
    law, branded = library.column(LAW), library.column(BRANDS)
    with pytest.raises(Refused, match="谁都能看"), services.transaction() as session:
        articles.file(session, article_id, column_id=law, brands=[brand])
    with pytest.raises(Refused, match="就不能开放给所有人"), services.transaction() as session:
        columns.change(session, branded, name=BRANDS, is_open=True, is_brand=True)
    with pytest.raises(Refused, match="看好有效期"), services.transaction() as session:
        columns.change(session, branded, name=BRANDS, is_open=True, is_brand=False)
    with services.transaction() as session:
        articles.file(session, article_id, column_id=law, brands=[])
    assert library.find(article_id).column.is_open


def test_columns_and_brands_are_never_deleted_while_used(library: Library) -> None:
    brand, services = library.brand("样品"), library.house.services
    library.write(column=BRANDS, brands=[brand])
    for discard, key in ((columns.discard, library.column(BRANDS)), (brands.discard, brand)):
        with pytest.raises(Refused, match="不能删除，可以停用"), services.transaction() as session:
            discard(session, key)
    with services.transaction() as session:
        naming.retire(session, LibraryColumn, library.column(SUPPLY), now=services.clock())
        columns.arrange(session, [library.column(LAW)])
        assert columns.discard(session, column_queries.named(session, "卷烟百科")) == "卷烟百科"
    with library.house.look() as session:
        assert [each.name for each in column_queries.columns(session)][:2] == [LAW, BRANDS]
    with pytest.raises(Refused, match="没有栏目“货源策略”"):
        library.write(column=SUPPLY)


def test_the_list_for_staff_goes_on_page_by_page(library: Library) -> None:
    made = []
    for number in range(5):
        made.append(library.write(f"第{number}篇", column=LAW if number % 2 else SUPPLY))
        library.house.clock.advance(timedelta(minutes=1))
    with library.house.look() as session:
        first = queries.page(session, limit=2)
        second = queries.page(session, limit=2, cursor=Cursor(first.after or ""))
        assert [each.id for each in (*first.lines, *second.lines)] == made[:0:-1]
        assert [each.title for each in queries.page(session, search="第1", limit=9).lines] == ["第1篇"]
        law = queries.page(session, column_id=column_queries.named(session, LAW), limit=9)
        assert {each.column for each in law.lines} == {LAW} and len(law.lines) == 2
