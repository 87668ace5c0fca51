# Every target does its own set-up: a machine with Python 3.11 and make is enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# What the workstation needs; then what its makers need besides.
RUN := $(VENV)/.run
READY := $(VENV)/.ready

.PHONY: pictures demo test check prove bench sample locale clean

$(RUN): pyproject.toml
	@test -n "$(PYTHON)" || { echo "tui-billing needs Python 3.11 or newer; say where: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -e .
	@touch $@

$(READY): $(RUN)
	@echo "Setting up the tools for tests ..."
	@$(PIP) install -e '.[dev]'
	@touch $@

demo: $(RUN)
	@$(BIN)/tui-billing demo

test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist loadgroup -m 'not prove'

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.translations

prove: $(READY)
	$(BIN)/python -m pytest -n 0 -s -m prove

bench: $(READY)
	$(BIN)/python -m benchmarks

sample: $(RUN)
	$(BIN)/python -m tui_billing sample build sample.db

pictures: $(READY)
	$(BIN)/python -m pytest -n 0 tests/screens/test_pictures.py --snapshot-update
	$(BIN)/python docs/picture.py

locale: $(READY)
	$(BIN)/python -m tests.translations --update

clean:
	rm -rf $(VENV) dist build
