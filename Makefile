# Two commands do all set-up: `make plan` runs the main job, `make test` passes the tests.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/python -m uv --quiet
export UV_PYTHON_DOWNLOADS := never
DATE ?= $(shell $(PYTHON) -c "import datetime; print(datetime.date.today() + datetime.timedelta(days=1))")

.PHONY: plan test lint docs constraints clean

plan: .venv/installed
	$(BIN)/guelta plan --date $(DATE) --base agadez:2 --base dirkou:2 --hours 12 --seed 1 --out out

test: .venv/installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=90

docs: .venv/installed-docs
	$(BIN)/mkdocs build --strict --quiet

lint: .venv/installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv

.venv/installed: .venv/bin/uv pyproject.toml constraints.txt
	$(UV) pip install --python $(BIN)/python --only-binary :all: --no-binary guelta -c constraints.txt -e .
	touch $@

.venv/installed-docs: .venv/installed
	$(UV) pip install --python $(BIN)/python --only-binary :all: --no-binary guelta -c constraints.txt -e '.[docs]'
	touch $@

.venv/installed-test: .venv/installed
	$(UV) pip install --python $(BIN)/python --only-binary :all: --no-binary guelta -c constraints.txt -e '.[test,docs,benchmarks]'
	touch $@

.venv/installed-lint: .venv/installed-test
	$(UV) pip install --python $(BIN)/python --only-binary :all: --no-binary guelta -c constraints.txt -e '.[test,docs,benchmarks,lint]'
	touch $@

constraints: .venv/bin/uv
	$(UV) pip compile pyproject.toml --all-extras --no-emit-index-url --no-header --no-annotate --universal --python-version 3.11 -o constraints.txt --upgrade

clean:
	rm -rf .venv out site *.egg-info
