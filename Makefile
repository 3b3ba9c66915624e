PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MAKE_ENV := $(PYTHON) tools/make_env.py
# Tests are compiled once and kept, whatever the environment says: each worker loads all of them.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
# Processes that run tests: one more than there are processors, since some tests wait for processes
# and ports; each further one costs 8 s of processor time to start. Order is random: SEED=N repeats one.
# JOBS=N sets them for every target; `GIVEN_JOBS` is empty where nobody did.
CORES := $(shell $(PYTHON) -c "import os; print(os.cpu_count() or 2)")
GIVEN_JOBS := $(if $(filter undefined,$(origin JOBS)),,$(JOBS))
JOBS ?= $(shell expr $(CORES) + 1)
export PLUGSMITH_TEST_SEED := $(SEED)
# Options for pytest in every target: `make test MORE=--last-failed` runs what failed last time.
ifdef MORE
export PYTEST_ADDOPTS := $(MORE)
endif

.PHONY: setup demo lint test-fast test test-whole test-ui test-web web page page-shots
.PHONY: peers test-peers test-oldest test-newest
.PHONY: mutants fuzz campaign campaign-model campaign-adapters campaign-canaries
.PHONY: campaign-texts campaign-house bench
.PHONY: generated evidence lock clean help site release test-release changelog

# Makes .venv from locks/dev.txt and keeps compiled files ready, so that no start waits for them.
# Nothing is fetched while the lock, the project table and Python are the same.
setup:
	@$(MAKE_ENV) $(VENV) locks/dev.txt --project
	@$(BIN)/python -m compileall -q src/plugsmith

# What can be made, in the words of this file.
help:
	@awk '/^# /{if(!said)said=substr($$0,3);next} /^[a-z][a-z-]*:/{split($$0,name,":"); if(said)printf "%-18s %s\n",name[1],said} {said=""}' Makefile

demo: setup
	$(BIN)/plugsmith demo

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The inner loop: what needs no process, no pacing, no corpus. No lint, so that it answers soon.
test-fast: setup
	$(PYTEST) -n $(or $(GIVEN_JOBS),$(CORES)) -m "not slow and not peers and not corpus and not campaign and not whole" tests/unit tests/arch tests/property

# Everything that a change must pass. Corpus tests run where the corpus is, else they skip.
# AFTER_FAST=1 leaves out what `make test-fast` has just passed.
test: lint
	$(PYTEST) -n $(JOBS) -m "not peers and not campaign and not ui and not web and not whole" $(if $(AFTER_FAST),--after-fast)

# The rows of long tables of which `make test` runs a sample (tests/rigs/suite/samples.py, campaign_size.py).
test-whole: setup
	$(PYTEST) -n $(JOBS) -m whole tests/arch tests/cli tests/flows tests/unit tests/property tests/emu tests/obk tests/ui tests/web tests/corpus

# The page in a real browser (Debian's chromium), and that its committed build is a fresh one.
test-ui: page/node_modules/.made
	@$(MAKE_ENV) .venvs/page locks/page.txt --project
	cd page && npm run --silent check && npm test --silent
	.venvs/page/bin/python -m pytest -n $(or $(GIVEN_JOBS),2) -m ui tests/browser

# Builds the page into the package; its result is committed, so that `pip install` needs no Node.
page: page/node_modules/.made
	cd page && npm run --silent build

# The static edition: dist/web/ for any host of files. Everything in it is named by a lock file.
web: setup page/node_modules/.made
	cd page && npm run --silent build:web
	$(BIN)/python tools/web_build.py dist/web

# The core on Pyodide: in Node, and with a port in Debian's Chromium and Firefox. ONLY="TESTS" runs a part.
test-web: web
	@$(MAKE_ENV) .venvs/page locks/page.txt --project
	.venvs/page/bin/python -m pytest -n $(or $(GIVEN_JOBS),2) -m "web and not campaign" $(or $(ONLY),tests/pyodide)

# The pictures in docs/page.md.
page-shots: page/node_modules/.made
	@$(MAKE_ENV) .venvs/page locks/page.txt --project
	PLUGSMITH_SHOTS=docs/pictures .venvs/page/bin/python -m pytest -n 0 -m ui tests/browser/test_browser_shots.py

page/node_modules/.made: page/package-lock.json
	cd page && npm ci --no-audit --no-fund
	touch $@

# Other tools against the simulated chip, and ESPHome as judge of our files. Each has an
# environment of its own (together 350 MB; ESPHome takes two to three minutes to install).
test-peers: setup peers
	$(PYTEST) -n $(JOBS) -m peers

