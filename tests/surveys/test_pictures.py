"""Pictures in questions and options: from the author's form to the shop's telephone and chat, into copies and versions,
and off the disk when no survey shows them."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from surveys import jobs
from surveys.models import Survey, SurveyPicture
from surveys.rules.definition import from_json
from tests.h5 import Browser as H5
from tests.office import Browser, Office
from tests.pictures import png, taken_by_a_phone, written
from tests.surveys.test_authoring_page import CHAIN, fields, press
from tests.surveys.test_pages import bind, upload
from wechat_bot import chat
from wechat_bot.models import Media


@pytest.fixture
def office(build) -> Office:
    office = Office(build())
    office.settle()
    return office


def put(browser: Browser, path: str, name: str, content: bytes, page: str | None = None, do: str = "show", **changed):
    """Choose a picture in one of the form's fields, and send the form."""
    form = fields(page or browser.get(f"{path}/edit").text)
    return press(browser, path, {**form, f"{name}.file": [(io.BytesIO(content), "shelf.jpg")]}, do, **changed)


def illustrated(browser: Browser) -> str:
    """A survey with a picture in its first question and in an option, saved; gives its address."""
    path = upload(browser, CHAIN).location
    page = put(browser, path, "q1", taken_by_a_phone()).text
    page = put(browser, path, "q1.2", png(7), page, q1__alt="货架第二层").text
    assert press(browser, path, fields(page), "save").status_code == 303
    return path


def draft(office: Office, path: str):
    with office.house.look() as session:
        return from_json(session.get_one(Survey, int(path.rsplit("/", 1)[1])).draft)


def keys(office: Office, path: str) -> list[str]:
    return [picture.key for question in draft(office, path).questions for picture in question.pictures]


def files(office: Office) -> int:
    return sum(path.is_file() for path in office.house.services.media_folder.rglob("*"))


def swept(office: Office) -> None:
    """Two days later the clock sweeps what nothing shows, and then the disk."""
    office.house.clock.advance(timedelta(days=2))
    for job in (jobs.sweep_pictures, chat.delete_discarded):
        job(office.house.services)


