# `make serve` and `make test` need only Python 3.11 or later, with pip or venv, and make: each sets up .venv by itself
# with the versions of constraints.txt. What a set-up has finished is marked by a file, so that a second run starts at once.

.DEFAULT_GOAL := help
.PHONY: help serve test check bench docs notebooks format pins clean

RUN := .venv/bin/python

help: ## show what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r command meaning; do \
		printf '%-12s %s\n' "$$command" "$$meaning"; done

# Settings of `make serve`: make HOST=0.0.0.0 PORT=8001 STORE=folder TEXTS=folder DATA=folder serve
SETTINGS := HOST PORT STORE TEXTS DATA

serve: .venv/.runtime ## answer on http://127.0.0.1:8000; honours HOST PORT STORE TEXTS DATA
	@exec env $(foreach name,$(SETTINGS),$(if $($(name)),TERTIUS_$(name)="$$$(name)")) $(RUN) -m api serve

test: .venv/.test ## run the tests, without the slow ones
	@$(RUN) -m pytest -q -n auto --dist worksteal -m "not slow and not engine and not suites"

check: .venv/.dev ## run all that CI runs
	@.ci/run

bench: .venv/.bench ## measure speed, in process and over HTTP, beside the bare engine and other servers
	@$(RUN) -m tests.benchmarks

docs: .venv/.runtime ## write what derives: docs/vocabulary.md and .html, docs/schemas
	@$(RUN) -m ontology.page docs
	@$(RUN) -m graph.schemas docs/schemas

notebooks: .venv/.test ## run the notebooks, and keep their pictures and no other output
	@$(RUN) -m tests.notebooks

format: .venv/.dev ## put the code into its form
	@$(RUN) -m ruff check --fix-only --quiet .
	@$(RUN) -m ruff format .

pins: ## resolve the newest versions anew into constraints.txt
	@sh .ci/setup pins

clean: ## remove the set-up and all caches, never a store
	@rm -rf .venv .bootstrap build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find ontology graph api tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stage of the set-up contains the one before it.
.venv/.runtime: pyproject.toml constraints.txt
	@sh .ci/setup runtime
.venv/.test: .venv/.runtime
	@sh .ci/setup test
.venv/.bench: .venv/.test
	@sh .ci/setup bench
.venv/.dev: .venv/.test
	@sh .ci/setup dev
