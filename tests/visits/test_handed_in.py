"""What people hand in: pictures are looked at before they are kept, wherever they come from."""

from sqlalchemy import select

from tests import pictures
from tests.wechat_bot.test_pictures import HEIC
from wechat_bot.models import Media


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