@pytest.mark.on_sqlite
def test_a_picture_is_stripped_made_small_and_kept_with_its_words(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    first = draft(office, path).questions[0]
    assert first.picture.alt == "货架第二层"
    assert [option.picture and option.picture.alt for option in first.options] == [None, "不满意"]  # its label
    sent = browser.get(f"{path}/pictures/{first.picture.key}")
    assert sent.mimetype == "image/jpeg"
    assert b"PhoneMaker" not in sent.data
    large = written("JPEG", Image.effect_noise((1600, 1200), 40).convert("RGB"), quality=25)
    page = put(browser, path, "q2", large).text
    key = fields(page)["q2.picture"][0]
    small = browser.get(f"{path}/pictures/{key}").data
    assert max(Image.open(io.BytesIO(small)).size) == 1080
    assert len(small) < len(large)


@pytest.mark.on_sqlite
def test_without_words_it_is_asked_for_them_and_what_is_no_picture_is_refused(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    page = put(browser, path, "q1", png()).text
    press(browser, path, fields(page), "save")
    assert "图片要配一句话，说明图上是什么，给看不到图的人" in browser.get(f"{path}/edit").text
    refused = put(browser, path, "q1", b"no picture", q1__text="改过的题目")
    assert refused.status_code == 422
    assert "这个文件不是照片" in refused.text
    assert fields(refused.text)["q1.text"] == ["改过的题目"]
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "unpicture:q1").text
    assert "q1.picture" not in fields(page)


@pytest.mark.on_sqlite
def test_a_shop_sees_it_on_the_page_and_is_led_to_it_from_the_chat(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    browser.post(f"{path}/publish")
    wang = bind(office, "王建国", "350802100001", "8899")
    said = wang.say("调查").text
    assert "1/2 满意吗?\n（图：货架第二层）\n1 满意\n2 不满意\n" in said
    number = path.rsplit("/", 1)[1]
    address = re.search(r'<a href="([^"]+)">看图', said)[1]
    assert address.endswith(f"/m/surveys/{number}")
    phone = H5(office.house, wang)
    phone.open(f"/m/surveys/{number}")
    page = phone.page.text
    pictures = re.findall(r'<img class="shown[^"]*" src="([^"]+)" alt="([^"]+)"', page)
    assert [alt for _, alt in pictures] == ["货架第二层", "不满意"]
    for where, _ in pictures:
        sent = phone.get(where)
        assert sent.status_code == 200
        assert sent.mimetype.startswith("image/")
    stranger = H5(office.house, office.house.phone("陌生人"))
    stranger.phone.follow()
    stranger.open("/m/me")
    assert stranger.get(pictures[0][0]).mimetype != "image/jpeg"


@pytest.mark.on_sqlite
def test_the_result_shows_each_picture_with_what_was_asked_and_chosen(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    assert "有图片" in browser.get(path).text
    browser.post(f"{path}/publish")
    wang = bind(office, "王建国", "350802100001", "8899")
    for said in ("调查", "1", "5"):
        wang.say(said)
    page = browser.get(path).text
    shown = re.findall(rf'src="({path}/pictures/[^"]+)" alt="" loading="lazy"><figcaption[^>]*>([^<]*)<', page)
    assert [words for _, words in shown] == ["货架第二层", "不满意"]
    assert all(browser.get(where).status_code == 200 for where, _ in shown)


@pytest.mark.on_sqlite
def test_the_trial_shows_it_and_nobody_gets_another_surveys_picture_or_a_shops_photo(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    (key, _) = keys(office, path)
    form = {**fields(browser.get(f"{path}/edit").text), "at": "q1"}
    assert f"{path}/pictures/{key}" in browser.post(f"{path}/preview", form).text
    chat = browser.post(f"{path}/preview", {**form, "view": "chat"}).text
    assert "（图：货架第二层）" in chat
    assert "看图，也可以在那里作答" in chat
    other = upload(browser, CHAIN).location
    assert browser.get(f"{other}/pictures/{key}").status_code == 404
    # A key that is not this survey's is not kept, whoever wrote it into the form.
    page = browser.get(f"{other}/edit").text
    press(browser, other, {**fields(page), "q1.picture": [key], "q1.alt": ["别人的"]}, "save")
    assert keys(office, other) == []


@pytest.mark.on_sqlite
def test_a_copy_has_its_own_and_a_new_version_says_that_pictures_changed(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    copied = browser.post(f"{path}/copy").location.removesuffix("/edit")
    assert len(keys(office, copied)) == 2
    assert set(keys(office, copied)).isdisjoint(keys(office, path))
    assert browser.get(f"{copied}/pictures/{keys(office, copied)[0]}").status_code == 200
    browser.post(f"{path}/publish")
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "unpicture:q1").text
    press(browser, path, fields(page), "save")
    assert "图片有改动" in browser.get(f"{path}/versions").text


@pytest.mark.on_sqlite
def test_a_file_holds_none_and_uploaded_again_they_stay_with_their_questions(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    before = draft(office, path)
    assert "图片不会放进下载的 Excel" in browser.get(f"{path}/edit").text
    workbook = browser.get(f"{path}/draft-file").data
    again = browser.get(f"{path}/upload")
    assert "这些题的图片也留着" in again.text
    assert browser.post(f"{path}/upload", {"file": (io.BytesIO(workbook), "a.xlsx")}).status_code == 303
    assert draft(office, path).questions == before.questions
    wrong = CHAIN.replace("type: rating", "type: rating, picture: {key: a, alt: b}")
    assert "图片不能写在文件里，请删去，读入以后在网页里加" in upload(browser, wrong).text


@pytest.mark.on_sqlite
def test_a_deleted_question_comes_back_with_its_picture(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    before = draft(office, path)
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "condition_delete:q2:0").text
    page = press(browser, path, fields(page), "delete:q1").text
    press(browser, path, fields(page), "save")
    office.house.later(days=3)
    browser = office.browser("market")
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "undo").text
    press(browser, path, fields(page), "save")
    assert draft(office, path).questions[0] == before.questions[0]
    assert browser.get(f"{path}/pictures/{keys(office, path)[0]}").status_code == 200


def test_what_no_draft_and_no_version_shows_is_swept_and_goes_from_the_disk(office) -> None:
    browser = office.browser("market")
    path = illustrated(browser)
    put(browser, path, "q3", png(9))  # chosen, and never saved
    assert files(office) == 3
    browser.post(f"{path}/publish")
    swept(office)
    assert files(office) == 2
    browser = office.browser("market")
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "unpicture:q1").text
    press(browser, path, fields(page), "save")
    swept(office)
    assert files(office) == 2  # the version that is asked shows it still
    browser = office.browser("market")
    thrown = browser.post(f"{path}/copy").location.removesuffix("/edit")
    browser.get(f"{thrown}/edit")
    assert browser.post(f"{thrown}/discard").status_code == 303
    swept(office)
    assert files(office) == 2
    with office.house.look() as session:
        assert len(session.scalars(select(SurveyPicture.key)).all()) == 2
        assert len(session.scalars(select(Media.key)).all()) == 2
