"""Brightspace and Blackboard get what they take, from exports as they come; and a new school system is one file."""

import csv
import io
import shutil
from dataclasses import replace

import pytest
from test_gradebooks import CHOSEN, FILES, GUIDE, ROOT, RULES, class_in, document, golden, grader, raw, reports, written

from grader.core.tables import SheetError, read_sheet
from grader.course.platforms.gradebooks.files import write_gradebook
from grader.course.platforms.gradebooks.ledger import make_ledger
from grader.course.platforms.gradebooks.roster import match, read_people
from grader.course.platforms.gradebooks.systems import gradebooks, systems

BRIGHTSPACE, BLACKBOARD = FILES / "brightspace-export.csv", FILES / "blackboard-download.xls"
BRIGHTSPACE_NAMES = [
    *("4711-101 - Jane Doe - Nov 20, 2026 1159 PM", "jmueller", "zoe@uni.edu", "00104"),
    *("Gil Guest", "4711-106 - Mallory =HYPERLINK(http://x,y) - Nov 20, 2026 1159 PM"),
]
BLACKBOARD_NAMES = [
    *("The_kata_jdoe_attempt_2026-11-20-23-59-00", "The_kata_j_mueller_attempt_2026-11-20-23-59-00_my"),
    *("zobi", "00104", "Gil Guest", "x_evil_attempt_2026-11-20-23-59-00_x_nina_attempt_2026-11-20-23-59-00"),
]


def table(path):
    sheet = read_sheet(path)
    return [list(row) for row in (sheet.headings, *sheet.rows)]


def test_brightspace_gets_ids_points_and_a_hash_at_the_end_of_each_row(tmp_path):
    sentences = written(tmp_path, "brightspace", BRIGHTSPACE, BRIGHTSPACE_NAMES)
    golden(tmp_path / "brightspace.csv", "brightspace.csv")
    golden(tmp_path / "marks.csv", "brightspace_marks.csv")
    golden(tmp_path / "unmatched.csv", "brightspace_unmatched.csv")
    rows = table(tmp_path / "brightspace.csv")
    assert rows[0] == [table(BRIGHTSPACE)[0][place] for place in (0, 1, 6, 8)]
    ids = [["#00101", "#jdoe"], ["#00102", "#jmueller"], ["", "#zobi"], ["#00104", ""], ["#=1+1", "#evil"]]
    assert [row[:2] for row in rows[1:]] == ids
    assert {row[-1] for row in rows[1:]} == {"#"}
    assert (rows[1][2], rows[4][2]) == ("50.00", "0.00")
    lost = "Row 6, 'Gil Guest', has no id that Brightspace knows, so the mark is not in the file; enter it by hand."
    assert lost in sentences


def test_blackboard_gets_its_column_by_its_number_in_its_own_encoding(tmp_path):
    sentences = written(tmp_path, "blackboard", BLACKBOARD, BLACKBOARD_NAMES)
    golden(tmp_path / "blackboard.xls", "blackboard.xls")
    golden(tmp_path / "marks.csv", "blackboard_marks.csv")
    golden(tmp_path / "unmatched.csv", "blackboard_unmatched.csv")
    made = (tmp_path / "blackboard.xls").read_bytes()
    assert made.startswith(b"\xff\xfe")
    rows = [line.split("\t") for line in made.decode("utf-16").splitlines()]
    last = "The minigrad kata [Total Pts: 100 Score] |664618"
    assert rows[0] == ["Last Name", "First Name", "Username", "Student ID", last]
    assert [(row[2], row[4]) for row in rows[1:3]] == [("jdoe", "100.00"), ("j_mueller", "97.98")]
    assert [row[2] for row in rows[3:]] == ["zobi", "00104"]
    lost = "Row 6, 'Gil Guest (S-105)', has no username, so the mark is not in the file; enter it by hand."
    assert lost in sentences


