# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export GOMP_SPINCOUNT := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test long check format bench findings search soak clean
help:
	@echo "make demo    raise a generator of spoken digits, write its report (10 minutes)"
	@echo "make test    run the tests"
	@echo "make long    the tests that take longest: processes killed, whole trainings, a fresh environment"
	@echo "make check   format, lint, types, import floors"
	@echo "make bench   run all benchmarks, write benchmarks/results.md"
	@echo "make findings  run the comparisons of docs/findings.md, go on where they stand (three hours)"
	@echo "make search  the property tests on examples drawn anew each time"
	@echo "make soak    the long tests: 500 kills, 100,000 damaged files, power losses"
	@echo "make clean   remove what these commands made"

demo:
	@MAKE="$(MAKE)" sh tools/demo.sh "$(VENV)"

test: $(VENV)/test
	@sh tools/debian.sh || true
	$(BIN)/python -m pytest -m "not soak and not long" -n 3 --dist worksteal

long: $(VENV)/test
	$(BIN)/python -m pytest -m long -n 3 --dist worksteal

check: $(VENV)/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/test
	$(BIN)/python benchmarks/run.py

findings: $(VENV)/test
	$(BIN)/python examples/findings.py --jobs 2

search: $(VENV)/test
	$(BIN)/python -m pytest -m "hypothesis and not soak" --hypothesis-profile=search -n 3 --dist worksteal

soak: $(VENV)/test
	$(BIN)/python -m pytest -m soak

clean:
	rm -rf $(VENV) build dist demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@sh tools/venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/base: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[speech]'
	@touch $@

$(VENV)/test: $(VENV)/base
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[speech,tensorboard,postgresql,cluster,rights,scout,test,check]'
	@touch $@
