"""Template messages and subscription notices (wechat-platform.md §5)."""

import re
from datetime import timedelta
from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Follower, Template

IN_USE = 25
SAME_ID_LIFE = timedelta(minutes=10)
LEGACY_LENGTH = 20
FIELD = re.compile(r"\{\{(\w+)\.DATA\}\}")
LENGTHS = {"thing": 20, "character_string": 32, "phone_number": 17, "car_number": 8, "const": 20, "phrase": 5,
           "number": 32, "letter": 32, "name": 10, "time": 32, "date": 32, "amount": 32}  # fmt: skip
SHAPES = {
    "character_string": re.compile(r"[\x20-\x7e]+"),
    "number": re.compile(r"-?[\d.]+"),
    "letter": re.compile(r"[A-Za-z]+"),
    "phone_number": re.compile(r"[\d+\-() ]+"),
    "amount": re.compile(r"[^\d\-]{0,3}-?[\d,]+(\.\d+)?元?"),
    "time": re.compile(r".*(?<!\d)([01]?\d|2[0-3]):[0-5]\d(?!\d).*"),
    "date": re.compile(r".*\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*"),
    "phrase": re.compile(r"[\u3400-\u9fff]+"),
}


def fields_of(template: Template) -> list[str]:
    """The names its content has places for, such as `thing1`."""
    return FIELD.findall(template.content)


def is_legacy(content: str) -> bool:
    """Whether this is an old industry template: first, keyword1 …, remark."""
    return any(name.startswith(("keyword", "first", "remark")) for name in FIELD.findall(content))


def _checked(template: Template, name: str, value: str) -> str:
    """The value to show, or 47003 naming the field; old industry templates are cut silently instead (§5)."""
    if template.is_legacy:
        return "" if name in ("first", "remark") else value.replace("\n", "")[:LEGACY_LENGTH]
    kind = name.rstrip("0123456789")
    shape, choices = SHAPES.get(kind), template.choices.get(name)
    is_bad = (
        not value.strip()
        or "\n" in value
        or len(value) > LENGTHS.get(kind, LEGACY_LENGTH)
        or (shape is not None and not shape.fullmatch(value))
        or (choices is not None and value not in choices)
    )
    if is_bad:
        raise Refusal(47003, f"data.{name}.value invalid")
    return value


def _rendered(template: Template, data: object) -> tuple[str, list[list[str]]]:
    if not isinstance(data, dict):
        raise Refusal(47003, "data is empty")
    lines: list[list[str]] = []
    values: dict[str, str] = {}
    for name in fields_of(template):
        given = data.get(name)
        value = given.get("value") if isinstance(given, dict) else None
        if value is None:
            if not template.is_legacy:
                raise Refusal(47003, f"data.{name}.value is empty")
            value = ""
        values[name] = _checked(template, name, str(value))
    for line in template.content.splitlines():
        names = FIELD.findall(line)
        if names and all(name in ("first", "remark") for name in names) and template.is_legacy:
            continue
        filled = FIELD.sub(lambda match: values[match[1]], line)
        label, *value = re.split("[:：]", filled, maxsplit=1)
        lines.append([label.strip(), value[0].strip()] if value else ["", filled])
    text = "\n".join([template.title] + [f"{label}：{value}" if label else value for label, value in lines])
    return text, lines


def _jump(data: dict[str, Any], page_key: str) -> dict[str, Any]:
    """Where a tap leads: the mini program before the address."""
    program = data.get("miniprogram")
    if isinstance(program, dict) and program.get("appid"):
        return {"miniprogram": dict(program)}
    return {"url": str(data.get(page_key) or "")}


def _template(desk: Desk, template_id: object, kind: str) -> Template:
    found = desk.world.templates.get(template_id) if isinstance(template_id, str) else None
    if found is None or found.kind != kind:
        raise Refusal(40037)
    return found


def _seen_before(follower: Follower, client_id: str, call: Call) -> int | None:
    """The msgid this client_msg_id got less than ten minutes ago; older ones are forgotten here."""
    fresh = {key: kept for key, kept in follower.template_ids.items() if call.now - kept[0] < SAME_ID_LIFE}
    follower.template_ids = fresh
    return fresh[client_id][1] if client_id in fresh else None


