"""The file table of docs/map.md is written from the first sentences of the modules."""

import ast
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOC = ROOT / "docs" / "map.md"
MARK = "<!-- From here on written by `make map`. -->\n"


def packages() -> list[str]:
    """The packages of the product from the ground up, then what stands beside it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    floors = next(each["layers"] for each in contracts if each["name"].startswith("The floors"))
    found = [name.strip() for floor in reversed(floors) for name in floor.split("|")]
    return [*(name for name in found if name != "migrations"), "simulator"]


def said(path: Path) -> str:
    """The first sentence of a module."""
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0].split())
    return text.partition(". ")[0].rstrip(".").replace("|", "\\|")


def table(package: str) -> Iterator[str]:
    folder = ROOT / package
    yield f"\n### {package}\n\n{said(folder / '__init__.py')}.\n\n| file | holds |\n|---|---|"
    for path in sorted(folder.rglob("*.py"), key=lambda path: (path.relative_to(folder).parts[:-1], path.name)):
        if path == folder / "__init__.py":
            continue
        name = path.relative_to(folder)
        yield f"| `{name.parent}/` | {said(path)} |" if path.name == "__init__.py" else f"| `{name}` | {said(path)} |"


def test_the_map_tells_of_every_file_what_its_first_sentence_says() -> None:
    by_hand = DOC.read_text(encoding="utf-8").partition(MARK)[0]
    found = by_hand + MARK + "\n".join(line for package in packages() for line in table(package)) + "\n"
    if os.environ.get("WRITE_MAP"):
        DOC.write_text(found, encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == found, "a first sentence or a file has changed: run `make map`"


def test_every_file_says_what_it_is_in_one_sentence() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {said(path)}"
        for package in packages()
        for path in sorted((ROOT / package).rglob("*.py"))
        if not 8 <= len(said(path)) <= 200
    ]
    assert wrong == []
