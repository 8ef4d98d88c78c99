# Every command of the kata; each sets up what it needs in .venv the first time. `make` shows a learner's, by the sentences
# after ## and the headings after ###, `make course` the others.

# What is typed after make, and what the environment says, is text: neither make nor a shell is to find its own language in
# it. So a recipe has no variable of make in it, but "$$NAME" or nothing at all: the command reads its environment.
TYPED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
$(foreach name,$(TYPED),$(eval override $(name) := $$(value $(name)))$(eval export $(name)))
PYTHON_FOUND := $(or $(value PYTHON),$(shell command -v python3 || command -v python),python3)
PY := $(or $(value VENV),.venv)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python
export PYTHON_FOUND PY

# Settings of another Python, or of somebody's other tests; `python -m grader` drops the same.
unexport PYTEST_PLUGINS PYTHONCASEOK PYTHONDEBUG PYTHONDUMPREFS PYTHONEXECUTABLE PYTHONHOME PYTHONINSPECT
unexport PYTHONINTMAXSTRDIGITS PYTHONOPTIMIZE PYTHONPATH PYTHONPLATLIBDIR PYTHONPROFILEIMPORTTIME PYTHONSAFEPATH
unexport PYTHONSTARTUP PYTHONUSERBASE PYTHONVERBOSE PYTHONWARNINGS

# Somebody at a terminal has read what is wrong and is spared make's own "*** Error 1"; scripts and CI get the exit code.
HAS_SAID = || { code=$$?; [ $$code -le 2 ] && [ -t 1 ] && [ -z "$$CI" ] || exit $$code; }

.NOTPARALLEL: # two layers are installed one after the other
.DEFAULT_GOAL := help

# A layer is installed once; see grader/environment.py.
.PHONY: learner train-layer test-layer lint-layer bench-layer data-layer grade-layer nbgrader-layer notebooks-layer scale-layer similarity-layer site-layer
learner train-layer test-layer lint-layer bench-layer data-layer grade-layer nbgrader-layer notebooks-layer scale-layer similarity-layer site-layer:
	@"$$PYTHON_FOUND" grader/environment.py $(@:-layer=)

# Two processes more than cores: a test waits half of its time, for a limit to be reached or for a process of its own. Each
# begins with a part of its own and then takes what another has left, so that files mostly stay together.
ON_ALL_CORES := -n $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 2 )) --dist worksteal

### Your commands
.PHONY: help step progress watch my-minigrad train names
test-exercise-%: learner ## Run the checks of an exercise; DEBUG=1 lets breakpoint() work.
	@"$$PY" grader test '$(subst ','\'',$*)' $(HAS_SAID)
hint-%: learner ## Show a hint for the first open task, one step further each time.
	@"$$PY" grader hint '$(subst ','\'',$*)' $(HAS_SAID)
explain-%: train-layer ## Draw the smallest expression on which your code goes wrong, and say where.
	@"$$PY" grader explain '$(subst ','\'',$*)' $(HAS_SAID)
solution-%: learner ## Show the worked answer beside yours, once the checks pass (FORCE=1: before).
	@"$$PY" grader solution '$(subst ','\'',$*)' $(HAS_SAID)
reset-%: learner ## Start an exercise afresh; your file is kept as a backup.
	@"$$PY" grader reset '$(subst ','\'',$*)' $(HAS_SAID)
catch-%: learner ## Say which of your checks in exercises/catch are right and how many known wrong engines they catch.
	@"$$PY" grader catch '$(subst ','\'',$*)' $(HAS_SAID)
repair-%: learner ## Begin or check an engine with one mistake, which you find and mend (SEED=, DIFFICULTY=hard, FORCE=1).
	@"$$PY" grader repair '$(subst ','\'',$*)' $(HAS_SAID)
watch: learner ## Run the checks on every save, and move on when they pass.
	@"$$PY" grader watch
progress: learner ## Show how far you are and what comes next.
	@"$$PY" grader progress
step: train-layer ## Play a graph forward and backward in a page (EXPRESSION=, VALUES=, FILE=, NETWORK=toy, ENGINE=mine).
	@"$$PY" grader step $(HAS_SAID)
