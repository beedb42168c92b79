"""The command line: what staff and scripts read on stdout, and what goes to stderr."""

import json

import openpyxl
import pytest
from flask import Flask

from surveys.commands import surveys
from surveys.queries.audience import CRITERIA
from wechat_bot.doorbell import ProcessDoorbell
from wechat_bot.failed_posts import FailedPosts
from wechat_bot.services import Services, install


@pytest.fixture
def run(house, zone, tmp_path):
    app = Flask("test")
    install(
        app,
        Services(
            database=house.database,
            clock=house.clock,
            stopwatch=lambda: house.clock().timestamp(),
            wechat=None,
            doorbell=ProcessDoorbell(),
            callback_keys=None,
            switchboard=None,
            criteria={criterion.name: criterion for criterion in CRITERIA},
            measures=(),
            forgets=(),
            tables=(),
            zone=zone,
            account_name="新罗烟草",
            is_service_account=True,
            is_development=True,
            public_url="https://example.com",
            quiet=None,
            failed_posts=FailedPosts(1),
            templates={},
            media_folder=tmp_path,
            files_folder=tmp_path,
        ),
    )
    app.cli.add_command(surveys)

    def run(*words):
        return app.test_cli_runner().invoke(args=["surveys", *map(str, words)])

    return run


@pytest.fixture
def file(tmp_path, satisfaction):
    path = tmp_path / "survey.yaml"
    path.write_text(satisfaction, encoding="utf-8")
    return path


def test_load_prints_the_id_alone(run, file):
    assert run("load", file).stdout == "1\n"
    assert run("load", file, "--survey", 1).stdout == "1\n"
    assert run("load", file).stdout == "2\n"


def test_a_new_draft_says_what_it_changes(run, file, satisfaction):
    run("load", file)
    run("publish", 1)
    file.write_text(satisfaction.replace("非常满意", "{code: 1, text: 很满意}"), encoding="utf-8")
    done = run("load", file, "--survey", 1)
    assert (done.stdout, done.stderr) == ("1\n", "q1 选项 1 “非常满意” 改为 “很满意”，计票合并\n")


def test_publish_tally_recount_close_and_list(run, file, li):
    run("load", file)
    assert run("publish", 1).stdout == "已发布第 1 版，新列入 2 家店。\n"
    li.fill("调查", "1", "13", "5", "9", "120", "跳过")
    figures = json.loads(run("tally", 1, "--json").stdout)
    assert (figures["sent"], figures["returned"], figures["valid"]) == (2, 1, 1)
    assert "三季度" in run("tally", 1, "--json").stdout, "readable as it is"
    assert "发放 2  送达 0  打开 1  回收 1（50.0%）  有效 1（100.0%）" in run("tally", 1).stdout
    assert run("recount", 1).stdout == "一致\n"
    assert run("void", 1).stdout == "已作废。\n"
    assert run("recount", 1).stdout == "一致\n"
    assert run("invite", 1).stdout == "第 1 次邀请已安排，由 worker 发送。\n"
    assert run("close", 1).stdout == "已结束。\n"
    assert "已结束" in run("list").stdout and "三季度服务满意度调查" in run("list").stdout


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_export_prints_the_path_and_draws_its_bar_on_stderr(run, file, li, tmp_path, form):
    run("load", file)
    run("publish", 1)
    li.fill("调查", "1", "13", "5", "9", "120", "跳过")
    done = run("export", 1, "--format", form, "--out", tmp_path / f"out.{form}")
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / f'out.{form}'}\n")
    assert (tmp_path / f"out.{form}").stat().st_size > 100


def test_the_template_is_read_back_by_load(run, tmp_path):
    assert run("template", tmp_path / "template.xlsx").exit_code == 0
    assert "题目" in openpyxl.load_workbook(tmp_path / "template.xlsx").sheetnames
    assert run("load", tmp_path / "template.xlsx").stdout == "1\n"
    assert run("template", tmp_path / "sample.docx").exit_code == 0
    assert run("load", tmp_path / "sample.docx").stdout == "2\n"
    (tmp_path / "large.docx").write_bytes(bytes(3 << 20))
    assert run("load", tmp_path / "large.docx").stderr.startswith("文档太大：文件有 3 MB，最多 2 MB")


@pytest.mark.parametrize(
    "words",
    [
        ("publish", 9),
        ("close", 9),
        ("tally", 9),
        ("recount", 9),
        ("void", 9),
        ("invite", 9),
        ("export", 9, "--format", "csv", "--out", "/tmp/x.csv"),
    ],
)
def test_an_unknown_id_is_a_sentence_on_stderr_and_ends_with_1(run, words):
    done = run(*words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "没有编号为 9 的" in done.stderr


def test_a_faulty_file_is_told_line_by_line(run, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("title: 调查\nquestions:\n  - {code: q1, type: ratng, text: 几分?}\n", encoding="utf-8")
    done = run("load", path)
    assert done.exit_code == 1 and "类型“ratng”不认识" in done.stderr


def test_a_folder_that_cannot_be_written_is_a_sentence_too(run, tmp_path):
    done = run("template", tmp_path / "nowhere" / "template.xlsx")
    assert done.exit_code == 1 and done.stderr.startswith("文件读写失败")
