"""陈列秀: a shop sends a photo in, staff put it into an article, the shop is told, and can take it back."""

import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from broadcasts.models.displays import Display
from broadcasts.models.library import ArticleVersion, LibraryArticle, ShelfPicture
from people import actions as people_actions
from simulator.phone import Phone
from tests.broadcasts.conftest import Library
from tests.h5 import Browser
from tests.office import Office

PAGE = "/m/library/display"
WALL = "/console/broadcasts/displays"


def photo(colour: str = "red") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "png")
    return content.getvalue()


@pytest.fixture
def office(library: Library) -> Office:
    office = Office(library.house)
    office.import_roster()
    office.staff()
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        library.house.phone(name).follow()
        assert "已绑定" in library.house.phone(name).say(f"绑定 {licence} {ending}").text
    return office


def send_in_chat(phone: Phone, words: str = "新品摆在眼睛的高度", colour: str = "red") -> str:
    assert "请发一张" in phone.say("陈列秀").text
    assert "照片收到了" in phone.send_image(photo(colour)).text
    assert "1 可以\n2 不可以" in phone.say(words).text
    return phone.say("1").text


def kept(office: Office) -> list[Display]:
    with office.house.look() as session:
        return list(session.scalars(select(Display).order_by(Display.id)))


def files(office: Office) -> list[Path]:
    return [each for each in office.house.settings.media_path.rglob("*") if each.is_file()]


def choose(office: Office, *ids: int) -> int:
    """Choose photos as staff do; gives the article's id."""
    market = office.browser("market")
    market.get(WALL)
    answer = market.post(WALL, {"do": "choose", "display": [str(each) for each in ids]})
    assert answer.status_code == 303, answer.text
    return int(answer.location.split("/")[-2])


def test_in_the_chat_a_photo_is_followed_by_words_and_consent(office) -> None:
    wang = office.house.phone("王建国")
    assert send_in_chat(wang) == "收到了，谢谢您。选上了会告诉您。"
    [display] = kept(office)
    assert (display.words, display.state) == ("新品摆在眼睛的高度", "new")
    # Without consent nothing is kept, the photo neither.
    li = office.house.phone("李福生")
    li.say("陈列秀")
    li.send_image(photo("blue"))
    assert "写上“老李食杂店”" in li.say("跳过").text
    assert "已经删除" in li.say("2").text
    office.house.work()
    office.house.tick()
    assert len(kept(office)) == 1 and len(files(office)) == 1
    # A need written meanwhile is a need; and who is bound to nothing is told how to be.
    li.say("陈列秀")
    assert "已转给" in li.say("红七匹狼断货了，能不能先补两条").text
    office.house.phone("路人").follow()
    assert "先绑定您的店" in office.house.phone("路人").say("陈列秀").text


@pytest.mark.on_sqlite
def test_a_page_takes_photo_words_and_consent_and_keeps_the_photo_of_a_form_that_comes_back(office) -> None:
    wang = Browser(office.house, office.house.phone("王建国"))
    wang.open(PAGE)
    assert "还没有选照片" in wang.send("send", consent="yes")
    back = wang.send("send", photo=(io.BytesIO(photo()), "a.png"), words="整齐")
    assert (
        wang.page.status_code == 422
        and "需要您同意" in back
        and "照片还在，会一起发" in back
        and "整齐" in wang.page.text
    )
    form = wang.form("send") | {"do": "send", "words": "整齐", "consent": "yes"}
    assert wang.post(PAGE, form).status_code == 303
    assert wang.post(PAGE, form).status_code == 303
    [display] = kept(office)
    assert display.words == "整齐"
    assert "已收到，还没选 “整齐”" in wang.open(PAGE)
    assert wang.get(f"{PAGE}/photo/{display.id}").mimetype.startswith("image/")
    other = Browser(office.house, office.house.phone("李福生"))
    other.open(PAGE)
    assert other.get(f"{PAGE}/photo/{display.id}").status_code == 404
    assert "撤回" in wang.text
    wang.send("back", display=str(display.id))
    assert kept(office) == []
    office.house.phone("路人").follow()
    assert "先绑定您的店" in Browser(office.house, office.house.phone("路人")).open(PAGE)


def test_a_shop_sends_three_photos_a_day(office) -> None:
    wang = office.house.phone("王建国")
    for colour in ("red", "green", "blue"):
        assert "收到了，谢谢您" in send_in_chat(wang, colour=colour)
    assert "今天已经收到您店里 3 张" in send_in_chat(wang, colour="white")
    assert "收到了，谢谢您" in send_in_chat(office.house.phone("李福生"))
    office.house.later(days=1)
    assert "收到了，谢谢您" in send_in_chat(wang, colour="white")
    assert len(kept(office)) == 5


