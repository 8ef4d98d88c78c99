"""Made-up classes of sixty, as each school's system gives them: the right mark for everybody whose work can be read."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.errors import KataError
from grader.core.tables import SheetError, read_sheet, write_sheet
from grader.course.authoring.cut import cut
from grader.course.grading.adjustments import Adjustment, Reached, decide
from grader.course.grading.config import Late, Settings
from grader.course.grading.report import ExerciseReport, Report, TaskReport
from grader.course.grading.report_files import ReportError, file_of, read_report, write_report
from grader.course.grading.roll import member, read_class, write_roll
from grader.course.intake.listing import read_all, rows, sentences
from grader.course.intake.reading import read_or_say_why
from grader.course.pages.rendering import percent
from grader.course.pages.site import write_site
from grader.course.pages.standing import CourseOfPages
from grader.course.platforms.gradebooks.files import write_gradebook
from grader.course.platforms.gradebooks.ledger import make_ledger
from grader.course.platforms.gradebooks.systems import systems
from grader.course.platforms.handback import addresses, write_comments, write_feedback
from grader.course.platforms.handins import find_class
from grader.course.platforms.standings import standings

CATALOGUE = read_catalogue()
MODULE = CATALOGUE[1].module
RIGHT, OLD = "MARK = {}\n", "# an earlier try\nMARK = 0\n"
STUB = cut((Path(__file__).parents[3] / "solutions" / f"{MODULE}.py").read_text(encoding="utf-8"), CATALOGUE[1])
SETTINGS = Settings(exercises=(1,))
PEOPLE = 60
TITLE = "The minigrad kata"


def work(place):
    """What the person in this place hands in, out of which the test's own grader reads the mark."""
    return RIGHT.format(mark_of(place))


def mark_of(place):
    return Decimal(place % 21) / 10  # of 2 points


def person(place):
    first, last = f"Ada{chr(97 + place // 26)}", f"Smith{chr(97 + place % 26)}"
    return {"first": first, "last": last, "id": f"s{1000 + place}", "user": f"u{1000 + place}", "number": 500 + place}


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


# A hand-in is a list of (name that the student gave, content), the newest last. There are thirty-six shapes.
def readable(place):
    good = work(place)
    book = json.dumps({"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": good}]})
    empty_book = json.dumps({"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": STUB}]})
    return [
        [(f"{MODULE}.py", good)],
        [(f"{MODULE}-1.py", good)],
        [(f"{MODULE}.py", OLD), (f"{MODULE}-1.py", good)],
        [(f"{MODULE}.ipynb", book)],
        [(f"{MODULE}.py", good), (f"{MODULE}.ipynb", empty_book)],
        [(f"{MODULE}.ipynb", empty_book), (f"{MODULE}.py", good)],
        [("derivatives.py", good)],
        [("Exercise 1.py", good)],
        [("ex01.py", good)],
        [(f"{MODULE} (1).py", good)],
        [(f"{MODULE}.py.txt", good)],
        [("my_2_cents_ex01.py", good)],
        [(f"{MODULE}.py", good.replace("\n", "\r\n"))],
        [(f"{MODULE}.py", good.encode("utf-16"))],
        [("kata.zip", zipped([(f"{MODULE}.py", good)]))],
        [("kata.zip", zipped([(f"exercises/{MODULE}.py", good), (f"backup/{MODULE}.py", STUB)]))],
        [("kata.zip", zipped([(f"exercises/{MODULE}.py", good), (f"{MODULE}.py", OLD)]))],
        [("kata.zip", zipped([("inner.zip", zipped([(f"{MODULE}.py", good)]))]))],
        [("kata.zip", zipped([(f"{MODULE}.py", OLD)])), (f"{MODULE}.py", good)],
        [(f"{MODULE}.py", OLD), ("kata.zip", zipped([(f"exercises/{MODULE}.py", good)]))],
        [("kata_2.zip", zipped([(f"__MACOSX/{MODULE}.py", b"\0"), (f"kata/{MODULE}.py", good)]))],
        [(f"{MODULE}.py", good), ("essay.pdf", b"%PDF")],
        [(f"{MODULE}.py", good), ("notes.txt", "hello")],
        [(f"{MODULE}.py", good), ("test_ex01.py", "assert False")],
        [(f"{MODULE}.py", STUB), (f"{MODULE}-1.py", good)],
        [(f"{MODULE}.py", good), (f"{MODULE}-1.py", STUB)],
        [("kata.zip", zipped([("venv/lib/ex01.py", "x"), (f"{MODULE}.py", good)]))],
        [("Copy of ex01_derivatives.py", good)],
    ]  # fmt: skip


UNREADABLE = [
    [("essay.pdf", b"%PDF")],
    [("kata.rar", b"Rar!\x1a\x07\x00")],
    [("kata.7z", b"7z\xbc\xaf\x27\x1c")],
    [("kata.zip", b"PK and no more")],
    [("kata.zip", zipped([("a.zip", zipped([("b.zip", zipped([(f"{MODULE}.py", OLD)]))]))]))],
    [(f"{MODULE}.py", b"#" * 1_000_001)],
    [("all_in_one.py", "def everything(): ...")],
    [("kata.zip", zipped([]))],
]
SHAPES = len(readable(0)) + len(UNREADABLE)
ABSENT = {58, 59}  # who hand in nothing


def shape(place):
    kinds = [*readable(place), *UNREADABLE]
    return kinds[place % SHAPES]


