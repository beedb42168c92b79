"""Error pages of the console: what failed and why, with the unsaved input of the form."""

from typing import Any

import structlog
from flask import render_template, request
from flask.typing import ResponseReturnValue

from console import act
from console.stamps import Overtaken
from foundation.errors import Refused
from wechat_bot.unsaved_input import unsaved_input

#: Title and sentence of the page for a status.
SENTENCES = {
    400: (
        "表单已失效",
        "这一页打开得太久，或不是从这里打开的，所以没有存。您写的如果在下面，再发一次就好；不在，请返回刷新后再试。",
    ),
    403: ("没有权限", "您的角色不能看这一页。需要的话，请联系管理员。"),
    404: ("没有这一页", "地址不对，或内容已经删除。"),
    405: ("不能这样打开", "请从页面上的按钮操作。"),
    413: ("文件太大", "上传的文件或填写的内容超过了限制，没有存。请返回上一页，删去一些再试。"),
    429: ("操作太频繁", "请过一会儿再试。"),
    500: (
        "出错了",
        "这是我们的问题，已经记下。请先看看是不是已经存上了，没有就再试一次；还不行，请把下面的编号告诉管理员。",
    ),
    503: (
        "暂时不能用",
        "服务正在恢复，您写的多半没有存。请过一分钟看一看，没有就再试一次；还不行，请把下面的编号告诉管理员。",
    ),
}


def refused(refusal: Refused) -> ResponseReturnValue:
    """A page that says why a form was refused, with what was written, so that it can be sent again."""
    theirs = {"kept": refusal.kept, "at": refusal.at, "stamp": refusal.stamp} if isinstance(refusal, Overtaken) else {}
    return _failed("没有完成", refusal.sentence, act.status(refusal), **theirs)


def failed(code: int, sentence: str = "") -> ResponseReturnValue:
    """An error page for a status, with what was written in the form."""
    title, usual = SENTENCES[code]
    number = structlog.contextvars.get_contextvars().get("request", "") if code >= 500 else ""
    return _failed(title, sentence or usual, code, number=number)


def _failed(title: str, sentence: str, code: int, **more: Any) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return render_template("console/_failed.html", title=title, sentence=sentence, **more), code
    more |= {"written": unsaved_input(), "is_failing": code >= 500}
    page = render_template("console/error.html", title=title, sentence=sentence, **more)
    return page, code
