"""The house's own laws, kept by reading the code."""

import ast
import importlib
import re
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from config.app import FEATURES
from console.extension import ConsoleExtension
from console.importing import Wizard
from wechat_bot.collecting import more

ROOT = Path(__file__).resolve().parent.parent
ROOTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["root_packages"]
PACKAGES = tuple(name for name in ROOTS if name != "migrations")
PRODUCT = tuple(name for name in PACKAGES if name != "simulator")


def modules(packages=PACKAGES) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_modules_import_each_other_in_a_circle() -> None:
    """So that every module can be imported first, by whichever door comes to it. Imports for types alone count too."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert [*TopologicalSorter(imports).static_order()]


def test_every_import_of_the_program_is_declared_for_the_check_at_the_start() -> None:
    declared = [one for _, each in more(FEATURES, ConsoleExtension) for one in each.wizards]
    rooms = [room for name, room in sys.modules.items() if name.partition(".")[0] in ("people", "surveys", "visits")]
    written = [one for room in rooms for one in vars(room).values() if isinstance(one, Wizard)]
    assert written and all(one in declared for one in written)


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


def test_only_one_room_writes_spreadsheets() -> None:
    """A second writer would let a shop's words become a formula again."""
    found = [
        named(path)
        for path in modules(PRODUCT)
        if re.search(
            r"(?m)^(?:import|from) xlsxwriter\b|\bcsv\.(?:writer|DictWriter)\b", path.read_text(encoding="utf-8")
        )
    ]
    assert found == ["foundation/workbooks/writing.py"]


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


def test_one_name_is_one_thing() -> None:
    """A class name stands once in the product, so that a reader who has met it knows it."""
    where: dict[str, list[str]] = {}
    for path in modules(PRODUCT):
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where.setdefault(node.name, []).append(named(path))
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def test_every_proof_named_in_the_docs_is_a_test() -> None:
    named_there = re.findall(r"(tests/[\w/]+\.py)::(\w+)", (ROOT / "docs/proofs.md").read_text(encoding="utf-8"))
    there = {
        (path, node.name)
        for path in {path for path, _ in named_there}
        if (ROOT / path).exists()
        for node in ast.walk(parsed(ROOT / path))
        if isinstance(node, ast.FunctionDef)
    }
    assert len(named_there) > 40
    assert sorted(set(named_there) - there) == []


def test_every_file_named_in_the_docs_is_there() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README*.md")]
    packages = "|".join((*PACKAGES, "tests", "tools", "benchmarks"))
    # The table that `make map` writes is true of itself, and its sentences name templates and modules in short.
    texts = [page.read_text(encoding="utf-8").partition("<!-- From here on written")[0] for page in pages]
    cited = {path for text in texts for path in re.findall(rf"`((?:{packages})/[\w/-]+\.\w+)", text)}
    assert len(cited) > 100
    assert sorted(path for path in cited if not (ROOT / path).exists()) == []


def test_no_address_of_a_registry_is_written_down() -> None:
    for path in (*(ROOT / "requirements").iterdir(), ROOT / "package-lock.json"):
        assert "://" not in path.read_text(encoding="utf-8"), path.name


def test_two_features_that_claim_one_topic_stop_the_start_with_both_names() -> None:
    app = importlib.import_module("config.app")
    contract = importlib.import_module("wechat_bot.feature")
    conversation = importlib.import_module("wechat_bot.conversation")
    collecting = importlib.import_module("wechat_bot.collecting")
    rival = contract.Feature(
        name="rival", forgets=None, conversations=(conversation.Conversation("survey", open=None, hear=None),)
    )
    with pytest.raises(ValueError, match="surveys and rival both claim the topic 'survey'"):
        collecting.switchboard((*app.FEATURES, rival))


def declared_by(*features: str) -> set[str]:
    """Names that these features declare and that mean nothing else: permissions, words of the audit log, long work."""
    app, extension = importlib.import_module("config.app"), importlib.import_module("console.extension")
    collecting = importlib.import_module("wechat_bot.collecting")
    found = collecting.more([each for each in app.FEATURES if each.name in features], extension.ConsoleExtension)
    return {
        name for _, each in found for name in (*(one.name for one in each.permissions), *each.audit_words, *each.tasks)
    }


