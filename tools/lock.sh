#!/bin/sh
# Write the lock files from pyproject.toml: exact versions with hashes, and no address in them.
set -eu
.venv/bin/pip install --quiet uv
lock() { .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --no-header "$@" pyproject.toml; }
lock -o requirements/run.lock
lock --group dev -c requirements/run.lock -o requirements/dev.lock
lock --group dev --group bench -c requirements/dev.lock -o requirements/bench.lock
