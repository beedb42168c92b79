"""What is stored stays byte for byte: definitions with their digests, answers, drafts as their authors wrote them.

`stored/recorded.json` was written by the program before questions were a package of their own. A database in the field
holds such values: a digest that moves would make a new version of a survey nobody has edited.
"""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from foundation import digest_cache
from questions.answers import from_json
from questions.reading import forms, replies
from surveys.rules import definition, editor, files, review

ZONE = ZoneInfo("Asia/Shanghai")
HERE = Path(__file__).parent / "stored"
RECORDED = json.loads((HERE / "recorded.json").read_text(encoding="utf-8"))


def written(name: str, previous: definition.Definition | None = None) -> definition.Definition:
    found = files.of_yaml((HERE / f"{name}.yaml").read_bytes())
    return review.read(found.data, timezone=ZONE, previous=previous, places=found.places)


EVERY_KIND = written("every_kind")


@pytest.mark.parametrize("name", RECORDED["definitions"])
def test_a_definition_and_its_digest_stay_byte_for_byte(name):
    survey = written(name, EVERY_KIND if name == "every_kind_again" else None)
    stored = definition.to_json(survey)
    assert json.dumps(stored, ensure_ascii=False) == RECORDED["definitions"][name]["json"]
    assert digest_cache.digest(stored) == RECORDED["definitions"][name]["digest"]
    assert definition.from_json(stored) == survey


@pytest.mark.parametrize("name", RECORDED["definitions"])
def test_a_draft_stays_as_its_author_wrote_it(name):
    survey = definition.from_json(json.loads(RECORDED["definitions"][name]["json"]))
    draft = editor.of_definition(survey, ZONE)
    assert json.dumps(draft, ensure_ascii=False) == RECORDED["definitions"][name]["written"]
    assert editor.of_form(editor.to_form(draft), survey) == draft


@pytest.mark.parametrize(("code", "said", "stored"), RECORDED["answers"])
def test_an_answer_in_the_chat_stays_byte_for_byte(code, said, stored):
    question = EVERY_KIND.question(code)
    if said == "跳过":
        answer = replies.skip(question)
    elif said.startswith("photo:"):
        answer = replies.understand(question, "", media=said.removeprefix("photo:"))
    else:
        answer = replies.understand(question, said)
    assert json.dumps(answer.to_json(), ensure_ascii=False) == stored
    assert from_json(question, json.loads(stored)) == answer


@pytest.mark.parametrize(("code", "fields", "stored"), RECORDED["ticked"])
def test_an_answer_on_a_page_stays_byte_for_byte(code, fields, stored):
    answer = forms.read(EVERY_KIND.question(code), fields)
    assert json.dumps(answer.to_json(), ensure_ascii=False) == stored
