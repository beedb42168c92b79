"""Console page of an article: what of it is shown, published, withdrawn, shown again, deleted, tried on a phone."""

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from broadcasts.actions import articles, trying
from broadcasts.pages.library import COLOURS
from broadcasts.permissions import LIBRARY_SEE, LIBRARY_WRITE
from broadcasts.queries import articles as queries
from broadcasts.queries import link_titles
from broadcasts.queries.articles import STATES, ArticleDetail
from broadcasts.queries.pushes import drafts_of
from broadcasts.texts import trying as texts
from console import access, act
from foundation.errors import Refused
from wechat_bot.services import current_services


@access.allow(LIBRARY_SEE)
def article(article_id: int) -> ResponseReturnValue:
    """Show an article: the phone, where it stands, who wrote it, what waits to be published."""
    with current_services().reading() as session:
        found = find(session, article_id)
        changes = queries.unpublished(session, article_id) if found.version and found.is_changed else ()
        shown_by = drafts_of(session, article_id)
    values = {"article": found, "state": state_of(found), "changes": changes, "shown_by": shown_by}
    return access.with_frame(render_template("broadcasts/console/article.html", **values))


@access.allow(LIBRARY_WRITE)
def withdraw_article(article_id: int) -> ResponseReturnValue:
    """Withdraw an article: nobody finds or reads it any more."""
    with act.transaction() as (session, now, note):
        articles.withdraw(session, article_id, who=access.visitor().name, now=now)
        note("article.withdraw", f"article:{article_id}", find(session, article_id).title)
    back: tuple[str, dict[str, str]] = (url_for("broadcasts_pages.restore_article", article_id=article_id), {})
    here = url_for("broadcasts_pages.article", article_id=article_id)
    return act.done(here, "文章已撤下，店主查不到了。", undo=back)


@access.allow(LIBRARY_WRITE)
def restore_article(article_id: int) -> ResponseReturnValue:
    """Show a withdrawn article again."""
    with act.transaction() as (session, now, note):
        articles.restore(session, article_id, who=access.visitor().name, now=now)
        note("article.restore", f"article:{article_id}", find(session, article_id).title)
    return act.done(url_for("broadcasts_pages.article", article_id=article_id), "文章又能看到了。")


@access.allow(LIBRARY_WRITE)
def discard_article(article_id: int) -> ResponseReturnValue:
    """Delete an article that was never published."""
    with current_services().reading() as session:
        title = find(session, article_id).title
    with act.transaction() as (session, _, note):
        articles.discard(session, article_id, stamp=request.form.get("stamp", ""))
        note("article.discard", f"article:{article_id}", title)
    return act.done(url_for("broadcasts_pages.article_list"), f"《{title}》已删除。")


@access.allow(LIBRARY_WRITE)
def try_article(article_id: int) -> ResponseReturnValue:
    """Send what is written to its writer's own phone."""
    here, services = url_for("broadcasts_pages.article", article_id=article_id), current_services()
    try:
        with services.reading() as session:
            found, openid = find(session, article_id), trying.phone(session, access.visitor())
        drafted = trying.shown(found)
        if drafted:
            trying.by_preview(services, drafted, openid)
            act.seen("article.try", f"article:{article_id}", found.title)
        else:
            with act.transaction() as (session, now, note):
                trying.by_message(session, found, openid, now=now)
                note("article.try", f"article:{article_id}", found.title)
    except Refused as refusal:
        return act.done(here, refusal.sentence, "warning")
    return act.done(here, texts.TRIED)


def publish(article_id: int, stamp: str) -> tuple[int, str]:
    """Publish a draft that has this stamp; gives the number of the version and its title."""
    features = current_app.extensions["features"]
    with act.transaction() as (session, now, note):
        knows = link_titles.known(session, features)
        number = articles.publish(session, article_id, stamp=stamp, who=access.visitor().name, knows=knows, now=now)
        title = find(session, article_id).title
        note("article.publish", f"article:{article_id}", f"{title}，第 {number} 版")
    return number, title


def state_of(found: ArticleDetail) -> tuple[str, str]:
    """The word and the colour of an article's state."""
    return STATES[found.state], COLOURS[found.state]


def find(session: Session, article_id: int) -> ArticleDetail:
    """Return an article; answers 404 where there is none."""
    found = queries.find(session, article_id)
    if found is None:
        abort(404)
    return found