my-minigrad: learner ## Make an ordinary package of your own files.
	@"$$PY" grader my-minigrad $(HAS_SAID)
train: train-layer ## Train the final network and draw it into build/train (ENGINE=mine, DATASET=, EPOCHS=, SEED=, HIDDEN=, LR=).
	@"$$PY" grader train $(HAS_SAID)
names: train-layer ## Train a small GPT on names and let it invent new ones, into build/names (ENGINE=mine, NAMES=, STEPS=, SEED=, TEMPERATURE=, WIDTH=, HEADS=, LAYERS=, RESUME=1).
	@"$$PY" grader names $(HAS_SAID)
help: learner ## Show this page.
	@"$$PY" grader

### The course's commands
.PHONY: course sandbox release wheel gradescope nbgrader intake grade regrade similarity pages gradebook handback show scheduler worker site serve verify
course: learner ## Show this page.
	@"$$PY" grader course
verify: learner ## Prove that stubs fail, solutions pass, and nothing is stale (EXERCISE=4 for one alone).
	@"$$PY" grader verify
sandbox: grade-layer ## Show how well students' code is fenced in here.
	@"$$PY" grader sandbox
release: train-layer nbgrader-layer ## Make what students get, a folder and zips in build/release (EXERCISES=1-5).
	@"$$PY" grader release
wheel: learner ## Make what students get as a package in build/wheel, for pipx and uvx (EXERCISES=1-5).
	@"$$PY" grader wheel
gradescope: test-layer ## Make the autograder for Gradescope (EXERCISES=, HIDDEN=after_due_date, LEADERBOARD=1, SEEDS=).
	@"$$PY" grader gradescope
nbgrader: nbgrader-layer ## Make a course folder for nbgrader in build/nbgrader (ASSIGNMENT=, EXERCISES=1-5, OUT=, FORCE=1).
	@"$$PY" grader nbgrader
intake: grade-layer ## Show who hands in what, by which file, and what is left aside and why (SUBMISSIONS=folder, ROSTER=, OUT=).
	@"$$PY" grader intake
COMPARED := $(if $(shell grep -s '^similarity *= *true' course.toml),similarity-layer)
grade: $(if $(value SCHEDULER),scale,grade)-layer $(COMPARED) ## Grade a class (SUBMISSIONS=folder, JOBS=, OUT=, FORCE=1, SCHEDULER=tcp://host:8786).
	@"$$PY" grader grade-class
regrade: grade-layer ## Grade a class again and explain every mark that changed (SUBMISSIONS=folder, JOBS=, OUT=, FORCE=1).
	@"$$PY" grader regrade
similarity: similarity-layer ## Show which submissions resemble each other (SUBMISSIONS=folder, OUT=, THRESHOLD=).
	@"$$PY" grader similarity
pages: grade-layer $(if $(value SUBMISSIONS),train-layer) ## Make HTML pages of a graded class (OUT=, ROSTER=; SUBMISSIONS= draws what is wrong, too).
	@"$$PY" grader pages
gradebook: grade-layer ## Write the marks for the school's system (FORMAT=csv or a school system, ROSTER=, SUBMITTED=, ASSIGNMENT=, WRITE=raise or all).
	@"$$PY" grader gradebook
handback: grade-layer ## Put the students' pages into a zip that the school's system takes back (FORMAT=moodle or canvas, ROSTER=, OUT=).
	@"$$PY" grader handback
show: grade-layer ## Show the staff what checks ran on one student's code, hidden ones too (STUDENT=, CHECK= or EXERCISE=, ROSTER=, OUT=).
	@"$$PY" grader show
scheduler: scale-layer ## Start a Dask scheduler for a class too large for one machine (LISTEN=10.0.0.5).
	@"$$PY" grader -m distributed.cli.dask_scheduler --no-dashboard --host "$${LISTEN:-127.0.0.1}"
worker: scale-layer ## Start processes on this machine that grade for it (SCHEDULER=tcp://10.0.0.5:8786, JOBS=).
	@"$$PY" grader -m distributed.cli.dask_worker "$$SCHEDULER" --no-dashboard --nthreads 1 --nworkers "$${JOBS:--1}"

