# What to type. Options: make run PORT=7072 DATA=folder, make demo ARGS="--nights 3", make test ARGS="-k night".

# The first Python that is new enough; only `make setup` uses it, everything else runs in .venv.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
VENV := .venv/bin
# A file of tests on each processor; every process has a stack of its own, so no more of them than memory has room for.
SIDE_BY_SIDE := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
STACK = $(if $(PORT),--port $(PORT)) $(if $(DATA),--data "$(DATA)") $(if $(MEMBERS),--members $(MEMBERS)) $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help setup browser run demo scenario test screenshots check format openapi package

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

setup: ## install what is missing: .venv, the pinned Python packages, Azurite
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed, and not found: install it, try again." >&2; exit 1; fi
	@"$(PYTHON)" -m devkit setup

browser: setup ## install a Chromium for the browser tests, where the machine has none
	@$(VENV)/python -m devkit browser

run: setup ## start everything and serve on http://localhost:7071 until Ctrl-C
	@$(VENV)/python -m devkit run $(STACK)

demo: setup ## live through one midnight from an empty directory and show what it did
	@$(VENV)/python -m devkit demo $(STACK)

scenario: setup ## play a story: join, leave, rename, disable, hold, approve, undo
	@$(VENV)/python -m devkit scenario $(STACK)

test: setup browser ## run all tests
	@$(VENV)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

screenshots: setup browser ## take the pictures of the portal in docs/screenshots again
	@$(VENV)/python -m devkit.screenshots $(ARGS)

check: setup ## formatting, lint, types, import rules, policies and structure of the infrastructure
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/python -m devkit.policy_scan
	$(VENV)/python -m pytest --quiet $(SIDE_BY_SIDE) tests/infra

format: setup ## format the code and fix what can be fixed
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

openapi: setup ## write docs/openapi.json, the copy of the API's description that reviews see
	@$(VENV)/python -m schedules_api.openapi > docs/openapi.json

package: setup ## copy to .local/package what is deployed; `azd up` does it by itself
	@$(VENV)/python -m devkit.package .local/package
