"""Control API: drives the simulator over HTTP, all under /simulator/; bodies and answers are JSON.

    GET  account                           the account, the clock, how many followers, `version` (grows with any change)
    GET  followers?search=&limit=&offset=  people, those last heard of first: {total, followers: [...]}
    POST followers                         {name, follow?} one person, or {count, prefix?} many who follow already
    GET  followers/<who>                   one person with windows, tags, consents, menu; <who> is openid or name
    POST followers/<who>                   {snapshot?, refuses?, blacklisted?} true or false
    GET  followers/<who>/entries?after=N   {entries, follower}: the chat from entry number N on
    POST followers/<who>/<action>          what a phone can do: follow {scene?}, unfollow, scan {scene}, say {text},
                                           send_image {content?: base64, name?}, send_voice, send_video,
                                           send_location {latitude, longitude, label?}, send_link {title, url},
                                           report_location, click {key}, tap_menu {names: [...], result?},
                                           tap {option_id},
                                           answer_subscription {template_id, accept?}, withdraw_subscription,
                                           event {name, ...fields}, open {url} -> {url}, read {url, scene?},
                                           share {url}, comment {url, text}.
                                           With {"wait": true} it answers when the app has: {entries: [what was seen]}
    GET  scenes?limit=                     the QR codes made, the newest first
    GET  scenes/<ticket>                   the picture of one, PNG
    GET  calls?after=N&limit=              recorded API calls, the newest first
    GET  callbacks?after=N&limit=          callbacks with raw bodies and answers, the newest first
    POST callbacks/build                   {count, text?, prefix?} -> {callbacks: [{number, openid, query, body,
                                           content_type}]}: signed messages from so many followers, to be posted by a
                                           load generator; people are made as needed, windows open as if sent
    POST callbacks/raw                     {body, query} posts anything -> {status, body}
    POST callbacks/check                   the console's check of the address -> {is_right}
    POST callbacks/<number>/redeliver      the same callback again -> the attempt
    GET|POST|DELETE faults                 all; {target, kind, times?, probability?, value?}; none;
                                           DELETE faults/<number> removes one
    GET  clock, POST clock/advance         {days?, hours?, minutes?, seconds?}; needs --clock hand,
                                           or --moved FILE, which moves the app's clock too
    GET|POST quotas                        used today by path; {path, daily} sets a limit
    GET|POST templates                     {title, content, template_id?, kind?, is_long_term?, choices?}
                                           -> {template_id}
    POST key                               {aes_key} rotates the EncodingAESKey
    POST mass                              {verdict?, failures?, copyright?: clean, reprint or refused} judges the next
                                           mass message
    POST mass/by_hand                      {text? or media_id?, tag_id?, is_told?} somebody sends it in the console
                                           -> {msg_id}
    POST mass/<msg_id>/confirm             {agrees?} the administrator confirms it, where the account asks for that
    POST publication                       {status: 2, 3 or 4, failed?: [1, ...]} judges the next publication
    POST settle                            does at once what is due -> {done}
    GET  media/<media_id>                  the bytes of a picture, voice or video

A wrong request is answered with 400 or 404 and {error}.
"""

import contextlib
import json
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Request, Response

from simulator import control_desk, control_people
from simulator.simulator import Simulator

Handler = Callable[[Simulator, Request, list[str]], Any]

# method, path with * for one part: who answers
ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "account"): control_desk.account,
    ("GET", "followers"): control_people.followers,
    ("POST", "followers"): control_people.followers,
    ("GET", "followers/*"): control_people.follower,
    ("POST", "followers/*"): control_people.follower,
    ("GET", "followers/*/entries"): control_people.entries,
    ("POST", "followers/*/*"): control_people.act,
    ("GET", "scenes"): control_desk.scenes,
    ("GET", "scenes/*"): control_desk.scene,
    ("GET", "calls"): control_desk.calls,
    ("GET", "callbacks"): control_desk.callbacks,
    ("POST", "callbacks/build"): control_desk.build,
    ("POST", "callbacks/raw"): control_desk.raw,
    ("POST", "callbacks/check"): control_desk.check,
    ("POST", "callbacks/*/redeliver"): control_desk.redeliver,
    ("GET", "faults"): control_desk.faults,
    ("POST", "faults"): control_desk.faults,
    ("DELETE", "faults"): control_desk.faults,
    ("DELETE", "faults/*"): control_desk.fault,
    ("GET", "clock"): control_desk.clock,
    ("POST", "clock/advance"): control_desk.advance,
    ("GET", "quotas"): control_desk.quotas,
    ("POST", "quotas"): control_desk.quotas,
    ("GET", "templates"): control_desk.templates,
    ("POST", "templates"): control_desk.templates,
    ("POST", "key"): control_desk.key,
    ("POST", "mass"): control_desk.mass,
    ("POST", "mass/by_hand"): control_desk.by_hand,
    ("POST", "mass/*/confirm"): control_desk.confirm,
    ("POST", "publication"): control_desk.publication,
    ("POST", "settle"): control_desk.settle,
    ("GET", "media/*"): control_desk.media,
}


def _find(method: str, parts: list[str]) -> tuple[Handler, list[str]]:
    for (wanted, pattern), handler in ROUTES.items():
        pieces = pattern.split("/")
        if wanted != method or len(pieces) != len(parts):
            continue
        pairs = list(zip(pieces, parts, strict=True))
        if all(piece in ("*", part) for piece, part in pairs):
            return handler, [part for piece, part in pairs if piece == "*"]
    raise NotFound("no such control")


def handle(sim: Simulator, request: Request) -> Response:
    """Answer one control request; see the list above."""
    status = 200
    try:
        handler, rest = _find(request.method, request.path.removeprefix("/simulator/").split("/"))
        # Looking needs the lock so that nothing changes meanwhile; doing must not hold it, for the app may call back.
        with sim.desk.lock if request.method == "GET" else contextlib.nullcontext():
            answer = handler(sim, request, rest)
    except (BadRequest, NotFound) as error:
        answer, status = {"error": error.description}, error.code
    except (ValueError, TypeError, KeyError, RuntimeError) as error:
        answer, status = {"error": str(error)}, 400
    if isinstance(answer, Response):
        return answer
    return Response(json.dumps(answer, ensure_ascii=False), status=status, content_type="application/json")
