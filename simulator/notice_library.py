"""The public library of subscription notices, and those an account chose from it: `/wxaapi` (wechat-platform.md §5)."""

from dataclasses import dataclass
from typing import Any

from simulator.calls import Call, Payload, Route, ok
from simulator.desk import Desk
from simulator.errors import Refusal
from simulator.world import Template

IN_USE = 25
KEYWORDS = range(2, 6)
SCENE_LENGTH = 15
ONE_TIME, LONG_TERM = 2, 3
MOST_LISTED = 30


@dataclass(frozen=True)
class Title:
    """A public template: what it is called, its category and kind, and its keywords with what they hold."""

    tid: int
    title: str
    category: str
    kind: int
    keywords: tuple[tuple[str, str, str], ...]  # name, kind of field, example


CATEGORIES = {"616": "快递、物流", "2": "政务民生"}
LIBRARY = {
    title.tid: title
    for title in (
        Title(
            99,
            "到货通知",
            "616",
            ONE_TIME,
            (
                ("商品名称", "thing", "红塔山"),
                ("订单编号", "character_string", "D20260302"),
                ("到货时间", "time", "2026-03-02 09:00"),
                ("订单金额", "amount", "1200元"),
                ("温馨提示", "thing", "请准备好空箱"),
                ("联系电话", "phone_number", "0597-2200000"),
            ),
        ),
        Title(
            101,
            "问卷填写提醒",
            "616",
            ONE_TIME,
            (("问卷名称", "thing", "满意度"), ("截止时间", "time", "2026-03-09 18:00"), ("备注", "thing", "三分钟")),
        ),
        Title(
            7,
            "办理进度通知",
            "2",
            LONG_TERM,
            (("事项", "thing", "许可证延续"), ("进度", "phrase", "已受理"), ("时间", "time", "2026-03-02 09:00")),
        ),
    )
}


def categories(desk: Desk, call: Call) -> Payload:
    """GET /wxaapi/newtmpl/getcategory."""
    return ok(data=[{"id": int(number), "name": name} for number, name in CATEGORIES.items()])


def titles(desk: Desk, call: Call) -> Payload:
    """GET /wxaapi/newtmpl/getpubtemplatetitles?ids&start&limit: 200016 and 200017 for a bad start or limit."""
    wanted = call.query.get("ids", "").strip('"').split(",")
    start, limit = (call.query.get(name, "") for name in ("start", "limit"))
    if not start.isdigit():
        raise Refusal(200016)
    if not limit.isdigit() or not 1 <= int(limit) <= MOST_LISTED:
        raise Refusal(200017)
    found = [title for title in LIBRARY.values() if title.category in wanted]
    shown = [
        {"tid": title.tid, "title": title.title, "type": title.kind, "categoryId": title.category}
        for title in found[int(start) : int(start) + int(limit)]
    ]
    return ok(count=len(found), data=shown)


def keywords(desk: Desk, call: Call) -> Payload:
    """GET /wxaapi/newtmpl/getpubtemplatekeywords?tid."""
    title = _title(call.query.get("tid", ""))
    shown = [
        {"kid": number, "name": name, "example": example, "rule": kind}
        for number, (name, kind, example) in enumerate(title.keywords, 1)
    ]
    return ok(count=len(shown), data=shown)


def add(desk: Desk, call: Call) -> Payload:
    """POST /wxaapi/newtmpl/addtemplate {tid, kidList, sceneDesc}: 2 to 5 keywords; 200012 beyond 25 in use."""
    data = call.json()
    title = _title(str(data.get("tid", "")))
    chosen, scene = data.get("kidList"), data.get("sceneDesc", "")
    known = range(1, len(title.keywords) + 1)
    if not isinstance(chosen, list) or len(chosen) not in KEYWORDS or not all(number in known for number in chosen):
        raise Refusal(200020)
    if not isinstance(scene, str) or len(scene) > SCENE_LENGTH:
        raise Refusal(200021)
    if sum(1 for template in desk.world.templates.values() if template.kind == "subscribe") >= IN_USE:
        raise Refusal(200012)
    parts = [(number, *title.keywords[number - 1]) for number in chosen]
    content = "\n".join(f"{name}：{{{{{kind}{number}.DATA}}}}" for number, name, kind, _ in parts)
    template = Template(desk.opaque("template", 43), title.title, content, "subscribe")
    template.is_long_term = title.kind == LONG_TERM
    desk.world.templates[template.template_id] = template
    return ok(priTmplId=template.template_id)


def listed(desk: Desk, call: Call) -> Payload:
    """GET /wxaapi/newtmpl/gettemplate: what the account chose."""
    chosen = [template for template in desk.world.templates.values() if template.kind == "subscribe"]
    return ok(data=[_outward(template) for template in chosen])


def _outward(template: Template) -> dict[str, Any]:
    kind = LONG_TERM if template.is_long_term else ONE_TIME
    shown = {"priTmplId": template.template_id, "title": template.title, "content": template.content}
    return shown | {"example": "", "type": kind}


def delete(desk: Desk, call: Call) -> Payload:
    """POST /wxaapi/newtmpl/deltemplate {priTmplId}: 40037 if there is none."""
    wanted = call.text("priTmplId")
    found = desk.world.templates.get(wanted)
    if found is None or found.kind != "subscribe":
        raise Refusal(40037)
    del desk.world.templates[wanted]
    return ok()


def _title(tid: str) -> Title:
    found = LIBRARY.get(int(tid)) if tid.isdigit() else None
    if found is None:
        raise Refusal(200014)
    return found


ROUTES = (
    Route("/wxaapi/newtmpl/getcategory", categories, "GET", daily=1000, certified=True),
    Route("/wxaapi/newtmpl/getpubtemplatetitles", titles, "GET", daily=1000, certified=True),
    Route("/wxaapi/newtmpl/getpubtemplatekeywords", keywords, "GET", daily=1000, certified=True),
    Route("/wxaapi/newtmpl/addtemplate", add, daily=1000, certified=True),
    Route("/wxaapi/newtmpl/gettemplate", listed, "GET", daily=1000, certified=True),
    Route("/wxaapi/newtmpl/deltemplate", delete, daily=1000, certified=True),
)
