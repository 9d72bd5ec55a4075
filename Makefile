# Two commands for a stranger: `make demo` and `make test`. Both make their own environment in .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Where no bytecode may be written, each of the suite's hundreds of starts of the program would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

# What the console is built from.
CONSOLE_SOURCES := $(wildcard console/*.* console/src/*.* console/src/*/*.*)

.PHONY: demo browser clients test quick seconds explore walk torture bench lint types wheel audit check install

install: $(VENV)/.installed $(VENV)/.console

$(VENV)/.installed: pyproject.toml $(wildcard requirements-dev.lock scripts/install scripts/fonts scripts/graphiql)
	PYTHON=$(PYTHON) VENV=$(VENV) scripts/install
	touch $@

# The pages of the console, from the printed schema: a field that goes breaks this.
$(VENV)/.console: $(VENV)/.installed scripts/console graphql/schema.graphql $(CONSOLE_SOURCES)
	VENV=$(VENV) scripts/console
	touch $@

# What stock clients and the contract's tools are checked with: for tests alone, so that a demo does not wait for it.
clients: $(VENV)/clients/made-by

$(VENV)/clients/made-by: $(VENV)/.installed scripts/clients $(wildcard tests/clients/*.json) tests/clients/sssom.lock
	VENV=$(VENV) scripts/clients
	touch $@

# The browser in which the console is tried.
browser:
	scripts/browser

demo: install
	$(BIN)/zhenduan demo

# The suite makes hundreds of databases and flushes each write: in memory where the machine has such a folder.
TEST_FOLDER := $(shell test -w /dev/shm && echo /dev/shm || echo $${TMPDIR:-/tmp})

# The rules' tests are checked as a whole for what none of them tried: one process runs them, and then tries the console, while others
# run the rest. A browser mostly waits for a page to be at rest.
PYTEST := TMPDIR=$(TEST_FOLDER) PYTHONHASHSEED=0 $(BIN)/python -m pytest -q
# One more than there are cores: a test that waits for PostgreSQL, a socket or a command leaves its core to another.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || sysctl -n hw.ncpu) + 1)
BESIDE_ALL = mkdir -p var; { $(PYTEST) tests/rules; good=$$?; $(PYTEST) tests/e2e/test_console.py && exit $$good; } >var/rules.log 2>&1 & \
	rules=$$!; failed=0
TOGETHER = wait $$rules || failed=1; cat var/rules.log; exit $$failed

test: install clients browser
	$(BESIDE_ALL); $(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder --junitxml=var/tests.xml \
	--ignore tests/rules --ignore tests/e2e/test_console.py || failed=1; $(TOGETHER)

# What a change needs before it lands, in three minutes: lint, types, papers, the rules where they may see it, and the nearest tests of
# what was touched since SINCE, else since main; what is left to `make test` is named. The rules, in one process, take longest, so the
# others give way to them.
quick: install clients browser lint
	@chosen=$$($(BIN)/python scripts/touched $(SINCE)) || exit 1; mkdir -p var; failed=0; \
	$(BIN)/mypy >var/types.log 2>&1 & types=$$!; \
	{ case " $$(echo $$chosen) " in *" tests/rules "*) $(PYTEST) tests/rules;; esac; } >var/rules.log 2>&1 & rules=$$!; \
	nice -n 5 env $(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder $$(echo "$$chosen" | grep -vx tests/rules) || failed=1; \
	wait $$types || failed=1; cat var/types.log; $(TOGETHER)

# What each file of tests takes, as the last whole run measured it: from this `make quick` knows what it has time for.
seconds: install
	$(BIN)/python scripts/touched --measured var/tests.xml

# Draws other examples than the suite for as long as it is given, and keeps what it finds.
explore: install
	TMPDIR=$(TEST_FOLDER) VENV=$(VENV) scripts/explore

# A hostile walk of every role through every command: WALK_STEPS=20000 WALK_SEED=7 make walk
walk: install
	WALK_STEPS=$${WALK_STEPS:-5000} WALK_QUESTIONS=$${WALK_QUESTIONS:-20000} WALK_SEED=$${WALK_SEED:-$$RANDOM} $(BIN)/pytest -q tests/api/server/test_walks.py

torture: install
	KILLS=200 FAULTS=3000 $(BIN)/python -m pytest -q -s tests/torture

# One table of ratios; BENCH="append projections entries=1000000", "--smoke", "--engine sqlite" say what of it.
bench: install
	$(BIN)/python -m benchmarks $(BENCH)

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
