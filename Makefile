# Every verb of the project. `make` alone lists them. Tools come from uv.lock into ./.tools, ./.venv, ./.venv-sam and ./.venv-bench.
.DEFAULT_GOAL := help
.PHONY: help run test check bench build deploy openapi mail-preview tenant clean
.DELETE_ON_ERROR:

UV := .tools/bin/uv
BIN := .venv/bin
PYTHON := PYTHONPATH=layers/core:functions $(BIN)/python
SAM_BIN := .venv-sam/bin
# Lambda's Python, for sam build; see tools/bootstrap.sh.
LAMBDA_PYTHON := .tools/python3.13/bin/python3.13
SAM_BUILD := PATH="$(CURDIR)/.tools/python3.13/bin:$$PATH" $(SAM_BIN)/sam build
EXPORT := $(UV) export --quiet --frozen --no-emit-project --no-annotate --no-header
EXPORT_DEPS := $(EXPORT) --only-group runtime
# Without what the other layer brings.
EXPORT_MAIL := $(EXPORT) --only-group mail $(addprefix --no-emit-package ,python-dateutil six typing-extensions tzdata)
# And without gRPC, protocol buffers and tracing, which the client of a REST API never loads.
EXPORT_GOOGLE := $(EXPORT) --only-group google $(addprefix --no-emit-package ,typing-extensions urllib3 \
	googleapis-common-protos opentelemetry-api proto-plus protobuf pycparser)
# As many as there are processors, and at most four, for the memory that each worker's emulator takes.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 4 ? n : 4)))
# What `sam deploy --guided` was told.
saved = $(shell sed -n 's/^$(1) *= *"\(.*\)"/\1/p' samconfig.toml | head -n 1)
STACK ?= $(call saved,stack_name)
REGION := $(addprefix AWS_DEFAULT_REGION=,$(call saved,region))

export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.tools/pythons

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/synced  ## start the whole system on this machine: ARGS="--port 8123 --fresh"
	@$(PYTHON) -m local $(ARGS)

test: .venv/synced .venv-sam/synced  ## run all tests: WORKERS=2 ARGS="-k slots"
	@# The build tests want Lambda's Python and say so themselves where it cannot be had.
	@-test -x $(LAMBDA_PYTHON) || tools/bootstrap.sh python
	@-tools/bootstrap.sh validators
	$(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS)

check: .venv/synced .venv-sam/synced  ## check style, types, layers of imports, template, lock and OpenAPI
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=layers/core:functions $(BIN)/lint-imports
	$(SAM_BIN)/sam validate --lint --region us-east-1
	$(SAM_BIN)/cfn-lint template.yaml
	$(PYTHON) -m tools.openapi --check
	$(PYTHON) -m tools.events --check
	$(UV) lock --check
	$(EXPORT_DEPS) | diff - layers/deps/requirements.txt
	$(EXPORT_DEPS) | diff - layers/core/requirements.txt
	$(EXPORT_MAIL) | diff - layers/mail/requirements.txt
	$(EXPORT_GOOGLE) | diff - layers/google/requirements.txt

bench: .venv-bench/synced $(LAMBDA_PYTHON)  ## measure speed and size, write docs/performance.md: ARGS="--quick --only cold", ARGS=--help
	@PYTHONPATH=layers/core:functions .venv-bench/bin/python -m benchmarks $(ARGS)

build: .venv-sam/synced $(LAMBDA_PYTHON) layers/core/requirements.txt layers/deps/requirements.txt layers/mail/requirements.txt layers/google/requirements.txt  ## build what is deployed into .aws-sam
	$(SAM_BUILD)

deploy: build  ## deploy to the AWS account at hand; asks everything the first time: ARGS="--config-env prod"
	$(SAM_BIN)/sam deploy $$(grep -qs '^region' samconfig.toml || echo --guided) $(ARGS)

openapi: .venv/synced  ## write docs/openapi.json and events/ anew
	$(PYTHON) -m tools.openapi
	$(PYTHON) -m tools.events

mail-preview: .venv/synced  ## write every mail in every language to files to look at: ARGS="--out DIRECTORY"
	@$(PYTHON) -m tools.mail_preview $(ARGS)

tenant: .venv/synced .venv-sam/synced  ## create a tenant on AWS, show its key: NAME="Demo Studio" EMAIL=me@example.com [SLUG=demo]
	@# NAME and the rest are read from the environment, where make puts them: quotes and spaces are harmless there.
	@: $${NAME:?is missing: make tenant NAME= EMAIL=} $${EMAIL:?is missing: make tenant NAME= EMAIL=}
	@table=$${TABLE:-$$($(REGION) $(SAM_BIN)/sam list stack-outputs --stack-name $(STACK) --output json | \
		$(PYTHON) -c 'import json, sys; print(*(o["OutputValue"] for o in json.load(sys.stdin) if o["OutputKey"] == "TableName"))' 2>/dev/null)}; \
	: $${table:?the stack $(STACK) cannot be read; deploy it first, or name its table: TABLE=}; \
	$(REGION) $(PYTHON) -m tools.tenant --table "$$table" --name "$$NAME" --email "$$EMAIL" $${SLUG:+--slug "$$SLUG"}

clean:  ## remove all that these verbs made, except the local stack's data in .state
	rm -rf .aws-sam build tests/mail/validators/node_modules .venv .venv-sam .venv-bench .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV):
	tools/bootstrap.sh uv

$(LAMBDA_PYTHON): | $(UV)
	tools/bootstrap.sh python

.venv/synced: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --locked
	@touch $@

.venv-bench/synced: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-bench $(UV) sync --quiet --locked --group bench
	@touch $@

.venv-sam/synced: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv-sam $(UV) sync --quiet --locked --only-group sam
	@touch $@

layers/core/requirements.txt layers/deps/requirements.txt: uv.lock | $(UV)
	$(EXPORT_DEPS) --output-file $@
	@touch $@

layers/mail/requirements.txt: uv.lock | $(UV)
	$(EXPORT_MAIL) --output-file $@
	@touch $@

layers/google/requirements.txt: uv.lock | $(UV)
	$(EXPORT_GOOGLE) --output-file $@
	@touch $@
