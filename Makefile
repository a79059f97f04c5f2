# Everything a developer does here. Each target calls a small script in dev/; `make` alone lists them.
# Settings: ARGS="..." for pytest and benchmarks, PYTEST_WORKERS=n, DEMO_ROWS=n, DEMO_SERVE=1.

python := .venv/bin/python
PYTEST_WORKERS ?= $(shell getconf _NPROCESSORS_ONLN)
CHECKED := $(wildcard netbox_custom_objects tests dev benchmarks)

# The system packages that a target needs; dev/packages.sh installs those that are missing.
needs_no_services := lint docs venv test-fast
needs_test_programs := test test-long check squash-check screenshots
wanted := $(if $(filter $(needs_test_programs),$(MAKECMDGOALS)),tests,services)
wanted := $(if $(filter-out $(needs_no_services),$(MAKECMDGOALS)),$(wanted),build)

export DEMO_ROWS DEMO_SERVE
# Each process would compile all modules of the project anew, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv services template demo test test-fast test-long squash-check check run shell lint docs screenshots bench stop clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: template ## Show what the plugin does, on a database of its own
	@$(python) -m dev.demo

test: template ## Run all tests
	@$(python) -m pytest -n $(PYTEST_WORKERS) --dist worksteal $(ARGS)

test-fast: venv ## Run the tests that need no database
	@$(python) -m pytest -m fast $(ARGS)

test-long: template ## Run the branching tests in every order, many more random examples, a minute of load and ten of bad input
	@NCO_LONG=1 $(python) -m pytest -n $(PYTEST_WORKERS) --dist worksteal tests/branching tests/db/test_under_load.py tests/surfaces/test_schemathesis.py tests/fuzz $(ARGS)

squash-check: template ## Compare the schemas that all paths through the migrations lead to
	@$(python) -m pytest tests/db/test_squash.py $(ARGS)

check: lint test ## Run what the continuous integration runs

run: template ## Serve NetBox with the plugin until Ctrl-C
	@$(python) -m dev.run

shell: template ## Open a Python shell on the database of `make run`
	@$(python) -m dev.run shell

lint: venv ## Check style and formatting
	@$(python) -m ruff check $(CHECKED)
	@$(python) -m ruff format --check $(CHECKED)

docs: venv ## Build the documentation into .dev/site
	@NO_MKDOCS_2_WARNING=1 $(python) -m mkdocs build --strict --quiet --site-dir .dev/site

screenshots: template ## Take the pictures of the documentation, in a real browser
	@mkdir -p docs/images
	@NCO_SCREENSHOTS=docs/images $(python) -m pytest tests/browser/test_tutorial.py tests/browser/test_branching.py tests/browser/test_smoke.py -q

bench: template ## Run the benchmarks
	@$(python) -m benchmarks $(ARGS)

services: venv ## Start the private PostgreSQL and Redis
	@$(python) -m dev.services start

stop: ## Stop the private services
	@test ! -x $(python) || $(python) -m dev.services stop

clean: ## Stop the services and delete all that was generated
	@test ! -x $(python) || $(python) -m dev.services clean
	@rm -rf .venv *.egg-info

template: services
	@$(python) -m dev.database template

venv:
	@dev/packages.sh $(wanted)
	@dev/bootstrap.sh
