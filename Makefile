# make demo, make test: each does all its own set-up. Needs Python >= 3.11, g++ and make.
PYTHON ?= python3
JOBS ?= $(shell nproc)
VENV := $(CURDIR)/.venv
PY := $(VENV)/bin/python
# Python compiles what is imported, on all cores; pip would compile everything, on one.
INSTALL := $(PY) -m pip install --quiet --no-compile --disable-pip-version-check
# It keeps that, whatever the environment says: fifty processes import torch, which takes twice as long from its text.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all build ready ci-ready lint lint-types lint-text cubins docs browser wheel bench clean
.DEFAULT_GOAL := build

demo: build
	$(PY) examples/terrain.py

# A process without tests takes of the other's: by the hundred from the start, one waits for minutes at the end.
test: build
	$(PY) -m pytest -q -n $(JOBS) --dist worksteal tests

test-all: build
	$(PY) -m pytest -q -n $(JOBS) --dist worksteal --all tests

build: $(VENV)/ready
	@$(MAKE) --no-print-directory -C csrc -j$(JOBS) PYTHON=$(PY)

ready: $(VENV)/ready
ci-ready: $(VENV)/ci-ready

$(VENV)/ready: requirements.txt
	@$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit('sci needs Python >= 3.11, this is ' + sys.version)"
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	@$(PY) -c "import sysconfig; open(sysconfig.get_paths()['purelib'] + '/sci.pth', 'w').write('$(CURDIR)\n')"
	@touch $@

$(VENV)/ci-ready: $(VENV)/ready requirements-ci.txt
	$(INSTALL) -r requirements-ci.txt
	@touch $@

# The types take as long as the rest.
lint: $(VENV)/ci-ready
	@$(MAKE) --no-print-directory -j2 lint-types lint-text

lint-types:
	$(VENV)/bin/mypy sci benchmarks tests/repository/downstream.py

lint-text:
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/clang-format --dry-run --Werror $$(git ls-files 'csrc/*.h' 'csrc/*.cpp')
	$(PY) -m tools.sync --check

# The assembler is most of the time: it sees one architecture, as no kernel asks which one it is for, and of each kernel
# the form in double precision, which takes more of everything; that in float32 goes to PTX.
cubins: build
	$(PY) -m tools.compile_kernels --fast --arch sm_90 --match '^(?!.*float)' --jobs $(JOBS)
	$(PY) -m tools.compile_kernels --fast --arch ptx --match float --jobs $(JOBS)

docs: build $(VENV)/ci-ready
	$(PY) -m sphinx -W --keep-going -q -b html docs docs/_build/html
	$(PY) -m tools.check_docs docs/_build/html

browser: docs
	$(PY) -m tools.browser

wheel: build
	$(PY) -m tools.build_wheel

bench: build
	$(PY) -m benchmarks

clean:
	rm -rf build dist docs/_build sci/_core/libsci.so