def is_readable(place):
    return place not in ABSENT and place % SHAPES < len(readable(0))


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


# How each system names what one downloads, and what it exports.


def canvas(folder, who, place, files):
    late = "_LATE" if place % 5 == 0 else ""
    for number, (name, content) in enumerate(files):
        name_of = f"{who['last']}{who['first']}".lower()
        write(folder / f"{name_of}{late}_{who['number']}_{9000 + 10 * place + number}_{name}", content)


def moodle(folder, who, place, files):
    for name, content in files:
        write(folder / f"{who['first']} {who['last']}_{who['number']}_assignsubmission_file_" / name, content)
    if place % 7 == 0:
        text = folder / f"{who['first']} {who['last']}_{who['number']}_assignsubmission_onlinetext_"
        write(text / "onlinetext.html", "<p>Good day.</p>")


def gradescope(folder, who, place, files):
    for name, content in files:
        write(folder / f"submission_{7000 + place}" / name, content)
    about = folder / "submission_metadata.yml"
    before = about.read_text(encoding="utf-8") if about.exists() else "---\n"
    told = f":name: {who['first']} {who['last']}\n    :sid: '{who['id']}'\n    :email: {who['user']}@uni.edu"
    entry = f"submission_{7000 + place}:\n  :submitters:\n  - {told}\n  :created_at: 2026-11-20 12:00:00.0 Z\n"
    about.write_text(before + entry, encoding="utf-8")


def github(folder, who, _, files):
    packed = any(name.endswith((".zip", ".7z", ".rar")) for name, _ in files)
    for name, content in files:
        inside = name if packed else f"exercises/{name}"
        write(folder / f"minigrad-kata-Git-{who['user']}" / inside, content)


def nbgrader(folder, who, _, files):
    for name, content in files:
        write(folder / who["id"] / "kata" / name, content)


def brightspace(folder, who, _, files):
    day = "Oct 3, 2026 1159 PM"
    for number, (name, content) in enumerate(files):
        inside = (
            folder
            / f"{who['number']}-77 - {who['first']} {who['last']} - {day if not number else 'Oct 4, 2026 101 AM'}"
        )
        write(inside / name, content)
    write(folder / "index.html", "<html></html>")


def blackboard(folder, who, _, files):
    for number, (name, content) in enumerate(files):
        attempt = f"The_kata_{who['user']}_attempt_2026-10-0{3 + number}-23-59-00"
        write(folder / f"{attempt}_{name}", content)
        write(folder / f"{attempt}.txt", "Name: somebody")


CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{TITLE} (47)"]
MOODLE = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Last modified (grade)"]
ITEM, COLUMN = f"{TITLE} Points Grade <Numeric MaxPoints:2>", f"{TITLE} [Total Pts: 2 Score] |1"
BRIGHTSPACE = ["OrgDefinedId", "Username", "Last Name", "First Name", ITEM, "End-of-Line Indicator"]
EXPORTS = {
    "canvas": (CANVAS, "{last}, {first}|{number}|{id}|{user}|A|"),
    "moodle": (MOODLE, "Participant {number}|{first} {last}||Submitted||2.00|-"),
    "gradescope": (["Name", "SID", "Email"], "{first} {last}|{id}|{user}@uni.edu"),
    "github": (["identifier", "github_username", "name"], "{id}|git-{user}|{first} {last}"),
    "nbgrader": (["id", "first_name", "last_name"], "{id}|{first}|{last}"),
    "brightspace": (BRIGHTSPACE, "#{id}|#{user}|{last}|{first}||#"),
    "blackboard": (["Last Name", "First Name", "Username", COLUMN], "{last}|{first}|{user}|"),
}
GIVE = {f.__name__: f for f in (canvas, moodle, gradescope, github, nbgrader, brightspace, blackboard)}


def report_of(submission):
    """A report whose mark is the one that stands in the source: what grades is tested elsewhere."""
    found = re.search(r"MARK = ([0-9.]+)", submission.sources.get(1, ""))
    score = float(found[1]) if found else 0.0
    task = TaskReport("derivative", score, 2.0, ())
    exercise = ExerciseReport(1, "Derivatives", score, 2.0, "", (task,))
    name, notes = submission.student, submission.notes
    return Report(name, score, 2.0, 7, "hardened", 0.1, submission.digest, notes, (exercise,))


def graded(hand_ins, out):
    """What a run leaves behind, without a check being run."""
    (out / "reports").mkdir(parents=True, exist_ok=True)
    members = []
    for hand_in in hand_ins.found:
        submission = read_or_say_why(hand_in.pieces, hand_in.student, SETTINGS.exercises)
        members.append(member(hand_in, submission))
        write_report(file_of(out / "reports", hand_in.student), report_of(submission))
    write_roll(out, hand_ins.folder, members)


@pytest.fixture(scope="module", params=sorted(GIVE))
def way(request, tmp_path_factory):
    """The class as one system gives it, graded, with the ledger that its own export makes of it."""
    folder = tmp_path_factory.mktemp(request.param)
    for place in range(PEOPLE):
        if place not in ABSENT:
            GIVE[request.param](folder / "class", person(place), place, shape(place))
    headings, cells = EXPORTS[request.param]
    export = folder / "export.csv"
    write_sheet(export, [headings, *(cells.format(**person(place)).split("|") for place in range(PEOPLE))])
    hand_ins = find_class(folder / "class")
    graded(hand_ins, folder)
    sheet = read_sheet(export)
    return request.param, folder, hand_ins, sheet, make_ledger(folder / "reports", sheet, None, SETTINGS)


