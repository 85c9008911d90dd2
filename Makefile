# Two commands: `make run` and `make test`. Both make the virtual environment they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# The matrices here are small: threads that share a product would only wait for each other.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: run test slow browser check screenshots format bench docs clean

run: $(VENV)/.run
	$(BIN)/streamlit run app.py --server.port $(PORT)

# Of what takes long `make test` asks one case each, `make slow` all others.
test: check browser
	$(BIN)/python -m pytest -n auto -m "not slow"

slow: $(VENV)/.dev browser
	$(BIN)/python -m pytest -n auto -m slow

browser:
	tests/browser/find_chromium.sh --install >/dev/null

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oxlint --deny-warnings widgets

# The pictures that `make slow` compares with, and those of the README.
screenshots: $(VENV)/.dev browser
	RENEW_SCREENSHOTS=1 $(BIN)/python -m pytest -n 2 tests/browser/test_screenshots.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench browser
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev
	rm -rf .cache/api
	$(BIN)/python docs/api.py .cache/api
	@echo "Open .cache/api/index.html"

clean:
	rm -rf $(VENV)

# One stamp for each list of requirements: installed again only when a list changes.
$(VENV)/.run: requirements.txt
$(VENV)/.dev: requirements-dev.txt requirements.txt
$(VENV)/.bench: benchmarks/requirements.txt requirements-dev.txt requirements.txt

$(VENV)/.run $(VENV)/.dev $(VENV)/.bench: | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "KL Explained needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Install one and name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "This Python cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv"; \
	  exit 1; }
