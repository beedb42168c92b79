"""The library is searched: by staff on their page, in the words that they keep."""

import dataclasses
import json

import pytest

from broadcasts.actions import articles
from broadcasts.queries import searching
from finding import topics
from finding.topics import Seeker
from tests.broadcasts.conftest import BRANDS, LAW, SUPPLY, Library
from tests.office import Office

WORDS = "/console/broadcasts/words"


def run(house, name: str) -> None:
    [job] = [job for job in house.app.extensions["jobs"] if job.name == name]
    job.run(house.services)


@pytest.fixture
def desk(library):
    office = Office(library.house)
    office.settle()
    return office.browser("market")


def found(library: Library, words: str) -> list[int]:
    with library.house.look() as session:
        return [each.id for each in searching.search(session, words, searching.for_staff())]


def withdraw(library: Library, article_id: int) -> None:
    services = library.house.services
    with services.transaction() as session:
        articles.withdraw(session, article_id, who="周敏", now=services.clock())


@pytest.mark.on_sqlite
def test_words_find_the_right_articles_and_never_one_that_was_withdrawn(library) -> None:
    seal = library.published("封签不平整怎么办", "条烟的封签翘起来，先不上柜，打12313。", column=LAW)
    wolf = library.published("本月货源", "红狼按档位投放，断货的店请联系客户经理。", column=SUPPLY)
    till = library.published("ＡＢ 款收银机", "开机先按A键。", column=SUPPLY)
    old = library.published("旧的封签说明", "这一版的封签已经不用了。", column=LAW)
    library.write("还没写完的封签", "不要给人看。", column=LAW)
    withdraw(library, old)
    assert found(library, "封签") == [seal]
    assert found(library, "狼") == [wolf]
    assert found(library, "红狼 断货") == [wolf]
    assert found(library, "ＡＢ") == found(library, "ab") == [till]
    assert found(library, '%_"*') == [] == found(library, "西红柿炒鸡蛋")
    hundred = ("封签翘起来先不上柜" * 12)[:100]
    assert found(library, hundred)[0] == seal
    services = library.house.services
    with services.transaction() as session:
        articles.restore(session, old, who="周敏", now=services.clock())
    assert set(found(library, "封签")) == {seal, old}
    # A new version is found by what it says now.
    library.save(seal, {"title": "条烟怎么收", "blocks": [{"kind": "text", "text": "先点数。"}]})
    library.publish(seal)
    assert found(library, "封签") == [old] and found(library, "条烟怎么收") == [seal]


@pytest.mark.on_sqlite
def test_everybody_finds_what_they_may_read_by_the_command_too(library) -> None:
    house, office = library.house, Office(library.house)
    office.settle()
    law = library.published("许可证到期前三十日申请", "延续要趁早。", column=LAW)
    supply = library.published("许可证和货源档位", "档位按月评。", column=SUPPLY)
    brand = library.published("某品牌的许可证专题", "新品上市。", column=BRANDS, brands=[library.brand("某品牌")])
    wang = house.phone("王建国")
    wang.follow()
    assert "已绑定" in wang.say("绑定 350802100001 8899").text

    def ids(*more: str) -> set[int]:
        said = house.flask("broadcasts", "search", "许可证", *more, "--json")
        assert said.exit_code == 0, said.output
        return set(json.loads(said.output))

    assert ids() == {law, supply, brand} == ids("--as", "350802100001")
    # Nobody is bound to this shop: it finds what anybody finds.
    assert ids("--as", "350802100002") == {law}
    withdraw(library, law)
    assert ids() == {supply, brand}
    assert ids("--as", "350802100002") == set()
    said = house.flask("broadcasts", "search", "档位").output
    assert said.startswith(f"{supply}\t许可证和货源档位（{SUPPLY}）\n\t档位按月评。")
    assert house.flask("broadcasts", "search", "西红柿").output == "没有找到。\n"
    stranger = house.flask("broadcasts", "search", "许可证", "--as", "1")
    assert stranger.exit_code == 1 and "没有许可证号为 1 的店。" in stranger.stderr


