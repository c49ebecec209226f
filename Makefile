.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PRODUCTION := $(VENV)/.production
DEVELOPMENT := $(VENV)/.development

.PHONY: help demo test check prose bench bench-peers format schema lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: $(PRODUCTION) ## Run the API with a school's data on 127.0.0.1:8000 (PORT=, DATABASE_URL=)
	@$(BIN)/python manage.py demo --port $(PORT)

test: $(DEVELOPMENT) ## Run all tests, on SQLite and on PostgreSQL
	@echo "Tests on SQLite"
	@DATABASE_URL= $(BIN)/python -m pytest $(PYTEST)
	@echo "Tests on PostgreSQL"
	@$(BIN)/python -m scripts.postgres $(BIN)/python -m pytest $(PYTEST)

check: $(DEVELOPMENT) ## Check format, lint, types, layers, migrations and the committed schema
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py export_schema --check

prose: $(DEVELOPMENT) ## List sentences that are not in plain English (PATHS=docs/errors.md)
	@$(BIN)/python -m scripts.prose $(PATHS)

bench: $(DEVELOPMENT) ## Measure on both databases beside other ways, and write benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks $(BENCH)

bench-peers: $(DEVELOPMENT) ## Measure beside PostGraphile, which needs Node, and write benchmarks/PEERS.md
	@$(BIN)/python -m benchmarks.peers $(BENCH)

format: $(DEVELOPMENT) ## Format the code and sort its imports
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

schema: $(DEVELOPMENT) ## Write schema/schema.graphql anew
	$(BIN)/python manage.py export_schema

lock: $(DEVELOPMENT) ## Resolve requirements/*.in anew and write the lock files
	@for name in production development; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
			--no-emit-find-links --no-header --python-version 3.11 \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

clean: ## Remove the virtual environment and caches; keeps var/, where the data is
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
