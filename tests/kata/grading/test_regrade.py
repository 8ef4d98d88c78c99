"""A regrading explains every mark that changed, keeps what was there, and goes on where it was stopped."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.records import Status
from grader.course.classroom import classroom, regrade
from grader.course.classroom.changes import (
    CheckChange,
    StudentChange,
    as_markdown,
    as_table,
    changes,
    check_counts,
    rows,
    summary,
)
from grader.course.classroom.regrade import Regrading
from grader.course.grading.report import Report
from grader.course.grading.report_files import ReportError
from grader.course.grading.suites import load_course
from grader.course.intake.handins import find_hand_ins

ROOT = Path(__file__).parents[3]
SEED = 7


def check(name, status="passed", points=1.0, **more):
    return {
        "id": f"ex01.{name}",
        "title": f"Check {name}.",
        "status": status,
        "points": points if status == "passed" else 0,
        "max_points": points,
        "visibility": "visible",
        "message": "",
        "diagnosis": None,
        "carried_forward": False,
        **more,
    }


def document(student, *checks, submission="one", seed=SEED):
    score = sum(c["points"] for c in checks)
    worth = {"score": score, "max_score": sum(c["max_points"] for c in checks)}
    tasks = [{"name": "task", **worth, "checks": list(checks)}]
    exercises = [{"number": 1, "title": "One", **worth, "carried_forward": "", "tasks": tasks}]
    whole = {"student": student, **worth, "seed": seed, "sandbox": "hardened", "submission": submission, "notes": []}
    return Report.from_json({**whole, "exercises": exercises})


def compared(before, after):
    (found,) = changes({"ada": before}, {"ada": after})
    return found


REASONS = {
    "new": ([], [check("a")], {}, "the check is new"),
    "gone": ([check("a")], [], {}, "the check is gone"),
    "points": ([check("a")], [check("a", points=0.5)], {}, "it is worth 0.5 points, was 1"),
    "verdict": (
        [check("a")],
        [check("a", "failed")],
        {},
        "the check or its answer changed: the submission is the same",
    ),
    "submission": ([check("a")], [check("a", "failed")], {"submission": "two"}, "the submission changed"),
    "seed": (
        [check("a")],
        [check("a", "failed")],
        {"seed": 8},
        "the randomised checks were drawn anew (seed 8, was 7)",
    ),
    "time": (
        [check("a")],
        [check("a", "timed_out")],
        {},
        "the time that it takes: the limit, the check or the machine is another",
    ),
    "carried": (
        [check("a", "failed")],
        [check("a", carried_forward=True)],
        {},
        "it counts among the worked answers now",
    ),
    "two": (
        [check("a", points=2)],
        [check("a", "crashed")],
        {},
        "it is worth 1 point, was 2; the check or its answer changed: the submission is the same",
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_of_a_change_is_told(reason):
    before, after, more, sentence = REASONS[reason]
    found = compared(document("ada", *before), document("ada", *after, **more))
    assert [c.why for c in found.checks] == [sentence]


def test_what_is_the_same_is_no_change():
    both = check("a"), check("b", "failed", message="one")
    other = check("a"), check("b", "failed", message="another", points=3)
    assert changes({"ada": document("ada", *both)}, {"ada": replace(document("ada", *other), seconds=3)}) == []
    assert summary([]) == "No mark changed."


def test_those_who_lost_come_first_then_those_who_gained_then_the_others():
    def points(*earned):
        return {
            s: document(s, check("a", points=p), check("b", points=q))
            for s, (p, q) in zip("abcde", earned, strict=True)
        }

    found = changes(points((1, 0), (2, 0), (5, 0), (3, 0), (1, 0)), points((1, 0), (4, 0), (4, 0), (1, 0), (0, 1)))
    assert [(change.student, change.difference) for change in found] == [("d", -2), ("c", -1), ("b", 2), ("e", 0)]
    assert summary(found) == "Marks that are lower: 2; higher: 1; the same by other checks: 1."
    assert check_counts(found) == {"ex01.a": (3, 1), "ex01.b": (0, 1)}


def test_who_was_not_there_before_and_who_is_no_more_are_told():
    found = changes({"ada": document("ada", check("a"))}, {"bob": document("bob", check("a"), submission="two")})
    assert [(c.student, c.score, c.why) for c in found] == [
        ("ada", (1, None), "there is no submission any more"),
        ("bob", (None, 1), "was not graded before"),
    ]
    assert "## ada: 1 → none" in as_markdown(found)
    assert summary(found) == "Marks that are lower: 0; higher: 0; the same by other checks: 0; gone: 1; new: 1."


def test_who_hands_in_the_same_under_another_name_is_told_so():
    before = {name: document(name, check("a"), submission=name) for name in ("ada", "bob", "eve")}
    after = {"Ada L.": replace(before["ada"], student="Ada L."), "kim": document("kim", check("a"), submission="kim")}
    after |= {name: replace(before["eve"], student=name) for name in ("eve 1", "eve 2")}  # two may be it, so none is
    assert {c.student: c.why for c in changes(before, after)} == {
        "ada": "it is called 'Ada L.' now",
        "Ada L.": "it was called 'ada' before",
        **dict.fromkeys(("bob", "eve"), "there is no submission any more"),
        **dict.fromkeys(("kim", "eve 1", "eve 2"), "was not graded before"),
    }


def printed(found, width=140):
    from rich.console import Console

    console = Console(width=width, record=True, force_terminal=False)
    console.print(as_table(found))
    return console.export_text()


def test_the_terminal_shows_whose_mark_changed_with_a_line_for_each_reason():
    """A check that went makes the others worth more: for two students that is a line each and not four hundred."""
    many = [check(f"n{number}") for number in range(200)]
    gone = [check(f"n{number}", points=1.5) for number in range(1, 200)]
    same = [document("cyd", check("a"), check("b", points=0)), document("cyd", check("a", points=0), check("b"))]
    before = {"ada": document("ada", *many), "bob": document("bob", *many[:100]), "cyd": same[0]}
    after = {"ada": document("ada", *gone), "bob": document("bob", *many[:99], check("n99", "failed")), "cyd": same[1]}
    found = changes(before, after)
    assert {change.student for change in found} == {"ada", "bob", "cyd"}
    table = printed(found)
    assert "n1, ex01.n10, ex01.n100 and 196 more" in table
    assert "it is worth more or less" in table
    assert "the check is gone" in table
    assert "cyd" not in table  # whose mark is the same
    assert as_table(found).row_count == 3
    assert len(table.splitlines()) < 20


HOSTILE = "=cmd|'x'[red]\x1b[31m<b>|\n# one"


def test_names_are_text_in_the_sheet_in_markdown_and_in_the_terminal(tmp_path):

    from grader.core.tables import write_sheet

    change = CheckChange("ex01.a", HOSTILE, (1, 0), (Status.PASSED, Status.FAILED), "why")
    found = [StudentChange(HOSTILE, (2, 1), (change,))]
    write_sheet(tmp_path / "changes.csv", rows(found))
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["student"] == f"'{HOSTILE}"
    assert (row["points_before"], row["points_after"], row["status_after"]) == ("1", "0", "failed")
    text = as_markdown(found)
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("# ")] == ["# Changed marks"]
    shown = printed(found, 200)
    assert "[red]" in shown
    assert "\x1b" not in shown


# A class that is really graded


@pytest.fixture(scope="module")
def course():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        course = load_course(frozenset({1, 2}), seed=SEED)
    return replace(course, suites=tuple(replace(suite, checks=suite.checks[::3]) for suite in course.suites))


@pytest.fixture(scope="module")
def once(course, tmp_path_factory):
    """Two students, and what came of grading them."""
    folder = tmp_path_factory.mktemp("class")
    for student in ("alice", "bob"):
        (folder / "in" / student).mkdir(parents=True)
        for number in (1, 2):
            path = folder / "in" / student / f"{course.modules[number]}.py"
            path.write_text(course.solutions[number], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(classroom, "load_apart", lambda seed: replace(course, seed=seed))
        list(classroom.grade_class(find_hand_ins(folder / "in"), folder / "out", 1, force=False, seed=SEED))
    return folder


@pytest.fixture
def graded(once, tmp_path, monkeypatch):
    """The same class; what it gives grades it again with a course and answers what changed."""

    def use(changed):
        monkeypatch.setattr(classroom, "load_apart", lambda seed: replace(changed, seed=seed))

    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    roll = tmp_path / "out/class.json"  # which says where the class lies
    roll.write_text(roll.read_text(encoding="utf-8").replace(str(once), str(tmp_path)), encoding="utf-8")

    def again(changed):
        use(changed)
        regrading = Regrading(find_hand_ins(tmp_path / "in"), tmp_path / "out", 1)
        return regrading, [outcome.student for outcome in regrading.graded() if outcome.fresh]

    return again


def without_first_check(course):
    suite = course.suites[0]
    return replace(course, suites=(replace(suite, checks=suite.checks[1:]), *course.suites[1:]))


def with_wrong_key(course):
    suite = course.suites[0]
    name = suite.checks[0].id
    answers = dict.fromkeys(suite.key[name]["values"], "something else")
    key = {**suite.key, name: {**suite.key[name], "values": answers}}
    return replace(course, suites=(replace(suite, key=key), *course.suites[1:])), name


def kept(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.parent.name != "earlier"
    }


def test_nothing_new_changes_nothing_and_leaves_no_copy(graded, course, tmp_path):
    before = kept(tmp_path / "out")
    regrading, fresh = graded(course)
    assert (regrading.changes(), fresh) == ([], [])
    after = kept(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"changes.md", "changes.csv"}


def test_a_check_that_went_and_one_with_another_answer_are_explained_for_everybody(graded, course, tmp_path):
    before = kept(tmp_path / "out")
    regrading, fresh = graded(without_first_check(course))
    found = regrading.changes()
    assert sorted(fresh) == ["alice", "bob"]
    gone = course.suites[0].checks[0].id
    for change in found:
        assert {c.id: c.why for c in change.checks}[gone] == "the check is gone"
        assert all("it is worth" in c.why for c in change.checks if c.id != gone)
    copy = kept(regrading.before)
    assert copy == {**before, "changes.md": copy["changes.md"], "changes.csv": copy["changes.csv"]}
    wrong, name = with_wrong_key(course)
    regrading, _ = graded(wrong)
    (first, _) = regrading.changes()
    assert {c.id: (c.status, c.why) for c in first.checks}[name] == ((None, Status.FAILED), "the check is new")
    assert len(list((tmp_path / "out/earlier").iterdir())) == 2


def test_a_changed_submission_is_told_from_a_changed_check(graded, course, tmp_path):
    path = tmp_path / "in/bob/ex02_value.py"
    path.write_text(path.read_text(encoding="utf-8").replace("self.data + other.data", "self.data"), encoding="utf-8")
    regrading, fresh = graded(course)
    (change,) = regrading.changes()
    assert (fresh, change.student) == (["bob"], "bob")
    assert change.difference < 0
    assert {check.why for check in change.checks} == {"the submission changed"}
    with (tmp_path / "out/changes.csv").open(encoding="utf-8", newline="") as file:
        lost = sum(float(row["points_before"]) - float(row["points_after"]) for row in csv.DictReader(file))
    assert lost == pytest.approx(-change.difference, abs=0.001)  # points have four decimals


def test_a_run_that_was_stopped_is_measured_from_where_it_began(graded, course):
    wrong, _ = with_wrong_key(course)
    stopped, _ = graded(wrong)  # its changes are never asked for
    regrading, fresh = graded(wrong)
    assert (regrading.before, fresh) == (stopped.before, [])
    assert {change.student for change in regrading.changes()} == {"alice", "bob"}
    regrading, _ = graded(wrong)
    assert regrading.changes() == []


def test_half_a_copy_is_swept_away(graded, course, tmp_path):
    half = tmp_path / "out/earlier/20260101-000000.part"
    half.mkdir(parents=True)
    regrading, _ = graded(course)
    assert not half.exists()
    assert regrading.changes() == []


def test_a_lost_seed_is_taken_from_the_reports(graded, course, tmp_path):
    (tmp_path / "out/seed.json").unlink()
    regrading, fresh = graded(course)
    assert (regrading.changes(), fresh) == ([], [])
    assert json.loads((tmp_path / "out/seed.json").read_text(encoding="utf-8")) == {"seed": SEED}


def test_who_handed_in_nothing_any_more_is_told(graded, course, tmp_path):
    shutil.rmtree(tmp_path / "in/alice")
    regrading, _ = graded(course)
    (change,) = regrading.changes()
    assert (change.student, change.why) == ("alice", "there is no submission any more")


def test_without_reports_a_sentence_says_what_to_do(tmp_path):
    with pytest.raises(ReportError, match="make grade"):
        Regrading(find_hand_ins(tmp_path), tmp_path / "out", 1)
    assert not (tmp_path / "out").exists()
    assert regrade.EARLIER == "earlier"
