"""What the drills share: figures that were measured on the way, told at the end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.app import FEATURES
from foundation.database import Database
from migrations import schema

_figures: list[str] = []


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tells a figure at the end of the drill, beside the test's name."""
    return lambda figure: _figures.append(f"{request.node.name}: {figure}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was told."""
    terminalreporter.section("figures")
    for line in _figures:
        terminalreporter.line(line)


def new_sqlite(folder: Path) -> str:
    """The address of a migrated database in a folder."""
    url = f"sqlite:///{folder / 'wuwei.db'}"
    database = Database(url)
    schema.upgrade(database, FEATURES)
    database.dispose()
    return url