def send(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/template/send: a receipt follows as TEMPLATESENDJOBFINISH (§5).

    The same client_msg_id to the same openid within ten minutes is answered with the first msgid and sent once.
    """
    data = call.json()
    follower = desk.follower(data.get("touser"))
    template = _template(desk, data.get("template_id"), "template")
    if not follower.subscribed:
        raise Refusal(43004)
    text, lines = _rendered(template, data.get("data"))
    client_id = str(data.get("client_msg_id") or "")
    if client_id:
        before = _seen_before(follower, client_id, call)
        if before is not None:
            return ok(msgid=before)
    msgid = 3_000_000_000_000_000_000 + desk.serial()
    if client_id:
        follower.template_ids[client_id] = (call.now, msgid)
    status = "failed:user block" if follower.refuses else "success"
    if not follower.refuses:
        detail = {"title": template.title, "lines": lines, "msgid": msgid} | _jump(data, "url")
        desk.show(follower, "account", "template", "template", text, detail)
    fields = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status}
    desk.schedule("callback", openid=follower.openid, fields=fields)
    return ok(msgid=msgid)


def subscribe_send(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/message/subscribe/bizsend: 43101 without consent; also reaches those who do not follow (§5)."""
    data = call.json()
    follower = desk.follower(data.get("touser"))
    template = _template(desk, data.get("template_id"), "subscribe")
    text, lines = _rendered(template, data.get("data"))
    left = follower.consents.get(template.template_id, 0)
    if left < 1:
        raise Refusal(43101)
    if not template.is_long_term:
        follower.consents[template.template_id] = left - 1
    msgid = 3_000_000_000_000_000_000 + desk.serial()
    detail = {"title": template.title, "lines": lines, "msgid": msgid} | _jump(data, "page")
    desk.show(follower, "account", "subscribe", "template", text, detail)
    sent = {"TemplateId": template.template_id, "MsgID": msgid, "ErrorCode": 0, "ErrorStatus": "success"}
    entries = {"List": sent} if desk.account.format == "json" else {"SubscribeMsgSentEvent": {"List": sent}}
    fields = {"MsgType": "event", "Event": "subscribe_msg_sent_event"} | entries
    desk.schedule("callback", openid=follower.openid, fields=fields)
    return ok()


def add(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/template/api_add_template: from the library, by short id and keyword names; 25 in use (§5)."""
    data = call.json()
    if not data.get("template_id_short"):
        raise Refusal(40037)
    if sum(1 for template in desk.world.templates.values() if template.kind == "template") >= IN_USE:
        raise Refusal(45026)
    names = [str(name) for name in data.get("keyword_name_list") or ["内容"]]
    content = "\n".join(f"{name}：{{{{thing{number}.DATA}}}}" for number, name in enumerate(names, 1))
    template = Template(desk.opaque("template", 43), f"通知{data['template_id_short']}", content)
    desk.world.templates[template.template_id] = template
    return ok(template_id=template.template_id)


def listed(desk: Desk, call: Call) -> Payload:
    """GET /cgi-bin/template/get_all_private_template."""
    return {
        "template_list": [
            {
                "template_id": template.template_id,
                "title": template.title,
                "primary_industry": "",
                "deputy_industry": "",
                "content": template.content,
                "example": "",
            }
            for template in desk.world.templates.values()
            if template.kind == "template"
        ]
    }


def delete(desk: Desk, call: Call) -> Payload:
    """POST /cgi-bin/template/del_private_template."""
    del desk.world.templates[_template(desk, call.text("template_id"), "template").template_id]
    return ok()


ROUTES = (
    Route("/cgi-bin/message/template/send", send, daily=100_000, certified=True, service=True),
    Route("/cgi-bin/message/subscribe/bizsend", subscribe_send, daily=100_000, certified=True),
    Route("/cgi-bin/template/api_add_template", add, daily=1000, certified=True, service=True),
    Route("/cgi-bin/template/get_all_private_template", listed, "GET", daily=1000, certified=True, service=True),
    Route("/cgi-bin/template/del_private_template", delete, daily=1000, certified=True, service=True),
)
