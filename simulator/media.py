"""Temporary and permanent media with their limits (wechat-platform.md §7)."""

import json
from datetime import timedelta
from typing import Any

from simulator.calls import Call, File, Payload, Route, Upload, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Media

TEMPORARY_LIFE = timedelta(days=3)
MB = 1024 * 1024
# kind: greatest size in bytes, file-name endings
TEMPORARY = {
    "image": (10 * MB, ("png", "jpeg", "jpg", "gif")),
    "voice": (2 * MB, ("amr", "mp3")),
    "video": (10 * MB, ("mp4",)),
    "thumb": (64 * 1024, ("jpg", "jpeg")),
}
PERMANENT = {
    "image": (10 * MB, ("bmp", "png", "jpeg", "jpg", "gif")),
    "voice": (2 * MB, ("mp3", "wma", "wav", "amr")),
    "video": (10 * MB, ("mp4",)),
    "thumb": (64 * 1024, ("jpg", "jpeg")),
}
# beginning of a file: what it is, whatever its name says
SIGNATURES = (
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"RIFF", "webp"),
    (b"<", "svg"),
)
PERMANENT_COUNT = {"image": 100_000, "voice": 1000, "video": 1000, "thumb": 1000}


def usable(desk: Desk, media_id: object) -> Media:
    """The media of this id, or 40007: unknown, deleted, or three days old."""
    found = desk.world.media.get(media_id) if isinstance(media_id, str) else None
    if found is None or (found.expires_at is not None and found.expires_at <= desk.clock()):
        raise Refusal(40007)
    return found


def store(
    desk: Desk, kind: str, upload: Upload, *, is_permanent: bool = False, title: str = "", introduction: str = ""
) -> Media:
    """Keep a file under a new media id, for three days or for ever."""
    media_id = desk.opaque("media", 43 if is_permanent else 64)
    now = desk.clock()
    expires_at = None if is_permanent else now + TEMPORARY_LIFE
    kept = Media(media_id, kind, upload.name, upload.content_type, now, expires_at, upload.content, title, introduction)
    desk.world.media[media_id] = kept
    return kept


def _check_kind(upload: Upload, endings: tuple[str, ...]) -> None:
    """40005 unless its name ends so, and its bytes are not of another kind of picture (webp, heic) under that name."""
    is_picture = "jpg" in endings
    found = next((kind for beginning, kind in SIGNATURES if is_picture and upload.content.startswith(beginning)), "")
    is_heic = upload.content[4:8] == b"ftyp" and upload.content[8:11] in (b"hei", b"mif", b"avi")
    if (
        upload.name.rpartition(".")[2].lower() not in endings
        or (is_picture and is_heic)
        or (found and found not in endings)
    ):
        raise Refusal(40005)


def _accept(call: Call, limits: dict[str, tuple[int, tuple[str, ...]]]) -> tuple[str, Upload]:
    kind = call.query.get("type") or call.form.get("type", "")
    if kind not in limits:
        raise Refusal(40004)
    if call.upload is None or not call.upload.content:
        raise Refusal(41005)
    greatest, endings = limits[kind]
    _check_kind(call.upload, endings)
    if len(call.upload.content) > greatest:
        raise Refusal(40009 if kind == "image" else 40012 if kind == "thumb" else 40006)
    return kind, call.upload


def upload(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/media/upload?type=: good for three days (§7)."""
    kind, file = _accept(call, TEMPORARY)
    kept = store(desk, kind, file)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: kept.media_id, "created_at": int(call.now.timestamp()), "item": []}


def get(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/media/get: the file, or for a video where it is, on another host and over http (§7)."""
    found = usable(desk, call.query.get("media_id"))
    if found.kind in ("video", "shortvideo"):
        return {"video_url": f"{desk.film_base}/simulator/media/{found.media_id}"}
    return File(found.content, found.content_type, found.name)


def upload_image(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/media/uploadimg: a jpg or png up to 1 MB for use inside articles; returns its address."""
    if call.upload is None or not call.upload.content:
        raise Refusal(41005)
    _check_kind(call.upload, ("jpg", "jpeg", "png"))
    if len(call.upload.content) > MB:
        raise Refusal(40009)
    kept = store(desk, "article_image", call.upload, is_permanent=True)
    url = f"{desk.page_base}/simulator/media/{kept.media_id}"
    desk.world.image_urls[url] = kept.media_id
    return {"url": url}


def upload_mass_video(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/media/uploadvideo: turn an uploaded video into one that may be mass-sent (§6)."""
    data = call.json()
    source = usable(desk, data.get("media_id"))
    if source.kind != "video":
        raise Refusal(40007)
    file = Upload(source.name, source.content_type, source.content)
    kept = store(desk, "mpvideo", file, title=str(data.get("title", "")), introduction=str(data.get("description", "")))
    return {"type": "video", "media_id": kept.media_id, "created_at": int(call.now.timestamp())}


def add_material(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/material/add_material?type=: permanent; a video brings its `description` JSON (§7)."""
    kind, file = _accept(call, PERMANENT)
    count = sum(1 for media in desk.world.media.values() if media.expires_at is None and media.kind == kind)
    if count >= PERMANENT_COUNT[kind]:
        raise Refusal(45009)
    described: dict[str, Any] = {}
    if kind == "video":
        try:
            described = json.loads(call.form.get("description", ""))
        except ValueError as error:
            raise Refusal(47001) from error
    title, introduction = str(described.get("title", "")), str(described.get("introduction", ""))
    kept = store(desk, kind, file, is_permanent=True, title=title, introduction=introduction)
    answer: dict[str, Any] = {"media_id": kept.media_id, "item": []}
    if kind in ("image", "thumb"):
        answer["url"] = f"{desk.page_base}/simulator/media/{kept.media_id}"
    return answer


def _permanent(desk: Desk, call: Call) -> Media:
    found = usable(desk, call.text("media_id"))
    if found.expires_at is not None:
        raise Refusal(40007)
    return found


def get_material(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/material/get_material: the file, or for a video title, description and address."""
    found = _permanent(desk, call)
    if found.kind == "video":
        address = f"{desk.api_base}/simulator/media/{found.media_id}"
        return {"title": found.title, "description": found.introduction, "down_url": address}
    return File(found.content, found.content_type, found.name)


def delete_material(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/material/del_material."""
    del desk.world.media[_permanent(desk, call).media_id]
    return ok()


def count_material(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/material/get_materialcount: permanent material by kind."""
    kinds = [media.kind for media in desk.world.media.values() if media.expires_at is None]
    return {f"{kind}_count": kinds.count(kind) for kind in ("voice", "video", "image")} | {"news_count": 0}


ROUTES = (
    Route("/cgi-bin/media/upload", upload, daily=100_000),
    Route("/cgi-bin/media/get", get, "GET", daily=200_000),
    Route("/cgi-bin/media/uploadimg", upload_image, daily=100_000),
    Route("/cgi-bin/media/uploadvideo", upload_mass_video, daily=100_000),
    Route("/cgi-bin/material/add_material", add_material, daily=100_000),
    Route("/cgi-bin/material/get_material", get_material, daily=200_000),
    Route("/cgi-bin/material/del_material", delete_material, daily=1000),
    Route("/cgi-bin/material/get_materialcount", count_material, "GET", daily=1000),
)
