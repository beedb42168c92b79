#!/bin/sh
# Write the lock files from pyproject.toml: exact versions with hashes, and no address in them.
set -eu
.venv/bin/pip install --quiet uv
lock() { .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --no-header "$@" pyproject.toml; }
lock -o requirements/run.lock
lock --group dev -c requirements/run.lock -o requirements/dev.lock
lock --group dev --group bench -c requirements/dev.lock -o requirements/bench.lock
.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --no-header --group node -o requirements/node.lock
# The same for what browsers load: npm leaves out where packages came from (.npmrc), but not who asks for donations.
npm install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error
.venv/bin/python - package-lock.json <<'PY'
import json, pathlib, sys

path = pathlib.Path(sys.argv[1])
lock = json.loads(path.read_text(encoding="utf-8"))
for package in lock["packages"].values():
    package.pop("funding", None)
path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
PY