@pytest.mark.on_sqlite
def test_a_question_finds_the_articles_that_whoever_asks_may_read(library) -> None:
    house = library.house
    law = library.published("许可证到期前三十日申请", "延续要趁早。", column=LAW)
    supply = library.published("许可证和货源档位", "档位按月评。", column=SUPPLY)
    library.write("还没写完的许可证", "不要给人看。", column=LAW)

    def asked(who: Seeker) -> list[tuple[str, str]]:
        with house.look() as session:
            found = topics.find(
                session, house.services.declared, "许可证", who, now=house.clock(), zone=house.services.zone, limit=9
            )
        return sorted((each.link, each.place) for each in found)

    both = [(f"article:{law}", LAW), (f"article:{supply}", SUPPLY)]
    assert asked(Seeker(retailer_id=1)) == asked(Seeker(manager_id=1)) == both
    assert asked(Seeker()) == both[:1]
    twice = [searching.ARTICLES, dataclasses.replace(searching.ARTICLES, places=dict)]
    with house.look() as session, pytest.raises(ValueError, match="'article'"):
        topics.find(session, twice, "许可证", Seeker(), now=house.clock(), zone=house.services.zone, limit=1)


@pytest.mark.on_sqlite
def test_what_is_shown_is_the_passage_with_the_words(library) -> None:
    heading = {"kind": "heading", "text": "到期之前", "level": 2}
    library.published("许可证", "许可证放在店里显著的位置。" * 9, heading, "届满三十日前提出申请。", column=LAW)
    with library.house.look() as session:
        [hit] = searching.search(session, "许可证什么时候到期", searching.for_staff())
    assert "届满三十日前" in hit.excerpt and len(hit.excerpt) <= searching.SHOWN
    assert (hit.column, hit.title, hit.words) == (LAW, "许可证", ("许可证", "到期", "届满", "许可"))


@pytest.mark.on_sqlite
def test_staff_add_a_synonym_and_a_word_try_them_and_take_them_away(library, desk) -> None:
    house = library.house
    wolf = library.published("本月货源", "红狼按档位投放。", column=BRANDS)
    assert "没有找到" in desk.get(f"{WORDS}?q=小赤").text
    answer = desk.post(f"{WORDS}/same", {"synonyms": "红狼，小赤"})
    assert answer.status_code == 303
    page = desk.get(f"{WORDS}?q=小赤").text
    assert "已添加一行：红狼 小赤" in page and "红狼 / 小赤" in page
    # The article was cut before 红狼 was a word: the clock cuts it again.
    run(house, "index the library again")
    assert found(library, "小赤") == [wolf]
    assert "对上 100%" in desk.get(f"{WORDS}?q=小赤").text
    again = desk.post(f"{WORDS}/same", {"synonyms": "小赤 大赤"})
    assert again.status_code == 422
    assert "“小赤”已经在“红狼 小赤”这一行里" in again.text and 'value="小赤 大赤"' in again.text
    assert desk.post(f"{WORDS}/add", {"words": "货签对位"}).status_code == 303
    assert desk.post(f"{WORDS}/add", {"words": "货签对位"}).status_code == 422
    assert desk.post(f"{WORDS}/remove", {}).status_code == 422
    assert desk.post(f"{WORDS}/remove", {"id": "x"}).status_code == 422
    key = desk.get(WORDS).text.partition('<span class="form-check-label">货签对位')[0].rpartition('value="')[2]
    assert desk.post(f"{WORDS}/remove", {"id": key.partition('"')[0]}).status_code == 303
    assert "货签对位</span>" not in desk.get(WORDS).text
    line = desk.get(WORDS).text.partition('<span class="form-check-label">红狼 / 小赤')[0].rpartition('value="')[2]
    assert desk.post(f"{WORDS}/differ", {"id": line.partition('"')[0]}).status_code == 303
    run(house, "index the library again")
    assert found(library, "小赤") == []
