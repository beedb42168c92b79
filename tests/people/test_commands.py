"""The command line's door."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from foundation.database import Database
from people import actions
from people.commands import people
from people.models import Manager, Retailer
from people.roster.headings import COLUMNS
from wechat_bot.client.codes import SendError
from wechat_bot.models import Follower

Make = Callable[..., Any]


@dataclass
class FakeWeChat:
    """Tags and codes as WeChat keeps them."""

    held: dict[str, int] = field(default_factory=lambda: {"星标组": 2})
    members: dict[int, set[str]] = field(default_factory=dict)
    scenes: list[tuple[str, int | None]] = field(default_factory=list)
    calls: int = 0
    is_down: bool = False
    app_id: str = "wx1"

    def tags(self) -> dict[str, int]:
        return dict(self.held)

    def create_tag(self, name: str) -> int:
        self.held[name] = 100 + len(self.held)
        return self.held[name]

    def tag(self, tag_id: int, openids: list[str], *, add: bool = True) -> None:
        self.calls += 1
        group = self.members.setdefault(tag_id, set())
        group.update(openids) if add else group.difference_update(openids)

    def call(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        assert path == "/cgi-bin/user/tag/get"
        openids = sorted(self.members.get(payload["tagid"], ()))
        if not openids or payload["next_openid"] == openids[-1]:
            return {"count": 0, "next_openid": ""}
        return {"count": len(openids), "data": {"openid": openids}, "next_openid": openids[-1]}

    def create_qr(self, scene: str, *, seconds: int | None = None) -> tuple[str, str]:
        if self.is_down:
            raise SendError("gone", code=45009)
        self.scenes.append((scene, seconds))
        return f"https://qr/{scene}", "link"

    def of(self, name: str) -> set[str]:
        return self.members.get(self.held[name], set())


@pytest.fixture
def wechat() -> FakeWeChat:
    return FakeWeChat()


@pytest.fixture
def run(settled: Database, wechat: FakeWeChat, now: datetime) -> Callable[..., Result]:
    app = Flask("people")
    app.extensions["services"] = SimpleNamespace(
        transaction=settled.transaction,
        reading=settled.reading,
        clock=lambda: now,
        wechat=wechat,
        criteria={},
        zone=ZoneInfo("Asia/Shanghai"),
    )
    return lambda *words: app.test_cli_runner().invoke(people, words)


@pytest.fixture
def roster(tmp_path: Path, xlsx: Make) -> Callable[..., str]:
    def write(*rows: Any, **more: Any) -> str:
        path = tmp_path / "roster.xlsx"
        path.write_bytes(xlsx(*rows, **more))
        return str(path)

    return write


def test_importing_prints_what_it_did(run: Any, roster: Any, row: Make, settled: Database) -> None:
    done = run("import", roster(row(), row(许可证号="350802100001")))
    assert (done.exit_code, done.stdout) == (0, "新增 1 更新 1 不变 0\n")
    with settled.reading() as session:
        assert len(session.scalars(select(Retailer.id)).all()) == 3


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(
    run: Any, roster: Any, row: Make, settled: Database
) -> None:
    path = roster([*row(片区="新片", 客户经理="周", 经理手机="13900002203"), "x"], header=[*COLUMNS, "备注"])
    done = run("import", path, "--dry-run")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "提示：这些列用不到，已忽略：备注。",
        "新片区：新片",
        "新客户经理：周 139****2203",
        "试运行：将新增 1 更新 0 不变 0，什么都没有改。",
    ]
    with settled.reading() as session:
        assert len(session.scalars(select(Retailer.id)).all()) == 2
        assert len(session.scalars(select(Manager.id)).all()) == 2


def test_mistakes_go_to_stderr_line_by_line_and_nothing_is_imported(
    run: Any, roster: Any, row: Make, settled: Database
) -> None:
    done = run("import", roster(row(), row(许可证号="350802100010", 手机="1390000", 客户类型="x")))
    assert (done.exit_code, done.stdout) == (1, "")
    assert [line.split()[0] for line in done.stderr.splitlines()[:-1]] == ["D3", "G3"]
    with settled.reading() as session:
        assert len(session.scalars(select(Retailer.id)).all()) == 2


def test_the_template_is_written_and_is_a_roster_without_rows(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert run("template", str(path)).exit_code == 0
    assert path.read_bytes().startswith(b"PK")
    done = run("import", str(path))
    assert (done.exit_code, done.stderr) == (1, "表头下面没有零售户，没有可导入的内容。\n")


def test_the_list_masks_phones(run: Any) -> None:
    done = run("list", "--area", "城区一片")
    assert "李记便利店" in done.stdout and "138****8899" in done.stdout and "13800008899" not in done.stdout
    assert "小王超市" not in done.stdout and done.stdout.endswith("共 1 家，第 1 页，共 1 页。\n")
    assert "小王超市" in run("list", "--search", "小王").stdout
    assert run("list", "--search", "%").stdout.startswith("共 0 家")
    assert "小王超市" in run("list", "--class", "现代终端").stdout


def test_an_audience_is_counted_and_shown(run: Any, settled: Database, tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("class: [普通终端]\nbound: false\n", encoding="utf-8")
    done = run("audience", str(path))
    assert done.stdout.splitlines()[0] == "共 1 家店。" and "李记便利店" in done.stdout
    assert run("audience", "{class: [普通终端]}").stdout.splitlines()[0] == "共 0 家店，另有 1 家符合但还没有绑定。"
    done = run("audience", "{class: [优质终端]}")
    assert (done.exit_code, done.stderr) == (1, "这个范围里没有零售户，请检查对象条件。\n")
    assert run("audience", "{class: [没有]}").exit_code == 1
    assert run("audience", "not-there.yaml").exit_code == 1


def test_a_shops_code_is_made_with_its_token(run: Any, wechat: FakeWeChat) -> None:
    assert run("qr", "350802100001").stdout == "https://qr/bind:token-of-lao-li\n"
    run("qr", "350802100001", "--days", "7")
    assert wechat.scenes == [("bind:token-of-lao-li", None), ("bind:token-of-lao-li", 604_800)]
    assert run("qr", "1").exit_code == 1


def test_a_manager_is_invited_and_the_code_is_told_even_when_wechat_is_down(run: Any, wechat: FakeWeChat) -> None:
    done = run("invite-manager", "13900002201")
    assert done.exit_code == 0 and done.stdout.startswith("请陈志强关注后发送：绑定 ")
    [(scene, seconds)] = wechat.scenes
    assert scene.startswith("bind:m-") and seconds == 604_800
    wechat.is_down = True
    done = run("invite-manager", "13900002201")
    assert done.exit_code == 1 and "绑定 " in done.stdout and done.stderr.startswith("微信没有接受：")


def test_unbinding_a_shop(run: Any, settled: Database, now: datetime) -> None:
    with settled.transaction() as session:
        actions.bind_by_token(session, "o-laoli", "token-of-lao-li", now=now)
    assert run("unbind", "350802100001").stdout == "已解绑李记便利店。\n"
    assert run("unbind", "350802100001").stderr == "李记便利店没有绑定微信。\n"


def test_tags_mirror_class_area_and_managers_and_a_second_run_sends_nothing(
    run: Any, settled: Database, wechat: FakeWeChat, now: datetime
) -> None:
    with settled.transaction() as session:
        session.add_all(
            [
                Follower(openid="o-laoli", followed_at=now),
                Follower(openid="o-chen", followed_at=now),
                Follower(openid="o-xiaowang", followed_at=now, unfollowed_at=now),
            ]
        )
        actions.bind_by_token(session, "o-laoli", "token-of-lao-li", now=now)
        actions.bind_by_token(session, "o-xiaowang", "token-of-xiao-wang", now=now)
        session.scalars(select(Manager)).first().openid = "o-chen"  # type: ignore[union-attr]
    assert run("tags", "sync").stdout == "新建标签 7 个，打上 3 人次，去掉 0 人次。\n"
    assert wechat.of("普通终端") == wechat.of("城区一片") == {"o-laoli"}
    assert wechat.of("客户经理") == {"o-chen"}
    assert wechat.of("现代终端") == set()  # 小王 does not follow any more
    assert wechat.held["星标组"] == 2
    calls = wechat.calls
    assert run("tags", "sync").stdout == "新建标签 0 个，打上 0 人次，去掉 0 人次。\n"
    assert wechat.calls == calls
    with settled.transaction() as session:
        actions.unbind_shop(session, "350802100001", now=now)
    assert "去掉 2 人次" in run("tags", "sync").stdout
    assert wechat.of("普通终端") == set()


def test_more_tags_than_wechat_allows_are_refused_before_anything_changes(run: Any, wechat: FakeWeChat) -> None:
    wechat.held = {f"tag {n}": n for n in range(98)}
    done = run("tags", "sync")
    assert done.exit_code == 1 and "最多 100 个标签" in done.stderr
    assert len(wechat.held) == 98


def test_the_template_opens_as_a_workbook_with_notes(run: Any, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "t.xlsx"
    run("template", str(path))
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    assert book.sheetnames == ["零售户", "说明"]
    assert book["零售户"]["A2"].number_format == "@"
