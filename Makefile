# The two commands of the README are `make run` and `make test`; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than there are processors: tests that start services wait for them a good deal. Each takes
# some ten seconds of processor time before its first test, so more of them take longer in all.
# They are handed out by file, in the order of conftest.py, for each block of a page goes on where the one before it ended.
WORKERS = $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')
# Brought first, and once: pip would bring it anew for each package that is built here.
BRING_FIRST := install --quiet --no-compile --constraint constraints.txt --upgrade pip editables hatchling
LIBRARY := .[apscheduler,cli,cron,otel,postgres,redis,web]
BROWSER_TESTS := tests/web/browser
PINS := constraints.txt constraints-release.txt
SERVICES := services/servicekit services/login services/admin_provisioning services/demo

# Tests and the services they start are compiled once, and not by every process anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup browser run test thorough coverage check dist release-check docs site screenshots format clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready ## create .venv with everything the targets below need

# What is imported is compiled then; the greater part of what is installed never is.
# Pip is brought by the pip that Python has, if it has one; the one that comes with it is slow to unpack.
# Packages are brought several at a time, as they are pinned; what is left to find is what they lack.
$(VENV)/.ready: Makefile constraints.txt pyproject.toml $(SERVICES:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("loopjobs needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(VENV) $(BRING_FIRST) 2>/dev/null || \
		{ $(BIN)/python -m ensurepip --default-pip && $(BIN)/python -m pip $(BRING_FIRST); }
	xargs -n 31 -P 4 $(BIN)/python -m pip install --quiet --no-compile --no-deps <constraints.txt
	$(BIN)/python -m pip install --quiet --no-compile --no-build-isolation --constraint constraints.txt \
		--editable "$(LIBRARY)" $(SERVICES:%=--editable %) --group dev
	@touch $@

run: setup ## both services on SQLite with all their jobs, a simulated fleet and an office
	@exec $(BIN)/loopjobs-demo

check: setup ## lint, types and floors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: setup ## a Chromium for the tests of the page, unless there is one
	@$(BIN)/python $(BROWSER_TESTS)/chromium.py || $(BIN)/playwright install --only-shell chromium || true

# The check goes on beside the tests; what it has to say is shown as one piece, at the end.
test: browser ## check, and run every test
	@said=$$(mktemp); trap 'rm -f "$$said"' EXIT; \
	$(MAKE) --no-print-directory check >"$$said" 2>&1 & checking=$$!; \
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder; tested=$$?; \
	wait $$checking; checked=$$?; \
	cat "$$said"; \
	[ $$tested -eq 0 ] || echo 'make test: tests failed, see above' >&2; \
	[ $$checked -eq 0 ] || echo 'make test: the check failed, see above; alone: make check' >&2; \
	exit $$((tested || checked))

thorough: setup browser ## run every test with 40 times as many made-up examples, other ones each time
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --hypothesis-profile=thorough --timeout=3600 -o faulthandler_timeout=3500

coverage: setup browser ## run every test traced, and hold coverage to its floor
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered

dist: setup ## wheel and sdist of the library, in dist/
	$(BIN)/python -m hatchling build --clean

# Tools that are large and needed by few have environments of their own.
$(VENV)/release $(VENV)/site: $(VENV)/.ready constraints-release.txt
	$(BIN)/python -m venv $@
	$@/bin/python -m pip install --quiet --upgrade pip --constraint constraints.txt
	$@/bin/python -m pip install --quiet $(PINS:%=--constraint %) --group $(@F)
	@touch $@

release-check: $(VENV)/release site ## what make test leaves out before a release: clean environments, other people's checkers
	LOOPJOBS_TEST_RELEASE_TOOLS=$(abspath $(VENV)/release/bin) $(BIN)/pytest --numprocesses 2 -o faulthandler_timeout=600 tests/release

docs: setup ## write the reference pages anew from the code
	$(BIN)/python docs/generate.py

site: $(VENV)/site ## the docs as a site, in build/site/html
	$(BIN)/python docs/build_site.py $(VENV)/site/bin/zensical

screenshots: setup browser ## take the pictures in docs/images anew
	LOOPJOBS_TEST_SCREENSHOTS=1 $(BIN)/pytest $(BROWSER_TESTS)/test_screenshots.py

format: setup ## let ruff rewrite the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## remove what the targets made
	rm -rf $(VENV) var .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