def by_place(ledger):
    return {entry.person.row: entry for entry in ledger.entries if entry.person}


def test_everybody_with_readable_work_has_the_right_mark_and_nobody_another(way):
    *_, ledger = way
    entries = by_place(ledger)
    wrong = {
        place: (entries[place].mark, shape(place)[0][0])
        for place in range(PEOPLE)
        if entries[place].mark != (mark_of(place) if is_readable(place) else None)
    }
    assert wrong == {}
    assert not [entry for entry in ledger.entries if entry.marks and not entry.person]


def test_everybody_without_a_mark_is_named_once_with_a_reason(way):
    _, folder, _, sheet, ledger = way
    told = " ".join(write_gradebook("csv", folder, ledger, sheet, TITLE, SETTINGS))
    named = [repr(entry.marks.submission) for entry in ledger.entries if entry.pending]
    assert [told.count(name) for name in named[:5]] == [1] * len(named[:5])  # the first are named, and none twice
    without = {ledger.entries[n].person.called for n in range(PEOPLE) if ledger.entries[n].mark is None}
    table = list(csv.reader(io.StringIO((folder / "unmatched.csv").read_text(encoding="utf-8-sig"))))[1:]
    assert all(why for _, _, why in table)
    assert len({(what, who) for what, who, _ in table}) == len(table)
    absent = {who for what, who, _ in table if what == "person"}
    looks = {who for what, who, _ in table if what == "look"}
    unread = {e.marks.submission for e in ledger.entries if e.pending}
    assert absent == {entry.person.called for place, entry in by_place(ledger).items() if place in ABSENT}
    assert unread <= looks
    assert len(without) == len(ABSENT) + len(unread)


def test_the_table_names_every_hand_in_and_no_reason_twice(way):
    _, _, hand_ins, _, ledger = way
    people = {e.marks.submission: e.person.called for e in ledger.entries if e.marks and e.person}
    listed = read_all(hand_ins, SETTINGS.exercises, people)
    found = list(rows(listed))[1:]
    assert len(found) == PEOPLE - len(ABSENT) == len({name for name, *_ in found})
    assert all(person for _, person, *_ in found)
    assert all(row[2] == ("1" if not row[4] or row[3] else "none") for row in found)
    told = sentences(hand_ins, listed)
    assert len(told) == len(set(told)) <= 3


def test_the_table_shows_the_first_files_of_a_hand_in_and_how_many_more_there_are(tmp_path):
    for number in range(5):
        write(tmp_path / f"jane_ex01_{number}.py", work(1))
    (listed,) = read_all(find_class(tmp_path), SETTINGS.exercises, {})
    assert listed.files == "jane_ex01_0.py, jane_ex01_1.py, jane_ex01_2.py and 2 more"


def test_the_systems_own_file_has_exactly_the_marks_there_are(way):
    kind, folder, _, sheet, ledger = way
    if systems().get(kind) is None or systems()[kind].make is None:
        kind = "csv"
    write_gradebook(kind, folder, ledger, sheet, TITLE, SETTINGS)
    made = next(path for path in folder.glob(f"{kind if kind != 'csv' else 'marks'}.csv"))
    text = made.read_text(encoding="utf-8-sig")
    marks = sorted(f"{mark_of(place):.2f}" for place in range(PEOPLE) if is_readable(place))
    heading = {"canvas": f"{TITLE} (47)", "moodle": "Grade", "csv": "mark"}.get(kind)
    table = list(csv.DictReader(io.StringIO(text)))
    heading = heading or next(name for name in table[0] if name.startswith(TITLE))
    cells = [row[heading] for row in table if row[heading] and "Points Possible" not in str(row.get("Student"))]
    assert sorted(f"{Decimal(cell):.2f}" for cell in cells) == marks


def test_pages_go_back_by_the_systems_names_and_with_the_persons_name(way):
    kind, folder, hand_ins, sheet, ledger = way
    told = standings(ledger)
    list(write_site(folder, told, CourseOfPages(TITLE)))
    system = systems().get(kind, systems()["csv"])
    path, count, left = write_feedback(folder, system, read_class(folder).roll, [one.student for one in hand_ins.found])
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        pages = [archive.read(name).decode() for name in names]
    assert count == len(names) == len(set(names)) == PEOPLE - len(ABSENT)
    assert left == []
    assert all(TITLE in page for page in pages)
    assert {re.search("<h1><bdi>(.*?)</bdi>", page)[1] for page in pages} == {one.name for one in told.values()}
    expected = {
        "moodle": rf"{person(0)['first']} {person(0)['last']}_500_assignsubmission_file_/report\.html",
        "canvas": r"smithaadaa_500_9000_report\.html",
    }.get(kind, r".+\.html")
    assert any(re.fullmatch(expected, name) for name in names)
    if system.comment_keys:
        rows_of_comments = read_sheet(write_comments(folder, system, ledger, sheet, told)).rows
        assert len(rows_of_comments) == sum(map(is_readable, range(PEOPLE)))


# One class by hand: graded, two folders renamed, one deleted, three adjusted, a check changed, graded again.

