# The two that matter: `make run` starts the shop, `make test` proves it. No tool but git, make and
# a Python (3.12 or later) with pip is needed.

PORT ?= 8000
DEMO ?= yes
PYTHON ?= python3
BIN := .venv/bin
CHECKED := accounts bookstore catalog reviews shop tests waitlist manage.py

# What Python compiled is kept, also where the environment says otherwise: each of a dozen processes would
# compile the whole project and its tests anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test quick sheet lighthouse bench bench-import check format messages lock stop clean

run: .venv/.local .env
	@exec $(BIN)/python manage.py start --port $(PORT) $(if $(filter no,$(DEMO)),--no-demo)

# An embedded database that did not run before does not run afterwards.
LEAVE_AS_FOUND = $(BIN)/python -m bookstore.embedded status >/dev/null || \
	trap '$(BIN)/python -m bookstore.embedded stop' EXIT;

test: .venv/.dev .env
	@$(LEAVE_AS_FOUND) $(MAKE) --no-print-directory check && $(BIN)/python -m pytest -n 2

# Seconds, not minutes: no browser, nothing slow, and of each file a few tests.
quick: .venv/.dev .env
	@$(LEAVE_AS_FOUND) $(MAKE) --no-print-directory check && QUICK=1 $(BIN)/python -m pytest -n 2 -q

# A picture of every page and state of the shop, 390 and 1280 pixels wide, light and dark: open
# .local/sheet/index.html. ONLY="home,basket" takes those whose names hold one of the words, SPEAK=de
# shows them in German.
sheet: .venv/.dev .env
	@$(LEAVE_AS_FOUND) $(BIN)/python -m pytest -n 2 -q tests/browser/contact_sheet.py

# What Lighthouse says of the main pages, as on a phone. Needs node and chromium. SHOP="http://localhost:8000"
# asks the shop there, RUNS=1 is done sooner.
lighthouse: .venv/.local .env
	@$(LEAVE_AS_FOUND) $(BIN)/python -m tests.lighthouse

# What each page costs, in a small and in a large shop (docs/performance.md). Needs wrk.
# BENCH_SIZES="10000" is done sooner, BENCH_ONLY=checkout sooner still.
bench: .venv/.dev .env
	$(BIN)/python -m tests.bench

# How many rows a second import_books brings into a million books.
bench-import: .venv/.dev .env
	$(BIN)/python -m tests.bench.imports

check: .venv/.dev .env
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/djade --check --target-version 6.0 $$(git ls-files 'templates/*.html')
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python tests/production_check.py

format: .venv/.dev
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/djade --target-version 6.0 $$(git ls-files 'templates/*.html')

# Collects the texts of pages and mails for translators, and compiles what they wrote.
messages: .venv/.dev .env
	$(BIN)/python manage.py makemessages --all --no-location --no-obsolete --ignore .venv --ignore .local
	$(BIN)/python manage.py compilemessages --ignore .venv

# Writes the hashed lists of packages anew. Needs uv.
LOCK = uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --python-version 3.12 --quiet
lock:
	$(LOCK) -o requirements.txt
	$(LOCK) --all-extras -o requirements-extras.txt
	$(LOCK) --group local -c requirements.txt -o requirements-local.txt
	$(LOCK) --group dev -c requirements-local.txt -o requirements-dev.txt

# The embedded database goes on after a lone manage.py command; this ends it.
stop: .venv/.local
	$(BIN)/python -m bookstore.embedded stop

clean: stop
	rm -rf .venv .local .pytest_cache .mypy_cache .ruff_cache

.env: | .venv/.local
	@$(BIN)/python -m bookstore.env_file

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12) and "Bookstore needs Python 3.12 or later: make PYTHON=python3.13 run")'
	$(PYTHON) -m venv .venv

.venv/.local: requirements-local.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.dev: requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ .venv/.local
