"""Media of lessons: played in parts, by whoever may read a lesson that shows them, and by nobody else."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from courses.models.courses import Course, CourseMedia
from courses.queries import media
from courses.rules.definition import LessonDefinition, Screen
from tests.courses.conftest import COURSE
from tests.courses.learners import lesson_ids, wait
from tests.h5 import Browser
from tests.pictures import png
from wechat_bot import storage

SOUND = b"ID3" + bytes(97) + b"x" * 400
FILM, SIGN = b"\0\0\0\x18ftypmp42" + b"y" * 500, png()


def put(school, content: bytes, kind: str, content_type: str, **more: object) -> str:
    """Put a medium where the pages of lessons find it; gives its name."""
    name = hashlib.sha256(content).hexdigest()
    storage.write(media.path(school.house.services.media_folder, name), content)
    with school.house.services.transaction() as session:
        row = CourseMedia(
            sha256=name,
            kind=kind,
            content_type=content_type,
            size=len(content),
            made_at=school.house.clock(),
            **more,
        )
        session.add(row)
    return name


@pytest.fixture
def course(school):
    """A course whose first lesson has a sound and a picture, and whose second has a video."""
    sound = put(school, SOUND, "audio", "audio/mpeg", seconds=40)
    sign = put(school, SIGN, "picture", "image/png", width=300, height=200)
    film = put(school, FILM, "video", "video/mp4", seconds=50)
    lessons = (
        LessonDefinition("l1", "看证", (Screen("先看证。", audio=sound, seconds=40), Screen("标志。", picture=sign))),
        LessonDefinition("l2", "看片", (Screen("看。", video=film, seconds=50),)),
    )
    school.published(replace(COURSE, lessons=lessons))
    return sound, sign, film


@pytest.mark.on_sqlite
def test_a_sound_stands_beside_its_text_and_plays_in_parts(school, course) -> None:
    sound, sign, film = course
    page = Browser(school.house, school.wang)
    first = page.open(f"/m/lessons/{lesson_ids(school, 1)['l1']}")
    assert "听：40 秒，0.1 MB（下面是同样的文字）" in first and "先看证。" in first
    assert f'<audio controls preload="none" src="/m/media/{sound}"' in page.page.text
    assert 'data-wait="32"' in page.page.text, "four fifths of the sound"
    part = page.get(f"/m/media/{sound}", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"ID3", "bytes 0-2/500")
    assert part.headers["Cache-Control"] == "private, max-age=86400"
    assert page.get(f"/m/media/{sound}", headers={"Range": "bytes=500-"}).status_code == 416
    assert "media-src 'self'" in page.page.headers["Content-Security-Policy"]
    wait(school, 32)
    page.send("next")
    assert f'<img src="/m/media/{sign}" alt="看证，配图" width="300" height="200">' in page.page.text
    picture = page.get(f"/m/media/{sign}")
    assert (picture.status_code, picture.content_type, picture.data) == (200, "image/png", SIGN)
    wait(school, 3)
    page.send("next")
    page.open(f"/m/lessons/{lesson_ids(school, 1)['l2']}")
    assert f'<video controls preload="none" playsinline src="/m/media/{film}"' in page.page.text
    assert "看：50 秒，0.1 MB" in page.text and 'data-wait="40"' in page.page.text
    assert page.get(f"/m/media/{film}").data == FILM


@pytest.mark.on_sqlite
def test_a_medium_is_nobodys_who_may_not_read_its_lesson(school, course) -> None:
    sound, _, film = course
    page = Browser(school.house, school.wang)
    page.open(f"/m/lessons/{lesson_ids(school, 1)['l1']}")
    assert page.get(f"/m/media/{sound}").status_code == 200
    assert page.get(f"/m/media/{film}").status_code == 404, "its lesson is not released yet"
    assert page.get("/m/media/" + "0" * 64).status_code == 404
    assert page.get("/m/media/..%2f..%2fetc").status_code == 404
    stranger = Browser(school.house, school.house.phone("路人"))
    stranger.open("/m/me")
    assert stranger.get(f"/m/media/{sound}").status_code == 404
    assert Browser(school.house, school.li).get(f"/m/media/{sound}").status_code == 303, "signed in by WeChat first"
    draft = put(school, b"ID3" + b"d" * 50, "audio", "audio/mpeg", seconds=5)
    assert page.get(f"/m/media/{draft}").status_code == 404, "no published lesson shows it"


def test_what_is_over_plays_no_more(school, course) -> None:
    sound = course[0]
    closing = school.house.clock() + timedelta(days=1)
    other = replace(COURSE, title="另一门", lessons=(LessonDefinition("l1", "看", (Screen("看。", audio=sound),)),))
    school.published(other, audience={"class": ["普通终端"]})
    page = Browser(school.house, school.wang)
    page.open("/m/courses")
    assert page.get(f"/m/media/{sound}").status_code == 200
    with school.house.services.transaction() as session:
        session.get_one(Course, 1).closes_at = closing
    wait(school, 86_400 * 2)
    page.open("/m/courses")
    assert page.get(f"/m/media/{sound}").status_code == 404, "the course that shows it to others is not theirs"
