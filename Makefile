PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done

.PHONY: setup demo test lint bench campaign generated clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,emu]'
	touch $(STAMP)

demo: setup
	$(BIN)/plugsmith demo

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest -n 2

generated: setup
	$(BIN)/python tools/generate_docs.py

bench: setup
	$(BIN)/python -m bench $(if $(FULL),--full)

clean:
	rm -rf $(VENV) .peers build dist
