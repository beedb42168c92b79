"""Console page of the article's editor: saved as it is typed, pasted into, illustrated, published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from blocks import blocks, markdown, pasted, rendering
from broadcasts.actions import articles
from broadcasts.actions import documents as reading_in
from broadcasts.actions.articles import ArticleOvertaken
from broadcasts.pages import article as pages
from broadcasts.pages import documents, pictures
from broadcasts.permissions import LIBRARY_WRITE
from broadcasts.queries import articles as queries
from broadcasts.queries import columns, link_titles
from broadcasts.queries.articles import ArticleDetail, CheckedDraft
from broadcasts.queries.pushes import drafts_of
from broadcasts.rules import article as drafts
from broadcasts.rules import article_form as forms
from broadcasts.rules import limits, moves
from broadcasts.rules.article import WrittenArticle
from broadcasts.rules.article_form import ArticleForm
from broadcasts.rules.changes import changes
from console import access, act
from foundation.errors import Refused
from wechat_bot import collecting
from wechat_bot.services import current_services

#: Bytes of an article with every block at its longest, and of a form with a picture or a document.
LARGEST = 30 << 20
#: Saves while somebody types are one entry of the audit log, as long as they are no further apart than this.
ONE_SITTING = timedelta(minutes=15)
LIMITS = {"title": limits.TITLE, "author": limits.AUTHOR, "digest": limits.DIGEST}
FILED_MEANWHILE = "栏目或品牌刚被别人改过，您选的还没有存。请看过现在的栏目和品牌，再存一次。"


@dataclass(frozen=True, slots=True)
class EditorNotice:
    """Notice shown in the editor."""

    notice: str = ""
    status: int = 200
    #: What a button did, where its effect may be out of sight.
    told: str = ""
    #: Whether the fields hold something else than what is saved.
    is_unsaved: bool = False
    #: Whether it was saved by itself, while somebody typed.
    is_by_itself: bool = False
    #: Whether what is not written yet is told as well.
    is_checked: bool = False
    is_pasting: bool = False
    overtaken: ArticleOvertaken | None = None


@access.allow(LIBRARY_WRITE, upload=LARGEST)
def edit_article(article_id: int) -> ResponseReturnValue:
    """Edit an article; a posted form is saved, or only shown again as one of its buttons changes it."""
    services = current_services()
    with services.reading() as session:
        found = pages.find(session, article_id)
    if request.method != "POST":
        shown = forms.of_draft(found.draft, found.column.id, found.brands)
        return _show(found, shown, found.stamp, EditorNotice(is_checked="checked" in request.args))
    form, stamp = forms.read(request.form.to_dict(flat=False)), request.form.get("stamp", "")
    is_checked, do = request.form.get("checked") == "1", request.form.get("do", "")
    verb, _, seen = do.partition(":")
    try:
        form = pictures.received(services, form)
        if verb in ("save", "autosave", "publish", "overwrite"):
            # Whoever overwrites another's draft says which one: there may be a third by now.
            return _save(found, form, seen if verb == "overwrite" else stamp, verb, is_checked=is_checked)
        if verb == "document":
            return documents.take(article_id)
        form, said = _pressed(form, do)
    except ArticleOvertaken as other:
        said = EditorNotice("两个人同时改了这篇文章。" + other.sentence, 409, overtaken=other)
    except Refused as refusal:
        said = EditorNotice(refusal.sentence, 422, is_pasting=verb in ("paste", "document"))
    return _show(found, form, stamp, replace(said, is_unsaved=True, is_checked=is_checked))


def _save(found: ArticleDetail, form: ArticleForm, stamp: str, then: str, *, is_checked: bool) -> ResponseReturnValue:
    services, who = current_services(), access.visitor().name
    # Somebody who types saves every few seconds: one entry of the audit log says so for all of it.
    goes_on = found.changed_by == who and found.changed_at > services.clock() - ONE_SITTING
    if then == "autosave" and goes_on:
        with services.transaction() as session:
            _write(session, found.id, form, stamp, who)
    else:
        with act.transaction() as (session, _, note):
            _write(session, found.id, form, stamp, who)
            note("article.edit", f"article:{found.id}", drafts.name(form.draft))
    with services.reading() as session:
        found = pages.find(session, found.id)
    if then == "autosave":
        kept = replace(form, filed=forms.filed(found.column.id, found.brands))
        return _show(found, kept, found.stamp, EditorNotice(is_by_itself=True, is_checked=is_checked))
    here = url_for("broadcasts_pages.edit_article", article_id=found.id, checked=1 if is_checked else None)
    if then != "publish":
        return act.done(here, "草稿已保存。")
    return _publish(found, found.stamp)


@access.allow(LIBRARY_WRITE)
def publish_article(article_id: int) -> ResponseReturnValue:
    """Publish what was looked at; where something is missing, show it in the editor."""
    with current_services().reading() as session:
        found = pages.find(session, article_id)
    return _publish(found, request.form.get("stamp", ""))


def _publish(found: ArticleDetail, stamp: str) -> ResponseReturnValue:
    try:
        number, title = pages.publish(found.id, stamp)
    except Refused as refusal:
        kept = forms.of_draft(found.draft, found.column.id, found.brands)
        return _show(found, kept, found.stamp, EditorNotice(refusal.sentence, 422, is_checked=True))
    # Only a first version is taken back by withdrawing the article: with a later one the earlier ones would go, too.
    back: tuple[str, dict[str, str]] | None = None
    if number == 1:
        back = (url_for("broadcasts_pages.withdraw_article", article_id=found.id), {})
    there = url_for("broadcasts_pages.article", article_id=found.id)
    return act.done(there, f"《{title}》第 {number} 版已发布。", undo=back)


def _write(session: Session, article_id: int, form: ArticleForm, stamp: str, who: str) -> None:
    now = current_services().clock()
    articles.save(session, article_id, form.draft, stamp=stamp, who=who, now=now)
    if not form.is_filed_anew or form.column_id is None:
        return
    kept = pages.find(session, article_id)
    is_as_read = forms.filed(kept.column.id, kept.brands) == form.filed
    if not is_as_read and forms.filed(kept.column.id, kept.brands) != forms.filed(form.column_id, form.brands):
        raise Refused(FILED_MEANWHILE)
    articles.file(session, article_id, column_id=form.column_id, brands=form.brands)


def _pressed(form: ArticleForm, do: str) -> tuple[ArticleForm, EditorNotice]:
    """Return the form after one of its buttons, and what to say of it."""
    verb, _, rest = do.partition(":")
    if verb == "paste":
        return _pasted(form, rest)
    if verb == "pick":
        code, _, sha256 = rest.partition(":")
        return replace(form, cards=moves.pictured(form.cards, code, sha256)), EditorNotice()
    if verb == "cells":
        more = moves.pasted_cells(form.cards, rest, request.form.get("pasted_cells", ""))
        return replace(form, cards=more), EditorNotice()
    if verb == "uncover":
        return replace(form, cover=""), EditorNotice()
    found = moves.pressed(form.cards, form.deleted, do)
    return replace(form, cards=found.cards, deleted=found.deleted), EditorNotice(told=found.said)


def _pasted(form: ArticleForm, behind: str) -> tuple[ArticleForm, EditorNotice]:
    """Return the form with what was pasted as blocks behind a card, or at the end."""
    services, html = current_services(), request.form.get("pasted_html", "")
    prepared = reading_in.prepare(pasted.read(html) if html else markdown.read(form.pasted), {})
    with services.transaction() as session:
        read = reading_in.take_in(session, services.media_folder, prepared, now=services.clock())
    offered = reading_in.draft(read)
    if not form.title and not read.title_at:
        form = replace(form, title=read.title)
    elif read.title:
        offered["blocks"].insert(read.title_at, {"kind": "heading", "text": read.title, "level": 1})
    more = moves.added(form.cards, offered["blocks"], behind)
    told = [f"加了 {len(offered['blocks'])} 块。", *map(str, read.notes)]
    return replace(form, cards=more, pasted=""), EditorNotice(told="".join(told))


def _show(found: ArticleDetail, form: ArticleForm, stamp: str, said: EditorNotice) -> ResponseReturnValue:
    services, features = current_services(), current_app.extensions["features"]
    with services.reading() as session:
        titles = link_titles.titles(session, features, [card.link for card in form.cards])
        checked = queries.check(session, form.draft, lambda link: link in titles)
        offered, brands = columns.columns(session, with_retired=True), columns.brands(session, with_retired=True)
        shown_by = drafts_of(session, found.id)
        shelf, destinations = pictures.newest(session), collecting.destinations(session, features, services.clock())
    page = render_template(
        "broadcasts/console/edit.html",
        article=found,
        form=form,
        stamp=stamp,
        said=said,
        state=pages.state_of(found),
        faults=forms.placed(checked.faults, form, is_checked=said.is_checked),
        left=len(checked.faults) if said.is_checked else 0,
        links=titles,
        destinations=destinations,
        kinds=blocks.NAMES,
        moves=moves,
        limits=LIMITS,
        counted=counted(checked),
        columns=[(each.id, each.name) for each in offered if not each.retired_at or each.id == form.column_id],
        brands=[(each.id, each.name) for each in brands if not each.retired_at or each.id in form.brands],
        pictures=pictures.address(),
        shelf=shelf,
        shown_by=shown_by,
        **(_both(said.overtaken.draft, form.draft) if said.overtaken else {}),
    )
    return access.with_frame(page, said.status)


def counted(checked: CheckedDraft) -> str:
    """How long an article is, in words."""
    written = checked.article.blocks
    characters, _ = limits.size(written)
    words = sum(len(blocks.words(block)) for block in written)
    shown = len(checked.article.pictures)
    return f"{len(written)} 块 · {words:,} 字 · {shown} 张图 · 连格式 {characters:,} / {limits.CONTENT - 1:,}"


def _both(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, Any]:
    """What both wrote, in words, and where it differs."""
    old, new = (drafts.read(each).article for each in (theirs, mine))
    return {"theirs": _in_words(old), "mine": _in_words(new), "differing": changes(old, new)}


def _in_words(written: WrittenArticle) -> str:
    return rendering.chat(written.title or drafts.UNTITLED, written.blocks, most=1 << 16)
