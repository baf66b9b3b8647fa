# Every verb of the project. `make` alone lists them. Tools come from uv.lock into ./.tools, ./.venv and ./.venv-sam.
.DEFAULT_GOAL := help
.PHONY: help run test check bench build deploy openapi tenant clean
.DELETE_ON_ERROR:

UV := .tools/bin/uv
BIN := .venv/bin
SAM_BIN := .venv-sam/bin
# Lambda's Python, for sam build; see tools/bootstrap.sh.
LAMBDA_PYTHON := .tools/python3.13/bin/python3.13
SAM_BUILD := PATH="$(CURDIR)/.tools/python3.13/bin:$$PATH" $(SAM_BIN)/sam build
EXPORT := $(UV) export --quiet --frozen --only-group runtime --no-emit-project --no-annotate --no-header
WORKERS ?= 2

export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.tools/pythons

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/synced  ## start the whole system on this machine: ARGS="--port 8123 --fresh"
	$(BIN)/python -m local $(ARGS)

test: .venv/synced .venv-sam/synced  ## run all tests: WORKERS=2 ARGS="-k slots"
	@# The build tests want Lambda's Python and say so themselves where it cannot be had.
	@-test -x $(LAMBDA_PYTHON) || tools/bootstrap.sh python
	$(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS)

check: .venv/synced .venv-sam/synced  ## check style, types, layers of imports, template, lock and OpenAPI
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=layers/core:functions $(BIN)/lint-imports
	$(SAM_BIN)/sam validate --lint --region us-east-1
	$(SAM_BIN)/cfn-lint template.yaml
	$(BIN)/python -m tools.openapi --check
	$(BIN)/python -m tools.events --check
	$(UV) lock --check
	$(EXPORT) | diff - layers/deps/requirements.txt

bench: .venv/synced  ## measure speed and size: ARGS as `python -m benchmarks --help` lists them
	$(BIN)/python -m benchmarks $(ARGS)

build: .venv-sam/synced $(LAMBDA_PYTHON) layers/deps/requirements.txt  ## build what is deployed into .aws-sam
	$(SAM_BUILD)

deploy: build  ## deploy to the AWS account at hand; asks everything the first time: ARGS="--config-env prod"
	$(SAM_BIN)/sam deploy $$(grep -qs '^region' samconfig.toml || echo --guided) $(ARGS)

openapi: .venv/synced  ## write docs/openapi.json and events/ anew
	$(BIN)/python -m tools.openapi
	$(BIN)/python -m tools.events

tenant: .venv/synced  ## create a tenant on AWS and show its first key: NAME="Demo Studio" EMAIL=me@example.com [SLUG=demo]
	@# Read from the environment, where make puts them, so that quotes and spaces in a name are harmless.
	@: $${NAME:?is missing: make tenant NAME= EMAIL=} $${EMAIL:?is missing: make tenant NAME= EMAIL=}
	@$(BIN)/python -m tools.tenant --name "$$NAME" --email "$$EMAIL" $${SLUG:+--slug "$$SLUG"}

clean:  ## remove all that these verbs made, except the local stack's data in .state
	rm -rf .aws-sam .venv .venv-sam .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV):
	tools/bootstrap.sh uv

$(LAMBDA_PYTHON): | $(UV)
	tools/bootstrap.sh python

.venv/synced: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --locked
	@touch $@

.venv-sam/synced: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-sam $(UV) sync --quiet --locked --only-group sam
	@touch $@

layers/deps/requirements.txt: uv.lock | $(UV)
	$(EXPORT) --output-file $@
	@touch $@
