"""Search keys of an answer sheet: whose it is, what was chosen, what was written, each as a short number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from foundation.text import grams
from questions.flow import Answers
from surveys.rules import crossing, tally
from surveys.rules.definition import Definition

AREA, CLASS, MANAGER, WAVE, PHOTO = "@area", "@class", "@manager", "@wave", "@photo"
"""Used in the place of a question's code; no code begins with @."""


def of_whom(survey_id: int, kind: str, ids: Iterable[int]) -> list[str]:
    """Return the keys of the sheets of these areas, classes, managers or waves.

    >>> of_whom(12, AREA, [7]) == of_whom(12, CLASS, [7])
    False
    """
    return crossing.keys(survey_id, kind, [str(each) for each in ids])


def chosen(survey_id: int, question: str, options: Iterable[str]) -> list[str]:
    """Return the keys of the sheets that chose these options or points of a scale."""
    return crossing.keys(survey_id, question, [f"={option}" for option in options])


def has_photo(survey_id: int) -> list[str]:
    """Return the key of the sheets with a photo."""
    return crossing.keys(survey_id, PHOTO, [""])


def keys(definition: Definition, sheet: Any, *, with_words: bool) -> list[str]:
    """Return all keys of a sheet, sorted; those of its words only where they may be found."""
    survey_id, found = sheet.survey_id, set[str]()
    if not definition.anonymous:
        of = ((AREA, sheet.area_id), (CLASS, sheet.class_id), (MANAGER, sheet.manager_id), (WAVE, sheet.wave))
        for kind, each in of:
            found.update(of_whom(survey_id, kind, [] if each is None else [each]))
    if sheet.photos:
        found.update(has_photo(survey_id))
    codes = crossing.crossed(definition)
    for question, option in tally.counts(definition, sheet.answers):
        if question in codes and option != tally.ANSWERED:
            found.update(chosen(survey_id, question, [option]))
    return sorted(found | (words(definition, survey_id, sheet.answers) if with_words else set()))


def words(definition: Definition, survey_id: int, answers: Answers) -> set[str]:
    """Return the keys of what was written."""
    said = crossing.words(definition, answers)
    return {key for question, written in said for key in crossing.keys(survey_id, question, grams(written))}
