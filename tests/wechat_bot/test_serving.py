"""Sounds and videos as the players of telephones ask for them: whole, in parts, and again from where it broke off."""

import hashlib

import pytest
from flask import current_app

from tests.wechat_bot.conftest import CHAT
from wechat_bot import oauth, serving, storage
from wechat_bot.feature import Feature
from wechat_bot.media import Found
from wechat_bot.services import current_services

pytestmark = pytest.mark.on_sqlite
SOUND = bytes(range(256)) * 4
NAME = hashlib.sha256(SOUND).hexdigest()
TAG = f'"{NAME}"'
blueprint = oauth.pages("heard", __name__)


@blueprint.get("/m/heard/<name>")
def hear(name: str):
    kind = current_app.config["HEARD"]
    return serving.play(Found(storage.path_of(current_services().media_folder, name), kind))


@pytest.fixture
def get(build):
    house = build(features=(*CHAT, Feature(name="heard", forgets=None, mobile=blueprint)))
    house.app.config["HEARD"] = "audio/mpeg"
    storage.write(storage.path_of(house.settings.media_path, NAME), SOUND)
    client = house.app.test_client()

    def ask(method="GET", name=NAME, kind="audio/mpeg", **headers):
        house.app.config["HEARD"] = kind
        with client.open(f"/m/heard/{name}", method=method, headers=headers, buffered=True) as answer:
            return answer

    return ask


def test_a_sound_is_sent_whole_or_in_the_part_that_is_asked_for(get):
    whole = get()
    assert (whole.status_code, whole.data) == (200, SOUND)
    assert (whole.headers["Accept-Ranges"], whole.headers["Content-Length"]) == ("bytes", "1024")
    assert (whole.headers["ETag"], whole.headers["Content-Type"]) == (TAG, "audio/mpeg")
    assert whole.headers["Cache-Control"] == "private, max-age=86400"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Disposition"].startswith("inline"), "it plays in the page"
    for asked, first, behind in (("0-1", 0, 2), ("1000-", 1000, 1024), ("-24", 1000, 1024), ("1020-9999", 1020, 1024)):
        part = get(Range=f"bytes={asked}")
        assert (part.status_code, part.data) == (206, SOUND[first:behind]), asked
        assert part.headers["Content-Range"] == f"bytes {first}-{behind - 1}/1024"
        assert part.headers["Content-Length"] == str(behind - first)


def test_a_part_of_what_has_changed_meanwhile_is_the_whole(get):
    assert get(Range="bytes=1000-", **{"If-Range": TAG}).status_code == 206
    other = get(Range="bytes=1000-", **{"If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, SOUND)


def test_what_a_phone_keeps_already_is_not_sent_again(get):
    again = get(**{"If-None-Match": TAG})
    assert (again.status_code, again.data) == (304, b"")
    head = get("HEAD")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "1024")
    part = get("HEAD", Range="bytes=0-1")
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"", "bytes 0-1/1024")


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5-4", "bytes=-0", "bytes=a-b", "bytes=0-1,4-5", "pages=1-2"])
def test_a_part_that_is_not_there_is_refused_with_the_length(get, asked):
    refused = get(Range=asked)
    assert (refused.status_code, refused.headers["Content-Range"]) == (416, "bytes */1024")
    assert SOUND[:8] not in refused.data


def test_what_is_gone_or_no_page_plays_is_not_there(get):
    assert get(name="0" * 64).status_code == 404
    assert get(kind="audio/amr").status_code == 404
    assert get(kind="text/html").status_code == 404