def filled(folder, kind, text, name="jane", assignment="K", lost=None):
    """The file that a system gets for one submission, as rows, and the sentences."""
    path = folder / "export.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    sheet = read_sheet(path)
    ledger = replace(make_ledger(reports(folder, document(name, lost)), sheet, None, RULES), write="all")
    sentences = write_gradebook(kind, folder, ledger, sheet, assignment, RULES)
    return table(next(folder.glob(f"{kind}.*"))), sentences


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sheet_goes_back_in_the_encoding_and_with_the_separator_that_it_came_with(tmp_path, encoding, delimiter):
    text = "Username,Last Name,K [Total Pts: 10 Score] |1\njané,Doe,\n".replace(",", delimiter)
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    rows, _ = filled(tmp_path, "blackboard", (mark + text).encode(encoding), "jané")
    assert rows == [["Last Name", "Username", "K [Total Pts: 10 Score] |1"], ["Doe", "jané", "10.00"]]
    path = next(tmp_path.glob("blackboard.*"))
    again, before = read_sheet(path), read_sheet(tmp_path / "export.csv")
    assert (again.encoding, again.bom, again.delimiter) == (before.encoding, before.bom, delimiter)
    quoted = path.read_bytes().decode(encoding).removeprefix("\ufeff").startswith('"')
    assert (path.suffix, quoted) == ((".xls", False) if delimiter == "\t" else (".csv", True))


def test_commas_within_a_heading_do_not_decide_what_separates_cells(tmp_path):
    rows, _ = filled(
        tmp_path, "blackboard", 'Username;"K, a, b, c [Total Pts: 10 Score] |1"\njane;\n', assignment="K, a, b, c"
    )
    assert rows[1] == ["jane", "10.00"]


@pytest.mark.parametrize(
    ("most", "cell", "mark"),
    [
        ("12.5", "", "12.50"),
        ("12,5", "", "12,50"),
        ("1000", "7,25", "1000,00"),
        ("0.125", "", "0.12"),
        ("1.000,00", "", "1000,00"),
    ],
)
@pytest.mark.parametrize("kind", ["brightspace", "blackboard"])
def test_marks_have_the_decimal_sign_of_the_export_and_never_exceed_the_maximum(tmp_path, kind, most, cell, mark):
    heads = {
        "brightspace": f"K Points Grade <Numeric MaxPoints:{most} Weight:1>",
        "blackboard": f"K [Total Pts: {most} Score] |1",
    }
    cells = [["Username", heads[kind], "End-of-Line Indicator"], ["jane", cell, "#"]]
    rows, _ = filled(tmp_path, kind, raw(cells))
    assert rows[1][:2] == ["jane", mark]


@pytest.mark.parametrize(
    ("assignment", "heading"),
    [
        ("K", "K Points Grade <Numeric MaxPoints:10>"),
        ("K Points Grade", "K Points Grade <Numeric MaxPoints:10>"),
        ("K Points Grade <Numeric MaxPoints:10>", "K Points Grade <Numeric MaxPoints:10>"),
        ("New", "New Points Grade <Numeric MaxPoints:66>"),
        ("Bare", "Bare Points Grade"),
    ],
)
def test_an_item_of_brightspace_is_found_by_its_title_or_made_anew(tmp_path, assignment, heading):
    text = "OrgDefinedId,K Points Grade <Numeric MaxPoints:10>,Bare Points Grade,End-of-Line Indicator\n#jane,,,#\n"
    rows, sentences = filled(tmp_path, "brightspace", text, assignment=assignment)
    assert rows[0] == ["OrgDefinedId", heading, "End-of-Line Indicator"]
    assert rows[1] == ["#jane", "10.00" if heading.startswith("K") else "66.00", "#"]
    said = {
        "New": "The export has no grade item 'New', so Brightspace will offer to make one.",
        "Bare": "The export does not say out of how many points 'Bare Points Grade' is; see that it is out of 66.",
    }
    assert [sentence for sentence in sentences if sentence in said.values()] == [
        said[k] for k in said if k == assignment
    ]


