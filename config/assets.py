"""Static files: style sheets, scripts and pictures, served from our own host under `/static/`.

`asset("weui/weui.min.css")` is the address of a file with a hash of its content, so that browsers may cache it for
ever. A file of a feature lies in a folder it declares (`Feature.statics`) and is named `<package>/…`; the rest lies in
`build/static/`, where `tools/assets.sh` put it.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from werkzeug.security import safe_join

from config.settings import ROOT

blueprint = Blueprint("static", __name__)
PREFIX = "/static/"
_FOLDERS = "statics"

FETCHED = ROOT / "build" / "static"
#: A year; the address changes with the content.
KEEP = "public, max-age=31536000, immutable"
#: Cache time of an address without the hash, or with an old one: its content may change.
ASK_AGAIN = "no-cache"
#: Types worth compressing; pictures are compressed already.
_PACKS = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    packed: bytes | None
    kind: str
    mark: str


def install(app: Flask, folders: Mapping[str, Path]) -> None:
    """Add the static route to an app and `asset(…)` to its templates, for these folders and the fetched files."""
    app.extensions[_FOLDERS] = folders
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a file with a hash of its content: `/static/weui/weui.min.css?v=0f3a…`.

    Raises FileNotFoundError where there is no such file: a page must not ship without its style sheet.
    """
    path = _path(name)
    if path is None:
        raise FileNotFoundError(f"no file {name}; if it is not one of ours, run: sh tools/assets.sh .venv")
    return f"{PREFIX}{name}?v={_read(path, path.stat().st_mtime_ns).mark}"


@blueprint.get(f"{PREFIX}<path:name>")
def serve(name: str) -> Response:
    """Serve a file, compressed where the browser accepts that."""
    path = _path(name)
    if path is None:
        abort(404)
    file = _read(path, path.stat().st_mtime_ns)
    packed = file.packed if request.accept_encodings.quality("gzip") > 0 else None
    response = Response(packed or file.content, content_type=file.kind)
    response.headers["Cache-Control"] = KEEP if request.args.get("v") == file.mark else ASK_AGAIN
    response.set_etag(f"{file.mark}-gzip" if packed else file.mark)
    if file.packed:
        response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response


def _path(name: str) -> Path | None:
    folders: Mapping[str, Path] = current_app.extensions[_FOLDERS]
    package, _, rest = name.partition("/")
    folder, inside = (folders[package], rest) if package in folders else (FETCHED, name)
    joined = safe_join(str(folder), inside)
    return Path(joined) if joined and Path(joined).is_file() else None


@lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> _File:
    """A file's content as of its last change; cached in memory, for the files are few and small."""
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    # mtime=0: the same content compresses to the same bytes in every process.
    packed = gzip.compress(content, 9, mtime=0) if kind.startswith(_PACKS) else None
    kind += "; charset=utf-8" if kind.startswith(_PACKS) and kind != "image/svg+xml" else ""
    return _File(content, packed, kind, hashlib.sha256(content).hexdigest()[:16])
