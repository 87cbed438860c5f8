# What a developer types. Every target does its own set-up; nothing is installed outside .venv, except that `test`
# lets ci/peers.sh add Debian's packages of the programs it tests against, where that is possible.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Tests side by side; more than the machine has cores makes them slower.
JOBS ?= 2
# Set in some containers: every start of Python would then compile its modules anew.
unexport PYTHONDONTWRITEBYTECODE

python := .venv/bin/python
pip := $(python) -m pip --quiet --disable-pip-version-check --no-input

.PHONY: help install lock demo test check chaos fuzz docs bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: ## make .venv with everything from the lock file, and Tegata itself in place; nothing to do when it is up to date

	@$(MAKE) --question .venv/.installed || { interpreter="$${PYTHON:-$$(ci/python.sh)}"; \
		"$$interpreter" ci/alone.py $(MAKE) .venv/.installed; }

.venv/.locked: requirements.lock
	interpreter="$${PYTHON:-$$(ci/python.sh)}"; "$$interpreter" -m venv --clear .venv
	$(pip) install --require-hashes --requirement requirements.lock
	touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(pip) install --no-deps --no-build-isolation --editable .
	$(python) -m compileall -q src
	touch $@

lock: .venv/.locked ## write requirements.lock anew from pyproject.toml
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

demo: install ## the manual's procedure from contract to revocation, step by step (ONCE=1: do not stay up at the end)
	$(python) demo/manual.py $(if $(ONCE),--once)

test: install ## all tests, with the real programs they need (ARGS="..." goes to pytest, JOBS=n runs n side by side)
	ci/peers.sh
	$(python) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: install ## format, lint, types, import contracts, architecture
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/mypy --platform win32 --cache-dir .mypy_cache/win32 --package tegata.cli
	.venv/bin/lint-imports
	$(python) -m pytest -q tests/architecture

chaos: install ## kill -9 of clients, CA and nodes at random moments: ten rounds, then a minute of load (SEED=n, KILLS=n, SECONDS=n)
	$(python) -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS)) $(if $(SECONDS),--seconds $(SECONDS))

fuzz: install ## generated input for every endpoint and reader, ten minutes in all (SECONDS=n for each target, TARGETS="…", SEED=n, JOBS=n)
	$(python) -m tests.fuzz $(TARGETS) --jobs $(JOBS) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

docs: install ## draw the documents' generated parts anew
	$(python) docs/draw.py

bench: install ## how fast the hot paths are on this machine; what the figures mean is in benchmarks/README.md
	$(python) benchmarks/client.py
	$(python) benchmarks/ca.py
	$(python) benchmarks/parts.py
	$(python) benchmarks/lint.py
	$(python) benchmarks/store.py
	$(python) benchmarks/fleet.py
	$(python) benchmarks/scan.py
	$(python) benchmarks/crl.py
	$(python) benchmarks/nodes.py

clean: ## remove .venv and everything else that can be made again
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests demo -name __pycache__ -type d -prune -exec rm -rf {} +
