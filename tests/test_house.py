"""The house's own laws, kept by reading the code."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("foundation", "wechat_bot", "console", "people", "surveys", "visits", "config", "simulator")
PRODUCT = PACKAGES[:-1]

IMPORT_EACH = f"""
import sys
PACKAGES = {PACKAGES}
bad = []
for name in sys.argv[1:]:
    for loaded in [module for module in sys.modules if module.split(".")[0] in PACKAGES]:
        del sys.modules[loaded]
    try:
        __import__(name)
    except ImportError as error:
        bad.append(name + ": " + str(error))
sys.exit("\\n".join(bad) or 0)
"""


def modules(packages=PACKAGES) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_imports_alone(package) -> None:
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in modules((package,))]
    # gunicorn's file reads the settings when it is loaded, and __main__ runs.
    names = [name for name in names if name not in ("config.gunicorn", "simulator.__main__")]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORT_EACH, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{named(path)}:{inner.lineno}"
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]
    assert hidden == []


def test_only_the_frame_commits() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for path in modules(PRODUCT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert found == []


def test_only_the_clock_asks_the_time() -> None:
    asks = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    found = [
        named(path)
        for path in modules(PRODUCT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in asks
    ]
    assert found == ["foundation/clock.py"]


def test_no_exception_is_swallowed() -> None:
    broad = {"Exception", "BaseException"}
    found = [
        f"{named(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in broad))
        and all(isinstance(each, (ast.Pass, ast.Continue)) for each in node.body)
    ]
    assert found == []


def test_a_package_opens_with_one_sentence_and_no_code() -> None:
    for path in modules():
        if path.name == "__init__.py":
            body = parsed(path).body
            assert len(body) == 1, named(path)
            assert ast.get_docstring(parsed(path)), named(path)


def test_no_room_is_a_hall() -> None:
    long = {
        named(path): lines for path in modules() if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_address_of_a_registry_is_written_down() -> None:
    for path in (*(ROOT / "requirements").iterdir(), ROOT / "package-lock.json"):
        assert "://" not in path.read_text(encoding="utf-8"), path.name


def test_two_features_that_claim_one_topic_stop_the_start_with_both_names() -> None:
    app = importlib.import_module("config.app")
    contract = importlib.import_module("wechat_bot.feature")
    board = importlib.import_module("wechat_bot.switchboard")
    rival = contract.Feature(name="rival", conversations=(contract.Conversation("survey", open=None, hear=None),))
    with pytest.raises(ValueError, match="surveys and rival both claim the topic 'survey'"):
        board.Switchboard.of((*app.FEATURES, rival))
