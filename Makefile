# Two commands: `make run` and `make test`. Both make the virtual environment they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# The matrices here are small: threads that share a product would only wait for each other.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: run test slow browser check secrets screenshots format bench load docs lock licences audit sbom clean

run: $(VENV)/.run
	$(BIN)/streamlit run app.py --server.port $(PORT)

# Of what takes long `make test` asks one case each, `make slow` all others.
test: check browser
	$(BIN)/python -m pytest -n auto -m "not slow"

slow: $(VENV)/.dev browser
	$(BIN)/python -m pytest -n auto -m slow

browser:
	tests/browser/find_chromium.sh --install >/dev/null

check: secrets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oxlint --deny-warnings --ignore-pattern 'widgets/chart/vendor/**' widgets server
	$(BIN)/zizmor --offline --quiet .github

# In the files, and in all that git remembers.
secrets: $(VENV)/.dev
	$(BIN)/kingfisher scan . --quiet --no-validate --no-update-check --redact \
	  --exclude $(VENV) --exclude .cache --exclude '.*_cache' --exclude .hypothesis

# The pictures that `make slow` compares with, and those of the README.
screenshots: $(VENV)/.dev browser
	RENEW_SCREENSHOTS=1 $(BIN)/python -m pytest -n 2 tests/browser/test_screenshots.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench browser
	$(BIN)/python -m benchmarks

# Many learners at once; LOAD is what `python -m benchmarks.load --help` knows.
load: $(VENV)/.bench browser
	$(BIN)/python -m benchmarks.load $(LOAD)

docs: $(VENV)/.dev
	rm -rf .cache/api
	$(BIN)/python docs/api.py .cache/api
	@echo "Open .cache/api/index.html"

# After every change of requirements.txt. What is locked stays; `make lock UPGRADE=--upgrade` takes
# the newest of what those packages need.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
	  --custom-compile-command "make lock" --output-file requirements.lock requirements.txt
	$(MAKE) licences

licences: $(VENV)/.dev
	$(BIN)/python docs/licences.py

# Asks a public database, so `make check` leaves it out. What could not be asked counts as a finding.
audit: $(VENV)/.dev
	@mkdir -p .cache
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
	  --requirement requirements.lock 2>.cache/audit.log; clean=$$?; tail -n 1 .cache/audit.log; \
	  test $$clean = 0 || { \
	  echo "Not clean: a version is vulnerable (above), or the database did not answer for all."; exit 1; }

# For a host's own scanner.
sbom: $(VENV)/.dev
	mkdir -p .cache
	$(BIN)/cyclonedx-py requirements --output-reproducible --output-file .cache/sbom.json requirements.lock
	@echo "Wrote .cache/sbom.json"

clean:
	rm -rf $(VENV)

# One stamp for each list of requirements: installed again only when a list changes. What runs comes
# from the lock, by hash: learners, hosts and tests have the same versions.
$(VENV)/.run: requirements.lock
$(VENV)/.dev: requirements-dev.txt requirements.txt $(VENV)/.run
$(VENV)/.bench: benchmarks/requirements.txt $(VENV)/.dev

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
