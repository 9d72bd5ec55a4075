# Two commands for a stranger: `make demo` and `make test`. Both make their own environment in .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test explore torture lint types wheel audit check install

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml $(wildcard requirements-dev.lock scripts/install scripts/fonts scripts/graphiql)
	PYTHON=$(PYTHON) VENV=$(VENV) scripts/install
	touch $@

demo: install
	$(BIN)/zhenduan demo

# The suite makes hundreds of databases and flushes each write: in memory where the machine has such a folder.
TEST_FOLDER := $(shell test -w /dev/shm && echo /dev/shm || echo $${TMPDIR:-/tmp})

# The rules' tests are checked as a whole for what none of them tried, so they run in one process; the others on every core.
test: install
	TMPDIR=$(TEST_FOLDER) $(BIN)/python -m pytest -q tests/rules
	TMPDIR=$(TEST_FOLDER) $(BIN)/python -m pytest -q -n auto --dist loadfile --ignore tests/rules

# Draws other examples than the suite for as long as it is given, and keeps what it finds.
explore: install
	TMPDIR=$(TEST_FOLDER) VENV=$(VENV) scripts/explore

torture: install
	KILLS=200 $(BIN)/python -m pytest -q -s tests/torture

lint: install
	$(BIN)/ruff check .

types: install
	$(BIN)/mypy

# Known faults of what the lock installs; passes with a warning where no database of advisories can be reached.
audit: install
	VENV=$(VENV) scripts/audit

wheel: install
	PYTHON=$(PYTHON) VENV=$(VENV) scripts/try-wheel

check: lint types wheel audit test