peers:
	@$(MAKE_ENV) .peers/bk7231tools locks/bk7231tools.txt
	@$(MAKE_ENV) .peers/ltchiptool locks/ltchiptool.txt --sources
	@$(MAKE_ENV) .peers/esphome locks/esphome.txt --sources
	@$(MAKE_ENV) .peers/esptool locks/esptool.txt --sources
	@$(MAKE_ENV) .peers/other-chips locks/other-chips.txt --sources

# For each library the tests that call it. Left out is what calls none (chips, dumps, boot code, the
# simulator), and what meets the same calls again and takes minutes: processes that are killed, all
# situations of the first contact, hours of served ports.
LINK_TESTS := tests/unit/link tests/unit/lan tests/cli/wire/test_cli_info_ports.py# serialx
WORDS_TESTS := $(addprefix tests/cli/people/test_,walk.py snapshots.py questions.py beside_a_bar.py streams.py)# typer, rich
LIBRARY_TESTS := tests/unit/library tests/cli/home/test_config_file.py# platformdirs
CIPHER_TESTS := tests/unit/tuya tests/unit/dump/test_recover_forged.py# pycryptodome
YAML_TESTS := tests/unit/export tests/unit/test_nested_json.py $(addprefix tests/flows/device/test_,obkconfig_flows.py prepared_image.py)# ruamel.yaml
HTTP_TESTS := tests/flows/image/test_image_fetch.py $(addprefix tests/flows/device/test_device_,apply.py groups.py ota.py)# httpx2
PAGE_TESTS := $(addprefix tests/ui/test_ui_,files.py guard.py jobs.py practice.py process.py)# starlette, uvicorn
EMULATOR_TESTS := $(addprefix tests/emu/test_emu_,blocks.py boot.py flows_forged.py)# unicorn
NET_TESTS := $(addprefix tests/flows/,house/test_house_discovery.py house/test_house_roll.py device/test_device_announced.py)# aiomqtt, keyring, zeroconf
SPI_TESTS := tests/unit/spi tests/flows/wire/test_spi_adapters.py# pyusb, pyftdi, gpiod
WITH_DEPENDENCIES = $(LINK_TESTS) $(WORDS_TESTS) $(LIBRARY_TESTS) $(CIPHER_TESTS) $(YAML_TESTS) $(HTTP_TESTS) \
  $(PAGE_TESTS) $(EMULATOR_TESTS) $(NET_TESTS) $(SPI_TESTS)
TEST_DEPENDENCIES = python -m pytest -n $(JOBS) -m "not peers and not corpus and not campaign and not ui and not whole" $(WITH_DEPENDENCIES)

# What our dependencies do for us, with the oldest versions that pyproject.toml allows ...
test-oldest:
	@$(MAKE_ENV) .venvs/oldest locks/oldest.txt --project
	PYTHONDONTWRITEBYTECODE= .venvs/oldest/bin/$(TEST_DEPENDENCIES)

# ... and with the newest that can be had today. Alone here the versions are not locked.
test-newest:
	@$(MAKE_ENV) .venvs/newest locks/dev.txt --project --newest
	PYTHONDONTWRITEBYTECODE= .venvs/newest/bin/$(TEST_DEPENDENCIES)

WHOLE_PEERS := $(addprefix tests/peers/test_,unbrick_a_served_chip.py spi_adapters_with_flashrom.py)
WHOLE_TABLES := $(addprefix tests/flows/wire/test_,reach.py flows_headers.py flows_flash.py flows_adapters.py)

# Faults by seeds: N cases from seed FIRST on; then writes that are cut at every request and boards
# that are exchanged; then the tables of which `make test` runs a sample. All of that takes hours;
# POINTS=12 exchanges boards in four times so many ways and leaves those tables out.
campaign: setup campaign-model
	$(BIN)/python tools/fault_campaign.py $(or $(N),10000) $(or $(FIRST),0)
	PLUGSMITH_CAMPAIGN=all $(PYTEST) -n $(JOBS) --timeout=0 tests/flows/wire/test_cut_anywhere.py
	PLUGSMITH_CAMPAIGN=$(or $(POINTS),all) $(PYTEST) -n $(JOBS) --timeout=0 tests/flows/wire/test_mix_ups.py \
		$(if $(POINTS),,$(WHOLE_TABLES))
	$(PYTEST) -n $(JOBS) --timeout=0 -m campaign tests/emu tests/corpus tests/unit tests/cli \
		$(if $(POINTS),,tests/property $(addprefix tests/flows/wire/test_,unbrick.py servers_that_fail.py spi_adapters.py) $(WHOLE_PEERS))

