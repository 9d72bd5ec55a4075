# Two commands for a stranger: `make demo` and `make test`. Both make their own environment in .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types check install

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml $(wildcard scripts/install scripts/fonts scripts/graphiql)
	PYTHON=$(PYTHON) VENV=$(VENV) scripts/install
	touch $@

demo: install
	$(BIN)/zhenduan demo

test: install
	$(BIN)/python -m pytest -q

lint: install
	$(BIN)/ruff check .

types: install
	$(BIN)/mypy

check: lint types test
