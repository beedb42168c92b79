"""Features are handed in: what one more adds is there, and what two of them claim stops the start with both names."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Blueprint
from sqlalchemy import select

from campaigns.kinds import CampaignKind
from config.app import FEATURES
from config.settings import WrongSettings
from console import access
from console.extension import ConsoleExtension
from console.importing import Wizard
from console.lists.exporting import exporting
from console.lists.listing import Listing
from console.menu import Item
from console.rules.visitors import ADMINS, Permission
from console.work import WorkKind
from foundation.database import Database
from migrations import schema
from people.feature import people
from tests.config import extra
from tests.office import Office
from wechat_bot.conversation import Conversation, Entry, Listener, Word
from wechat_bot.criterion import Criterion
from wechat_bot.feature import Feature, Job, Notice
from wechat_bot.measure import Measure, columns
from wechat_bot.messages import DataWithdrawn

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
TALK: Any = None
CLAIMS = {
    "surveys and rival both claim the topic 'survey'": {"conversations": [Conversation("survey", TALK, TALK)]},
    "surveys and rival both claim the word '调查'": {"entries": [Entry("测试", "调查", "rival:", 50)]},
    "people and rival both claim the word '绑定'": {"words": [Word("绑定", "rival:")]},
    "chat and rival both claim the word '帮助'": {"words": [Word("帮助", "rival:")]},
    "people and rival both claim the event .*DataWithdrawn": {"listeners": [Listener(DataWithdrawn, TALK)]},
    "people and rival both claim the criterion 'area'": {"criteria": [Criterion("area", "", select=TALK)]},
    "visits and rival both claim the notice 'answer'": {"notices": [Notice("answer", "答复")]},
    "surveys and rival both claim the measure 'surveys_returned'": {
        "measures": [Measure("surveys_returned", "交回的问卷", TALK)]
    },
    "console and rival both claim the static folder 'console'": {"statics": {"console": Path("rival")}},
    "surveys and rival both claim the job 'survey waves'": {"jobs": [Job("survey waves", TALK, TALK)]},
    "config and rival both claim the command 'worker'": {"commands": [click.Command("worker")]},
    "surveys and surveys both claim the name 'surveys'": {"name": "surveys"},
    r"exactly one feature declares the front desk, not \['people', 'rival'\]": {"front_desk": people.front_desk},
    "surveys and rival both claim the permission 'surveys_see'": {
        "more": [ConsoleExtension(permissions=[Permission("surveys_see", ADMINS)])]
    },
    "visits and rival both claim the audit word 'visit.see'": {
        "more": [ConsoleExtension(audit_words={"visit.see": "查看"})]
    },
    "people and rival both claim the topic of the audit log 'shop'": {
        "more": [ConsoleExtension(topics={"shop": "店"})]
    },
    "surveys and rival both claim the task kind 'surveys.export'": {
        "more": [ConsoleExtension(tasks={"surveys.export": WorkKind(TALK, is_begun_again=True)})]
    },
    "visits and rival both claim the campaign kind 'visit-group'": {
        "more": [CampaignKind("visit-group", "rival", meant=TALK, message=TALK)]
    },
    "people and rival both claim the part of the shops 'part'": {"more": [ConsoleExtension(part=TALK or len)]},
}


@pytest.mark.parametrize("said", CLAIMS)
def test_two_features_that_claim_one_name_stop_the_start_with_both_names(build, said: str) -> None:
    rival = Feature(**{"name": "rival", "forgets": None, **CLAIMS[said]})
    with pytest.raises(ValueError, match=said):
        build((*FEATURES, rival))


def test_a_template_for_a_notice_no_feature_sends_stops_the_start(build) -> None:
    template = {"id": "T", "fields": {"thing1": "{what}"}}
    with pytest.raises(
        WrongSettings, match="no notice 'lesson', only answer, course, effect, push, quiz, quiz_results, request"
    ):
        build(wechat_templates={"lesson": template})
    lessons = Feature(name="lessons", forgets=None, notices=[Notice("lesson", "上课")])
    assert build((*FEATURES, lessons), wechat_templates={"lesson": template})


WISHES = Listing(
    "rival.wishes",
    "愿望",
    see=Permission("rival_see", ADMINS),
    columns=(),
    find=TALK,
    export=Permission("rival", ADMINS),
)
WIZARD = Wizard("愿望", check="rival.check", bring="rival.bring", page="", did="rival.import")
LACKS = {
    "rival notes 'rival.take', which no feature declares as a word of the audit log": {
        "lists": [replace(WISHES, did="rival.take")]
    },
    "rival notes 'rival.import', which no feature declares as a word of the audit log": {"wizards": [WIZARD]},
    "rival asks for 'rival.check', which is not among its kinds of long task": {
        "wizards": [WIZARD],
        "audit_words": {"rival.import": "导入愿望"},
    },
    "no feature has 'rival.wishes' among its lists, and there is an address for its export": {},
}


@pytest.mark.parametrize("said", LACKS)
def test_a_list_or_an_import_that_needs_what_nobody_declares_stops_the_start(build, said: str) -> None:
    pages = Blueprint("rival", __name__, url_prefix="/console/rival")
    pages.add_url_rule("/export", view_func=exporting(WISHES, len), methods=["POST"])
    with pytest.raises(ValueError, match=said):
        build((*FEATURES, Feature(name="rival", forgets=None, console=pages, more=[ConsoleExtension(**LACKS[said])])))


MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "extra1", None, ("extra",), "r0001"


def upgrade():
    op.create_table("extra", sa.Column("id", sa.Integer, primary_key=True), sa.Column("openid", sa.String))


def downgrade():
    op.drop_table("extra")
"""


