"""Console page on which an article is begun: empty in a column, or from a Word document."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcasts.actions import articles, pushes
from broadcasts.pages import documents
from broadcasts.permissions import LIBRARY_WRITE, PUSHES_WRITE
from broadcasts.queries import columns
from campaigns.approving import CampaignAuthor
from console import access, act, fields
from foundation.errors import Refused
from wechat_bot.services import current_services

#: Bytes of an uploaded document.
LARGEST = 25 << 20


@access.allow(LIBRARY_WRITE, upload=LARGEST)
def new_article() -> ResponseReturnValue:
    """Begin an article in a column."""
    return act.form(_begin, _new)


def _begin() -> ResponseReturnValue:
    column_id = fields.key(request.form.get("column", ""), "栏目")
    if column_id is None:
        raise Refused("请先选栏目。")
    if request.form.get("do") == "document":
        return documents.begin(column_id)
    with act.transaction() as (session, now, note):
        begun = articles.begin(session, column_id, who=access.visitor().name, now=now)
        note("article.begin", f"article:{begun.id}")
        if (push_id := request.args.get("push", type=int)) is not None and access.visitor().may(PUSHES_WRITE):
            pushes.show(session, push_id, begun.id, who=CampaignAuthor.of(access.visitor()), now=now)
            note("push.change", f"push:{push_id}", "换成新写的文章")
        article_id = begun.id
    return act.done(url_for("broadcasts_pages.edit_article", article_id=article_id))


def _new(error: Refused | None) -> str:
    with current_services().reading() as session:
        offered = columns.columns(session)
    return render_template("broadcasts/console/new.html", columns=offered, error=error)
