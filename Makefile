# make demo                 a store, a Xero and the app on this machine, to set up in the store admin; Ctrl-C ends all
# make demo READY=1         the same, set up already: a day of orders [ORDERS=2000] goes to Xero at once
# make demo FAULTS=1        the same with one of each fault that heals by itself, each told as it strikes
# make test                 all tests, in parallel
# make check                lint, format, types
# make nightly              every variant, the property tests at length on fresh lives, all tests with rows turned round
# make simulate             200 fresh worlds under faults [SEED=… WORLDS=… PLANT=…]; a failure says how to replay it
# make simulate-ci          the same in at most ten minutes: fixed worlds, then as many fresh ones as the time allows
# make crashes             kill -9 of every process, the database's too, through days of orders [RUNS=20 ORDERS=5000 SEED=1]
# make fuzz [MINUTES=10]    coverage-guided bad input for all that is read [ONLY=orders]; says how to replay a crash
# make bench [ONLY=drain]   measurements, each against a floor from the same run
# make strings              collect every sentence of the pages into translations/messages.pot, for translators
# make migration            draw revision 0002 anew from models.py (only while nothing has been released)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.requirements-installed
FUZZ_STAMP := $(VENV)/.requirements-fuzz-installed
ORDERS ?=
RUNS ?=
READY ?=
FAULTS ?=
SEED ?=
WORLDS ?=
PLANT ?=
MINUTES ?= 10
TESTS_AT_ONCE ?= auto

.DEFAULT_GOAL := demo
.PHONY: demo test check nightly crashes simulate simulate-ci fuzz bench strings migration

demo: $(STAMP)
	@$(BIN)/flask --app embedded_app demo $(if $(READY)$(ORDERS)$(FAULTS),,--setup) $(if $(ORDERS),--orders $(ORDERS)) $(if $(FAULTS),--faults $(FAULTS))

test: $(STAMP)
	@$(BIN)/pytest -n $(TESTS_AT_ONCE)

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

nightly: $(STAMP)
	@$(BIN)/pytest -n $(TESTS_AT_ONCE) -m thorough
	@HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n $(TESTS_AT_ONCE) -o faulthandler_timeout=3600 tests/accounting tests/properties tests/hostile
	@ROWS_BACKWARDS=1 $(BIN)/pytest -n $(TESTS_AT_ONCE)

simulate: $(STAMP)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(WORLDS),--worlds $(WORLDS)) $(if $(PLANT),--plant $(PLANT))

simulate-ci: $(STAMP)
	@$(BIN)/python -m tests.simulation --seed 1 --worlds 60
	@$(BIN)/python -m tests.simulation --worlds 2000 --minutes 7

crashes: $(STAMP)
	@$(BIN)/python -m tests.crashes $(if $(RUNS),--runs $(RUNS)) $(if $(ORDERS),--orders $(ORDERS)) $(if $(SEED),--seed $(SEED))

fuzz: $(FUZZ_STAMP)
	@$(BIN)/python -m tests.fuzzing --minutes $(MINUTES) $(if $(ONLY),--only $(ONLY))

bench: $(STAMP)
	@$(BIN)/python -m benchmarks $(ONLY)

strings: $(STAMP)
	@$(BIN)/pybabel --quiet extract -F translations/babel.cfg -k lazy_gettext -o translations/messages.pot .

migration: $(STAMP)
	@$(BIN)/python -m migrations.redraw
	@$(BIN)/ruff check --quiet --fix --select I,F401 migrations/versions
	@$(BIN)/ruff format --quiet migrations/versions

$(FUZZ_STAMP): $(STAMP) requirements-fuzz.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-fuzz.txt
	@touch $(FUZZ_STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys' 2>/dev/null || \
	  { echo "Python is missing: install Python 3.11 or newer, or name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer, or name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python lacks its venv module: install it (on Debian and Ubuntu: the package python3-venv) and try again."; exit 1; }
	@test -w . || { echo "This directory cannot be written to: copy the checkout to one that is yours and try again."; exit 1; }
	@echo "Setting up $(VENV) (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(STAMP)
