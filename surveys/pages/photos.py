"""Console photo wall of a survey: small photos in pages, each opened large with the one before and after it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Listing
from console.lists.looking import ask
from foundation.paging import Cursor, Page
from people.pages import filters
from surveys.pages import sheet as sheet_pages
from surveys.pages import sheets
from surveys.pages.sheets import ANSWER, SHEETS, SINCE, STATE, UNTIL, ListedSheet
from surveys.permissions import SURVEYS_SEE
from surveys.queries import sheets as queries
from surveys.queries.sheets import SheetLine
from surveys.texts import sheets as texts
from wechat_bot import media, serving
from wechat_bot.media import Found
from wechat_bot.services import current_services

#: Sheets on a page of the wall; each has up to nine photos to a question.
PAGE = 24
#: Seconds that a browser may keep a photo: it may be erased meanwhile.
KEPT = 600
_FILTERS = (STATE, filters.AREA.name, filters.MANAGER.name, filters.CLASS.name, ANSWER, SINCE, UNTIL)


@dataclass(frozen=True, slots=True)
class WallPhoto:
    """Photo on the wall: of a sheet, a question, and which of its photos."""

    sheet: SheetLine
    code: str
    number: int
    key: str


def photos_of(line: SheetLine) -> list[WallPhoto]:
    """Return the photos of a sheet, in their order."""
    return [
        WallPhoto(line, code, number, str(key))
        for code, given in line.answers.items()
        for number, key in enumerate(given.get("m", ()), start=1)
    ]


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[ListedSheet]:
    return sheets.found(asked, replace(sheets.narrowed(asked), has_photo=True), cursor, limit)


WALL: Listing[ListedSheet] = Listing(
    name="surveys.photos",
    title="照片",
    unit="份",
    see=SURVEYS_SEE,
    size=PAGE,
    search=SHEETS.search,
    means=SHEETS.means,
    filters=tuple(each for each in SHEETS.filters if each.name in _FILTERS),
    columns=(),
    find=_find,
    nothing=("还没有照片", "店主交了有照片的答卷，会列在这里。"),
    nothing_left=("没有符合的照片", "换一个条件，或清除筛选再看。"),
)


@access.allow(SURVEYS_SEE)
def photos(survey_id: int) -> ResponseReturnValue:
    """Show all photos of a survey, small. Seeing them is written to the audit log."""
    services = current_services()
    with services.reading() as session:
        survey = sheets.survey_of(session, survey_id, services)
        shown = looking.look(sheets.of(WALL, survey), session)
        hidden = sheets.withheld(shown.asked)
        found = _all(line.sheet for line in shown.page.lines)
        page = render_template(
            "surveys/console/photos.html",
            survey=survey,
            shown=shown,
            photos=found,
            withheld=hidden,
            states=texts.STATES,
            colours=texts.COLOURS,
            handed_in=lambda line: sheets.when(shown.asked, line),
        )
        said = WALL.said(shown.asked)
    if not hidden:
        act.seen("survey.photos", f"survey:{survey_id}", said)
    return page


@access.allow(SURVEYS_SEE)
def photo(survey_id: int, sheet_id: int, code: str, number: int) -> ResponseReturnValue:
    """Show one photo large, with the one before and after it on the wall; for browsers without script."""
    services = current_services()
    with services.reading() as session:
        survey = sheets.survey_of(session, survey_id, services)
        asked = ask(WALL, session, request.args)
        line = sheet_pages.seen(asked, survey, sheet_id)
        mine = photos_of(line)
        at = _index(mine, code, number)
        place = queries.place(line)
        newer = _all(each.sheet for each in _find(asked, Cursor(place, is_back=True), 1).lines) if at == 0 else mine
        older = _all(each.sheet for each in _find(asked, Cursor(place), 1).lines) if at == len(mine) - 1 else mine
        before = mine[at - 1] if at else newer[-1] if newer else None
        after = mine[at + 1] if at + 1 < len(mine) else older[0] if older else None
        given: dict[str, Any] = WALL.kept(request.args)
        page = render_template(
            "surveys/console/photo.html",
            survey=survey,
            photo=mine[at],
            before=before,
            after=after,
            address=lambda each: url_for(
                "surveys_pages.photo",
                survey_id=survey_id,
                sheet_id=each.sheet.id,
                code=each.code,
                number=each.number,
                **given,
            ),
            back=url_for("surveys_pages.photos", survey_id=survey_id, **given),
            states=texts.STATES,
            colours=texts.COLOURS,
            handed_in=lambda each: sheets.when(asked, each),
        )
    act.seen("survey.photos", f"sheet:{sheet_id}", f"调查 {survey_id}")
    return page


@access.allow(SURVEYS_SEE)
def photo_file(survey_id: int, sheet_id: int, code: str, number: int) -> ResponseReturnValue:
    """Send a photo of a sheet, as it is or small, to somebody who may see the sheet."""
    found = _file(survey_id, sheet_id, code, number)
    if request.args.get("size") == "small":
        found = media.small(found)
    response = serving.send(found, f"{sheet_id}-{code}-{number}")
    if found is not None:
        response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    return response


def _file(survey_id: int, sheet_id: int, code: str, number: int) -> Found | None:
    services = current_services()
    with services.reading() as session:
        survey = sheets.survey_of(session, survey_id, services)
        mine = photos_of(sheet_pages.seen(ask(WALL, session, {}), survey, sheet_id))
        return media.find(session, services.media_folder, mine[_index(mine, code, number)].key)


def _index(mine: Sequence[WallPhoto], code: str, number: int) -> int:
    found = [at for at, each in enumerate(mine) if (each.code, each.number) == (code, number)]
    if not found:
        abort(404)
    return found[0]


def _all(lines: Iterable[SheetLine]) -> list[WallPhoto]:
    return [each for line in lines for each in photos_of(line)]
