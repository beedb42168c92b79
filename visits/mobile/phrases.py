"""H5 page of canned answers: a customer manager's own to read, write, change and delete; the company's to read."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import stamps
from console.stamps import Overtaken
from foundation.errors import Refused
from foundation.text import visible
from visits.actions import canned as actions
from visits.mobile import visitor
from visits.queries import editable, thread
from visits.rules import canned as rules
from visits.texts import answering as texts

#: Characters of a title that is taken from the text itself.
LONGEST_DRAWN = 12


def phrases() -> ResponseReturnValue:
    """Show the manager's own canned answers to change, and the company's to read."""
    return _page()


def keep() -> ResponseReturnValue:
    """Save a canned answer, or delete one."""
    form = request.form
    mine, content = form.get("id", type=int), visible(form.get("content", ""))
    try:
        with visitor.transaction() as (session, who):
            if mine is not None:
                edited = editable.canned(mine, who.sees)
                stamps.check(session, edited, form.get(stamps.FIELD, ""), now=who.now)
            if form.get("do") == "drop" and mine is not None:
                actions.drop(session, mine, by=who.sees)
                said = texts.PHRASE_DROPPED
            else:
                title = texts.said("text", content, LONGEST_DRAWN)
                actions.save(session, mine, title, content, is_shared=False, by=who.sees)
                said = texts.KEPT_AS_PHRASE
    except Overtaken as overtaken:
        page = _page(draft=content, draft_of=mine, sentence=texts.phrase_overtaken(overtaken.kept["内容"]))
        return make_response(page, 409)
    except Refused as refusal:
        return make_response(_page(draft=content, draft_of=mine, sentence=refusal.sentence), 422)
    flash(said)
    return redirect(url_for("visits_mobile.phrases"), 303)


def _page(*, draft: str = "", draft_of: int | None = None, sentence: str = "") -> ResponseReturnValue:
    with visitor.reading() as (session, who):
        lines = thread.canned(session, who.manager_id)
    words = {each.id: editable.canned_words(each) for each in lines if each.manager_id is not None}
    return render_template(
        "visits/phrases.html",
        marks={key: stamps.of(kept) for key, kept in words.items()},
        own=[each for each in lines if each.manager_id is not None],
        shared=[each for each in lines if each.manager_id is None],
        draft=draft,
        # None where it was deleted meanwhile, or never theirs: then the text is kept as a new one.
        draft_of=draft_of if any(each.id == draft_of and each.manager_id is not None for each in lines) else None,
        sentence=sentence,
        longest=rules.LONGEST,
        keep=f"phrases-{who.manager_id}",
    )
