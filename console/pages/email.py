"""E-mail page: the address of one's own notices, the code that shows whose it is, and whether they go there."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.actions import addresses
from console.models import User
from console.permissions import SIGNED_IN
from foundation.errors import Refused
from wechat_bot.services import current_services


@access.allow(SIGNED_IN)
def email() -> ResponseReturnValue:
    """Own e-mail address: given, confirmed, switched, removed."""
    return act.form(_do, _page)


def _do() -> ResponseReturnValue:
    me, form = access.visitor().user_id, request.form
    is_right = True
    with act.transaction() as (session, now, note):
        match form.get("do", ""):
            case "give":
                if current_services().mailer is None:
                    raise Refused("系统还没有设置发邮件的服务器，请联系管理员。")
                addresses.give(session, me, form.get("email", ""), now=now)
                said = "验证码已发到这个邮箱，请填在下面。"
            case "confirm":
                is_right = addresses.confirm(session, me, form.get("code", ""), now=now)
                said = "邮箱已验证，以后的通知也会发到这里。"
            case "choose":
                addresses.choose(session, me, wants_mail="wants" in form)
                said = "以后的通知也发邮件。" if "wants" in form else "以后不再发邮件。"
            case "remove":
                addresses.remove(session, me)
                said = "邮箱已删除。"
            case _:
                raise Refused("请按页面上的按钮。")
        note("email.change", f"user:{me}")
    # After the commit: a code that was tried is used up, right or wrong.
    if not is_right:
        raise Refused(addresses.WRONG)
    return act.done(url_for("console.email"), said)


def _page(error: Refused | None) -> str:
    services = current_services()
    with services.reading() as session:
        user = session.get_one(User, access.visitor().user_id)
        return render_template("console/email.html", user=user, error=error, has_server=services.mailer is not None)
