"""Console preview of an article as a phone shows it: WeChat's article, our page, the chat; nothing of it is saved."""

import json
from collections.abc import Mapping
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from blocks import rendering
from broadcasts.pages import article as pages
from broadcasts.pages import pictures
from broadcasts.permissions import LIBRARY_SEE
from broadcasts.queries import articles as queries
from broadcasts.queries.pictures import fetched
from broadcasts.rules import article as drafts
from broadcasts.rules import article_form as forms
from broadcasts.rules.article import WrittenArticle
from console import access
from wechat_bot.reply import TEXT_LIMIT
from wechat_bot.services import current_services

#: The looks of an article, as the frame offers them.
VIEWS = (("wechat", "文章"), ("page", "网页"), ("chat", "聊天"))
LARGEST = 2 << 20
#: What is shown carries its styles in itself, as WeChat wants it.
FRAMED = access.IN_FRAME.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


@access.allow(LIBRARY_SEE, upload=LARGEST)
def preview_article(article_id: int) -> ResponseReturnValue:
    """Show the form's article, what the last view carried along, or the draft that is saved, as a phone would."""
    services, fields = current_services(), request.form.to_dict(flat=False)
    with services.reading() as session:
        found = pages.find(session, article_id)
        draft = forms.read(fields).draft if "title" in fields else _carried() or found.draft
        shown = drafts.read(fetched(session, draft)).article
    view = request.form.get("view", "")
    view = view if view in dict(VIEWS) else VIEWS[0][0]
    page = render_template(
        "broadcasts/console/screen.html",
        shown=shown,
        title=shown.title or drafts.UNTITLED,
        view=view,
        views=VIEWS,
        content=Markup(_content(view, shown)),  # noqa: S704 – the renderer escapes every text
        action=url_for("broadcasts_pages.preview_article", article_id=article_id),
        written=json.dumps(draft, ensure_ascii=False),
        account=services.account_name,
        now=services.clock(),
        cover=f"{pictures.address()}{shown.first_picture}" if shown.first_picture else "",
        digest=rendering.digest(shown.digest, shown.blocks),
        minutes=rendering.minutes(shown.blocks),
        column=found.column.name,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _content(view: str, shown: WrittenArticle) -> str:

    def address(sha256: str) -> str:
        return pictures.address() + sha256

    if view == "wechat":
        return rendering.previewed(queries.drafted(shown).content, address)
    if view == "page":
        return rendering.page(shown.blocks, address, lambda link: "#")
    return str(Markup.escape(rendering.chat(shown.title or drafts.UNTITLED, shown.blocks, most=TEXT_LIMIT)))


def _carried() -> Mapping[str, Any] | None:
    try:
        written = json.loads(request.form.get("written", ""))
    except (ValueError, RecursionError):
        return None
    return written if isinstance(written, dict) else None