ADJUSTED = """who,exercise,points,excused,extension,comment,by
s1003,1,'+0.5,,,One more,A. Teacher
Adaa Smithae,all,1.5,,,After an appeal,A. Teacher
s1005,,,yes,,Was ill,A. Teacher
"""
GOLDEN = """name,mark,state,adjustments
Adaa Smithaa,0.2,,
Adaa Smithab,0.3,,
Adaa Smithac,0.4,,
Adaa Smithad,1,,"Exercise 1: +0.5 points (One more, A. Teacher)."
Adaa Smithae,1.5,,"All exercises: set to 1.5 points (After an appeal, A. Teacher)."
Adaa Smithaf,,excused,"All exercises: excused (Was ill, A. Teacher)."
Adaa Smithag,,no hand-in found,
,0.9,,
"""


def test_after_folders_were_renamed_and_deleted_and_checks_changed_the_gradebook_is_as_by_hand(tmp_path):
    for place in range(7):
        write(tmp_path / "class" / person(place)["id"] / f"{MODULE}.py", work(place))
    (tmp_path / "adjustments.csv").write_text(ADJUSTED, encoding="utf-8")
    roster = [["id", "first name", "last name"], *([f"s{1000 + n}", "Adaa", f"Smitha{chr(97 + n)}"] for n in range(7))]
    write_sheet(tmp_path / "roster.csv", roster)
    settings, sheet = replace(SETTINGS, adjustments=tmp_path / "adjustments.csv"), read_sheet(tmp_path / "roster.csv")
    graded(find_class(tmp_path / "class"), tmp_path)
    (tmp_path / "class" / "s1001").rename(tmp_path / "class" / "Adaa Smithab")
    (tmp_path / "class" / "s1006").rename(tmp_path / "class" / "who is this")
    write(tmp_path / "class" / "who is this" / f"{MODULE}.py", RIGHT.format(0.7))
    for file in (tmp_path / "class").glob(f"*/{MODULE}.py"):  # the check gives 0.2 points more
        file.write_text(RIGHT.format(Decimal(file.read_text(encoding="utf-8").split()[-1]) + Decimal("0.2")), "utf-8")
    write(tmp_path / "class" / "s1003" / f"{MODULE}.py", RIGHT.format(0.5))
    graded(find_class(tmp_path / "class"), tmp_path)
    ledger = make_ledger(tmp_path / "reports", sheet, None, settings)
    told = write_gradebook("csv", tmp_path, ledger, sheet, TITLE, settings)
    table = csv.DictReader(io.StringIO((tmp_path / "marks.csv").read_text(encoding="utf-8-sig")))
    made = [[row[name] for name in ("name", "mark", "state", "adjustments")] for row in table]
    assert made == list(csv.reader(io.StringIO(GOLDEN)))[1:]
    assert "Not in the class of the last run, and not counted: the reports of 's1001', 's1006'." in told
    assert read_class(tmp_path).stale == ("s1001", "s1006")


def test_a_report_that_was_edited_by_hand_counts_nowhere(tmp_path):
    write(tmp_path / "class" / "jane" / f"{MODULE}.py", work(3))
    graded(find_class(tmp_path / "class"), tmp_path)
    path = file_of(tmp_path / "reports", "jane")
    whole = path.read_text(encoding="utf-8")
    assert read_report(path).score == 0.3
    path.write_text(whole.replace('"seconds": 0.1', '"seconds": 7'), encoding="utf-8")
    assert read_report(path).score == 0.3
    path.write_text(whole.replace('"score": 0.3', '"score": 2.0'), encoding="utf-8")
    with pytest.raises(ReportError, match=r"was changed after it was graded\. Put your decision into adjustments\.csv"):
        make_ledger(tmp_path / "reports", None, None, SETTINGS)


def one_person(folder, files, text, rules=SETTINGS, roster="id,name\njane,Jane Doe\n"):
    """The only entry of a class of one, with these lines of adjustments."""
    for name, content in files:
        write(folder / "class" / "jane" / name, content)
    (folder / "adjustments.csv").write_text(text, encoding="utf-8")
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    if files:
        graded(find_class(folder / "class"), folder)
    rules = replace(rules, adjustments=folder / "adjustments.csv")
    return make_ledger(folder / "reports", read_sheet(folder / "roster.csv"), None, rules).entries[0]


HEAD = "who,exercise,points,excused,extension,comment,by\n"


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("", Decimal("0.9")),
        ("jane,1,1.5,,,,", Decimal("1.5")),
        ("jane,all,+0.3,,,,", Decimal("1.2")),
        ("Doe, Jane,1,1,,,,".replace("Doe, Jane", '"Doe, Jane"'), Decimal(1)),
        ("jane,1,-5,,,,", Decimal(0)),
        ("jane,1,+5,,,,", Decimal(2)),
        ('jane,1,"1,25",,,,', Decimal("1.25")),
        ("jane,1,,yes,,,", None),
        ("jane,,,yes,,,", None),
        ("nobody,1,2,,,,", Decimal("0.9")),
    ],
)
def test_a_decision_is_applied_last_and_stays_between_nothing_and_all_points(tmp_path, line, mark):
    entry = one_person(tmp_path, [(f"{MODULE}.py", work(9))], HEAD + line + "\n")
    assert entry.mark == mark
    assert entry.excused == (mark is None)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (",1,2,,,,", "nobody is named"),
        ("jane,1,,,,,", "decides nothing; write points"),
        ("jane,1,two,,,,", "points is 'two'; write 7.5"),
        ("jane,9,2,,,,", "exercise is '9'; write one number that the course has, or all"),
        ("jane,1,2,yes,,,", "excuses and gives points; keep one of the two"),
        ("jane,1,,maybe,,,", "excused is 'maybe'; write yes or nothing"),
        ("jane,1,,,tomorrow,,", "extension is 'tomorrow'; write 2027-01-29 or 2027-01-29 23:59"),
    ],
)
def test_a_line_that_is_not_clear_is_a_sentence_with_its_row(tmp_path, line, sentence):
    with pytest.raises(SheetError) as caught:
        one_person(tmp_path, [(f"{MODULE}.py", work(9))], f"{HEAD}{line}\n")
    assert "adjustments.csv, row 2" in str(caught.value)
    assert sentence in str(caught.value)


