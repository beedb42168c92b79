"""API dispatcher: finds the handler of a path, checks token and quota, records the call, applies faults."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from simulator import (
    checks,
    comments,
    customer,
    datacube,
    drafts,
    followers,
    mass,
    mass_results,
    media,
    menus,
    notice_library,
    oauth,
    publishing,
    qr,
    tags,
    templates,
    tokens,
)
from simulator.calls import Call, File, Payload, Route, Upload, ok
from simulator.desk import ApiCall, Desk
from simulator.errors import Refusal
from simulator.faults import Fault

JSON_TYPE = "application/json; encoding=utf-8"
SUBJECTS = (
    checks,
    comments,
    customer,
    datacube,
    drafts,
    followers,
    mass,
    mass_results,
    media,
    menus,
    notice_library,
    oauth,
    publishing,
    qr,
    tags,
    templates,
    tokens,
)


@dataclass(frozen=True)
class Answer:
    """Answer to an API call, given after `delay` seconds; if `is_lost`, the connection breaks instead."""

    status: int
    content_type: str
    body: bytes
    delay: float = 0
    is_lost: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def _quota(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/openapi/quota/get {cgi_path}: the day's limit, used and left (§10)."""
    path = call.text("cgi_path")
    routes = [route for route in ROUTES.values() if route.path == path]
    if not routes:
        raise Refusal(40097)
    limit = desk.world.quotas.get(path, routes[0].daily)
    used = desk.world.usage.get(path, 0)
    if limit is None:
        return ok(quota={"daily_limit": 0, "used": used, "remain": 0})
    return ok(quota={"daily_limit": limit, "used": used, "remain": max(limit - used, 0)})


ROUTES: dict[tuple[str, str], Route] = {
    (route.method, route.path): route
    for routes in (*(subject.ROUTES for subject in SUBJECTS), (Route("/cgi-bin/openapi/quota/get", _quota),))
    for route in routes
}
PATHS = {path for _, path in ROUTES}


def owns(path: str) -> bool:
    """Whether this path belongs to the API, known or not."""
    return path.startswith(("/cgi-bin/", "/datacube/", "/sns/", "/wxaapi/"))


def call_of(desk: Desk, request: Request) -> Call:
    """The API call of a request; of a multipart body the first file counts."""
    upload: Upload | None = None
    body, form = b"", {}
    if request.mimetype == "multipart/form-data":
        form = request.form.to_dict()
        for sent in request.files.values():
            if upload is None:
                upload = Upload(sent.filename or "", sent.content_type or "application/octet-stream", sent.read())
            sent.close()
    else:
        body = request.get_data()
    return Call(request.method, request.path, request.args.to_dict(), body, desk.clock(), form, upload)


def _do(desk: Desk, call: Call) -> Payload:
    route = ROUTES.get((call.method, call.path))
    if route is None:
        if call.path in PATHS:
            raise Refusal(43002 if call.method == "GET" else 43001)
        raise Refusal(40066)
    if route.needs_token:
        tokens.check(desk, call.query.get("access_token"), call.now)
    if route.certified and not desk.account.certified:
        raise Refusal(48001)
    if route.service and not desk.account.is_service:
        raise Refusal(48001)
    desk.use(route.path, route.daily)
    return route.do(desk, call)


def _answer(payload: Payload, delay: float = 0, is_lost: bool = False) -> Answer:
    if isinstance(payload, File):
        headers = {"Content-Disposition": f'attachment; filename="{payload.name}"'} if payload.name.isascii() else {}
        return Answer(payload.status, payload.content_type, payload.content, delay, is_lost, headers)
    return Answer(200, JSON_TYPE, json.dumps(payload, ensure_ascii=False).encode(), delay, is_lost)


def handle(desk: Desk, request: Request) -> Answer:
    """Answer an API call as WeChat would, or by the fault that applies to it; the call is recorded."""
    call = call_of(desk, request)
    with desk.lock:
        fault = desk.faults.strike(call.path)
        kind = fault.kind if fault else ""
        value = fault.value if fault else 0
        if kind in ("unreachable", "http"):
            status = int(value) if kind == "http" else 0
            answer = Answer(status, "text/html", b"<html>Bad Gateway</html>", is_lost=kind == "unreachable")
            _note(desk, call, answer, 0, fault)
            return answer
        errcode = 0
        payload: Payload
        try:
            if kind == "errcode":
                raise Refusal(int(value))
            payload = ok() if kind == "bare" else _do(desk, call)
        except Refusal as refusal:
            errcode = refusal.code
            payload = refusal.answer(_rid(desk))
        answer = _answer(payload, value if kind == "slow" else 0, kind == "lost_answer")
        _note(desk, call, answer, errcode, fault)
        return answer


def _rid(desk: Desk) -> str:
    number = desk.serial()
    return f"{int(desk.clock().timestamp()):08x}-{number:08x}-{number * 2654435761 % 2**32:08x}"


def _note(desk: Desk, call: Call, answer: Answer, errcode: int, fault: Fault | None) -> None:
    body = call.body.decode("utf-8", "replace")
    if call.upload is not None:
        body = f"[{call.upload.name}: {len(call.upload.content)} bytes]"
    shown = answer.body.decode("utf-8", "replace")
    if "json" not in answer.content_type and "html" not in answer.content_type:
        shown = f"[{answer.content_type}: {len(answer.body)} bytes]"
    query: dict[str, Any] = dict(call.query)
    struck = fault.kind if fault else ""
    number = desk.serial()
    noted = ApiCall(number, call.now, call.method, call.path, query, body, errcode, answer.status, shown, struck)
    desk.calls.append(noted)
    desk.counts[call.path] = desk.counts.get(call.path, 0) + 1
