"""Platform checks: its own addresses, the reachability test, the use of quotas (wechat-platform.md §1, §10)."""

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal

ADDRESSES = ["101.226.103.0", "101.226.233.128", "162.62.80.0"]


def addresses(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/getcallbackip and /cgi-bin/get_api_domain_ip: where callbacks come from."""
    return {"ip_list": ADDRESSES}


def reachable(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/callback/check {action: dns, ping or all}: always well here."""
    action = call.text("action")
    if action not in ("dns", "ping", "all"):
        raise Refusal(40097)
    answer = {}
    if action in ("dns", "all"):
        answer["dns"] = [{"ip": "127.0.0.1", "real_operator": "DEFAULT"}]
    if action in ("ping", "all"):
        ping = {"ip": "127.0.0.1", "from_operator": "DEFAULT", "package_loss": "0%", "time": "1.000ms"}
        answer["ping"] = [ping]
    return answer


def request_info(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/openapi/rid/get: what was asked and answered under this id."""
    rid = call.text("rid")
    for made in reversed(desk.calls):
        if rid in made.answer:
            found = {
                "invoke_time": int(made.at.timestamp()),
                "cost_in_ms": 1,
                "request_url": made.path,
                "request_body": made.body,
                "response_body": made.answer,
                "client_ip": "127.0.0.1",
            }
            return ok(request=found)
    raise Refusal(40097)


ROUTES = (
    Route("/cgi-bin/getcallbackip", addresses, "GET"),
    Route("/cgi-bin/get_api_domain_ip", addresses, "GET"),
    Route("/cgi-bin/callback/check", reachable),
    Route("/cgi-bin/openapi/rid/get", request_info),
)
