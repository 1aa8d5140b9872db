# Everything a person or a machine does with the project. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help up down tableau test test-emulator test-gcp check lint chaos truth bench lock format clean browser screenshots

PYTHON ?= python3
BIN    := .venv/bin
MODELS := $(wildcard dbt/models/*/*.sql dbt/tests/*.sql)
SQL    := $(MODELS) $(wildcard bigquery_ml/*.sql)
# Two workers share the files as tests/conftest.py says, and in its order.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/emulator --ignore tests/gcp

# Prefect and dbt start two to three times as fast from compiled modules; .venv is ours to write to.
unexport PYTHONDONTWRITEBYTECODE

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: .venv/run.stamp ## Set up, then run the whole pipeline on this machine (ARGS="--days 30 …")
	$(BIN)/esynapse up $(ARGS)

down: .venv/run.stamp ## Stop what `make up` runs
	$(BIN)/esynapse down

tableau: .venv/tableau.stamp ## The Tableau workbook into tableau/: with the default home's data, and over BigQuery (PROJECT=…, DATASET=esynapse)
	$(BIN)/esynapse tableau
	$(BIN)/esynapse tableau --mode bigquery --project $(or $(PROJECT),your-project) --dataset $(or $(DATASET),esynapse)

test: .venv/dev.stamp browser ## Set up, then run every check and every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) -s lint
	$(PYTEST)

test-emulator: .venv/dev.stamp .venv-emulator/stamp ## The pipeline against emulators of Pub/Sub and BigQuery; prints the parity table
	$(BIN)/pytest -s tests/emulator

test-gcp: .venv/dev.stamp ## The whole path on Google Cloud (PROJECT=…, LOCATION=US); says first what it costs
	PROJECT=$(PROJECT) LOCATION=$(LOCATION) $(BIN)/pytest -s tests/gcp

check: .venv/dev.stamp ## The inner loop: format, lint, types, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) -s lint
	$(PYTEST) -q -m "not slow" --hypothesis-profile quick

lint: .venv/dev.stamp ## Lint the SQL that changed, for both warehouses
	@$(MAKE) -s -j 2 .venv/duckdb.stamp .venv/bigquery.stamp

chaos: export ESYNAPSE_CHAOS_KILLS ?= 200
chaos: .venv/dev.stamp ## Kill every process 200 times in all, under load, and account for every event
	$(BIN)/pytest -s tests/chaos/test_chaos.py

truth: export ESYNAPSE_TRUTH_SCALE ?= 1
truth: export ESYNAPSE_TRUTH_SEEDS ?= 1,2,42
truth: .venv/dev.stamp ## Half a year of three shops: do the marts find what was planted?
	$(BIN)/pytest -q tests/truth

bench: .venv/dev.stamp browser ## Measure, as the README quotes it
	$(BIN)/esynapse bench up
	$(BIN)/esynapse bench shop
	$(BIN)/esynapse bench stream
	$(BIN)/esynapse bench marts
	$(BIN)/esynapse bench forecast
	$(BIN)/esynapse bench dashboard

screenshots: .venv/dev.stamp browser ## Pictures of every page over the default home into docs/screenshots
	$(BIN)/python docs/screenshots.py

format: .venv/dev.stamp ## Format and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/uv.stamp ## Resolve requirements*.in into requirements*.txt
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 requirements-tableau.in -o requirements-tableau.txt
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 requirements-emulator.in -o requirements-emulator.txt

clean: ## Remove the environments, the caches and the default home (.esynapse)
	rm -rf .venv .venv-emulator .esynapse .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# Debian's Chromium for the browser tests; where it cannot be installed they say that they skip.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || echo "chromium is not here and cannot be installed: the browser tests will skip"

.venv/uv.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q uv
	@touch $@

.venv/run.stamp: .venv/uv.stamp requirements.txt pyproject.toml
	$(BIN)/uv pip install -q --python $(BIN)/python -r requirements.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

.venv/tableau.stamp: .venv/run.stamp requirements-tableau.txt
	$(BIN)/uv pip install -q --python $(BIN)/python -r requirements-tableau.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/uv pip install -q --python $(BIN)/python -r requirements-dev.txt
	@touch $@

.venv-emulator/stamp: .venv/uv.stamp requirements-emulator.txt
	$(BIN)/uv venv -q --allow-existing --python $(BIN)/python .venv-emulator
	$(BIN)/uv pip install -q --python .venv-emulator/bin/python -r requirements-emulator.txt
	@touch $@

# A new rule or a changed macro may concern every file. A stamp bears the time at which its lint
# began: what was saved since is linted the next time.
RULES   := .venv/dev.stamp $(wildcard tests/dbt_project/lint/*.* dbt/macros/*.sql)
to_lint = $(if $(filter $(RULES),$?),$(1),$(filter $(1),$?))

.venv/duckdb.stamp: $(MODELS) $(RULES)
	@touch $@.begun
	$(BIN)/sqlfluff lint --disable-progress-bar $(call to_lint,$(MODELS))
	@mv $@.begun $@

.venv/bigquery.stamp: $(SQL) $(RULES)
	@touch $@.begun
	$(BIN)/sqlfluff lint --disable-progress-bar --config tests/dbt_project/lint/bigquery.cfg $(call to_lint,$(SQL))
	@mv $@.begun $@
