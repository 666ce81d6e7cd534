# Everything a developer or an operator does. `make` alone lists it.
PYTHON ?= python3
UV := .venv/bin/uv
UV_VERSION := $(shell awk '/^name = "uv"$$/ { getline; gsub(/.*= |"/, ""); print }' uv.lock)
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check lint types layers security audit deployment format bench bench-load manifest docs screenshots release-notes

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# $(call sync,options): bring .venv to what uv.lock says. The second try is for networks whose certificates only the
# system knows.
define sync
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 setup"; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@UV_PYTHON=.venv/bin/python $(UV) sync --locked --quiet $(1) 2>/dev/null || UV_PYTHON=.venv/bin/python $(UV) --system-certs sync --locked --quiet $(1)
endef

# What the service itself needs. It takes nothing away, so it does not undo a `make setup`.
.venv/.runtime: pyproject.toml uv.lock
	@echo "Installing what the service needs into .venv. The first time this takes about a minute."
	$(call sync,--no-dev --inexact)
	@touch $@

.venv/.ready: pyproject.toml uv.lock
	@echo "Installing the service and the tools to develop it into .venv. The first time this takes a minute or two."
	$(call sync,)
	@touch .venv/.runtime $@

setup: .venv/.ready ## Install everything into .venv, tools for developers included, nothing outside of it

demo: .venv/.runtime ## See it work, without any account: simulated Telegram, Slack and Wanjie
	@$(RUN) bots demo

run: .venv/.runtime ## Start every platform whose token is in the environment or in .env
	@$(RUN) bots run

test: setup ## Run all tests
	@$(RUN) pytest -q -n 14 --dist worksteal

check: lint types layers security ## Lint, format, types, layers, security

lint: setup
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .

types: setup
	@$(RUN) basedpyright

layers: setup
	@.venv/bin/lint-imports

security: setup
	@$(RUN) bandit --quiet --recursive --configfile pyproject.toml core bots

audit: setup ## Look up known vulnerabilities of the packages that the service needs; asks the internet
	@$(UV) export --quiet --locked --no-dev --no-emit-project | $(UV) tool run pip-audit --disable-pip --require-hashes --requirement /dev/stdin

deployment: setup ## Check deploy/ and the Dockerfile with the tools of Docker, Kubernetes, systemd and Prometheus
	@UV=$(UV) deploy/check.sh

format: setup ## Put the code into its one form
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

bench: setup ## Measure latency, lag, calls, CPU and memory in the sandbox
	@$(RUN) tests.benchmarks

bench-load: setup ## Measure up to a thousand chats at once, and several processes
	@$(RUN) tests.benchmarks --load

manifest: .venv/.runtime ## Write deploy/slack-manifest.yaml from the commands
	@$(RUN) bots manifest > deploy/slack-manifest.yaml

docs: .venv/.runtime ## Write docs/commands.md, docs/configuration.md and .env.example from the code
	@$(RUN) bots docs

screenshots: setup ## Draw the pictures of the README and the guide with the Chromium of the system
	@$(RUN) tests.bots.demo_page.screenshots

# Of this version, or of another: make release-notes VERSION=0.9.0
VERSION ?= $(shell awk -F '"' '/^__version__/ { print $$2 }' bots/__init__.py)
release-notes: ## Print what CHANGELOG.md says of a version
	@awk -v heading='## [$(VERSION)]' '/^## / { found = index($$0, heading) == 1; seen += found; next } found; END { exit !seen }' CHANGELOG.md \
	  || { echo "CHANGELOG.md has no version $(VERSION)" >&2; exit 1; }
