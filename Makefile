# make run: set up and start the service.  make test: set up and pass the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: run test test-interop lint model baselines clean

run: $(VENV)/.serve
	@$(BIN)/python -m serving.selfcheck

test: $(VENV)/.dev lint
	$(BIN)/pytest

# The real clients of the exchange formats, in an environment of their own (some minutes).
test-interop:
	$(PYTHON) -m venv .venv-interop
	.venv-interop/bin/pip --disable-pip-version-check install --quiet -e '.[interop]'
	.venv-interop/bin/pytest tests/interop -m interop -W default

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Trains a bundle from the repository alone, into a folder of its own.
model: $(VENV)/.dev
	$(BIN)/faultline train -o var/models/default/$(shell date -u +%Y.%-m%d.%-H%M)

baselines: $(VENV)/.dev
	$(BIN)/python -m training.baselines $(GOLD)

clean:
	rm -rf $(VENV) .venv-interop .mypy_cache .pytest_cache .ruff_cache .hypothesis dist

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: $(VENV)/bin/pip pyproject.toml
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/pip pyproject.toml
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.serve
