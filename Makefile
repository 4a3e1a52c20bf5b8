# Everything goes through these targets; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test check fix screenshots clean

setup: $(STAMP)

# Hash checking refuses an editable project in the same call, hence two installs.
$(STAMP): requirements/production.txt requirements/develop.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tieout needs Python 3.11 or newer; you have " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/production.txt -r requirements/develop.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	$(BIN)/tieout demo

test: setup
	scripts/test

check: setup
	scripts/check

fix: setup
	$(BIN)/ruff check --fix --quiet src tests
	$(BIN)/ruff format --quiet src tests

screenshots: setup
	mkdir -p docs/screenshots
	TIEOUT_SCREENSHOTS=$(CURDIR)/docs/screenshots $(BIN)/pytest -n0 tests/browser/test_screenshots.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