NO_CLEAR = "is not a clear number above 0; write it without signs between thousands, such as 1000."
REFUSED = {
    "brightspace": [
        ("Username,K Points Grade", "is no Brightspace export: it needs the columns OrgDefinedId or Username, and End"),
        ("Email,K Points Grade,End-of-Line Indicator", "is no Brightspace export"),
        (
            "Username,K Points Grade,K Points Grade <Numeric>,End-of-Line Indicator",
            "has the grade items 'K Points",
        ),
        ("Username,K Points Grade <MaxPoints:1.000>,End-of-Line Indicator", "MaxPoints '1.000' in 'K Points Grade"),
        ("Username,K Points Grade <MaxPoints:1.000>,End-of-Line Indicator", NO_CLEAR),
        ("Username,K Points Grade <MaxPoints:0 Weight:1>,End-of-Line Indicator", NO_CLEAR),
        ("Username,K Grade Symbol <Selectbox>,End-of-Line Indicator", "has 'K Grade Symbol <Selectbox>', but not the"),
    ],
    "blackboard": [
        ("Username,K", "is no Blackboard download: it needs the column Username, and columns such as 'Quiz [Total Pts"),
        ("Username,K [Total Pts: 10 Score]", "is no Blackboard download"),
        ("Name,K [Total Pts: 10 Score] |1", "is no Blackboard download"),
        ("Username,Q [Total Pts: 10 Score] |1", "has no column 'K', and Blackboard would make a column of text of it"),
        (
            "Username,K [Total Pts: 1 Score] |1,K [Total Pts: 2] |2",
            "has the columns 'K [Total Pts: 1 Score] |1' and 'K",
        ),
        ("Username,K [Total Pts: up to 10 Score] |1", "Blackboard calculates 'K [Total Pts: up to 10 Score] |1'; give"),
        ("Username,K [Total Pts: 0 Text] |1", "'K [Total Pts: 0 Text] |1' takes no points; in Blackboard, make Score"),
        ("Username,K [Total Pts: 10 Complete/Incomplete] |1", "takes no points; in Blackboard, make Score"),
        ("Username,K [Total Pts: 1.000 Score] |1", "Total Pts '1.000' in 'K [Total Pts: 1.000 Score] |1'"),
        ("Username,K [Total Pts: 1.000 Score] |1", NO_CLEAR),
        ("\ufeffUsername".encode("utf-16-le")[:-1], "is not UTF-16; save it as 'CSV UTF-8'."),
    ],
}


@pytest.mark.parametrize(
    ("kind", "headings", "sentence"),
    [(kind, headings, sentence) for kind, cases in REFUSED.items() for headings, sentence in cases],
)
def test_what_a_system_would_not_take_is_a_sentence_and_leaves_the_old_files(tmp_path, kind, headings, sentence):
    (tmp_path / f"{kind}.csv").write_text("old", encoding="utf-8")
    with pytest.raises(SheetError) as caught:
        filled(tmp_path, kind, headings if isinstance(headings, bytes) else f"{headings}\njane,,,\n")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "export.csv"))
    assert {path.name for path in tmp_path.iterdir()} <= {f"{kind}.csv", "export.csv", "reports"}
    assert (tmp_path / f"{kind}.csv").read_text(encoding="utf-8") == "old"


def test_no_cell_of_theirs_is_a_formula(tmp_path):
    evil = "=cmd|' /C calc'!A0"
    for kind, heads in [
        ("brightspace", ["OrgDefinedId", "Username", "K Points Grade", "End-of-Line Indicator"]),
        ("blackboard", ["Last Name", "Username", "K [Total Pts: 10 Score] |1"]),
    ]:
        text = raw([heads, [evil, "jane", *[""] * (len(heads) - 3), "#"]])
        rows, sentences = filled(tmp_path, kind, text)
        assert rows[1][:2] == [f"'{evil}", "jane"]
        assert any(f"{kind}.csv, row 2: what a spreadsheet would run" in sentence for sentence in sentences)


