# The commands of the house. Everything lands in .venv; python3 (3.11 or newer) with pip is all it takes.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: help setup lock

help:
	@echo 'make setup   an environment in .venv with everything pinned'
	@echo 'make lock    pin the dependencies anew'

setup: $(READY)

# The project itself comes apart from the rest, since an editable install has no hash to check.
$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mailbot needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

# Add UPGRADE=--upgrade to move to the newest versions that the ranges allow.
lock: $(READY)
	$(PIN) $(UPGRADE) pyproject.toml --group dev -o requirements-dev.lock
	$(PIN) pyproject.toml --constraints requirements-dev.lock -o requirements.lock
