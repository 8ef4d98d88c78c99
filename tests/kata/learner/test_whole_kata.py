"""The whole kata from the first stub to the last check."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.core.catalogue import read_catalogue

CATALOGUE = read_catalogue()


def statuses(text):
    return re.findall(r"^ *(passed|wrong|not attempted|crashed|timed out|blocked)  \S", text, re.MULTILINE)


def counts(text):
    return {
        int(n): (int(done), int(of)) for n, done, of in re.findall(r"^ *(\d+)  \S.*? (\d+)/(\d+) ", text, re.MULTILINE)
    }


def last_paragraph(result):
    """What a command said last, in one line whatever the terminal's width."""
    return " ".join(result.stdout.split("\n\n")[-1].split())


@pytest.mark.slow
def test_all_worked_answers_pasted_in_order_go_from_not_attempted_to_everything_passes(learner):
    total = sum(of for _, of in counts(learner.run("progress").stdout).values())
    passed = 0
    for number, exercise in CATALOGUE.items():
        before = learner.run("test", number)
        assert (before.returncode, before.stderr) == (1, "")
        assert set(statuses(before.stdout)) <= {"not attempted", "blocked"}  # blocked by another task of the same file
        assert statuses(before.stdout)[0] == "not attempted"
        checks = len(statuses(before.stdout))
        last = last_paragraph(before)
        assert last.startswith(f"0 of {checks} checks pass. ")
        if "blocked" not in before.stdout:
            assert last.endswith(
                f" Open exercises/{exercise.module}.py: "
                f"the lesson stands at its top, then write {exercise.tasks[0].name}."
            )

        learner.solve(number)
        with ThreadPoolExecutor() as pool:
            after, progress = pool.map(lambda command: learner.run(*command), [["test", number], ["progress"]])
        assert (after.returncode, after.stderr) == (0, "")
        assert statuses(after.stdout) == ["passed"] * checks
        following = f"make test-exercise-{number + 1}" if number < max(CATALOGUE) else "make names ENGINE=mine"
        compare = f"Compare yours with the worked answer and one in another style: make solution-{number}."
        assert last_paragraph(after) == f"{checks} of {checks} checks pass. {compare} Next: {following}."

        passed += checks
        assert (progress.returncode, progress.stderr) == (0, "")
        assert f"{passed} of {total} checks pass." in progress.stdout
        table = counts(progress.stdout)
        assert table[number] == (checks, checks)
        assert all((done == of) == (n <= number) for n, (done, of) in table.items())
        assert all(done == 0 for n, (done, _) in table.items() if n > number)
        last = last_paragraph(progress)
        if number < max(CATALOGUE):
            task, module = CATALOGUE[number + 1].tasks[0].name, CATALOGUE[number + 1].module
            assert last == f"Next: write {task} in exercises/{module}.py, then make test-exercise-{number + 1}."
        else:
            assert last.startswith("Everything passes. make my-minigrad ")
            assert last.endswith(" Next: make names ENGINE=mine.")
    assert (passed, sorted(table)) == (total, list(CATALOGUE))
