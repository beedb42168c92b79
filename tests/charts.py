"""Charts of a page as a test reads them: the figures that its script draws."""

import json
import re
from html import unescape
from typing import Any


def drawn(page: str, name: str) -> dict[str, Any]:
    """Return the figures of a chart by its name, each series by its own."""
    found = re.search(rf'<script type="application/json" id="{name}-figures">(.*?)</script>', page, re.DOTALL)
    assert found, f"no chart {name}"
    figures = json.loads(found[1])
    return {**figures, "series": {each["name"]: each["values"] for each in figures["series"]}}


def bars(page: str, name: str) -> list[list[str]]:
    """Return the rows of the table of a chart without an axis."""
    card = page[page.index(f'id="{name}-card"') :]
    card = card[card.index('<div class="bars-table') : card.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", card[card.index("<tbody>") :], re.DOTALL)
    return [
        [
            unescape(re.sub("<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]
