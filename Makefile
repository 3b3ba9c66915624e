PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done

PEERS := .peers/bk7231tools/.done .peers/ltchiptool/.done .peers/esphome/.done

.PHONY: setup peers demo test lint bench campaign generated clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,emu]'
	touch $(STAMP)

# Two other flashing tools, in environments of their own, to test the simulated chip with.
peers: $(PEERS)

.peers/bk7231tools/.done:
	$(PYTHON) -m venv .peers/bk7231tools
	.peers/bk7231tools/bin/python -m pip install --quiet --disable-pip-version-check 'bk7231tools[cli]==2.1.2'
	touch $@

.peers/ltchiptool/.done:
	$(PYTHON) -m venv .peers/ltchiptool
	.peers/ltchiptool/bin/python -m pip install --quiet --disable-pip-version-check 'ltchiptool==4.15.0'
	touch $@

# ESPHome checks the configurations that we write (250 MB, two to three minutes to install).
.peers/esphome/.done:
	$(PYTHON) -m venv .peers/esphome
	.peers/esphome/bin/python -m pip install --quiet --disable-pip-version-check 'esphome==2026.6.5'
	touch $@

demo: setup
	$(BIN)/plugsmith demo

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint peers
	$(BIN)/python -m pytest -n 2

generated: setup
	$(BIN)/python tools/generate_docs.py

bench: setup
	$(BIN)/python -m bench $(if $(FULL),--full)

campaign: setup
	$(BIN)/python tools/fault_campaign.py $(or $(N),10000) $(or $(FIRST),0)

clean:
	rm -rf $(VENV) .peers build dist