def late_rules():
    due = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    return replace(SETTINGS, deadlines={1: due}, late=Late(percent_per_day=Decimal(50)))


def test_an_extension_of_one_person_moves_their_deadline_alone_and_so_does_moodles(tmp_path):
    roster = "id,name,submitted_at\njane,Jane Doe,2026-11-21 11:00\n"
    source = [(f"{MODULE}.py", work(10))]
    assert one_person(tmp_path / "a", source, HEAD, late_rules(), roster).mark == Decimal("0.5")
    granted = f"{HEAD}jane,1,,,2026-11-21 12:00,,\n"
    assert one_person(tmp_path / "b", source, granted, late_rules(), roster).mark == 1
    status = "Submitted for grading - Extension granted until: Saturday, 21 November 2026, 11:59 PM"
    headings = ["Identifier", "Full name", "Status", "Grade", "Maximum Grade", "Last modified (submission)"]
    row = ["Participant 5", "Jane Doe", status, "", "2", "Saturday, 21 November 2026, 11:00 AM"]
    write(tmp_path / "c" / "class" / "Jane Doe_5_assignsubmission_file_" / f"{MODULE}.py", work(10))
    graded(find_class(tmp_path / "c" / "class"), tmp_path / "c")
    write_sheet(tmp_path / "c" / "w.csv", [headings, row])
    ledger = make_ledger(tmp_path / "c" / "reports", read_sheet(tmp_path / "c" / "w.csv"), None, late_rules())
    assert ledger.entries[0].mark == 1


def test_what_nobody_handed_in_or_can_read_has_no_mark_unless_the_course_says_zero(tmp_path):
    pdf = [("essay.pdf", b"%PDF")]
    assert one_person(tmp_path / "a", pdf, HEAD).mark is None
    assert one_person(tmp_path / "b", pdf, HEAD, replace(SETTINGS, unreadable="zero")).mark == 0
    assert one_person(tmp_path / "c", pdf, f"{HEAD}jane,all,1.5,,,read by hand,\n").mark == Decimal("1.5")
    roster = "id,name\nother,Other One\njane,Jane Doe\n"
    assert one_person(tmp_path / "d", [(f"{MODULE}.py", work(1))], HEAD, roster=roster).mark is None
    zero = replace(SETTINGS, missing="zero")
    assert one_person(tmp_path / "e", [(f"{MODULE}.py", work(1))], HEAD, zero, roster).mark == 0


def test_what_somebody_has_decided_about_needs_no_look_any_more(tmp_path):
    pdf = [("essay.pdf", b"%PDF")]
    for folder, line, looks in (
        ("a", "", 1),
        ("b", "jane,all,,yes,,Was ill,", 0),
        ("c", "jane,1,1.5,,,Read by hand,", 0),
    ):
        one_person(tmp_path / folder, pdf, f"{HEAD}{line}\n")
        rules = replace(SETTINGS, adjustments=tmp_path / folder / "adjustments.csv")
        sheet = read_sheet(tmp_path / folder / "roster.csv")
        ledger = make_ledger(tmp_path / folder / "reports", sheet, None, rules)
        assert [kind for kind, *_ in ledger.unmatched] == ["look"] * looks
        told = write_gradebook("csv", tmp_path / folder, ledger, sheet, TITLE, rules)
        assert sum("look" in sentence for sentence in told) == looks


def test_of_whom_somebody_has_decided_it_is_not_said_that_there_is_no_submission(tmp_path):
    write(tmp_path / "class" / "jane" / f"{MODULE}.py", work(8))
    graded(find_class(tmp_path / "class"), tmp_path)
    (tmp_path / "roster.csv").write_text("id\njane\nann\nbo\nkim\nlee\n", encoding="utf-8")
    lines = "ann,all,,yes,,Was ill,\nbo,1,1.5,,,On paper,\nkim,1,,,2027-01-29,Asked for time,\n"
    (tmp_path / "adjustments.csv").write_text(HEAD + lines, encoding="utf-8")
    rules = replace(SETTINGS, adjustments=tmp_path / "adjustments.csv")
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, rules)
    assert [entry.mark for entry in ledger.entries] == [Decimal("0.8"), None, Decimal("1.5"), None, None]
    assert [who for _, who, _ in ledger.unmatched] == ["kim", "lee"]
    (tmp_path / "adjustments.csv").write_text(HEAD + "nobody,1,2,,,,\n", encoding="utf-8")
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, rules)
    assert ledger.undecided == ("adjustments.csv, row 2: nobody here is called 'nobody'. It is not applied.",)
    assert set(ledger.undecided) <= set(ledger.notices)


