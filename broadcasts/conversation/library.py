"""Chat door of the library: its newest articles, a column or what words find, and one article by its number."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from blocks import blocks, rendering
from broadcasts.actions.sending import PICTURES
from broadcasts.queries import links, own_rows, reading, searching
from broadcasts.queries.reading import Reader
from broadcasts.texts import library as texts
from broadcasts.texts import own_rows as own_texts
from foundation.errors import Refused
from foundation.text import said_number, whole_number
from people import identity
from wechat_bot.conversation import After, Article, Conversation, Entry, Reply, Turn, Word
from wechat_bot.models import Talk
from wechat_bot.reply import TEXT_LIMIT

LIBRARY, ARTICLE, OWN = "library", "article", "own"
#: How long a list can be chosen from by number.
LASTS = timedelta(minutes=30)
#: Articles of one list: as many as a small screen shows at once, and a passive reply holds.
LISTED = 8
#: Characters of what is searched.
LONGEST_SEARCH = 40


def open_library(turn: Turn, reference: str) -> Reply:
    """List the newest article of each column, or the newest of the only one; with words behind 资料 those of that
    column, or what the words find."""
    reader = reading.reader_of(turn.session, turn.openid)
    words = " ".join(reference.split())[:LONGEST_SEARCH]
    if not any(map(str.isalnum, words)):
        found = reading.newest_of_each(turn.session, reader)
        if len(found) == 1:
            found = list(reading.found_page(turn.session, reader, limit=LISTED).lines)
        if not found:
            return Reply(texts.NOTHING_YET if reader.is_bound else texts.NOTHING_OPEN)
        return _listed(reader, texts.NEWEST, [(line.id, line.title, line.column) for line in found[:LISTED]])
    column = reading.named(turn.session, words)
    if column is not None:
        lines = reading.found_page(turn.session, reader, column_id=column.id, limit=LISTED).lines
        if lines:
            return _listed(reader, texts.of_column(column.name), [(line.id, line.title, "") for line in lines])
        if not reader.is_bound and not column.is_open:
            return Reply(texts.COLUMN_ONLY_FOR_SHOPS)
    hits = searching.search(turn.session, words, reading.readable(reader), limit=LISTED)
    if not hits:
        return Reply(texts.not_found(words))
    return _listed(reader, texts.found(words), [(each.id, each.title, each.column) for each in hits])


def hear(turn: Turn, talk: Talk) -> Reply:
    """Handle a message while a list is the last thing that was said: a number opens its article. Where anything was
    sent since, the number is for that."""
    listed: list[int] = talk.state.get("articles", [])
    text = turn.text
    number, since = said_number(text), turn.last_said()
    if since is not None and since.at > talk.begun_at:
        return Reply(texts.LIST_OVER, yields=True, after=After.END)
    if number is None or not 1 <= number <= len(listed):
        return Reply(texts.choose(len(listed)), yields=True)
    try:
        opened = _opened(turn, article_id=listed[number - 1])
    except Refused as refusal:  # withdrawn since
        return Reply(refusal.sentence, yields=True)
    # Whatever a customer manager writes goes to their desk, where nothing takes it first.
    is_manager = identity.manager_of(turn.session, turn.openid) is not None
    return Reply(opened.text, opened.articles, yields=not is_manager)


def open_article(turn: Turn, reference: str) -> Reply:
    """Open an article by its link `article:9`."""
    article_id = whole_number(reference)
    if article_id is None:
        raise Refused(texts.NO_SUCH)
    return _opened(turn, article_id=article_id)


def library_page(session: Session, reference: str) -> str:
    """Return the address of the library's page."""
    return "/m/library"


def article_page(session: Session, reference: str) -> str:
    """Return the address of an article's page; empty where there is none any more."""
    article_id = whole_number(reference)
    token = reading.token_of(session, article_id) if article_id is not None else None
    return f"/m/library/{token}" if token else ""


def _listed(reader: Reader, heading: str, found: Sequence[tuple[int, str, str]]) -> Reply:
    state: dict[str, Any] = {"articles": [article_id for article_id, _, _ in found]}
    way_on = texts.WAY_ON if reader.is_bound else texts.WAY_ON_UNBOUND
    said = texts.listed(heading, [(title, column) for _, title, column in found], way_on)
    return Reply(said, after=After.KEEP, state=state, reference="")


def _opened(turn: Turn, *, article_id: int) -> Reply:
    """Return an article as a card that leads to its page; as text where the account has no pages."""
    shown = reading.article(turn.session, reading.reader_of(turn.session, turn.openid), article_id=article_id)
    line = shown.line
    found, site = blocks.read(shown.blocks).blocks, turn.account.public_url
    if not turn.account.has_pages:
        return Reply(rendering.chat(line.title, found, most=TEXT_LIMIT))
    picture = f"{site}{PICTURES}{line.cover}" if line.cover else ""
    digest = rendering.digest(line.digest, found)
    return Reply(articles=(Article(line.title, digest, picture, f"{site}/m/library/{line.token}"),))


def open_own(turn: Turn, reference: str) -> Reply:
    """Tell a shop what service notices told it of itself: the newest in whole, the way to the others."""
    shop = identity.shop_of(turn.session, turn.openid)
    if shop is None:
        is_manager = identity.manager_of(turn.session, turn.openid) is not None
        return Reply(own_texts.FOR_MANAGERS if is_manager else own_texts.ONLY_FOR_SHOPS)
    found = own_rows.of_shop(turn.session, shop.id)
    if not found:
        return Reply(own_texts.NOTHING)
    url = f"{turn.account.public_url}/m/mine/{found[0].token}" if turn.account.has_pages else ""
    at = found[0].sent_at.astimezone(turn.zone)
    return Reply(own_texts.newest(found[0].title, at, found[0].lines, others=len(found) - 1, url=url))


CONVERSATIONS = (
    Conversation(LIBRARY, open=open_library, hear=hear, lasts=LASTS, is_brief=True, page=library_page),
    Conversation(ARTICLE, open=open_article, is_typed=True, page=article_page, shut=links.shut),
    Conversation(OWN, open=open_own),
)
ENTRY = Entry("看货源和新品", "资料", f"{LIBRARY}:", 30)
WORDS = (Word("资料", f"{LIBRARY}:", takes_rest=True), Word("我的", f"{OWN}:"))