@pytest.mark.parametrize(
    ("packages", "features"),
    [
        (("foundation", "wechat_bot", "console", "questions"), ("people", "surveys", "visits")),
        (("people", "campaigns"), ("surveys", "visits")),
        (("surveys",), ("visits",)),
        (("visits",), ("surveys",)),
    ],
)
def test_no_floor_names_what_a_feature_above_it_or_beside_it_declares(packages, features) -> None:
    names = declared_by(*features)
    found = [
        f"{named(path)}:{node.lineno}"
        for path in modules(packages)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() in names
    ]
    pages = [
        f"{named(path)}: {name}"
        for package in packages
        for path in (ROOT / package).rglob("*.html")
        for name in re.findall(r'may\("(\w+)"\)', path.read_text(encoding="utf-8"))
        if name.lower() in names
    ]
    assert len(names) > 10
    assert found + pages == []


def test_every_word_written_into_the_audit_log_is_declared() -> None:
    """A word nobody declares would stop the transaction that writes it down."""
    words = declared_by("console", "people", "surveys", "visits", "broadcasts", "courses", "quizzes", "effect")
    written = {
        (constant.value, f"{named(path)}:{node.lineno}")
        for path in modules(("console", *(name for name in PRODUCT if name not in ("foundation", "wechat_bot"))))
        for node in ast.walk(parsed(path))
        for constant in _words_noted(node)
    }
    assert len(written) > 40
    assert sorted(each for each in written if each[0] not in words) == []


def _words_noted(node: ast.AST) -> list[ast.Constant]:
    """The words of `note(session, visitor, word, …)`, `note(word, …)` and `did = word`."""
    looked_at: list[ast.AST] = []
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        is_audit = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "audit"
        if called in ("note", "seen"):
            looked_at = node.args[2:3] if is_audit else node.args[:1]
    elif isinstance(node, ast.Assign) and any(isinstance(each, ast.Name) and each.id == "did" for each in node.targets):
        looked_at = [node.value]
    found = [each for top in looked_at for each in ast.walk(top) if isinstance(each, ast.Constant)]
    return [each for each in found if isinstance(each.value, str) and re.fullmatch(r"[a-z_]+(\.[a-z_]+)*", each.value)]


def test_only_the_foundation_asks_which_database_it_is() -> None:
    """A feature says what it wants, and `foundation.dialects` how each database is asked."""
    found = [
        named(path)
        for path in modules(PRODUCT)
        if re.search(r"dialects?\.name|dialects\.(?:postgresql|sqlite)|_where=", path.read_text(encoding="utf-8"))
        and path.relative_to(ROOT).parts[0] != "foundation"
    ]
    # An index that SQLite has no use for; counters that each database keeps by its own triggers.
    assert found == ["people/models.py", "people/upkeep.py"]


def test_scripts_of_one_page_cannot_clash() -> None:
    """A name at the top of a script is one of the whole page, unless the script is a module."""
    top = re.compile(r"^(?:const|let|var|class|(?:async )?function\*?) (\w+)", re.MULTILINE)
    tag = re.compile(r"<script([^>]*)src=\"{{ asset\('([^']+)'\)")
    shown = [
        (f"{name.partition('/')[0]}/static/{name.partition('/')[2]}", "module" in attributes)
        for package in PRODUCT
        for path in (ROOT / package).rglob("*.html")
        for attributes, name in tag.findall(path.read_text(encoding="utf-8"))
    ]
    ours = {name: is_module for name, is_module in shown if (ROOT / name).exists()}
    assert {named(path) for package in PRODUCT for path in (ROOT / package).glob("static/*.js")} == set(ours)
    exposed = {
        name: top.findall((ROOT / name).read_text(encoding="utf-8"))
        for name, is_module in ours.items()
        if not is_module
    }
    assert {name: names for name, names in exposed.items() if names} == {}