def test_the_lowest_exercises_do_not_count_and_the_mark_is_out_of_the_same_points():
    points, maxima = {1: Decimal(1), 2: Decimal(0), 3: Decimal(4)}, {1: Decimal(2), 2: Decimal(4), 3: Decimal(4)}
    assert decide(Reached(points, maxima)).mark == 5
    found = decide(Reached(points, maxima), drop_lowest=1)
    assert (found.mark, found.dropped) == (Decimal("8.3333"), {2})
    excused = decide(Reached(points, maxima, [Adjustment("x", 2, exercise=3, excused=True)]), drop_lowest=1)
    assert (excused.mark, excused.dropped, excused.excused) == (5, {2}, {3})
    assert decide(Reached(points, maxima), drop_lowest=9).mark == 10  # one is always left


def test_one_hand_in_of_a_group_counts_for_all_of_it_and_two_are_told(tmp_path):
    write(tmp_path / "class" / "jane" / f"{MODULE}.py", work(8))
    write(tmp_path / "class" / "Team B" / f"{MODULE}.py", work(6))
    for name in ("kim", "lee"):
        write(tmp_path / "class" / name / f"{MODULE}.py", work(4))
    graded(find_class(tmp_path / "class"), tmp_path)
    roster = "id,group\njane,A\njohn,A\nbo,Team B\nba,Team B\nkim,C\nlee,C\nlou,C\n"
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, SETTINGS)
    marks = {entry.person.id: entry.mark for entry in ledger.entries}
    a, b, c = Decimal("0.8"), Decimal("0.6"), Decimal("0.4")
    assert marks == {"jane": a, "john": a, "bo": b, "ba": b, "kim": c, "lee": c, "lou": None}
    told = [why for kind, who, why in ledger.unmatched if who == "lou"]
    assert told == ["The group handed in 'kim' and 'lee'; keep one, or say which in a column submission."]


def test_a_column_submission_says_which_of_two_folders_counts(tmp_path):
    for name, place in (("jane", 8), ("Jane Doe", 6)):
        write(tmp_path / "class" / name / f"{MODULE}.py", work(place))
    graded(find_class(tmp_path / "class"), tmp_path)
    for column, mark in (("", None), ("Jane Doe", Decimal("0.6")), ("jane", Decimal("0.8"))):
        (tmp_path / "roster.csv").write_text(f"id,name,submission\njane,Jane Doe,{column}\n", encoding="utf-8")
        ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, SETTINGS)
        assert ledger.entries[0].mark == mark


@pytest.mark.parametrize(
    ("there", "write_mode", "cell", "listed"),
    [
        ("", "empty", "0.60", False),
        ("0.60", "empty", "0.60", False),
        ("0,6", "empty", "0.60", False),
        ("1.5", "empty", None, True),
        ("0", "empty", None, True),
        ("1.5", "raise", None, True),
        ("0.2", "raise", "0.60", True),
        ("1.5", "all", "0.60", True),
        ("EX", "all", None, True),
        ("A-", "raise", None, True),
    ],
)
@pytest.mark.parametrize("kind", ["canvas", "moodle", "brightspace", "blackboard"])
def test_a_mark_that_is_there_is_listed_first_and_replaced_only_as_asked(
    tmp_path, kind, there, write_mode, cell, listed
):
    headings, cells = EXPORTS[kind]
    place = next(n for n, name in enumerate(headings) if name == "Grade" or name.startswith(TITLE))
    row = cells.format(**person(6)).split("|")
    row[place] = there
    write_sheet(tmp_path / "export.csv", [headings, row])
    write(tmp_path / "class" / "Adaa Smithg" / f"{MODULE}.py", work(6))
    graded(find_class(tmp_path / "class"), tmp_path)
    sheet = read_sheet(tmp_path / "export.csv")
    ledger = replace(make_ledger(tmp_path / "reports", sheet, None, SETTINGS), write=write_mode)
    told = write_gradebook(kind, tmp_path, ledger, sheet, TITLE, SETTINGS)
    text = (tmp_path / f"{kind}.csv").read_text(encoding="utf-8-sig")
    found = [line for line in csv.reader(io.StringIO(text)) if any("Smithg" in c or "1006" in c for c in line)]
    column = {"moodle": place, "brightspace": -2}.get(kind, -1)
    expected = cell if cell or kind != "moodle" else there  # Moodle gets its whole sheet back
    assert {line[column].replace(",", ".") for line in found} == ({expected} if expected is not None else set())
    assert any(sentence.startswith("Marks that are there and are others: 1.") for sentence in told) == listed
    ways = {"empty": "WRITE=all all but EX.", "raise": "WRITE=all replaces all but EX.", "all": "nothing"}
    assert any(sentence.endswith(ways[write_mode]) for sentence in told) == (
        listed and not cell and write_mode != "all"
    )
    ends = f": {there} is there, 0.60 was graded and is {'written' if cell else 'not written'}"
    assert [sentence.endswith(ends) for sentence in told if " is there, " in sentence] == [True] * listed
    summed = [sentence for sentence in told if sentence.startswith("Marks that are there")]
    assert [" 1 of them stays as it is" in sentence for sentence in summed] == ([not cell] if listed else [])
    differences = list(csv.reader(io.StringIO((tmp_path / "differences.csv").read_text(encoding="utf-8-sig"))))[1:]
    assert [(row[1], row[3]) for row in differences] == ([(there, "yes" if cell else "no")] if listed else [])


