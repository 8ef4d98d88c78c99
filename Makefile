# Every command of the kata. `make` alone lists them; each sets up what it needs in .venv the first time.

VENV ?= .venv
PYTHON_FOUND := $(or $(PYTHON),$(shell command -v python3 || command -v python),python3)
PY := $(if $(wildcard $(VENV)/Scripts),$(VENV)/Scripts/python,$(VENV)/bin/python)
export VENV PYTHON

.DEFAULT_GOAL := help
.PHONY: help
help: learner ## greet, and list the exercises and the commands
	@$(PY) -m grader

# A layer is installed once; see grader/environment.py.
.PHONY: learner train-layer test-layer lint-layer bench-layer data-layer grade-layer nbgrader-layer notebooks-layer scale-layer similarity-layer
learner train-layer test-layer lint-layer bench-layer data-layer grade-layer nbgrader-layer notebooks-layer scale-layer similarity-layer:
	@$(PYTHON_FOUND) grader/environment.py $(@:-layer=)

.PHONY: progress my-minigrad watch
progress: learner ## how far you are and what comes next
	@$(PY) -m grader progress
my-minigrad: learner ## make an ordinary package of your own files
	@$(PY) -m grader my-minigrad
watch: learner ## run the checks on every save, and move on when they pass
	@$(PY) -m grader watch

# make test-exercise-4, make hint-4, make explain-4, make solution-4, make reset-4
test-exercise-%: learner
	@$(PY) -m grader test $*
hint-%: learner
	@$(PY) -m grader hint $*
solution-%: learner
	@$(PY) -m grader solution $*
explain-%: train-layer
	@$(PY) -m grader explain $*
reset-%: learner
	@$(PY) -m grader reset $*

.PHONY: train
train: train-layer ## train the final network into build/train (DATASET= EPOCHS= SEED= HIDDEN= LR=)
	@$(PY) -m grader train

.PHONY: step
step: train-layer ## watch a graph forward and backward, in a page (EXPRESSION= VALUES= FILE= NETWORK=toy ENGINE=mine)
	@$(PY) -m grader step

# Each process begins with a part of its own and then takes what another has left: files mostly stay together.
ON_ALL_CORES := -n auto --dist worksteal
.PHONY: test
test: test-layer ## run every proof of the kata itself
	@$(PY) -m pytest tests/kata $(ON_ALL_CORES) --durations=10

.PHONY: test-quick
test-quick: test-layer ## the same without the slow ones
	@$(PY) -m pytest tests/kata $(ON_ALL_CORES) -m "not slow"

.PHONY: test-pythons
test-pythons: ## the reference on every Python from 3.10 to 3.13 that is installed
	@$(PYTHON_FOUND) tests/kata/pythons.py

.PHONY: exercises key verify
exercises: learner ## cut exercises/ out of solutions/ again (FORCE=1 replaces changed files, with a backup)
	@$(PY) -m grader exercises
key: learner ## ask the oracles for the answer key of the public checks (ORACLES=reference,pytorch)
	@$(PY) -m grader key
verify: learner ## prove that stubs fail, solutions pass, and nothing is stale
	@$(PY) -m grader verify

.PHONY: fingerprints mutation-score
fingerprints: test-layer ## ask the chaffs how each known misconception shows (a minute)
	@$(PY) -m grader fingerprints
mutation-score: test-layer ## what the checks catch and the diagnosis names: docs/mutation-score.md (some minutes)
	@$(PY) -m grader mutation-score

.PHONY: sandbox grade
sandbox: grade-layer ## how well students' code is fenced in here
	@$(PY) -m grader sandbox
COMPARED := $(if $(shell grep -s '^similarity *= *true' course.toml),similarity-layer)
grade: $(if $(SCHEDULER),scale,grade)-layer $(COMPARED) ## grade a class (SUBMISSIONS=folder JOBS= OUT= FORCE=1 SCHEDULER=tcp://host:8786)
	@$(PY) -m grader grade-class $(SUBMISSIONS)

.PHONY: scheduler worker
scheduler: scale-layer ## a Dask scheduler for a class too large for one machine (LISTEN=10.0.0.5)
	@$(PY) -m distributed.cli.dask_scheduler --no-dashboard --host $(or $(LISTEN),127.0.0.1)
worker: scale-layer ## processes of this machine that grade for it (SCHEDULER=tcp://10.0.0.5:8786 JOBS=)
	@$(PY) -m distributed.cli.dask_worker $(SCHEDULER) --no-dashboard --nthreads 1 --nworkers $(or $(JOBS),-1)

.PHONY: regrade similarity
regrade: grade-layer ## grade a class again and explain every mark that changed (SUBMISSIONS=folder JOBS= OUT= FORCE=1)
	@$(PY) -m grader regrade $(SUBMISSIONS)
similarity: similarity-layer ## which submissions resemble each other (SUBMISSIONS=folder OUT= THRESHOLD=)
	@$(PY) -m grader similarity $(SUBMISSIONS)

.PHONY: pages
pages: grade-layer $(if $(SUBMISSIONS),train-layer) ## HTML pages of a graded class (OUT=; SUBMISSIONS= draws what is wrong, too)
	@$(PY) -m grader pages

.PHONY: gradebook
gradebook: grade-layer ## marks for the school's system (FORMAT=canvas|moodle|csv ROSTER= SUBMITTED= ASSIGNMENT=)
	@$(PY) -m grader gradebook

.PHONY: release gradescope
gradescope: test-layer ## the autograder for Gradescope (EXERCISES= HIDDEN=after_due_date LEADERBOARD=1 SEEDS=)
	@$(PY) -m grader gradescope
release: train-layer nbgrader-layer ## what students get, in build/release: a folder and zips (EXERCISES=1-5)
	@$(PY) -m grader release

.PHONY: nbgrader
nbgrader: nbgrader-layer ## a course folder for nbgrader in build/nbgrader (ASSIGNMENT= EXERCISES=1-5 OUT= FORCE=1)
	@$(PY) -m grader nbgrader

.PHONY: lint
lint: lint-layer ## style and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

.PHONY: bench-engine bench-grader bench-scale
bench-engine: bench-layer ## this engine beside micrograd, PyTorch and handwritten code
	@$(PY) -m benchmarks.engine
bench-grader: bench-layer ## this grader beside nbgrader and otter-grader, and a class of 300 (CLASS=30 for a small one)
	@$(PY) -m benchmarks.grading
bench-scale: bench-layer ## 1,000 submissions on a Dask cluster of two workers, one of which is killed (CLASS=100 for fewer)
	@$(PY) -m benchmarks.scale

.PHONY: data
data: data-layer ## make the two-moons data again
	@$(PY) grader/learner/data/make_two_moons.py

.PHONY: images notebooks
images: train-layer ## draw the pictures of README and docs again
	@$(PY) -m docs.images.make_images
notebooks: notebooks-layer ## run the walkthroughs in notebooks/ again and keep what they show
	@$(PY) -m notebooks.refresh

.PHONY: clean
clean: ## remove .venv and build
	rm -rf $(VENV) build
