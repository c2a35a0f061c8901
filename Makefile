PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
READY := $(VENV)/.ready

.PHONY: demo check unit test peers bench clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

demo: $(READY)  ## audit the embedded lab, clean and with faults
	$(BIN)/scalecheck demo

check: $(READY)  ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(READY)  ## half a minute: what starts no process, no browser, no real server and no lab, and is not slow
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not (live or peer or slow)"

test: $(READY)  ## everything; tests against real servers skip where those are missing
	$(BIN)/pytest -n $(JOBS) --dist worksteal

peers: $(READY)  ## install the real servers that tests/peers runs against
	tests/peers/install

bench: $(READY)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