site: site-layer ## Make the kata as static pages in build/site (EXERCISES=1-5, SITE_SOLUTIONS=1 for self-study).
	@"$$PY" grader site
serve: site-layer ## Make the same and serve it on this machine (PORT=8000).
	@"$$PY" grader site --serve

### The authors' commands
.PHONY: new-exercise exercises key fingerprints worked-checks promises mutation-score field-score lint test test-quick test-failed test-pythons bench-engine bench-language bench-grader bench-scale data images notebooks clean
new-exercise: test-layer ## Begin one more exercise: write its skeletons and say what to do (NAME=softmax).
	@"$$PY" grader new-exercise
exercises: learner ## Cut exercises/ out of solutions/ again (FORCE=1 replaces changed files, with a backup).
	@"$$PY" grader exercises
key: learner ## Ask the oracles for the answer key of the public checks (ORACLES=reference,pytorch).
	@"$$PY" grader key
fingerprints: test-layer ## Ask the chaffs of what has changed how each known misconception shows, up to minutes (EXERCISE=4, FORCE=1).
	@"$$PY" grader fingerprints
worked-checks: learner ## Search checks that catch every chaff with the fewest words, for solutions/catch (EXERCISE=4 for one alone).
	@"$$PY" grader worked-checks
promises: learner ## List what the lessons promise and which check holds each promise, in docs/promises.md.
	@"$$PY" grader promises
mutation-score: test-layer ## Measure what the checks catch and the diagnosis names, for docs/mutation-score.md (some minutes).
	@"$$PY" grader mutation-score
field-score: test-layer ## Measure what becomes of mistakes in combination, for docs/field-score.md (many minutes, COUNT=3000).
	@"$$PY" grader field-score
lint: lint-layer ## Check style, types, and who may import whom; of web/, too.
	@"$$PY" grader -m ruff check .
	@"$$PY" grader -m ruff format --check .
	@"$$PY" grader -m mypy
	@"$${PY%python}lint-imports" --no-cache --no-logo
	@"$$PY" grader -m grader.course.release.site.node types lint
test: test-layer ## Run every proof of the kata itself.
	@"$$PY" grader -m pytest tests/kata $(ON_ALL_CORES) --durations=10
test-quick: test-layer ## Run the same without the slow ones.
	@"$$PY" grader -m pytest tests/kata $(ON_ALL_CORES) -m "not slow"
test-failed: test-layer ## Collect all tests, and run again, one at a time, those that failed last time.
	@"$$PY" grader -m pytest tests/kata --collect-only -qq -p no:cacheprovider
	@"$$PY" grader -m pytest tests/kata --last-failed --last-failed-no-failures none
test-pythons: ## Prove the reference on every Python from 3.10 to 3.13 that is installed.
	@"$$PYTHON_FOUND" tests/kata/pythons.py
bench-engine: bench-layer ## Measure this engine beside micrograd, PyTorch and handwritten code.
	@"$$PY" grader -m benchmarks.engine
bench-language: bench-layer ## Measure a step of the language model: the reference, the worked answers, handwritten code, PyTorch.
	@"$$PY" grader -m benchmarks.language
bench-grader: bench-layer ## Measure this grader beside nbgrader and otter-grader, and a class of 300 (CLASS=30 for a small one).
	@"$$PY" grader -m benchmarks.grading
bench-scale: bench-layer ## Grade 1,000 submissions on a Dask cluster of two workers, one of which is killed (CLASS=100 for fewer).
	@"$$PY" grader -m benchmarks.scale
data: data-layer ## Make the two-moons data and the list of names again.
	@"$$PY" grader/learner/data/make_two_moons.py
	@"$$PY" grader/learner/data/make_names.py
images: train-layer ## Draw the pictures of README and docs again.
	@"$$PY" grader -m docs.images.make_images
notebooks: notebooks-layer ## Run the walkthroughs in notebooks/ again and keep what they show.
	@"$$PY" grader -m notebooks.refresh
clean: ## Remove .venv and build.
	@"$$PYTHON_FOUND" grader/environment.py clean