def test_one_more_feature_brings_its_tables_migrations_pages_permission_and_measure_along(build, tmp_path) -> None:
    (tmp_path / "extra1_notes.py").write_text(MIGRATION, encoding="utf-8")
    notes_see = Permission("notes_see", ADMINS)
    pages = Blueprint("notes", __name__, url_prefix="/console/notes")
    pages.add_url_rule("/", "all", access.allow(notes_see)(lambda: "all notes"))
    notes = Feature(
        name="notes",
        forgets=None,
        models=[extra],
        migrations=tmp_path,
        install=lambda connection: connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_extra ON extra (openid)"),
        console=pages,
        measures=[Measure("notes_written", "写下的便条", lambda session, period: select(*columns(n=7)))],
        more=[ConsoleExtension(permissions=[notes_see], items=[Item("便条", "notes.all", notes_see)])],
    )
    house = build((*FEATURES, notes))
    assert not schema.is_current(house.services.database, (*FEATURES, notes))
    assert house.flask("db", "upgrade").exit_code == 0
    assert schema.is_current(house.services.database, (*FEATURES, notes))
    assert extra.Extra.__table__ in house.services.tables
    office = Office(house)
    office.import_roster()
    office.staff()
    boss, intern = office.browser("admin"), office.browser("intern")
    assert "便条" in boss.get("/console/").text and boss.get("/console/notes/").text == "all notes"
    assert "便条" not in intern.get("/console/").text and intern.get("/console/notes/").status_code == 403
    assert "写下的便条  7" in house.flask("measures", "2026-03").output
    assert house.flask("measures", "2026-13").exit_code == 2


def test_a_database_with_one_more_features_tables_is_no_database_of_this_program(build, tmp_path) -> None:
    (tmp_path / "extra1_notes.py").write_text(MIGRATION, encoding="utf-8")
    notes = Feature(name="notes", forgets=None, models=[extra], migrations=tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'other.db'}")
    schema.upgrade(database, (*FEATURES, notes))
    with pytest.raises(schema.StrangeSchema, match="extra1"):
        schema.is_current(database, FEATURES)
    database.dispose()


def test_measures_count_what_came_in_a_month(build) -> None:
    office = Office(build())
    wang = office.house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    wang.say("红七匹狼断货了")
    told = office.house.flask("measures", "2026-03").output
    assert {"交回的调查  0", "收到的留言  1", "办结的留言  0"} <= set(told.splitlines())
    assert "收到的留言  0" in office.house.flask("measures", "2026-02").output
