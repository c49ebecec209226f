.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PRODUCTION := $(VENV)/.production
DEVELOPMENT := $(VENV)/.development
# One process for each core.
WORKERS ?= logical
# Modules are compiled once, and not in each process of the tests.
PARALLEL_PYTEST = env PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS)

.PHONY: help demo test coverage check messages pictures prose bench bench-answers bench-peers trial format schema environment lock clean

help: ## List all commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(PRODUCTION) ## Start a demo school on http://127.0.0.1:8000 (PORT=, DATABASE_URL=)
	@$(BIN)/python manage.py demo --port $(PORT)

test: $(DEVELOPMENT) ## Run all tests, on SQLite and on PostgreSQL (FAST=1 THOROUGH=1 TIMES=1)
ifdef FAST
	@DATABASE_URL= $(PARALLEL_PYTEST) -m "not slow" --ignore=tests/browser --ignore=tests/clients $(PYTEST)
else
	@echo "Tests on SQLite"
	@DATABASE_URL= $(PARALLEL_PYTEST) $(PYTEST)
	@echo "Tests on PostgreSQL"
	@$(BIN)/python -m scripts.postgres $(PARALLEL_PYTEST) -m "not one_database" $(PYTEST)
endif

coverage: $(DEVELOPMENT) ## Run all tests on SQLite, and list the lines that none of them runs in var/coverage.txt
	@mkdir -p var/coverage
	@DATABASE_URL= $(BIN)/coverage run -m pytest -n $(WORKERS) $(PYTEST)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report > var/coverage.txt
	@tail -1 var/coverage.txt

check: $(DEVELOPMENT) ## Check format, lint, types, imports, migrations and the committed schema
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m scripts.migration_locks
	$(BIN)/python manage.py export_schema --check
	$(BIN)/python manage.py export_schema --client apollo --check
	$(BIN)/python manage.py export_schema --client graphcache --check
	$(BIN)/python manage.py export_environment --check

messages: $(DEVELOPMENT) ## Update and compile the translations, and list missing ones
	@$(BIN)/python -m scripts.messages

pictures: $(DEVELOPMENT) ## Make the pictures of the documents in both languages (needs pngquant and chromium-l10n)
	@$(BIN)/python -m scripts.pictures

prose: $(DEVELOPMENT) ## List sentences that are not in plain English (PATHS=docs/clients/errors.md)
	@$(BIN)/python -m scripts.prose $(PATHS)

bench: $(DEVELOPMENT) ## Measure on both databases next to other implementations; writes benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks $(BENCH)

bench-answers: $(DEVELOPMENT) ## Measure small and repeated requests (needs Node); writes benchmarks/ANSWERS.md
	@$(BIN)/python -m benchmarks.answers $(BENCH)

bench-peers: $(DEVELOPMENT) ## Measure next to PostGraphile (needs Node); writes benchmarks/PEERS.md
	@$(BIN)/python -m benchmarks.peers $(BENCH)

trial: $(DEVELOPMENT) ## Load and break the real servers; writes benchmarks/TRIAL.md (SHORT=1 takes two minutes)
	@$(BIN)/python -m benchmarks.trial $(if $(SHORT),--short) $(TRIAL)

format: $(DEVELOPMENT) ## Format the code and sort its imports
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

schema: $(DEVELOPMENT) ## Regenerate schema/schema.graphql and the cache settings in docs/clients
	$(BIN)/python manage.py export_schema
	$(BIN)/python manage.py export_schema --client apollo
	$(BIN)/python manage.py export_schema --client graphcache

environment: $(DEVELOPMENT) ## Regenerate deploy/environment
	$(BIN)/python manage.py export_environment

lock: $(DEVELOPMENT) ## Update the lock files from requirements/*.in
	@for name in production tracing development; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
			--no-emit-find-links --no-header --python-version 3.11 \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

clean: ## Remove the virtual environment and caches; keeps the data in var/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(PRODUCTION): requirements/production.txt | $(BIN)/python
	@echo "Installing what the server needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(DEVELOPMENT): requirements/development.txt $(PRODUCTION)
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
