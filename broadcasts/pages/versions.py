"""Console pages of an article's versions: who published them, what each changed, one as it was, and back to it."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blocks import rendering
from broadcasts.actions import articles
from broadcasts.pages import article as pages
from broadcasts.permissions import LIBRARY_SEE, LIBRARY_WRITE
from broadcasts.queries import articles as queries
from console import access, act
from wechat_bot.services import current_services


@access.allow(LIBRARY_SEE)
def article_versions(article_id: int) -> ResponseReturnValue:
    """List the versions, the newest first, after what is written and not published."""
    with current_services().reading() as session:
        found = pages.find(session, article_id)
        lines = queries.versions(session, article_id)
        changes = queries.unpublished(session, article_id)
    return render_template("broadcasts/console/versions.html", article=found, versions=lines, draft=changes)


@access.allow(LIBRARY_SEE)
def article_version(article_id: int, number: int) -> ResponseReturnValue:
    """Show one version as it was, in words."""
    with current_services().reading() as session:
        found = pages.find(session, article_id)
        version = queries.version(session, article_id, number)
        lines = {each.number: each for each in queries.versions(session, article_id)}
    if version is None:
        abort(404)
    text = rendering.chat(version.title, version.blocks, most=1 << 20)
    values = {"article": found, "version": version, "line": lines[number], "text": text}
    return render_template("broadcasts/console/version.html", **values)


@access.allow(LIBRARY_WRITE)
def take_back(article_id: int, number: int) -> ResponseReturnValue:
    """Make an earlier version the draft; it is shown to nobody before it is published."""
    stamp, who = request.form.get("stamp", ""), access.visitor().name
    with act.transaction() as (session, now, note):
        articles.take_back(session, article_id, number, stamp=stamp, who=who, now=now)
        note("article.back", f"article:{article_id}", f"第 {number} 版")
    said = f"第 {number} 版已放回草稿，看过以后再发布。"
    return act.done(url_for("broadcasts_pages.edit_article", article_id=article_id), said)