# Random verbs, boards, cuts and clocks against invariants: STEPS steps from seed FIRST on.
campaign-model: setup
	$(BIN)/python tools/model_campaign.py $(or $(STEPS),20000) $(or $(FIRST),0)

# Forged and broken inputs into every reader of foreign bytes, a table at the end. SECONDS or COUNT is
# for all targets together; COUNT=1000000 takes about half an hour of one core.
fuzz: setup
	$(BIN)/python tools/fuzz_readers.py --seed $(or $(SEED),1) \
		$(if $(COUNT),--count $(COUNT),--seconds $(or $(SECONDS),60))

# Mutation testing, sampled: SAMPLE changes a module of those that keep promises, drawn by SEED.
mutants: setup
	$(BIN)/python tools/mutants.py $(or $(SAMPLE),8) $(or $(SEED),0) $(MODULES)

# Every verb on every model of an adapter, twice.
campaign-adapters: setup
	$(PYTEST) -n $(JOBS) -m campaign tests/flows/wire/test_flows_adapters.py

# Texts that never existed: N constructed flashes from seed FIRST on (50 a second of CPU time), and
# a hundredth of them read whole, from file and chip.
campaign-texts: setup
	$(BIN)/python tools/mixed_texts.py --count $(or $(N),100000) --first $(or $(FIRST),0)
	$(BIN)/python tools/mixed_texts.py --whole --count $$(( $(or $(N),100000) / 100 )) --first $(or $(FIRST),0)

# Every spelling of a planted secret in every place of six kinds of dump; STEP=10 runs a tenth.
campaign-canaries: setup
	$(BIN)/python tools/canary_campaign.py $(or $(STEP),1)
	PLUGSMITH_CAMPAIGN=all $(PYTEST) -n $(JOBS) --timeout=0 tests/property/test_ledger_lived.py

# Hard kills in the middle of writes to served chips; DUMP (a stock BK7231T) adds the emulator.
campaign-kills: setup
	$(BIN)/python tools/kill_campaign.py sim $(or $(N),30) $(or $(FIRST),0)
	$(if $(DUMP),$(BIN)/python tools/kill_campaign.py emu $(or $(N),30) $(or $(FIRST),0) $(DUMP))

# Restore, group update and roll over the network, cut off in six ways at every one of their requests.
campaign-house: setup
	PLUGSMITH_CAMPAIGN=all $(PYTEST) -n $(JOBS) --timeout=0 -m "campaign or not campaign" tests/flows/house/test_house_cut_anywhere.py

bench: setup
	$(BIN)/python -m bench $(if $(FULL),--full)

# Holds the mapping rules against published templates (needs the corpus); writes docs/evidence.md.
# Then tries every damaged copy of the corpus' dumps, and prints how many gave the exact text.
evidence: setup
	$(BIN)/python tools/evidence.py --write
	$(PYTEST) -n 0 -s -q tests/corpus/test_tuya_damage.py

# The documentation site, English and Polish: dist/site. A broken link ends it.
site:
	@$(MAKE_ENV) .venvs/site locks/site.txt --project
	.venvs/site/bin/python tools/make_site.py

# Wheel, sources, single file, SBOM, licences, sums, and where npm is the page without a server:
# dist/release. The same commit, the same bytes.
release: $(if $(shell command -v npm),web)
	@$(MAKE_ENV) .venvs/release locks/release.txt
	.venvs/release/bin/python tools/release.py

# Puts the lines of changes/ into CHANGELOG.md: make changelog VERSION=0.2.0; without: shows them.
changelog:
	@$(MAKE_ENV) .venvs/release locks/release.txt
	.venvs/release/bin/towncrier build $(if $(VERSION),--yes --version $(VERSION),--draft --version next)

# Built twice and compared; then each artefact is installed into an empty place and used.
test-release:
	@$(MAKE_ENV) .venvs/release locks/release.txt
	.venvs/release/bin/python tools/check_release.py

generated: setup
	$(BIN)/python tools/generate_docs.py

# Writes locks/ from pyproject.toml; UPGRADE=1 takes the newest allowed versions.
lock:
	@$(MAKE_ENV) .venvs/lock locks/uv.txt
	PATH="$(CURDIR)/.venvs/lock/bin:$$PATH" $(PYTHON) tools/lock.py $(if $(UPGRADE),--upgrade)

clean:
	rm -rf $(VENV) .venvs .peers build dist
