# make lab   open the course in JupyterLab
# make test  run every test: lint, fast tests, all notebooks, other places, the real browser
# Both set themselves up in .venv the first time and are quick the second time. What the other
# targets are for stands in CONTRIBUTING.md.

PYTHON ?= python3
BIN := .venv/bin
# What is imported is compiled then; the rest never has to be.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile
FIND_BROWSER := command -v chromium >/dev/null || command -v google-chrome >/dev/null
# The ones that train longest come first: then those that run side by side end together.
LONGEST := $(foreach number,10 11 00 05,$(wildcard notebooks/$(number)_*.ipynb))
NOTEBOOKS := $(LONGEST) $(filter-out $(LONGEST),$(sort $(wildcard notebooks/[0-9][0-9]_*.ipynb)))
# Tests run side by side, one process for each core; one thread each, so that they do not fight.
CORES := $(shell $(PYTHON) -c "import os; print(len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count())")
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest

.PHONY: lab test lint fast nbval places browser notebooks nbdime clean system-browser

lab: .venv/lab.stamp
	$(BIN)/course lab

test:
	$(MAKE) --no-print-directory --jobs=2 .venv/browser.stamp
	$(MAKE) --no-print-directory lint fast nbval places browser
	@$(BIN)/python tests/notebooks/notebook_times.py artifacts/nbval.xml artifacts/places.xml

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/course stamp --check

# The tests of course_utils; those that compare speeds after the others, on a quiet machine.
fast: .venv/test.stamp
	$(PYTEST) tests -n $(CORES) --dist loadfile --no-loadscope-reorder --durations 20 \
		-m "not notebooks and not places and not browser and not alone"
	$(PYTEST) tests/benchmarks -m alone

# The notebooks exactly as they are shipped, their outputs compared.
nbval: .venv/test.stamp
	COURSE_HOME=$$(mktemp -d) $(PYTEST) --nbval $(NOTEBOOKS) --nbval-sanitize-with tests/notebooks/sanitize.cfg \
		--nbval-cell-timeout 300 -n $(CORES) --dist loadfile --no-loadscope-reorder \
		-p no:cacheprovider -q --durations 10 --junitxml artifacts/nbval.xml

# The course installed where learners are: a Colab as near as can be had, which runs every notebook
# solved; a fresh machine; other Pythons. And the notebooks as a learner leaves them halfway.
places: .venv/test.stamp
	$(PYTEST) tests/notebooks tests/places -n $(CORES) --dist loadgroup -m "notebooks or places" \
		--durations 0 --junitxml artifacts/places.xml -o junit_duration_report=call

# JupyterLab in a real browser.
browser: .venv/test.stamp .venv/browser.stamp
	$(PYTEST) tests/browser -n $(CORES) -m browser --durations 5

# Run the notebooks again and save what they print: after a change to a lesson. Each begins in an
# empty learner's folder, inside the checkout so that no output names a folder of this machine.
# One of them: make notebooks NOTEBOOKS=notebooks/01_*.ipynb
notebooks: .venv/test.stamp
	for notebook in $(NOTEBOOKS); do \
		rm -rf artifacts/fresh; COURSE_HOME="$(CURDIR)/artifacts/fresh/my_course" OMP_NUM_THREADS=1 \
			$(BIN)/jupyter nbconvert --to notebook --execute --inplace $$notebook \
			--ExecutePreprocessor.timeout=600 \
			&& $(BIN)/course stamp || exit 1; \
	done

# Let git show notebooks cell by cell, without pixels, and merge them so, in this clone.
nbdime: .venv/test.stamp
	git config diff.jupyternotebook.command 'cells() { "$(CURDIR)/$(BIN)/git-nbdiffdriver" diff "$$@" \
		| sed -E "s|;base64,[A-Za-z0-9+/=]+|;base64,...|g"; }; cells'
	git config merge.jupyternotebook.driver '"$(CURDIR)/$(BIN)/git-nbmergedriver" merge %O %A %B %L %P'

clean:
	rm -rf .venv artifacts

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/lab.stamp: requirements.txt pyproject.toml | .venv/bin/python
	$(PIP) -r requirements.txt
	$(PIP) --no-deps -e .
	touch $@

.venv/test.stamp: tests/requirements.txt .venv/lab.stamp
	$(PIP) -r tests/requirements.txt
	touch $@

# The browser of the system where there is one; else Debian's, as root; else playwright's own.
.venv/browser.stamp: | .venv/test.stamp system-browser
	$(FIND_BROWSER) || $(BIN)/playwright install chromium
	touch $@

# Apart from the stamp, so that `make test` fetches it while pip is at work.
system-browser:
	@$(FIND_BROWSER) || [ "$$(id -u)" != 0 ] || { apt-get update -qq \
		&& apt-get install -y -qq --no-install-recommends chromium fonts-dejavu; } || true
