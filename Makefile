# Every command a newcomer needs. `make demo` and `make test` set up what they need by themselves.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locales/*/LC_MESSAGES/bot.po))

.PHONY: setup demo test crash check run fix pictures bench

setup: $(STAMP) $(CATALOGUES)

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which one with: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $(STAMP)

%.mo: %.po $(STAMP)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

demo: setup
	@exec $(BIN)/python -m sandbox

run: setup
	@exec $(BIN)/python -m bot

# What Python compiled is kept, whatever the environment says: each process would compile all tests anew.
test: export PYTHONDONTWRITEBYTECODE =
test: setup
	@$(BIN)/python -m pytest --numprocesses 8 --dist worksteal

# Every fault in pairs with a crash at every step, and all else that `make test` plays less of; takes
# more than an hour.
crash: setup
	@CRASH_FULL=1 $(BIN)/python -m pytest tests/crash $$(grep -lr 'import.* times$$' tests) --numprocesses 2 -rA

check: setup
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

fix: setup
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

# The pictures of the docs, with the real bot; needs Chromium and says how to get one.
pictures: setup
	@$(BIN)/python -m tests.browser.pictures

# What the design promises in figures, and what one letter costs; takes some minutes, best alone.
bench: setup
	@$(BIN)/python -m benchmarks $(FIGURES)
