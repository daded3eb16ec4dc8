# The commands of the house. Everything lands in .venv; python3 (3.11 or newer) with pip is all it takes.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: help setup demo test bench check lock image

help:
	@echo 'make setup   an environment in .venv with everything pinned'
	@echo 'make demo    handle sample mails on embedded servers, then serve the console'
	@echo 'make test    the tests'
	@echo 'make bench   the benchmarks, with their figures'
	@echo 'make check   format, lint, types and layers'
	@echo 'make lock    pin the dependencies anew'
	@echo 'make image   the container image'

setup: $(READY)

# The project itself comes apart from the rest, since an editable install has no hash to check.
$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mailbot needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	$(BIN)/mailbot demo

# A file stays on one worker, so that what it starts is started once.
test: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile --benchmark-disable

bench: $(READY)
	$(BIN)/pytest tests/benchmarks --benchmark-only

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

# Add UPGRADE=--upgrade to move to the newest versions that the ranges allow.
lock: $(READY)
	$(PIN) $(UPGRADE) pyproject.toml --group dev -o requirements-dev.lock
	$(PIN) pyproject.toml --constraints requirements-dev.lock -o requirements.lock
	$(PIN) --group build --constraints requirements-dev.lock -o requirements-build.lock

image:
	docker build -t mailbot .
