"""Template messages of the demo's account, and the setting that maps notices to them."""

import json

#: Templates by kind of notice: title, lines, and the text of each field.
CHOSEN = {
    "request": (
        "新留言提醒",
        "编号：{{character_string1.DATA}}\n店铺：{{thing2.DATA}}\n内容：{{thing3.DATA}}\n截止时间：{{time4.DATA}}",
        {"character_string1": "{number}", "thing2": "{who}", "thing3": "{what}", "time4": "{when}"},
    ),
    "answer": (
        "留言有新回复",
        "回复人：{{thing1.DATA}}\n内容：{{thing2.DATA}}\n时间：{{time3.DATA}}",
        {"thing1": "{who}", "thing2": "{what}", "time3": "{when}"},
    ),
    "survey": (
        "调查邀请",
        "调查：{{thing1.DATA}}\n截止时间：{{time2.DATA}}",
        {"thing1": "{what}", "time2": "{when}"},
    ),
    "results": (
        "调查结果公布",
        "调查：{{thing1.DATA}}\n时间：{{time2.DATA}}",
        {"thing1": "{what}", "time2": "{when}"},
    ),
    "push": (
        "业务通知",
        "通知：{{thing1.DATA}}\n时间：{{time2.DATA}}",
        {"thing1": "{what}", "time2": "{when}"},
    ),
    "course": (
        "学习提醒",
        "课程：{{thing1.DATA}}\n时间：{{time2.DATA}}",
        {"thing1": "{what}", "time2": "{when}"},
    ),
    "quiz": (
        "测试邀请",
        "测试：{{thing1.DATA}}\n截止时间：{{time2.DATA}}",
        {"thing1": "{what}", "time2": "{when}"},
    ),
    "quiz_results": (
        "测试结果提醒",
        "店铺：{{thing1.DATA}}\n结果：{{thing2.DATA}}\n时间：{{time3.DATA}}",
        {"thing1": "{who}", "thing2": "{what}", "time3": "{when}"},
    ),
}


def setting() -> str:
    """The value of `WECHAT_TEMPLATES`."""
    return json.dumps({name: {"id": f"demo-{name}", "fields": fields} for name, (_, _, fields) in CHOSEN.items()})
