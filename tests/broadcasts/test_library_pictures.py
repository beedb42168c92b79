"""Pictures of the library: of any kind a telephone makes, kept as WeChat takes them, until nothing holds them."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image

from broadcasts.actions import pictures
from broadcasts.queries import pictures as queries
from foundation.errors import Refused
from tests.broadcasts.conftest import Library, draft
from tests.pictures import png, taken_by_a_phone, written
from wechat_bot import texts


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((width, height), 200).convert(mode)


@pytest.mark.parametrize(
    ("make", "size", "kind"),
    [
        (lambda: written("WEBP", noise(1200, 900)), (1080, 810), "image/jpeg"),
        (lambda: written("JPEG", noise(60, 40, "CMYK")), (60, 40), "image/jpeg"),
        (lambda: written("GIF", noise(50, 50)), (50, 50), "image/jpeg"),
        (lambda: written("PNG", noise(1400, 1400)), (1080, 1080), "image/jpeg"),  # 1.2 MB and more
        (lambda: written("PNG", Image.new("RGBA", (300, 200), (255, 0, 0, 128))), (300, 200), "image/png"),
        (taken_by_a_phone, (30, 40), "image/jpeg"),  # held upright
        # A long sheet stays readable.
        (lambda: written("JPEG", Image.new("RGB", (1200, 4800))), (1080, 4320), "image/jpeg"),
    ],
)
def test_a_picture_of_any_kind_becomes_one_that_wechat_takes(
    make: Callable[[], bytes], size: tuple[int, int], kind: str
) -> None:
    made = pictures.prepare(make())
    assert (made.width, made.height) == size and made.content_type == kind
    assert len(made.content) <= 1 << 20
    with Image.open(io.BytesIO(made.content)) as image:
        assert image.mode in ("RGB", "L", "RGBA") and not dict(image.getexif()), "no place it was taken at"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", texts.EMPTY_FILE),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, texts.HEIC),
        (b"<svg onload=alert(1)>", texts.NOT_A_PICTURE),
        (written("JPEG", noise(80, 80))[:900], texts.BROKEN_PICTURE),
        (b"\xff\xd8\xff" + b"\0" * (10 << 20), texts.TOO_LARGE),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        pictures.receive(io.BytesIO(content))
    assert refused.value.sentence == said


def shelve(library: Library, content: bytes) -> str:
    services = library.house.services
    made = pictures.prepare(content)
    with services.transaction() as session:
        return pictures.add(session, services.media_folder, made, now=services.clock())


def is_there(library: Library, name: str) -> bool:
    with library.house.look() as session:
        return queries.find(session, library.house.services.media_folder, name) is not None


@pytest.mark.on_sqlite
def test_a_picture_lies_there_once_and_is_swept_some_days_after_nothing_holds_it(library: Library) -> None:
    shown, let_go, never = (shelve(library, png(number)) for number in range(3))
    assert shelve(library, png(0)) == shown
    article_id = library.published("看", {"kind": "picture", "picture": shown, "words": "门头"})
    other = library.write("另", {"kind": "picture", "picture": let_go, "words": ""})
    library.house.clock.advance(timedelta(days=3))
    library.house.tick()
    assert [is_there(library, each) for each in (shown, let_go, never)] == [True, True, False]
    # One that is let go is still there for its author to want it back.
    library.save(other, draft("另"))
    library.save(article_id, draft("看"))
    library.house.tick()
    assert is_there(library, let_go)
    library.house.clock.advance(timedelta(days=3))
    library.house.tick()
    assert [is_there(library, each) for each in (shown, let_go)] == [True, False]


@pytest.mark.on_sqlite
def test_an_article_whose_picture_is_gone_is_not_published(library: Library) -> None:
    article_id = library.write("看", {"kind": "picture", "picture": "a" * 64, "words": ""})
    with pytest.raises(Refused, match="第 1 块：这张图片不在了，请重新选一张。"):
        library.publish(article_id)
