"""Marks reach the right person in the form that each school's system takes, and nothing in them is a formula."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis
import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.core.catalogue import read_catalogue
from grader.core.tables import BOM, Sheet, SheetError, harmless, read_sheet, sheet_text, write_sheet
from grader.course.grading.config import Settings, read_settings
from grader.course.grading.report_files import ReportError
from grader.course.platforms.gradebooks.files import write_gradebook
from grader.course.platforms.gradebooks.ledger import LedgerError, make_ledger, read_marks, timestamps
from grader.course.platforms.gradebooks.moment import moment
from grader.course.platforms.gradebooks.points import number as read_number
from grader.course.platforms.gradebooks.roster import match, read_people, submissions_of
from grader.course.platforms.gradebooks.systems import gradebooks
from grader.course.platforms.gradebooks.systems.moodle import make as make_moodle
from tests.kata.few import kata_of

ROOT = Path(__file__).parents[3]
FILES = Path(__file__).with_name("gradebooks")
CANVAS, MOODLE, OWN = (FILES / name for name in ("canvas-export.csv", "moodle-worksheet.csv", "roster.csv"))
SCHEMA = json.loads((ROOT / "grader/course/grading/report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CATALOGUE = read_catalogue()
EXERCISES = range(1, 12)  # of the course in this file: a school has some of them, and the files to compare stay small
POINTS = {number: sum(task.points for task in CATALOGUE[number].tasks) for number in EXERCISES}
RULES = Settings(exercises=tuple(EXERCISES))
CHOSEN = 'exercises = "1-11"\n'
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COURSE = f"""{CHOSEN}
time_zone = "Europe/Berlin"
deadline = 2026-11-20T23:59:00
[late]
percent_per_day = 10
[deadlines]
11 = 2026-12-01T00:00:00
"""


def document(student, lost=None, notes=()):
    """A report with full marks but for the points lost by exercise."""
    lost = lost or {}
    exercises = [
        {
            "number": number,
            "title": CATALOGUE[number].title,
            "score": round(most - lost.get(number, 0), 4),
            "max_score": most,
            "carried_forward": "",
            "tasks": [],
        }
        for number, most in POINTS.items()
    ]
    made = {
        "version": 1,
        "student": student,
        "score": round(sum(e["score"] for e in exercises), 4),
        "max_score": sum(POINTS.values()),
        "seed": 1,
        "sandbox": "hardened",
        "submission": "",
        "notes": list(notes),
        "exercises": exercises,
    }
    VALIDATOR.validate(made)
    return made


def reports(folder, *documents):
    made = folder / "reports"
    made.mkdir(parents=True, exist_ok=True)
    for number, report in enumerate(documents):
        (made / f"{number}.json").write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    return made


def class_in(folder, names):
    """A class of the same work under other names; what system downloads them decides these."""
    lost = ({}, {1: 1, 11: 0.3333}, {4: 6, 5: 2.5}, dict(POINTS), {10: 1.25}, {2: 1})
    notes = (["Not handed in: ex04_backward.py."], ["'=1+1.py' is left out."])
    documents = [document(name, lost[i], notes[i] if i < len(notes) else ()) for i, name in enumerate(names)]
    return reports(folder, *documents)


def settings(folder, text=COURSE):
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return read_settings(folder / "course.toml")


def written(folder, kind, roster, names, text=COURSE, assignment="The minigrad kata"):
    """All marks are written here, also where there is another one."""
    rules, sheet = settings(folder, text), read_sheet(roster) if roster else None
    ledger = replace(make_ledger(class_in(folder, names), sheet, None, rules), write="all")
    return write_gradebook(kind, folder, ledger, sheet, assignment, rules)


def golden(path, name):
    kept = FILES / name
    if os.environ.get("GOLDEN"):
        kept.write_bytes(path.read_bytes())
    assert path.read_bytes() == kept.read_bytes(), f"GOLDEN=1 writes {kept} again"


CANVAS_NAMES = ["doejane_101", "müllerjürgen_LATE_102", "Zoë O'Brien Obi", "00104", "Tim Twin", "stranger"]
MOODLE_NAMES = [
    *("Jane Doe_501_assignsubmission_file_", "Jürgen Müller_502_assignsubmission_file_", "zoe", "Mallory"),
    *("Nina_506_assignsubmission_file_x_501_assignsubmission_file_", "=cmd|' /C calc'!A0"),
]


def test_canvas_gets_its_import_file_whole(tmp_path):
    sentences = written(tmp_path, "canvas", CANVAS, CANVAS_NAMES)
    golden(tmp_path / "canvas.csv", "canvas.csv")
    golden(tmp_path / "marks.csv", "canvas_marks.csv")
    golden(tmp_path / "unmatched.csv", "canvas_unmatched.csv")
    without = ['=HYPERLINK("http://x","y") (S-105)', "Nobody, Nina (S-106)"]
    assert sentences == [
        f"The marks are in {tmp_path / 'canvas.csv'}, each step in {tmp_path / 'marks.csv'}.",
        f"No time is known of {', '.join(map(repr, CANVAS_NAMES[:5]))} and 1 more: nothing is taken off.",
        "Marks that are there and are others: 1.",
        'O’Brien "Obi", Zoë (S-103): 12.5 is there, 87.12 was graded and is written',
        "4 submissions belong to somebody on the roster.",
        "Submissions of nobody there: 'stranger'.",
        "Submissions that do not count: 'Tim Twin'.",
        f"People without a submission: {', '.join(map(repr, without))}.",
        "People of whom it is not clear which submission counts: 'Twin, Tim (S-107)', 'Twin, Tim (S-108)'.",
        f"{tmp_path / 'unmatched.csv'} says why.",
    ]


def test_moodle_gets_its_own_sheet_back_with_grades_in_it(tmp_path):
    sentences = written(tmp_path, "moodle", MOODLE, MOODLE_NAMES)
    golden(tmp_path / "moodle.csv", "moodle.csv")
    golden(tmp_path / "marks.csv", "moodle_marks.csv")
    golden(tmp_path / "unmatched.csv", "moodle_unmatched.csv")
    assert "moodle.csv, row 4: what a spreadsheet would run has an apostrophe before it." in sentences


def test_a_plain_file_shows_each_step_of_a_mark(tmp_path):
    names = ["Doe, Jane", "jm@uni.edu", "zoe.obi_o'brien", "ØYVIND_LUKASZ", "王小明 +1 two lines", "-nobody"]
    written(tmp_path, "csv", OWN, names)
    golden(tmp_path / "marks.csv", "plain_marks.csv")
    golden(tmp_path / "unmatched.csv", "plain_unmatched.csv")
    for row in csv.DictReader(io.StringIO((tmp_path / "marks.csv").read_text(encoding="utf-8-sig"))):
        if row["submission"]:
            assert Decimal(row["score"]) - Decimal(row["late_deduction"]) == Decimal(row["mark"])
            assert sum(Decimal(row[f"exercise {n}"]) for n in POINTS) == Decimal(row["score"])


def test_without_a_roster_everybody_is_in_the_plain_file(tmp_path):
    assert written(tmp_path, "csv", None, ["a", "b"])[0] == f"The marks are in {tmp_path / 'marks.csv'}."
    lines = (tmp_path / "marks.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["submission", "a", "b"]


def people(text):
    rows = list(csv.reader(io.StringIO(text)))
    return read_people(Sheet(Path("r.csv"), tuple(rows[0]), tuple(map(tuple, rows[1:]))))


CLASS = (
    'id,name,email\ns1,"Doe, Jane",jane@uni.edu\ns2,José María García López,jm@uni.edu\ns3,Strauß Søren,so@uni.edu\n'
    "s4,Ann Alee,a@uni.edu\ns5,कि राम,k@uni.edu\ns6,की राम,r@uni.edu\ns7,O’Neil Jean-Luc,jl@uni.edu\n"
)


@pytest.mark.parametrize(
    ("submission", "row", "by"),
    [
        ("s1", 0, "id"),
        ("S1", 0, "id"),
        ("jane@uni.edu", 0, "e-mail"),
        ("Jane@Uni.edu", 0, "e-mail"),
        ("jane", 0, "e-mail"),
        ("Jane Doe", 0, "name"),
        ("DOE Jane", 0, "name"),
        ("Doe, Jane", 0, "name"),
        ("doe_jane", 0, "name"),
        ("doejane", 0, "name"),
        ("janedoe", 0, "name"),
        ("Jane Doe_99_assignsubmission_file_", 0, "name"),
        ("doejane_99", 0, "name"),
        ("García López, José María", 1, "name"),
        ("Garcia Lopez Jose Maria", 1, "name"),
        ("jose\u0301-mari\u0301a.garci\u0301a.lo\u0301pez", 1, "name"),
        ("Soren Strauss", 2, "name"),
        ("STRAUSS, SØREN", 2, "name"),
        ("Anna Lee", None, ""),  # not Ann Alee, although the letters are the same
        ("annalee", 3, "name"),
        ("राम कि", 4, "name"),  # vowel signs are no accents
        ("ONeil Jean Luc", 6, "name"),
        ("Jane", 0, "e-mail"),
        ("Doe", None, ""),
        ("Jane M. Doe", None, ""),
        ("s", None, ""),
        ("", None, ""),
        ("...", None, ""),
        ("@uni.edu", None, ""),
        ("team_1", None, ""),
    ],
)
def test_a_submission_is_matched_by_id_else_address_else_name_and_else_not(submission, row, by):
    found = match([submission], people(CLASS))
    if row is None:
        assert list(found.submissions) == [submission]
        why, _, meant = found.submissions[submission].partition(" Did you mean ")
        assert why == "Nobody on the roster has this id, e-mail address or name."
        assert meant == {"Anna Lee": "Ann Alee (s4)?", "Jane M. Doe": "Doe, Jane (s1)?"}.get(submission, "")
    else:
        assert (found.matches[submission].person.row, found.matches[submission].by) == (row, by)
    assert len(found.people) == 7 - len(found.matches)


@pytest.mark.parametrize("who", ["S-1", "kim@a.edu", "KIM", "Lee, Kim", "kim lee"])
def test_a_submission_is_found_by_what_the_roster_calls_its_person(who):
    roster = people("id,name,email,group\nS-1,Kim Lee,kim@a.edu,A\nS-2,Bo,bo@a.edu,A\nS-3,Bo Lee,x@a.edu,\n")
    found = match(["leekim_1", "S-3"], roster)
    assert submissions_of(who, roster, found) == submissions_of("S-2", roster, found) == ["leekim_1"]
    assert submissions_of("nobody", roster, found) == []


def test_what_could_be_two_peoples_is_nobodys():
    twins = people("id,name,email\na,Kim Lee,kim@a.edu\nb,Lee Kim,kim@b.edu\nc,Bo,bo@a.edu\nc,Ba,ba@a.edu\n")
    found = match(["Kim Lee", "kim", "c", "Bo"], twins)
    assert list(found.matches) == ["Bo"]
    assert set(found.people.values()) == {
        "It is not clear whether 'Kim Lee' or 'kim' is theirs.",
        "It is not clear whether 'c' is theirs.",
    }
    assert found.submissions == {
        "Kim Lee": "The name could be that of Kim Lee (a) and Lee Kim (b).",
        "kim": "The e-mail could be that of Kim Lee (a) and Lee Kim (b).",
        "c": "The id could be that of Bo (c) and Ba (c).",
    }


def test_two_submissions_of_one_person_are_none_until_somebody_decides():
    found = match(["s1", "Jane Doe", "s2"], people(CLASS))
    assert list(found.matches) == ["s2"]
    assert set(found.submissions) == {"s1", "Jane Doe"}
    assert found.people[0] == "There are 2 submissions: 's1' and 'Jane Doe'; keep one."


def test_a_number_in_the_name_of_a_students_own_file_is_nobodys_id():
    on_canvas = read_people(read_sheet(CANVAS))
    assert match(["evil_105"], on_canvas).matches["evil_105"].person.id == "S-105"
    assert not match(["evil_105_101", "evil_105_101_7"], on_canvas).matches
    on_moodle = read_people(read_sheet(MOODLE))
    twice = "X_506_assignsubmission_file_x_501_assignsubmission_file_.zip"
    assert not match([twice], on_moodle).matches
    assert not match(["team_101"], people("id,name\n101,Jane\n")).matches  # Canvas's numbers are Canvas's alone


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20 23:59", datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN)),
        ("2026-11-20T23:59:01", datetime(2026, 11, 20, 23, 59, 1, tzinfo=BERLIN)),
        ("2026-11-20T22:59:00Z", datetime(2026, 11, 20, 22, 59, tzinfo=timezone.utc)),
        ("2026-11-20 22:59:00.948203 UTC", datetime(2026, 11, 20, 22, 59, 0, 948203, tzinfo=timezone.utc)),
        ("2026-11-20T23:59:00.5+01:00", datetime(2026, 11, 20, 22, 59, 0, 500000, tzinfo=timezone.utc)),
        ("2026-11-20 17:59:00 America/New_York", datetime(2026, 11, 20, 22, 59, tzinfo=timezone.utc)),
        ("2026-11-20T23:59:00-0500", datetime(2026, 11, 21, 4, 59, tzinfo=timezone.utc)),
        ("Friday, 20 November 2026, 11:59 PM", datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN)),
        ("Friday, 20 November 2026, 11:59\u202fPM", datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN)),
        ("Wednesday, September 23, 2026, 12:00 AM", datetime(2026, 9, 23, 0, 0, tzinfo=BERLIN)),
        ("Friday, 20 November 2026, 23:59", datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN)),
    ],
)
def test_a_time_is_read_as_the_systems_write_it(text, expected):
    assert moment(text, BERLIN) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "10", "11/12/2026", "20.11.2026 23:59", "2026-11-20", "2026-13-01 00:00", "2026-11-20 24:01"),
        *("2026-11-20 23:59 Nowhere/Else", "2026-11-20 23:59 PST8", "2026-11-20 23:59+25:00", "0001-01-01 00:00"),
        *("Freitag, 20. November 2026, 23:59", "Friday, 31 November 2026, 11:59 PM", "Friday, 20 May 2026, 13:00 PM"),
    ],
)
def test_what_could_be_another_time_is_none(text):
    with pytest.raises(ValueError):
        moment(text, BERLIN)


def ledger_of(folder, text, roster, submitted=None):
    path = folder / "roster.csv"
    path.write_text(roster, encoding="utf-8")
    return make_ledger(reports(folder, document("jane")), read_sheet(path), submitted, settings(folder, text))


def test_the_rosters_time_goes_before_moodles_and_that_before_nbgraders(tmp_path):
    stamp = tmp_path / "submitted" / "jane" / "kata" / "timestamp.txt"
    stamp.parent.mkdir(parents=True)
    stamp.write_text("2026-11-23 22:59:01.000001 UTC\n", encoding="utf-8")
    both = 'id,Last modified (submission),submitted_at\njane,"{}",{}\n'
    late = "Saturday, 21 November 2026, 11:59 PM"
    for moodle, own, days, source in [
        (late, "2026-11-20 23:00", 0, "submitted_at"),
        (late, "", 1, "Last modified (submission)"),
        ("-", "", 4, "timestamp.txt"),
        ("", "", 4, "timestamp.txt"),
    ]:
        found = ledger_of(tmp_path, COURSE, both.format(moodle, own), tmp_path / "submitted").entries[0]
        assert (found.lateness.days, found.time_from) == (days, source)
    assert found.mark == 66 - (66 - POINTS[11]) * Decimal("0.4")


def test_the_latest_of_nbgraders_timestamps_counts_and_only_where_nbgrader_puts_them(tmp_path):
    for student, place, text in [
        ("a", "one/timestamp.txt", "2026-11-20 22:00:00 UTC"),
        ("a", "two/timestamp.txt", "2026-11-20 23:00:00"),
        ("b", "timestamp.txt", "2026-11-20 22:00:00 UTC"),
        ("c", "one/deep/timestamp.txt", "2026-11-20 22:00:00 UTC"),
    ]:
        path = tmp_path / student / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "d" / "one").mkdir(parents=True)
    (tmp_path / "d" / "one" / "timestamp.txt").symlink_to(tmp_path / "a" / "one" / "timestamp.txt")
    assert timestamps(tmp_path) == ({"a": datetime(2026, 11, 20, 23, tzinfo=timezone.utc)}, ())


def test_a_timestamp_that_is_none_is_a_sentence_and_stops_nobody_else(tmp_path):
    for student, content in {"jane": b"\xff yesterday", "john": b"2026-11-23 22:59:01 UTC"}.items():
        path = tmp_path / "submitted" / student / "kata" / "timestamp.txt"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    made = reports(tmp_path, document("jane"), document("john"))
    ledger = make_ledger(made, None, tmp_path / "submitted", settings(tmp_path, COURSE))
    assert [entry.lateness.days for entry in ledger.entries] == [0, 4]
    assert ledger.notices == (
        "jane: kata/timestamp.txt does not hold a time such as 2027-01-29 22:59:00 UTC; no time is known of them.",
        "No time is known of 'jane': nothing is taken off.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Friday, 20 November 2026, 11:59 PM",
        "Friday, 20 November 2026, 11:59 pm",
        "Friday, 20 November 2026, 11:59\u202fpm",
        "Friday, November 20, 2026, 11:59 p.m.",
        "Friday, 20 November 2026, 11:59pm",
        "Friday, 20 November 2026, 23:59",
    ],
)
def test_moodles_english_time_is_read_in_capitals_or_not(text):
    assert moment(text, timezone.utc) == datetime(2026, 11, 20, 23, 59, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(("1,000.00", 1000), ("1.000,00", 1000), ("1 000,00", 1000), ("1,000,000", 10**6), ("1'000", 1000)),
        *(("10,5", "10.5"), ("10.5", "10.5"), ("0.125", "0.125"), ("100", 100), ("12345,67", "12345.67")),
        *((cell, None) for cell in ("1,000", "1.000", "1,00,0", "1 2", "0", "-5", "1e3", "ten", "")),
    ],
)
def test_a_number_is_read_as_it_is_meant_or_not_at_all(cell, value):
    assert read_number(cell) == (None if value is None else Decimal(value))


def test_a_time_that_nobody_can_read_takes_nothing_off_and_is_said(tmp_path):
    foreign = 'id,Last modified (submission)\njane,"Samstag, 21. November 2026, 23:59"\n'
    ledger = ledger_of(tmp_path, COURSE, foreign)
    assert ledger.entries[0].mark == 66
    assert ledger.notices == (
        "No time is known of 'jane': nothing is taken off.",
        "Moodle's time 'Samstag, 21. November 2026, 23:59' is not in English; export in English, or add submitted_at.",
    )
    assert ledger_of(tmp_path, CHOSEN, foreign).notices == ()


def test_a_time_that_the_instructor_mistyped_is_a_sentence(tmp_path):
    with pytest.raises(LedgerError, match=r"^The roster's row 2: submitted_at: '20.11.' is not a time; write "):
        ledger_of(tmp_path, COURSE, "id,submitted_at\njane,20.11.\n")


def test_only_the_exercises_of_the_course_count(tmp_path):
    made = reports(tmp_path, document("jane", {1: 1, 5: 3}))
    marks = read_marks(made, (1, 2))[0]
    assert (sum(marks.scores.values()), sum(marks.maxima.values())) == (4, 5)
    ledger = make_ledger(made, None, None, settings(tmp_path, 'exercises = "1-2"'))
    assert (ledger.entries[0].mark, ledger.maximum) == (4, 5)


def test_reports_that_are_none_or_of_different_courses_are_refused(tmp_path):
    with pytest.raises(ReportError, match="holds no reports; grade the class first"):
        read_marks(tmp_path, (1,))
    made = reports(tmp_path, document("a"), document("a"))
    with pytest.raises(LedgerError, match=r"1\.json is a second report on 'a'; remove one"):
        read_marks(made, (1,))
    other = document("b")
    other["exercises"][0]["max_score"] = 4
    reports(tmp_path, document("a"), other)
    with pytest.raises(LedgerError, match=r"1\.json is out of other points than .*0\.json"):
        read_marks(made, (1,))
    other["exercises"] = other["exercises"][1:]
    reports(tmp_path, other, other)
    with pytest.raises(LedgerError, match=r"0\.json has no exercise 1, which course\.toml chooses"):
        read_marks(made, (1, 2))
    for broken in ("", "[]", '{"student": 1}', '{"exercises": [{"number": 1, "score": "x", "max_score": 1}]}'):
        (made / "0.json").write_text(broken, encoding="utf-8")
        with pytest.raises(ReportError, match=r"0\.json is not a report.*; grade the class again with FORCE=1"):
            read_marks(made, (1,))


@pytest.mark.parametrize(
    ("kind", "content", "sentence"),
    [
        ("canvas", "Student,Section\nDoe,A\n", "is no Canvas export: it needs the columns Student, ID and Section."),
        ("canvas", "Student,ID,Section,K (1),K (2)\nDoe,1,A,,\n", "has the assignments 'K (1)' and 'K (2)'; give one"),
        (
            "canvas",
            'Student,ID,Section,K (1)\n    Points Possible,,,"1,000"\njane,1,A,\n',
            "Points Possible '1,000' under 'K (1)' is not clear; write it without signs between thousands",
        ),
        ("moodle", "Identifier,Full name,Grade\nP1,Doe,\n", "has no column Last modified (grade); export the grading"),
        (
            "moodle",
            "Identifier,Grade,Maximum Grade,Last modified (grade)\njane,,scale,-\n",
            "row 2: Maximum grade 'scale' is not a clear number; in Moodle, grade this assignment in points.",
        ),
        ("csv", "colour\nred\n", "has no column that says who is who; give it one called id, email or name."),
        ("csv", "", "is empty; its first line must name the columns."),
        ("csv", 'id,name\n"a"b,c\n', "line 2, is not CSV"),
        ("csv", b"id,name\n\xe4,b\n", "is not UTF-8; save it as 'CSV UTF-8'."),
    ],
)
def test_a_sheet_that_is_not_what_it_should_be_is_a_sentence_and_leaves_the_old_files(
    tmp_path, kind, content, sentence
):
    path = tmp_path / "sheet.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    made = reports(tmp_path, document("jane"))

    def run():
        sheet = read_sheet(path)
        write_gradebook(kind, tmp_path, make_ledger(made, sheet, None, RULES), sheet, "K", RULES)

    with pytest.raises(SheetError) as caught:
        run()
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["reports", "sheet.csv"]


def test_an_assignment_that_canvas_does_not_know_is_out_of_the_katas_own_points(tmp_path):
    sentences = written(tmp_path, "canvas", CANVAS, CANVAS_NAMES, assignment="New, one")
    rows = list(csv.reader((tmp_path / "canvas.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0][-1] == "New, one"
    assert rows[1] == ["    Points Possible", "", "", "", "", "66"]
    assert rows[2][-1] == "66.00"
    assert "The export has no assignment 'New, one', so Canvas will offer to make one." in sentences


def test_moodles_columns_may_come_in_any_order_and_with_semicolons(tmp_path):
    sheet = read_sheet(MOODLE)
    order = sorted(range(len(sheet.headings)), key=lambda place: sheet.headings[place])
    moved = [[row[place] for place in order] for row in (sheet.headings, *sheet.rows)]
    path = tmp_path / "sheet.csv"
    write_sheet(path, moved, ";")
    written(tmp_path, "moodle", path, MOODLE_NAMES)
    again = read_sheet(tmp_path / "moodle.csv")
    assert (again.delimiter, again.bom) == (";", False)
    written(tmp_path, "moodle", MOODLE, MOODLE_NAMES)
    straight = read_sheet(tmp_path / "moodle.csv")
    assert [sorted(row) for row in again.rows] == [sorted(row) for row in straight.rows]
    assert again.headings == tuple(sorted(straight.headings))


def test_moodles_sheet_keeps_all_else_but_what_would_be_run(tmp_path):
    written(tmp_path, "moodle", MOODLE, MOODLE_NAMES)
    before, after = read_sheet(MOODLE), read_sheet(tmp_path / "moodle.csv")
    assert (after.headings, after.bom, len(after.rows)) == (before.headings, True, len(before.rows))
    grade = before.column("grade")
    for old, new in zip(before.rows, after.rows, strict=True):
        kept = [(a, b) for place, (a, b) in enumerate(zip(old, new, strict=True)) if place != grade]
        assert all(b in {a, f"'{a}"} for a, b in kept)
        assert [a for a, b in kept if a != b] == [a for a, _ in kept if a in {"=1+1", "- see me"}]
    assert after.rows[3][grade] == "12.00"  # no submission: the grade that was there stays


def test_columns_that_the_instructor_added_do_not_go_back_to_moodle(tmp_path):
    text = "Identifier,group,Grade,submitted_at,Last modified (grade),submission\nP 1,A,,2026-11-21 23:59,-,\n"
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    rules, sheet = settings(tmp_path), read_sheet(path)
    made = reports(tmp_path, document("X_1_assignsubmission_file_"))
    rows = make_moodle(make_ledger(made, sheet, None, rules), sheet, "K", rules).rows
    mark = 66 - (66 - POINTS[11]) * 0.1
    assert rows == [["Identifier", "Grade", "Last modified (grade)"], ["P 1", f"{mark:.2f}", "-"]]


NAMES = st.text(min_size=1, max_size=30) | st.tuples(
    st.sampled_from(["", " ", "\t", "\x00", "\ufeff", "'", '"', "\u200b", "\n "]),
    st.sampled_from(FORMULA),
    st.text(max_size=8),
).map("".join)
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
# Python 3.10 reads no file with a null byte in it.


def without_null(text):
    return text.replace("\0", "") or "="


@given(NAMES)
@example("=1")
@example(" =1")
@example("-")
@example("\r\n=1")
@example("q;=cmd|x;.py")
@example("a, +1;\t@x")
@example('q;"=1"')
def test_no_cell_begins_with_a_formula_wherever_a_spreadsheet_splits_it(name):
    cell = harmless(name)
    assert cell.replace("'", "") == name.replace("'", "")
    if cell.strip() != "-":
        assert not cell.startswith(FORMULA)
        for piece in re.split("[,;|\t\r\n]", cell):
            assert not piece.lstrip(' \x00\ufeff\u200b"').startswith(tuple("=+-@"))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_any_cell_comes_back_from_a_file_as_it_went_in(rows, delimiter):
    text, changed = sheet_text(rows, delimiter)
    again = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    assert again == [[harmless(cell) for cell in row] for row in rows]
    assert changed == [n for n, row in enumerate(rows, 1) if any(harmless(cell) != cell for cell in row)]


@hypothesis.settings(max_examples=50)  # each example writes files
@given(
    st.lists(st.tuples(NAMES.map(without_null), CELLS), min_size=1, max_size=4, unique_by=lambda pair: pair[0]),
    st.sampled_from(sorted(gradebooks())),
)
def test_odd_names_survive_and_no_cell_of_any_gradebook_begins_with_a_formula(tmp_path_factory, people, kind):
    folder = tmp_path_factory.mktemp("odd")
    people = [(name.encode(errors="replace").decode(), section) for name, section in people]
    heads = ["Student", "ID", "Section", "Identifier", "Full name", "Grade", "Last modified (grade)", "Note"]
    heads += ["Username", "K [Total Pts: 66 Score] |1", "End-of-Line Indicator"]
    rows = [[n, f"{i}", s, f"Participant {i}", n, "", "-", s, f"u{i}", "", "#"] for i, (n, s) in enumerate(people, 1)]
    (folder / "sheet.csv").write_text(BOM + raw([heads, *rows]), encoding="utf-8", newline="")
    documents = [document(f"x_{i}_assignsubmission_file_", notes=[n, s]) for i, (n, s) in enumerate(people, 1)]
    sheet, rules = read_sheet(folder / "sheet.csv"), RULES
    ledger = make_ledger(reports(folder, *documents), sheet, None, rules)
    title = "K" if kind == "blackboard" else people[0][0]  # it alone makes no column of that name
    write_gradebook(kind, folder, ledger, sheet, title, rules)
    for path in {folder / "marks.csv", folder / "unmatched.csv", folder / f"{kind}.csv"}:
        if path.exists():
            text = path.read_bytes().decode("utf-8-sig")
            cells = [cell for row in csv.reader(io.StringIO(text, newline=""), strict=True) for cell in row]
            assert not [cell for cell in cells if cell.startswith(FORMULA) and cell.strip() != "-"]
    if kind == "moodle":
        back = read_sheet(folder / "moodle.csv")
        assert [(row[0], row[7]) for row in back.rows] == [(harmless(n), harmless(s)) for n, s in people]
        assert {row[5] for row in back.rows} == {"66.00"}


def raw(rows):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def grader(folder, *arguments, **variables):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables}
    command = [sys.executable, "-m", "grader", "gradebook", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_command_takes_bad_input_with_one_sentence_and_exit_code_2(tmp_path):
    for arguments, sentence in [
        ([], f"{Path('build/grades/reports')} holds no reports; grade the class first: make grade SUBMISSIONS=folder."),
        (["--format", "canvas", "--out", "."], "FORMAT=canvas fills in the gradebook that Canvas exports; give it as"),
        (["--format", "sakai"], f"'sakai' is not one of {', '.join(map(repr, sorted(gradebooks())))}."),
        (["--roster", "none.csv"], "'none.csv' does not exist"),
        (["--course", "odd.toml"], "odd.toml: titel is not known"),
        (["--course", "lost.toml", "--out", "."], "people.csv cannot be read (No such file or directory)"),
    ]:
        reports(tmp_path, document("jane"))
        (tmp_path / "course.toml").write_text(CHOSEN, encoding="utf-8")
        (tmp_path / "odd.toml").write_text('titel = "x"', encoding="utf-8")
        (tmp_path / "lost.toml").write_text('roster = "people.csv"', encoding="utf-8")
        done = grader(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1


GUIDE = ROOT / "docs" / "instructors" / "gradebooks.md"
COMMANDS = re.findall(r"^ *make gradebook.*$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_guide_shows_a_command_for_each_system():
    assert {f"FORMAT={name}" for name in gradebooks()} <= {word for line in COMMANDS for word in line.split()}


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_guide_does_what_it_says(tmp_path, line):
    class_in(tmp_path / "build" / "grades", ["Jane Doe", "Jürgen Müller", "zoe", "x", "y", "z"])
    course = (ROOT / "course.toml").read_text(encoding="utf-8").replace('exercises = "all"', CHOSEN.strip())
    (tmp_path / "course.toml").write_text(course, encoding="utf-8")
    for path in (CANVAS, MOODLE, OWN, FILES / "brightspace-export.csv", FILES / "blackboard-download.xls"):
        shutil.copy(path, tmp_path)
    stamp = tmp_path / "nbgrader" / "submitted" / "Jane Doe" / "kata" / "timestamp.txt"
    stamp.parent.mkdir(parents=True)
    stamp.write_text("2026-11-20 22:59:00 UTC", encoding="utf-8")
    variables = dict(re.findall(r'([A-Z]+)=("[^"]*"|\S+)', line.partition("#")[0]))
    done = grader(tmp_path, **{name: value.strip('"') for name, value in variables.items()})
    assert (done.returncode, done.stderr) == (0, "")
    made = {"csv": "marks.csv", "blackboard": "blackboard.xls"}.get(variables["FORMAT"], f"{variables['FORMAT']}.csv")
    assert (tmp_path / "build" / "grades" / made).stat().st_size > 100
    assert "timestamp.txt" in (tmp_path / "build/grades/marks.csv").read_text(encoding="utf-8") or (
        "SUBMITTED" not in variables
    )


def test_a_settings_file_says_how_late_is_late_for_the_whole_way_to_the_mark(tmp_path):
    class_in(tmp_path / "build" / "grades", ["Jane Doe", "Jürgen Müller"])
    (tmp_path / "course.toml").write_text('roster = "roster.csv"\n' + COURSE, encoding="utf-8")
    shutil.copy(OWN, tmp_path)
    done = grader(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "build" / "grades" / "marks.csv").read_text(encoding="utf-8-sig")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["Jane Doe"]["late_days"], rows["Jane Doe"]["mark"]) == ("0", "66")
    late = rows["Jürgen Müller"]
    assert (late["late_days"], late["score"]) == ("1", "64.6667")
    assert Decimal(late["late_deduction"]) == round((Decimal(late["score"]) - Decimal(late["exercise 11"])) / 10, 4)
    assert late["submitted_at"] == "2026-11-21T00:00:01+01:00"
    assert timedelta(seconds=61) == datetime.fromisoformat(late["submitted_at"]) - datetime(
        2026, 11, 20, 23, 59, tzinfo=BERLIN
    )


@pytest.mark.slow
def test_what_was_really_graded_reaches_the_gradebook(tmp_path):
    for student, exercises in [("s-101", (1, 2)), ("Jürgen Müller", (1,)), ("stranger", (2,))]:
        (tmp_path / "class" / student).mkdir(parents=True)
        for number in exercises:
            module = f"{CATALOGUE[number].module}.py"
            shutil.copy(ROOT / "solutions" / module, tmp_path / "class" / student / module)
    (tmp_path / "kata").mkdir()
    kata = kata_of(tmp_path / "kata", "1-2")
    command = [sys.executable, "-m", "grader", "grade-class", str(tmp_path / "class"), "--out", str(tmp_path)]
    subprocess.run([*command, "--weak-sandbox", "--seed", "7"], cwd=kata, capture_output=True, check=True)
    (tmp_path / "course.toml").write_text('exercises = "1-2"', encoding="utf-8")
    done = grader(tmp_path, "--out", ".", "--roster", str(CANVAS), "--format", "canvas")
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.reader((tmp_path / "canvas.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row[0], row[-1]) for row in rows[2:]] == [("Doe, Jane", "100.00"), ("Müller, Jürgen", "60.00")]
    assert "submission,stranger," in (tmp_path / "unmatched.csv").read_text(encoding="utf-8")