def test_blackboards_usernames_may_have_underscores_and_a_second_attempt_in_a_name_is_nobodys(tmp_path):
    text = "Username,K [Total Pts: 10 Score] |1\n" + "".join(f"{name},\n" for name in ("doe", "j_doe", "kim"))
    (tmp_path / "b.csv").write_text(text, encoding="utf-8")
    people, attempt = read_people(read_sheet(tmp_path / "b.csv")), "attempt_2026-11-20-23-59-00"
    found = match([f"Kata_kim_{attempt}", f"Kata_j_doe_{attempt}", f"Kata_x_{attempt}_x_kim_{attempt}"], people)
    assert {name: m.person.id for name, m in found.matches.items()} == {f"Kata_kim_{attempt}": "kim"}
    assert found.submissions[f"Kata_j_doe_{attempt}"] == "The id could be that of doe and j_doe."


@pytest.mark.parametrize(
    "name", ["canvas-export.csv", "moodle-worksheet.csv", "brightspace-export.csv", "blackboard-download.xls"]
)
def test_an_export_is_recognised_by_its_own_system_alone(name):
    sheet = read_sheet(FILES / name)
    assert [system.name for system in systems().values() if system.knows(sheet)] == [name.partition("-")[0]]


def test_the_guide_has_a_section_and_a_command_for_every_system():
    guide, index = GUIDE.read_text(encoding="utf-8"), (GUIDE.parents[1] / "instructors.md").read_text(encoding="utf-8")
    for system in gradebooks().values():
        assert f"## {system.title}" in guide
        assert f"make gradebook FORMAT={system.name}" in guide
        assert system.title in index or not system.export


NEW = '''
"""A system that the tests made up: a name and a mark, with a bar between them."""

from grader.course.platforms.gradebooks.system import Book, Download, System, kept, mark, marked, rows


def make(ledger, sheet, assignment, settings):
    export = SYSTEM.exported(sheet)
    columns = [kept(export, export.column("matriculation")), mark(assignment, ledger, 5)]
    return Book("tiss.txt", rows(columns, marked(ledger, export)), ";", notices=("TISS has been served.",))


SYSTEM = System(
    name="tiss",
    title="TISS",
    export="the list of TISS",
    make=make,
    knows=lambda sheet: sheet.column("matriculation") is not None,
    calls=lambda sheet, row: row[sheet.column("matriculation")],
    download=lambda name: Download(calls=frozenset({name.removeprefix("tiss ")})) if "tiss " in name else None,
)
'''


def test_a_new_school_system_is_one_file(tmp_path):
    """In a copy of the tree: the command takes it, its help names it, and its hand-ins find their people."""
    kata = tmp_path / "kata"
    shutil.copytree(ROOT / "grader", kata / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    (kata / "course.toml").write_text(CHOSEN, encoding="utf-8")
    (kata / "grader/course/platforms/gradebooks/systems/tiss.py").write_text(NEW, encoding="utf-8")
    class_in(kata / "build" / "grades", ["tiss 0700101", "0700102"])
    (kata / "list.csv").write_text("name,matriculation\nJane,0700101\nTim,0700103\n", encoding="utf-8")
    done = grader(kata, FORMAT="tiss", ROSTER="list.csv", ASSIGNMENT="Mark", PYTHONPATH=str(kata))
    assert (done.returncode, done.stderr) == (0, "")
    assert "TISS has been served." in done.stdout.splitlines()
    made = (kata / "build/grades/tiss.txt").read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(made), delimiter=";")) == [["matriculation", "Mark"], ["0700101", "5.00"]]
    assert "csv|moodle|tiss]" in grader(kata, "--help", PYTHONPATH=str(kata)).stdout.replace("\n", "")
    bare = grader(kata, FORMAT="tiss", PYTHONPATH=str(kata))
    assert (bare.returncode, bare.stdout) == (2, "")
    assert bare.stderr == "FORMAT=tiss fills in the list of TISS; give it as ROSTER=file.csv.\n"
