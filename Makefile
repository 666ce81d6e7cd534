# Everything a developer or an operator does. `make` alone lists it.
PYTHON ?= python3
UV := .venv/bin/uv
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check lint types layers format bench manifest docs

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 setup"; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
	@# The second try is for networks whose certificates only the system knows.
	@UV_PYTHON=.venv/bin/python $(UV) sync --locked --quiet 2>/dev/null || UV_PYTHON=.venv/bin/python $(UV) --system-certs sync --locked --quiet
	@touch $@

setup: .venv/.ready ## Install everything into .venv, nothing outside of it

demo: setup ## See it work, without any account: simulated Telegram, Slack and Wanjie
	@$(RUN) bots demo

run: setup ## Start every platform whose token is in the environment or in .env
	@$(RUN) bots run

test: setup ## Run all tests
	@$(RUN) pytest -q -n 8 --dist worksteal

check: lint types layers ## Lint, format, types, layers

lint: setup
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .

types: setup
	@$(RUN) basedpyright

layers: setup
	@.venv/bin/lint-imports

format: setup ## Put the code into its one form
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

bench: setup ## Measure latency, lag, calls, CPU and memory in the sandbox
	@$(RUN) tests.benchmarks

manifest: setup ## Write deploy/slack-manifest.yaml from the commands
	@$(RUN) bots manifest > deploy/slack-manifest.yaml

docs: setup ## Write docs/commands.md, docs/configuration.md and .env.example from the code
	@$(RUN) bots docs