def test_staff_choose_photos_for_an_article_and_the_shop_is_told_when_it_is_published(office, library) -> None:
    wang, li = office.house.phone("王建国"), office.house.phone("李福生")
    send_in_chat(wang)
    send_in_chat(li, words="跳过", colour="blue")
    office.house.work()
    shown = office.browser("market").get(WALL).text
    assert "城南便利店" in shown and "“新品摆在眼睛的高度”" in shown and "没看过" in shown
    assert office.audited("display.see")
    # Lin looks after another area, and the intern may look only.
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    assert "城南便利店" not in office.browser("lin").get(WALL).text
    assert office.browser("lin").get(f"{WALL}/1/photo").status_code == 404
    intern = office.browser("intern")
    intern.get(WALL)
    assert intern.post(WALL, {"do": "choose", "display": "1"}).status_code == 403
    article_id = choose(office, 1, 2)
    with office.house.look() as session:
        article = session.get_one(LibraryArticle, article_id)
        [first, second, *rest] = article.draft["blocks"]
        assert (first["text"], second["kind"], second["words"]) == ("城南便利店", "picture", "新品摆在眼睛的高度")
        assert rest[0]["text"] == "老李食杂店" and article.title.endswith("月陈列秀")
    assert [each.state for each in kept(office)] == ["chosen", "chosen"]
    # Chosen twice it is in one article alone.
    market = office.browser("market")
    market.get(WALL)
    again = market.post(WALL, {"do": "choose", "display": "1"})
    assert again.location.endswith(WALL) and "刚刚被别人选进了文章" in market.get(WALL).text
    for phone in (wang, li):
        phone.say("你好")
        phone.unread()
    library.publish(article_id)
    office.house.work()
    for phone in (wang, li):
        assert "您店里的陈列照片登出来了" in phone.unread().text
    browser = Browser(office.house, li)
    with office.house.look() as session:
        token = session.get_one(LibraryArticle, article_id).token
    shown = browser.open(f"/m/library/{token}")
    assert "城南便利店" in shown and "新品摆在眼睛的高度" in shown
    assert "登出来了" in browser.open(PAGE)
    # Published again with another word they are not told again.
    wang.unread()
    library.save(article_id, library.find(article_id).draft | {"title": "十二月陈列秀"})
    library.publish(article_id)
    office.house.work()
    assert wang.unread().text == ""


def test_a_photo_that_is_taken_back_is_shown_nowhere(office, library) -> None:
    wang = office.house.phone("王建国")
    send_in_chat(wang)
    send_in_chat(office.house.phone("李福生"), words="跳过", colour="blue")
    office.house.work()
    article_id = choose(office, 1, 2)
    library.publish(article_id)
    browser = Browser(office.house, wang)
    browser.open(PAGE)
    assert "已经撤回，照片删除了" in browser.send("back", display="1")
    gone(office, article_id)


@pytest.mark.parametrize("whole", [True, False])
def test_with_a_person_or_a_shop_go_its_photos_out_of_articles_too(office, library, whole) -> None:
    wang = office.house.phone("王建国")
    send_in_chat(wang)
    send_in_chat(office.house.phone("李福生"), words="跳过", colour="blue")
    office.house.work()
    article_id = choose(office, 1, 2)
    library.publish(article_id)
    if whole:
        assert office.house.flask("people", "erase", "350802100001", "--shop", "--yes").exit_code == 0
    else:
        with office.house.services.transaction() as session:
            people_actions.withdraw(session, wang.openid, now=office.house.clock())
    office.house.tick()
    gone(office, article_id)


def gone(office: Office, article_id: int) -> None:
    """The first photo is nowhere, and the second still shown."""
    for _ in range(2):
        office.house.tick()
    assert [each.id for each in kept(office)] == [2]
    with office.house.look() as session:
        [version] = session.scalars(select(ArticleVersion).where(ArticleVersion.article_id == article_id))
        assert [each["kind"] for each in version.blocks] == ["heading", "picture"]
        assert version.blocks[0]["text"] == "老李食杂店"
        assert len(session.scalars(select(ShelfPicture)).all()) == 1
    shown = Browser(office.house, office.house.phone("李福生"))
    assert "城南便利店" not in shown.open("/m/library?q=新品摆在眼睛的高度")
    # The other shop's photo, on the shelf and in the inbox.
    assert len(files(office)) == 2
