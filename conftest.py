"""How the tests are collected: once for each process that runs them, so it is kept cheap."""

import gc
from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule

# What is imported and collected stays to the end: looking through it meanwhile takes a fifth of the start.
gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Search for examples where there are some: to look through all that a module has takes long."""
    found = yield
    return [each for each in found if not isinstance(each, DoctestModule) or b">>>" in file_path.read_bytes()]


def pytest_collection_finish() -> None:
    """From now on garbage is collected, but never what is there now."""
    gc.collect()
    gc.freeze()
    gc.enable()
