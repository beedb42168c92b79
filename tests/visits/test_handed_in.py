"""What people hand in: pictures are looked at before they are kept, wherever they come from."""

import io
from datetime import timedelta

from sqlalchemy import select, update

from tests import pictures
from tests.h5 import Browser
from tests.wechat_bot.test_pictures import HEIC
from wechat_bot import chat, limits
from wechat_bot.models import HandedIn, Media


def test_what_wechat_calls_a_picture_is_looked_at_before_it_is_kept(asked) -> None:
    for content in (pictures.taken_by_a_phone(), HEIC, b"<html>", pictures.huge_png(30_000)):
        asked.wang.send_image(content, name="photo.jpg")
        asked.house.work()
    with asked.house.look() as session:
        rows = session.scalars(select(Media).order_by(Media.id)).all()
    kept = [(row.fetched_at is not None, row.gave_up_at is not None) for row in rows]
    assert kept == [(True, False), (False, True), (False, True), (False, True)]
    assert "HEIC" in rows[1].error and "不是照片" in rows[2].error and "尺寸太大" in rows[3].error
    [file] = [each for each in asked.house.settings.media_path.rglob("*") if each.is_file()]
    assert b"PhoneMaker" not in file.read_bytes() and rows[0].content_type == "image/jpeg"


def test_who_posts_faster_than_anybody_taps_is_asked_to_wait_and_loses_nothing(asked) -> None:
    page, address = Browser(asked.house, asked.chen), f"/m/visits/{asked.n}"
    page.open(address)
    words = "上个月二十号也断过一次货，当时是配送车少装了两件"
    form = page.form() | {"do": "note"}
    for n in range(2):
        assert page.post(address, form | {"content": f"备注{n}", "token": f"t{n}"}).status_code == 303
    with asked.house.services.transaction() as session:
        [counted] = session.scalars(select(HandedIn).where(HandedIn.seconds == 60))
        assert counted.amount == 2
        counted.amount = limits.MOST_FORMS - 1
    assert page.post(address, form | {"content": "备注", "token": "t2"}).status_code == 303
    refused = page.post(address, form | {"content": words, "token": "last"})
    assert refused.status_code == 429 and "过一分钟" in refused.text and words in refused.text
    other = Browser(asked.house, asked.wang)
    other.open(f"/m/visits/mine/{asked.n}")
    assert "要两条" in other.send("", content="要两条"), "the limit is one person's"
    # Another process counts with it, and after a minute it is open again.
    asked.house.clock.advance(timedelta(minutes=1))
    assert page.post(address, form | {"content": words, "token": "last"}).status_code == 303


def test_files_are_bounded_for_one_person_and_for_all(asked) -> None:
    page = Browser(asked.house, asked.chen)
    address = f"/m/visits/{asked.n}"

    def send(n: int):
        page.open(address)
        photo = (io.BytesIO(pictures.png(n)), "a.png")
        return page.post(
            address, page.form() | {"do": "answer", "content": f"这是第{n}张照片，请您看一看对不对", "photo": photo}
        )

    def counted(amount: int, *which) -> None:
        with asked.house.services.transaction() as session:
            session.execute(update(HandedIn).where(HandedIn.seconds == 86_400, *which).values(amount=amount))

    assert send(1).status_code == 303
    counted(limits.MOST_OF_ONE, HandedIn.who != limits.ALL)
    refused = send(2)
    assert refused.status_code == 429 and "满 100 MB" in refused.text and "这是第2张照片" in refused.text
    page.open(address)
    form = page.form() | {"do": "answer", "content": "不附照片了"}
    assert page.post(address, form).status_code == 303, "words are no files"
    asked.house.clock.advance(timedelta(days=1))
    page = Browser(asked.house, asked.chen)
    assert send(3).status_code == 303
    counted(limits.MOST_OF_ALL, HandedIn.who == limits.ALL)
    assert "大家传的照片太多" in send(4).text
    asked.house.clock.advance(timedelta(days=3))
    chat.forget_counts(asked.house.services)
    with asked.house.look() as session:
        assert session.scalars(select(HandedIn)).all() == []
