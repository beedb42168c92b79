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


def results(page: str) -> dict[str, Any]:
    """Return what the page of a survey's result shows: the funnel by its words, and of each question how many answered
    and how many chose each option; None where that is not shown."""
    steps = {row[0]: row[1:] for row in bars(page, "funnel")} if 'id="funnel-card"' in page else {}
    questions = {}
    for code in re.findall(r'id="ask-(\w+)-card"', page):
        card = page[page.index(f'id="ask-{code}-card"') :].partition("</section>")[0]
        answered = re.search(r"· ([\d,]+) 人回答", card)
        told = bars(card, f"ask-{code}") if '<div class="bars-table' in card else []
        counts = [int(row[1].replace(",", "")) if row[1][:1].isdigit() else None for row in told]
        questions[code] = (int(answered[1].replace(",", "")) if answered else None, counts)
    return {
        "steps": {word: int(row[0].replace(",", "")) for word, row in steps.items()},
        "rates": {f"{word}率": row[1] for word, row in steps.items() if word != "发放"},
        "questions": questions,
    }
