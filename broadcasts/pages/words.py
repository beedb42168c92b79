"""Console page of the words by which the library is searched: the trade's own, synonyms, and a trial."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcasts.permissions import LIBRARY_WRITE
from broadcasts.queries import searching
from console import access, act
from finding import vocabulary
from foundation.errors import Refused
from foundation.text import plain, whole_number
from wechat_bot.services import current_services

#: Characters of a search, as on the phone.
LONGEST_SEARCH = 100


@access.allow(LIBRARY_WRITE)
def words() -> ResponseReturnValue:
    """Show the words, and what a search finds with them."""
    return _page(None)


@access.allow(LIBRARY_WRITE)
def add_words() -> ResponseReturnValue:
    """Add words of the trade."""
    return act.form(_add_words, _page)


@access.allow(LIBRARY_WRITE)
def remove_words() -> ResponseReturnValue:
    """Delete words of the trade."""
    return act.form(_remove_words, _page)


@access.allow(LIBRARY_WRITE)
def add_synonyms() -> ResponseReturnValue:
    """Add a line of words that mean the same."""
    return act.form(_add_synonyms, _page)


@access.allow(LIBRARY_WRITE)
def remove_synonyms() -> ResponseReturnValue:
    """Delete lines of words that mean the same."""
    return act.form(_remove_synonyms, _page)


def _add_words() -> ResponseReturnValue:
    with act.transaction() as (session, _, note):
        fresh = "、".join(vocabulary.add_words(session, request.form.get("words", "")))
        note("words.add", detail=fresh)
    return _done(f"已添加“{fresh}”。已发布的文章会在一分钟内按新的词重新整理。")


def _remove_words() -> ResponseReturnValue:
    with act.transaction() as (session, _, note):
        gone = vocabulary.remove_words(session, _ticked())
        note("words.remove", detail="、".join(gone))
    back = url_for("broadcasts_pages.add_words"), {"words": " ".join(gone)}
    return _done(f"已删去“{'、'.join(gone)}”。", undo=back)


def _add_synonyms() -> ResponseReturnValue:
    with act.transaction() as (session, _, note):
        line = " ".join(vocabulary.add_line(session, request.form.get("synonyms", "")).words)
        note("words.same", detail=line)
    return _done(f"已添加一行：{line}。搜其中一个，也找得到写着别的那几个的文章。")


def _remove_synonyms() -> ResponseReturnValue:
    with act.transaction() as (session, _, note):
        gone = vocabulary.remove_lines(session, _ticked())
        said = "；".join(" ".join(line.words) for line in gone)
        note("words.differ", detail=said)
    back = url_for("broadcasts_pages.add_synonyms"), {"synonyms": " ".join(gone[0].words)}
    return _done(f"已删去：{said}。", undo=back if len(gone) == 1 else None)


def _done(said: str, undo: tuple[str, dict[str, str]] | None = None) -> ResponseReturnValue:
    return act.done(url_for("broadcasts_pages.words"), said, undo=undo)


def _ticked() -> list[int]:
    return [number for each in request.form.getlist("id") if (number := whole_number(each)) is not None]


def _page(error: Refused | None) -> str:
    sought = plain(request.args.get("q", ""))[:LONGEST_SEARCH]
    with current_services().reading() as session:
        known, lines = vocabulary.trade_words(session), vocabulary.lines(session)
        found = searching.search(session, sought, searching.for_staff()) if sought else []
        read = searching.read_as(session, sought) if sought else []
    return render_template(
        "broadcasts/console/words.html",
        known=known,
        lines=lines,
        sought=sought,
        found=found,
        read=read,
        given={"words": "", "synonyms": ""} | request.form.to_dict(),
        longest=LONGEST_SEARCH,
        most=(vocabulary.MOST_WORDS, vocabulary.MOST_LINES),
        error=error,
    )
