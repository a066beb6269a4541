# `make` lists all tasks. Each does its own set-up: a virtual environment in .venv, made anew when pyproject.toml changes.
# Another Python has one of its own: make test-chosen PYTHON=python3.13 VENV=.venv-3.13
PYTHON ?= python3
VENV   ?= .venv
HELD   ?=
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# One more than cores: tests of kills, locks and pages wait for others a sixth of their time.
JOBS   := $(or $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)' 2>/dev/null),auto)

# Each worker imports four hundred modules of tests: compiled anew in each process, they take it twice as long.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-chosen test-lowest lint check docs site packages wheelhouse sbom digests golden record \
  bench bench-quick bench-large bench-parties bench-windows bench-replay bench-all soak mutate clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable . --group dev $(HELD)
	@touch $@

demo: $(READY) ## screen the sample manifests and write a report to out/
	@mkdir -p out
	$(BIN)/precursor-screen screen sample_data/manifest.csv --watchlist sample --jurisdiction US --as-of 2026-11-25 || test $$? -eq 3
	$(BIN)/precursor-screen screen sample_data/manifest.csv --watchlist sample --jurisdiction US --as-of 2026-11-25 --quiet -o out/report.html -o out/report.json -o out/flags.csv || test $$? -eq 3
	@echo "The same as a page: out/report.html"

test: $(READY) ## all tests, in parallel
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# Texts, cells, messages and rules: what needs neither a whole screen nor a process.
FAST := $(addprefix tests/,text formats rulebook readers/tabular readers/messages/test_expected.py readers/messages/test_scope.py \
  readers/messages/test_variants.py readers/test_cells.py matching/substance kernel/match cases/evidence reporting/test_style.py tools)

test-fast: $(READY) ## the tests of texts, cells, messages and rules, in a moment
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow and not browser" $(FAST)

# Some of each kind: every library that the program needs is called by one of them.
CHOSEN := $(addprefix tests/,core/test_engine.py kernel/test_exceptions.py history/test_store.py matching/party/test_spellings.py \
  formats/test_other_formats.py formats/test_xml.py readers/test_print.py reporting/test_xlsx.py cases/audit/test_profile.py cases/evidence/test_sign.py \
  text/test_countries.py)

test-chosen: demo ## the demo and some two hundred tests that call every library
	$(BIN)/python -m pytest -n auto --dist worksteal $(CHOSEN)

test-lowest: ## the same with the lowest version that pyproject.toml allows of everything
	@mkdir -p out
	$(PYTHON) -m tools.lowest > out/lowest.txt
	$(MAKE) test-chosen VENV=.venv-lowest HELD="--constraint out/lowest.txt"

lint: $(READY) ## ruff, mypy --strict, import contracts, digests, rules, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/digests.py --check
	$(BIN)/precursor-screen rules lint
	$(BIN)/precursor-screen substances verify
	$(BIN)/python docs/generate.py --check
	$(BIN)/python -m tools.words
	@$(BIN)/python -m tools.lines

check: lint test ## lint and test

docs: $(READY) ## write the generated parts of docs/ and README.md, and its pictures, anew
	$(BIN)/python docs/digests.py
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/pictures.py

SITE_READY := $(VENV)/.site

$(SITE_READY): $(READY)
	@$(BIN)/python -m pip install --quiet --group site
	@touch $@

site: $(SITE_READY) ## the documentation as pages with search, in out/site; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

PACKAGES_READY := $(VENV)/.packages

$(PACKAGES_READY): $(READY)
	@$(BIN)/python -m pip install --quiet --group packages
	@touch $@

packages: $(PACKAGES_READY) ## wheel and sdist in out/dist, the same bytes from the same commit, checked
	@rm -rf out/dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --quiet --no-isolation --outdir out/dist
	$(BIN)/twine check --strict out/dist/*
	$(BIN)/check-wheel-contents out/dist/*.whl

wheelhouse: packages ## one archive that installs without a network, in out/wheelhouse
	$(BIN)/python -m tools.wheelhouse out/dist out/wheelhouse

sbom: packages ## what is installed with the program, each with version and licence (CycloneDX): out/sbom.cdx.json
	$(PYTHON) -m venv --clear out/sbom && out/sbom/bin/pip install --quiet out/dist/*.whl
	$(BIN)/cyclonedx-py environment out/sbom/bin/python --pyproject pyproject.toml --output-reproducible -o out/sbom.cdx.json

digests: $(READY) ## take changed tables, rules and lists that ship for wanted ones
	$(BIN)/python docs/digests.py

golden: $(READY) ## renew the golden reports after a wanted change
	$(BIN)/python -m pytest tests/reporting --renew-golden

RELEASE ?= $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' precursor_screen/version.py)

record: $(READY) ## at a release: record what users rely on, for later versions to be held to: make record RELEASE=0.2.0
	$(BIN)/python -m tests.releases.record $(RELEASE)

BENCH_READY := $(VENV)/.bench

$(BENCH_READY): $(READY)
	@$(BIN)/python -m pip install --quiet --group bench
	@touch $@

bench: $(BENCH_READY) ## benchmarks beside plainer ways, under 20 minutes, written to docs/performance.md
	$(BIN)/python benchmarks/run.py

bench-quick: $(READY) ## the small commands and 200,000 lines once each, beside the last run on such a machine
	$(BIN)/python benchmarks/run.py --suite quick

bench-large: $(READY) ## five million lines
	$(BIN)/python benchmarks/run.py --suite large

bench-parties: $(READY) ## names by themselves: a second day, a long list, what is found again
	$(BIN)/python benchmarks/page.py parties

bench-windows: $(READY) ## rules over lines and over time, ten million recorded movements
	$(BIN)/python benchmarks/page.py windows --parts rows past

CASES ?= $(if $(PRECURSOR_SCREEN_TEST_DATA),$(PRECURSOR_SCREEN_TEST_DATA)/published_cases)

bench-replay: $(READY) ## cases from public reports among lawful trade; others: make bench-replay CASES=FOLDER
	$(BIN)/python benchmarks/$(if $(CASES),page.py replay --cases $(CASES) --summary,replay.py)

bench-all: bench bench-parties bench-windows bench-replay ## all benchmarks but that of five million lines

SOAK ?= 900

soak: $(READY) ## what is drawn at random, drawn anew: sequences of messages and all properties: make soak SOAK=900
	PS_SEQUENCES=$(SOAK) PS_SEED=$$(date +%s) nice -n 5 $(BIN)/python -m pytest -n auto --every-byte

MUTATE ?= text readers history matching rulebook kernel --count 60 --show-survivors

mutate: $(READY) ## change the program in small ways and see whether the tests notice: make mutate MUTATE="text --count 20 --seed 7"
	nice -n 5 $(BIN)/python -m tools.mutate $(MUTATE)

clean: ## remove what the tasks made
	rm -rf .venv .venv-* out dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