def test_the_page_says_the_person_the_course_and_how_the_mark_came_about(tmp_path):
    text = f"{HEAD}jane,1,+0.5,,,After <b>an appeal</b>,A. Teacher\n"
    one_person(tmp_path, [(f"{MODULE}.py", work(9))], text)
    rules = replace(SETTINGS, adjustments=tmp_path / "adjustments.csv")
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, rules)
    *pages, index = write_site(tmp_path, standings(ledger), CourseOfPages("Backpropagation 101", text))
    page = pages[0].read_text(encoding="utf-8")
    assert "<h1><bdi>Jane Doe</bdi></h1>" in page
    assert "Backpropagation 101" in page
    assert "Exercise 1: +0.5 points (After &lt;b&gt;an appeal&lt;/b&gt;, A. Teacher)." in page
    assert "The mark is <strong>1.4</strong> of 2 points." in page
    whole = index.read_text(encoding="utf-8")
    assert '<form id="decide">' in whole
    assert "Jane Doe" in whole
    assert "jane,1,+0.5,,,After &lt;b&gt;an appeal&lt;/b&gt;,A. Teacher" in whole


def test_almost_all_points_are_not_told_as_all():
    assert [percent(share).split("\u202f")[0] for share in (1, 65.77 / 66, 0.5, 0)] == ["100", "99", "50", "0"]


def test_the_form_of_the_class_page_makes_a_file_that_is_read_as_it_was_meant(tmp_path, browser):
    one_person(tmp_path, [(f"{MODULE}.py", work(9))], HEAD)
    rules = replace(SETTINGS, adjustments=tmp_path / "adjustments.csv")
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, rules)
    *_, index = write_site(tmp_path, standings(ledger), CourseOfPages(TITLE, HEAD))
    page = browser.new_page()
    page.goto(index.as_uri())
    page.fill("[name=who]", "jane")
    page.fill("[name=points]", "+0.5")
    page.fill("[name=comment]", 'Said "yes", twice')
    page.click("text=Add the line")
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(tmp_path / "adjustments.csv")
    page.close()
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, rules)
    assert ledger.entries[0].mark == Decimal("1.4")
    assert ledger.entries[0].adjustments[0].comment == 'Said "yes", twice'


def test_the_fields_of_a_row_of_the_form_stand_on_one_line(tmp_path, browser):
    one_person(tmp_path, [(f"{MODULE}.py", work(9))], HEAD)
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, SETTINGS)
    *_, index = write_site(tmp_path, standings(ledger), CourseOfPages(TITLE, HEAD))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(index.as_uri())
    boxes = {name: page.locator(f"#decide [name={name}]").bounding_box() for name in ("who", "exercise", "points")}
    boxes |= {name: page.locator(f"#decide [name={name}]").bounding_box() for name in ("extension", "comment")}
    page.close()
    for row in (("who", "exercise", "points"), ("extension", "comment")):
        assert len({(boxes[name]["y"], boxes[name]["height"]) for name in row}) == 1


def test_somebody_of_whom_it_is_not_clear_what_counts_is_not_absent(tmp_path):
    """A 0 for those without a hand-in is not for those with two, nor for two people whose name stands on one."""
    for name in ("jane", "Jane Doe", "Tim Twin"):
        write(tmp_path / "class" / name / f"{MODULE}.py", work(8))
    graded(find_class(tmp_path / "class"), tmp_path)
    roster = "id,name\njane,Jane Doe\nt1,Tim Twin\nt2,Tim Twin\nann,Ann Absent\n"
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    sheet = read_sheet(tmp_path / "roster.csv")
    ledger = make_ledger(tmp_path / "reports", sheet, None, replace(SETTINGS, missing="zero"))
    assert [entry.mark for entry in ledger.entries if entry.person] == [None, None, None, 0]
    told = write_gradebook("csv", tmp_path, ledger, sheet, TITLE, SETTINGS)
    states = [row["state"] for row in csv.DictReader(io.StringIO((tmp_path / "marks.csv").read_text("utf-8-sig")))]
    assert states[:4] == ["hand-in not clear"] * 3 + [""]
    assert "People without a submission: 'Ann Absent (ann)'." in told
    unclear = "'Jane Doe (jane)', 'Tim Twin (t1)', 'Tim Twin (t2)'"
    assert f"People of whom it is not clear which submission counts: {unclear}." in told
    assert "Submissions that do not count: 'Tim Twin', 'Jane Doe', 'jane'." in told


def test_a_page_that_the_system_would_not_take_back_is_addressed_by_its_export_or_named(tmp_path):
    members = [person(place) for place in range(3)]
    moodle(tmp_path / "class", members[0], 1, [(f"{MODULE}.py", work(1))])
    for name in (f"{members[1]['first']} {members[1]['last']}", "stranger"):
        write(tmp_path / "class" / name / f"{MODULE}.py", work(2))
    graded(find_class(tmp_path / "class"), tmp_path)
    headings, cells = EXPORTS["moodle"]
    write_sheet(tmp_path / "export.csv", [headings, *(cells.format(**who).split("|") for who in members)])
    sheet = read_sheet(tmp_path / "export.csv")
    ledger = make_ledger(tmp_path / "reports", sheet, None, SETTINGS)
    told = standings(ledger)
    list(write_site(tmp_path, told, CourseOfPages(TITLE)))
    roll, system = read_class(tmp_path).roll, systems()["moodle"]
    path, count, left = write_feedback(tmp_path, system, roll, list(told), addresses(system, roll, ledger, sheet))
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
    folders = [f"{who['first']} {who['last']}_{who['number']}_assignsubmission_file_" for who in members[:2]]
    assert (names, count, left) == ([f"{folder}/report.html" for folder in folders], 2, ["stranger"])
    *_, left = write_feedback(tmp_path, systems()["csv"], roll, list(told))
    assert left == []


