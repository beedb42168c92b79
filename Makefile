# Two commands on a bare Debian: `make run` and `make test`. `make help` lists the rest.

VENV := .venv
PYTHON := $(VENV)/bin/python
# One more than two cores: a test with real processes mostly waits for them. Four were slower (9:29 against 8:49).
JOBS ?= 3
# loadgroup: a process is given the next test when it is done with one, so that none is left with several long ones.

.PHONY: help run test drill check access map pictures bench lock clean
# The tests start processes: each reads what another compiled, also where the machine forbids that.
export PYTHONDONTWRITEBYTECODE :=
# Two recipes must not install into one environment at once.
.NOTPARALLEL:

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run: $(VENV)/.run build/.assets ## Start simulator, web and worker with a small demo (with real credentials in .env: the real account)
	@$(PYTHON) -m config.run

test: $(VENV)/.dev build/.assets servers ## Run the tests, on SQLite and on throw-away PostgreSQL and Redis
	$(PYTHON) -m pytest -q -n $(JOBS) --dist loadgroup --doctest-modules --durations=10 --durations-min=1

drill: $(VENV)/.dev build/.assets servers ## Kill processes, stop clocks and stores, fill disks; writes docs/drill.md (a quarter of an hour)
	sh tools/drill.sh $(PYTHON)

check: $(VENV)/.dev ## Lint, types, import contracts
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

pictures: $(VENV)/.dev build/.assets servers ## Look at the demo's most used pages and write them to docs/images
	$(PYTHON) -m tools.pictures

bench: $(VENV)/.bench servers ## The figures, as ratios in one run
	$(PYTHON) -m benchmarks

access: $(VENV)/.dev build/.assets ## Write docs/access.md anew: who gets what at every address
	WRITE_ACCESS=1 $(PYTHON) -m pytest -q tests/test_access.py

map: $(VENV)/.dev ## Write the file table of docs/map.md anew from the first sentences of the modules
	WRITE_MAP=1 $(PYTHON) -m pytest -q tests/test_map.py

lock: $(VENV)/.dev ## Write the lock files anew from pyproject.toml
	sh tools/lock.sh

clean: ## Remove the environment; data under var/ stays
	rm -rf $(VENV) build

.PHONY: servers
servers:
	@sh tools/servers.sh

$(VENV)/.run: requirements/run.lock
	sh tools/environment.sh $(VENV) requirements/run.lock
	touch $@

$(VENV)/.dev: requirements/dev.lock
	sh tools/environment.sh $(VENV) requirements/dev.lock
	touch $@ $(VENV)/.run

$(VENV)/.bench: requirements/bench.lock
	sh tools/environment.sh $(VENV) requirements/bench.lock
	touch $@ $(VENV)/.dev $(VENV)/.run

# Once, and again when what it brings changes. The environment is only asked to be there: its stamp is younger.
build/.assets: package-lock.json tools/assets.sh | $(VENV)/.run
	sh tools/assets.sh $(VENV)
	touch $@
