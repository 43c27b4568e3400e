# Needs make and Python 3.11 or newer; bootstrap.py sees to the rest.
# Another Python: make install PYTHON=python3.13. Other test options: make test PYTEST_ARGS="-k glosa".

NAMES := python3 python3.13 python3.12 python3.11 python
PYTHON ?= $(firstword $(foreach name,$(NAMES),$(shell command -v $(name) 2>/dev/null)))
PYTEST_ARGS ?= -n 2
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install demo test lint check docs lock clean

help:
	@echo "make demo     install, run the shipped comparison, leave its results in runs/demo"
	@echo "make install  make .venv and install the locked packages and the project"
	@echo "make test     install, run all tests"
	@echo "make check    format, lint, types, import contracts, tests: what CI runs"
	@echo "make docs     install, build the documentation into site/ (no network needed for the build)"
	@echo "make lock     write requirements.lock anew from pyproject.toml (needs uv)"
	@echo "make clean    remove .venv and caches; results in runs/ stay"

install:
	@test -n "$(PYTHON)" || { echo "No Python found on PATH; install Python 3.11 or newer." >&2; exit 2; }
	@"$(PYTHON)" bootstrap.py

demo: install
	$(BIN)/ecocorridor run --out runs/demo

test: install
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

docs: install
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lock:
	uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-config --upgrade --quiet -o requirements.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