def test_the_page_of_a_group_goes_back_to_all_of_it(tmp_path):
    members = [person(place) for place in range(4)]
    moodle(tmp_path / "class", members[0], 1, [(f"{MODULE}.py", work(1))])
    write(tmp_path / "class" / "Team B" / f"{MODULE}.py", work(2))
    graded(find_class(tmp_path / "class"), tmp_path)
    headings, cells = EXPORTS["moodle"]
    groups = ["A", "A", "Team B", "Team B"]
    lines = [[*cells.format(**who).split("|"), group] for who, group in zip(members, groups, strict=True)]
    write_sheet(tmp_path / "export.csv", [[*headings, "group"], *lines])
    sheet = read_sheet(tmp_path / "export.csv")
    ledger = make_ledger(tmp_path / "reports", sheet, None, SETTINGS)
    told, roll, system = standings(ledger), read_class(tmp_path).roll, systems()["moodle"]
    list(write_site(tmp_path, told, CourseOfPages(TITLE)))
    path, count, left = write_feedback(tmp_path, system, roll, list(told), addresses(system, roll, ledger, sheet))
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert (sorted(re.findall(r"_(\d+)_", " ".join(names))), count, left) == (["500", "501", "502", "503"], 4, [])


@pytest.mark.parametrize(
    ("name", "page"),
    [
        (f"doejane_LATE_2023_90141_{MODULE}.py", "doejane_2023_90141_report.html"),
        (f"anon_AbC12_90301_{MODULE}.py", "anon_AbC12_90301_report.html"),
        ("doejane_2023_text.html", None),  # Canvas finds a hand-in by the number of its file
        (f"jane_{MODULE}.py", None),
    ],
)
def test_canvas_takes_back_a_page_only_by_the_number_of_a_file(tmp_path, name, page):
    write(tmp_path / "class" / name, work(1))
    graded(find_class(tmp_path / "class"), tmp_path)
    list(write_site(tmp_path))
    (student,) = read_class(tmp_path).roll.members
    if page is None:
        with pytest.raises(KataError, match=r"by no name of Canvas's"):
            write_feedback(tmp_path, systems()["canvas"], read_class(tmp_path).roll, [student])
        return
    path, _, left = write_feedback(tmp_path, systems()["canvas"], read_class(tmp_path).roll, [student])
    with zipfile.ZipFile(path) as archive:
        assert (archive.namelist(), left) == ([page], [])


def test_the_table_says_which_exercises_of_the_course_were_worked_on_and_which_are_as_handed_out(tmp_path):
    second = CATALOGUE[2].module
    stub = cut((Path(__file__).parents[3] / "solutions" / f"{second}.py").read_text(encoding="utf-8"), CATALOGUE[2])
    files = {f"{MODULE}.py": work(1), f"{second}.py": stub, f"{CATALOGUE[3].module}.py": work(1)}
    for name, content in files.items():
        write(tmp_path / "jane" / "exercises" / name, content)
    write(tmp_path / "kim" / f"{second}.py", stub)
    jane, kim = read_all(find_class(tmp_path), (1, 2), {})
    assert (jane.exercises, kim.exercises) == ("1 (untouched: 2)", "none (untouched: 2)")
    assert list(rows([jane]))[1][3] == f"1: exercises/{MODULE}.py; 2: exercises/{second}.py"
    assert sentences(find_class(tmp_path), [jane, kim])[0] == "2 hand-ins: 2 can be graded, 0 need a look."


def test_the_page_of_a_class_tells_two_people_of_one_name_apart_and_counts_no_hand_in_that_was_not_read(tmp_path):
    for name, place in (("t1", 20), ("t2", 10), ("ann", 10)):
        write(tmp_path / "class" / name / f"{MODULE}.py", work(place))
    write(tmp_path / "class" / "kim" / "essay.pdf", b"%PDF")
    graded(find_class(tmp_path / "class"), tmp_path)
    roster = "id,name\nt1,Tim Twin\nt2,Tim Twin\nann,Ann Other\nkim,Kim Lee\n"
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    ledger = make_ledger(tmp_path / "reports", read_sheet(tmp_path / "roster.csv"), None, SETTINGS)
    *pages, index = write_site(tmp_path, standings(ledger), CourseOfPages(TITLE))
    text = index.read_text(encoding="utf-8")
    table = text[text.index('id="students"') :]
    named = re.findall(r'<th scope="row"><a href=".*?"><bdi>(.*?)</bdi>', table)
    assert named == ["Tim Twin (t1)", "Ann Other", "Tim Twin (t2)", "Kim Lee"]
    assert "<h1><bdi>Tim Twin</bdi></h1>" in pages[-1].read_text(encoding="utf-8")
    figures = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text[: text.index('id="exercises"')]))
    assert [figures[name] for name in ("Median", "Lowest", "No points")] == ["1", "1", "0"]
    assert "Nothing could be read in 1 submission, which is not in these figures." in text
    assert "4 submissions, 2 points in 1 exercise." in text
    assert "whose report says so" not in text  # all that are in the figures say how long it took
