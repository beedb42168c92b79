"""Commands on what became of a push: its report, and who missed it."""

import json
from collections.abc import Mapping, Sequence

import click
from flask.cli import with_appcontext

from broadcasts.actions.answering import about
from broadcasts.commands.numbers import ID
from broadcasts.queries import missed as missed_queries
from broadcasts.queries import report as queries
from broadcasts.queries import staff
from broadcasts.queries.pushes import campaign_of
from broadcasts.queries.report import PushReport
from broadcasts.rules.staff import is_staff
from broadcasts.texts import pushes as texts
from broadcasts.texts import report as report_texts
from broadcasts.texts import staff as staff_texts
from foundation import paging
from foundation.errors import Refused
from wechat_bot.services import current_services

_ID = click.argument("push_id", metavar="ID", type=ID)
_JSON = click.option("--json", "is_json", is_flag=True, help="打印成 JSON，给脚本读。")
#: Shops of the missed list that are read at once.
AT_ONCE = 1_000


@click.command()
@_ID
@_JSON
@with_appcontext
def report(push_id: int, is_json: bool) -> None:
    """一条推送的结果：对象 = 没发的原因 + 各批 + 单发。"""
    with current_services().reading() as session:
        found = queries.report(session, push_id, queries.WHOLE)
    if found is None:
        raise Refused(texts.NO_SUCH)
    values = _values(found)
    if is_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    for name, value in values.items():
        click.echo(f"{name}\t{json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value}")


@click.command()
@_ID
@_JSON
@with_appcontext
def missed(push_id: int, is_json: bool) -> None:
    """没有收到的店：许可证号和原因；发给同事的，是姓名和原因。"""
    found = []
    with current_services().reading() as session:
        campaign = campaign_of(session, push_id)
        if campaign is None:
            raise Refused(texts.NO_SUCH)
        if is_staff(campaign.audience):
            everybody = paging.walk(
                lambda cursor: staff.page(session, campaign, only=staff.MISSED, cursor=cursor, limit=AT_ONCE)
            )
            _say([(line.name, line.became) for line in everybody], staff_texts.WORDS, is_json)
            return
        pages = paging.walk(
            lambda cursor: missed_queries.page(
                session, campaign, queries.WHOLE, source=about(push_id), cursor=cursor, limit=AT_ONCE
            )
        )
        # Of who is unsure it is not known that they missed it.
        found = [(line.licence, line.why) for line in pages if line.why != missed_queries.UNSURE]
    _say(found, report_texts.REASONS, is_json)


def _say(found: Sequence[tuple[str, str]], words: Mapping[str, str], is_json: bool) -> None:
    if is_json:
        click.echo(json.dumps([{"licence": licence, "reason": why} for licence, why in found], ensure_ascii=False))
        return
    for licence, why in found:
        click.echo(f"{licence}\t{words.get(why, why)}")


def _values(found: PushReport) -> dict[str, object]:
    figures = found.figures
    return {
        "state": found.name,
        "audience": figures.audience,
        "reasons": figures.reasons,
        "parts": [
            {
                "number": part.number,
                "size": part.size,
                "state": part.state.value if part.state is not None else "planned",
                "msg_id": part.msg_id,
                "total": part.total,
                "filtered": part.filtered,
                "sent": part.sent,
                "errors": part.errors,
            }
            for part in figures.parts
        ],
        "singles": figures.singles,
        "delivered": figures.delivered,
        "opened": figures.opened,
        "acted": figures.acted,
        "unsure": figures.unsure,
        "missed": figures.missed,
    }
