"""Icons of pages: outlines of the kit's own set, which `tools/assets.sh` fetched, written into the page as SVG.

`kit.icon("bell")` in a template of the console, `outline("bell")` in any other. Only what a page shows travels, and it
costs no request.
"""

import re
from functools import lru_cache

from flask import Flask
from markupsafe import Markup

from config.settings import ROOT

#: Attributes and not a style sheet: an icon is drawn the same on every page, and in print.
_DRAWN = Markup('fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"')
FETCHED = ROOT / "build" / "icons"
_NAME = re.compile("[a-z0-9-]+")
_SHAPES = re.compile(r"<path (?!stroke=\"none\")[^>]*/>")


def install(app: Flask) -> None:
    """Add `outline(…)` to an app's templates."""
    app.jinja_env.globals["outline"] = outline


@lru_cache(maxsize=512)
def outline(name: str, style: str = "") -> Markup:
    """The icon of this name as SVG, hidden from screen readers: the word beside it says what it means.

    `style` is a further class. Raises FileNotFoundError where the set has no such icon.

    >>> print(outline("check").replace(_DRAWN, "…"))
    <svg class="icon" viewBox="0 0 24 24" … aria-hidden="true"><path d="M5 12l5 5l10 -10" /></svg>
    """
    path = FETCHED / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise FileNotFoundError(f"no icon {name} in {FETCHED}; if there should be one, run: sh tools/assets.sh .venv")
    shapes = Markup("").join(map(Markup, _SHAPES.findall(path.read_text(encoding="utf-8"))))
    whole = Markup('<svg class="{}" viewBox="0 0 24 24" {} aria-hidden="true">{}</svg>')
    return whole.format(f"icon {style}".strip(), _DRAWN, shapes)
