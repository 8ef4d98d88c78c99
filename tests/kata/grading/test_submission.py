"""What students hand in, oddity by oddity, as real files."""

import gzip
import io
import json
import os
import socket
import sys
import tarfile
import time
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.core.catalogue import read_catalogue
from grader.course.authoring.cut import cut
from grader.course.intake.contents import Contents, Piece, UnreadableError
from grader.course.intake.handins import find_hand_ins
from grader.course.intake.submission import Submission, SubmissionError, read_submission
from grader.course.platforms.handins import find_class

ROOT = Path(__file__).parents[3]
MODULES = {int(path.name[2:4]): path.stem for path in sorted((ROOT / "solutions").glob("ex*.py"))}
FOUR = "def backward(self):\n    return 4\n"


def write(path, content=FOUR):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def tarred(path, members, mode="w:gz", kind=tarfile.PAX_FORMAT):
    with tarfile.open(path, mode, format=kind) as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            data = content.encode() if isinstance(content, str) else content
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def code(source, **nbgrader):
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": nbgrader} if nbgrader else {}}


def notebook(*cells):
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": list(cells)})


def noted(submission, *words):
    """The one note that has all of these words."""
    (note,) = (note for note in submission.notes if all(word in note for word in words))
    return note


def is_safe(note):
    return note.isprintable() and note.isascii() and note.endswith(".") and len(note) < 700


# --- shapes


def all_exercises():
    return [(f"{module}.py", f"x = {number}\n") for number, module in MODULES.items()]


def as_folder(folder):
    for name, source in all_exercises():
        write(folder / "alice" / name, source)
    return folder / "alice"


def as_nested_folder(folder):
    for name, source in all_exercises():
        write(folder / "alice" / "my work" / "exercises" / name, source)
    return folder / "alice"


def as_folder_with_an_archive(folder):
    (folder / "alice").mkdir()
    zipped(folder / "alice" / "submission.zip", all_exercises())
    return folder / "alice"


def as_zip(folder):
    return zipped(folder / "alice.zip", all_exercises())


def as_zip_from_windows(folder):
    return zipped(folder / "alice.zip", [(f"work\\{name}", source) for name, source in all_exercises()])


def as_tar(folder):
    return tarred(folder / "alice.tar", [(f"./work/{name}", source) for name, source in all_exercises()], "w")


def as_tar_gz(folder):
    return tarred(folder / "alice.tar.gz", all_exercises())


def as_tgz_with_long_names(folder):
    return tarred(folder / "alice.tgz", [(f"{'w' * 90}/{'ö' * 60}/{name}", source) for name, source in all_exercises()])


def as_gnu_tar_with_long_names(folder):
    members = [(f"{'w' * 90}/{'o' * 90}/{name}", source) for name, source in all_exercises()]
    return tarred(folder / "alice.tar.gz", members, kind=tarfile.GNU_FORMAT)


def as_notebooks(folder):
    for name, source in all_exercises():
        write(folder / "alice" / name.replace(".py", ".ipynb"), notebook(code(source)))
    return folder / "alice"


def as_loose_files(folder):
    for name, source in all_exercises():
        write(folder / f"alice_{name}", source)
        write(folder / f"alice_b_{name}", "other")
    return find_hand_ins(folder).found[0].pieces


SHAPES = [value for name, value in list(globals().items()) if name.startswith("as_")]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_shape_gives_the_same_sources_student_and_digest_and_no_note(tmp_path, shape):
    submission = read_submission(shape(tmp_path))
    assert submission.sources == {number: f"x = {number}\n" for number in MODULES}
    assert (submission.student, submission.notes) == ("alice", ())
    assert submission.digest == Submission("bob", dict(reversed(submission.sources.items())), ("note",)).digest


def test_digest_changes_with_any_source():
    digests = {Submission("a", sources, ()).digest for sources in ({1: "a"}, {1: "b"}, {2: "a"}, {1: "a", 2: ""}, {})}
    assert len(digests) == 5


def test_a_given_student_name_is_kept(tmp_path):
    assert read_submission(write(tmp_path / "ex04_backward.py"), "Bob").student == "Bob"


def test_missing_exercises_are_named_in_one_note(tmp_path):
    submission = read_submission(write(tmp_path / "ex04_backward.py"))
    assert submission.sources == {4: FOUR}
    assert "ex03_chain_rule.py" in noted(submission, "Not handed in")
    assert "ex04" not in noted(submission, "Not handed in")


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "ex04_backward (1).py",
        "EX04_Backward.py",
        "ex4_backward.py",
        "exercise_04.py",
        "Exercise 4.py",
        "ex-04.py",
        "04_backward.py",
        "ex04_backward - Copy.py",
        "Copy of ex04_backward.py",
        "my_ex04.py",
        "ex04_backward.PY",
        "ex04_backward.py.txt",
        "ex04_backward-2.py",
        "doe_17_23_ex04_backward.py",
        "ex04_final_final2.py",
        "\uff45\uff5804_backward.py",
        "backward.py",
        "Backward (1).py",
    ],
)
def test_a_wrong_name_is_recognised_and_noted(tmp_path, name):
    write(tmp_path / "alice" / name)
    submission = read_submission(tmp_path / "alice")
    assert submission.sources == {4: FOUR}
    assert "is read as ex04_backward.py" in noted(submission, repr(name))


@pytest.mark.parametrize(
    "name",
    [
        "ex04_value.py",
        "ex04_ex05.py",
        "ex99.py",
        "ex0.py",
        "ex004444.py",
        "test_ex04_backward.py",
        "complex4.py",
        "02_backward.py",
        "math.py",
        "conftest.py",
        "sitecustomize.py",
        "ex04_backward.pyc",
        "ex04_backward.pth",
        "ex04_backward.c",
    ],
)
def test_an_ambiguous_or_foreign_name_is_left_out_and_noted(tmp_path, name):
    write(tmp_path / "alice" / name)
    reason = "not that of one exercise" if name.endswith(".py") else "neither a Python file nor a notebook"
    with pytest.raises(SubmissionError, match=reason):
        read_submission(tmp_path / "alice")
    write(tmp_path / "alice" / "ex01_derivatives.py")
    submission = read_submission(tmp_path / "alice")
    assert set(submission.sources) == {1}
    assert noted(submission, "Left out", repr(name))


def test_a_whole_copy_of_the_kata_is_not_spoken_of_but_what_was_put_into_it(tmp_path):
    """Students are told that they may hand in the whole folder: what the kata has in it would bury what matters."""
    given = ("Makefile", "constraints.txt", "tests/public/key.json", "grader/core/paths.py", "docs/images/explain.svg")
    for root in (tmp_path / "alice" / "my kata", tmp_path / "bob"):
        write(root / "exercises" / "ex04_backward.py")
        for name in given:
            write(root / name)
    assert read_submission(tmp_path / "alice", wanted={4}).notes == ()
    assert read_submission(tmp_path / "bob", wanted={4}).notes == ()
    whole = read_submission(tmp_path / "bob", wanted={3, 4})
    assert (len(whole.notes), whole.look) == (1, ())  # that exercise 3 was not handed in
    for name in ("grader/own.txt", "answers/Makefile", "exercises/Makefile"):
        write(tmp_path / "bob" / name)
        assert repr(name) in noted(read_submission(tmp_path / "bob", wanted={4}), "Left out")
        (tmp_path / "bob" / name).unlink()
    write(tmp_path / "carl" / "ex04_backward.py")  # outside of a copy it may be anything
    write(tmp_path / "carl" / "constraints.txt")
    assert noted(read_submission(tmp_path / "carl", wanted={4}), "'constraints.txt'")


def test_what_is_left_out_has_the_reason_of_its_kind(tmp_path):
    for name in ("ex01_derivatives.py", "answer.pdf", "onlinetext.html", "utilities.py"):
        write(tmp_path / "alice" / name)
    submission = read_submission(tmp_path / "alice", wanted={1})
    assert "'utilities.py'" in noted(submission, "Left out, because the name is not that of one exercise: ")
    other = "Left out, as neither a Python file nor a notebook: 'answer.pdf', 'onlinetext.html'."
    assert noted(submission, other)
    assert submission.look == ()
    write(tmp_path / "alice" / "test_ex01.py")
    assert other in read_submission(tmp_path / "alice", wanted={1, 2}).look


def test_work_under_a_name_that_says_no_exercise_needs_a_look_where_one_is_missing(tmp_path):
    for name in ("ex01_derivatives.py", "my_homework.py"):
        write(tmp_path / "alice" / name)
    assert read_submission(tmp_path / "alice", wanted={1}).look == ()
    (look,) = read_submission(tmp_path / "alice", wanted={1, 2}).look
    assert "'my_homework.py'" in look
    write(tmp_path / "alice" / "ex02_value.py")
    assert read_submission(tmp_path / "alice", wanted={1, 2}).look == ()


def test_a_later_file_that_counts_is_spoken_of_once(tmp_path):
    write(tmp_path / "alice" / "ex04_backward.py", WORK)
    write(tmp_path / "alice" / "ex04_backward-1.py")
    (note,) = read_submission(tmp_path / "alice", wanted={4}).notes
    assert note == "'ex04_backward-1.py' counts as exercise 4, and not 'ex04_backward.py'."


def test_extra_files_make_one_note_and_hidden_ones_none(tmp_path):
    write(tmp_path / "ex04_backward.py")
    for number in range(30):
        write(tmp_path / f"page{number}.md")
    write(tmp_path / "timestamp.txt", "2027-01-29 22:59:00 UTC")  # which is nbgrader's
    for name in (
        "README.md",
        "img/Thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "__MACOSX/ex05_operators.py",
        "._ex06_activations.py",
        ".git/ex07_graph.py",
    ):
        write(tmp_path / name)
    write(tmp_path / "venv/lib/site-packages/ex08_neuron.py")
    submission = read_submission(tmp_path)
    assert set(submission.sources) == {4}
    assert "and 25 more" in noted(submission, "Left out")
    assert len(submission.notes) == 2


WORK = "def backward(self):\n    return 'work'\n"
STUB = cut((ROOT / "solutions/ex04_backward.py").read_text(encoding="utf-8"), read_catalogue()[4])
AT_NOON = 1_800_000_000


def packed(kind, folder, members):
    """A folder, zip or tar.gz with files of (name, content, hours after noon)."""
    if kind == "folder":
        for name, content, hours in members:
            os.utime(write(folder / "alice" / name, content), (AT_NOON + 3600 * hours,) * 2)
        return folder / "alice"
    if kind == "zip":
        infos = [(zipfile.ZipInfo(name, (2027, 1, 15, 8 + hours, 0, 0)), content) for name, content, hours in members]
        return zipped(folder / "alice.zip", infos)
    infos = []
    for name, content, hours in members:
        infos.append((tarfile.TarInfo(name), content))
        infos[-1][0].mtime = AT_NOON + 3600 * hours
    return tarred(folder / "alice.tgz", infos)


PREFERRED = {
    "exercises/ to a stub in backup/": [("exercises/ex04_backward.py", WORK, 0), ("backup/ex04_backward.py", STUB, 1)],
    "backup/ to a stub in exercises/": [("backup/ex04_backward.py", WORK, 0), ("exercises/ex04_backward.py", STUB, 1)],
    "a source to an untouched notebook": [("ex04.py", WORK, 0), ("ex04_backward.ipynb", notebook(code(STUB)), 1)],
    "exercises/ to the root": [("exercises/ex04_backward.py", WORK, 0), ("ex04_backward.py", FOUR, 0)],
    "a resubmission to the first": [("ex04_backward-1.py", WORK, 0), ("ex04_backward.py", FOUR, 0)],
    "a second download to the first": [("ex04_backward (1).py", WORK, 0), ("ex04_backward.py", FOUR, 0)],
    "the newer to the older": [("ex04_backward.py", FOUR, 0), ("ex04_final.py", WORK, 2)],
    "the shallower to the deeper": [("ex04_backward.py", WORK, 0), ("deep/ex04_backward.py", FOUR, 3)],
    "the rightly named to the others": [("EX04_backward.py", FOUR, 0), ("ex04_backward.py", WORK, 0)],
    "anything to what is set aside": [("old/exercises/ex04_backward.py", FOUR, 5), ("my/ex04_backward.py", WORK, 0)],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
@pytest.mark.parametrize("case", PREFERRED)
def test_of_several_files_changed_work_counts_and_of_two_changed_ones_the_note_says_which(tmp_path, case, kind):
    submission = read_submission(packed(kind, tmp_path, PREFERRED[case]))
    assert submission.sources == {4: WORK}
    other = next(name for name, content, _ in PREFERRED[case] if content != WORK)
    counted = [note for note in submission.notes if "counts as exercise 4, and not" in note and repr(other) in note]
    assert len(counted) == (FOUR in [content for _, content, _ in PREFERRED[case]])


@pytest.mark.parametrize("root", ["", "a/"])
def test_what_the_kata_made_in_build_beside_exercises_is_nobodys_work(tmp_path, root):
    made = (f"{root}build/repair/ex04_backward.py", WORK, 1)
    stub = (f"{root}exercises/ex04_backward.py", STUB, 0)
    assert read_submission(packed("folder", tmp_path / "copy", [made, stub])).sources == {4: STUB}
    assert read_submission(packed("folder", tmp_path / "alone", [made])).sources == {4: WORK}


def test_several_files_with_the_same_work_are_no_matter_to_speak_of(tmp_path):
    twice = [("ex04_backward.py", FOUR, 0), ("b/ex04_backward.py", FOUR, 1)]
    submission = read_submission(packed("folder", tmp_path, twice))
    assert not [note for note in submission.notes if "counts as" in note]


def test_what_is_read_under_another_name_is_said_in_one_note(tmp_path):
    for number in read_catalogue():
        write(tmp_path / "alice" / f"Exercise {number}.py", f"x = {number}\n")
    submission = read_submission(tmp_path / "alice")
    assert submission.sources.keys() == read_catalogue().keys()
    likewise = f"and {len(read_catalogue()) - 4} more likewise"
    assert noted(submission, "'Exercise 1.py' is read as ex01_derivatives.py", likewise)
    assert len(submission.notes) == 1


def test_what_was_not_asked_for_is_not_spoken_of(tmp_path):
    write(tmp_path / "alice" / "my_ex01.py", b"#" * 1_000_001)
    write(tmp_path / "alice" / "my_ex02.py")
    write(tmp_path / "alice" / "ex04_backward.py")
    assert read_submission(tmp_path / "alice", wanted={4}).notes == ()


def test_of_two_members_with_one_name_the_first_counts(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path / "alice.zip", [("ex04_backward.py", "first"), ("ex04_backward.py", "second")])
    submission = read_submission(path)
    assert submission.sources == {4: "first"}
    assert noted(submission, "'ex04_backward.py' counts as exercise 4, and not")


def test_a_file_that_cannot_be_read_gives_way_to_the_next(tmp_path):
    write(tmp_path / "ex04_backward.py", b"#" * 1_000_001)
    write(tmp_path / "old" / "ex04_backward.py")
    submission = read_submission(tmp_path)
    assert submission.sources == {4: FOUR}
    assert noted(submission, "'ex04_backward.py' is larger than 1 MB")


@pytest.mark.parametrize(
    "name",
    ["\x1b[31mred\x07.py", "<script>\u202eevil.py", "=HYPERLINK().py", "n" * 200 + ".py", "'\"\n.py", "\udcff.py"],
)
def test_notes_show_no_control_characters_and_no_long_names(tmp_path, name):
    write(tmp_path / "alice" / name)
    write(tmp_path / "alice" / "ex04_backward.py")
    submission = read_submission(tmp_path / "alice")
    assert all(is_safe(note) for note in submission.notes)
    assert noted(submission, "Left out")


def test_an_archive_with_the_same_names_gives_the_same_safe_notes(tmp_path):
    names = ["\x1b[31mred.py", "\u202eevil.py", "a/" * 500 + "deep.py", "..\\x.py"]
    submission = read_submission(zipped(tmp_path / "a.zip", [("ex04.py", FOUR), *((name, "") for name in names)]))
    assert all(is_safe(note) for note in submission.notes)


def test_a_student_name_taken_from_a_file_name_is_printable(tmp_path):
    assert read_submission(zipped(tmp_path / "a\x1b[31m.zip", [("ex04.py", FOUR)])).student.startswith("a?[31m ")


def test_notes_are_few_however_odd_the_submission(tmp_path):
    path = zipped(tmp_path / "a.zip", [("ex04.py", FOUR), *((f"{number}.zip", "") for number in range(300))])
    submission = read_submission(path)
    assert noted(submission, "Each of '0.zip', '1.zip'", "and 295 more is no archive")
    assert len(submission.notes) == 3
    blank = [(f"ex01_{number}.py", "\n" * number + "\0") for number in range(60)]  # each with a reason of its own
    submission = read_submission(zipped(tmp_path / "b.zip", [("ex04.py", FOUR), *blank]))
    assert len(submission.notes) == 50
    assert "more notes" in submission.notes[-1]


# --- bytes


@pytest.mark.parametrize(
    ("data", "source", "note"),
    [
        (b"\xef\xbb\xbfx = 1\r\ny = 2\r", "x = 1\ny = 2\n", None),
        ("s = 'é'\n".encode(), "s = 'é'\n", None),
        ("s = 'é'\n".encode("latin-1"), "s = 'é'\n", "Latin-1"),
        ("s = 'é'\r\n".encode("utf-16"), "s = 'é'\n", "UTF-16"),
        ("s = 'é'\n".encode("utf-16-le"), "s = 'é'\n", "UTF-16"),
        ("s = 'é'\n".encode("utf-16-be"), "s = 'é'\n", "UTF-16"),
        ("s = 'é'\n".encode("utf-32"), "s = 'é'\n", "UTF-32"),
        ("x = 1\n".encode("utf-16") + b"\x00", "x = 1\n", "as far as it can"),
        (b"x = 1\ny = \x00 2\n", "x = 1\ny = ", "null byte in line 2"),
        (b"# -*- coding: rot13 -*-\nx = 1\n", "# -*- coding: utf-8 -*-\nx = 1\n", None),
        (b"#!/usr/bin/python\n# coding=latin-1\n'\xe9'\n", "#!/usr/bin/python\n# coding=utf-8\n'é'\n", None),
        ("# coding: shift_jis\ns = '勾配'\n".encode("shift_jis"), "# coding: utf-8\ns = '勾配'\n", None),
        (
            "# vim: set fileencoding=cp1251 :\ns = 'ж'\n".encode("cp1251"),
            "# vim: set fileencoding=utf-8 :\ns = 'ж'\n",
            None,
        ),
        ("# coding: utf-8-sig\ns = 'é'\n".encode("utf-8-sig"), "# coding: utf-8-sig\ns = 'é'\n", None),
        ("# coding: cp1251\ns = 'é'\n".encode("utf-8-sig"), "# coding: utf-8\ns = 'é'\n", None),
        (b"# coding: idna\nx = 1\n", "# coding: utf-8\nx = 1\n", None),
        (b"# -*- coding: utf-8 -*-\n", "# -*- coding: utf-8 -*-\n", None),
    ],
)
def test_any_encoding_becomes_text_and_what_python_would_refuse_is_noted(tmp_path, data, source, note):
    submission = read_submission(write(tmp_path / "ex04_backward.py", data))
    assert submission.sources == {4: source}
    assert len(submission.notes) == 1 or noted(submission, note or "nothing")
    assert note is None or noted(submission, note)
    compile("" if "\0" in source or source.endswith("y = ") else source.encode(), "ex04_backward.py", "exec")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("ex04_backward.py", b"", "is empty"),
        ("ex04_backward.py", b" \r\n\t\n", "is empty"),
        ("ex04_backward.py", b"\x00\x00\x00", "has a null byte in line 1"),
        ("ex04_backward.ipynb", notebook(), "has no code"),
        ("ex04_backward.py.gz", gzip.compress(FOUR.encode(), mtime=0), "is no archive of a kind that is opened"),
    ],
)
def test_a_file_without_anything_in_it_is_no_answer_and_needs_a_look(tmp_path, name, content, why):
    write(tmp_path / "alice" / name, content)
    with pytest.raises(SubmissionError, match=f"{name}' {why}"):
        read_submission(tmp_path / "alice")
    write(tmp_path / "alice" / "ex01_derivatives.py")
    submission = read_submission(tmp_path / "alice")
    assert set(submission.sources) == {1}
    assert submission.look == (noted(submission, repr(name), why),)
    write(tmp_path / "alice" / "more" / "ex04_backward.py")
    assert read_submission(tmp_path / "alice").sources[4] == FOUR


def test_a_file_that_begins_as_another_exercise_does_is_graded_by_its_name_and_needs_a_look(tmp_path):
    first = (ROOT / "solutions/ex01_derivatives.py").read_text(encoding="utf-8")
    write(tmp_path / "alice" / "ex04_backward.py", first)
    submission = read_submission(tmp_path / "alice", wanted={4})
    assert submission.sources == {4: first}
    assert submission.look == ("'ex04_backward.py' begins as the file of exercise 1 does.",)
    write(tmp_path / "alice" / "ex01_derivatives.py", first)
    assert read_submission(tmp_path / "alice", wanted={1}).look == ()


def test_what_is_odd_about_several_files_is_said_once(tmp_path):
    for module in list(MODULES.values())[:3]:
        write(tmp_path / "alice" / f"{module}.py", FOUR.encode("utf-16-le"))
    submission = read_submission(tmp_path / "alice", wanted={1, 2, 3})
    (note,) = submission.notes
    assert note == (
        "Each of 'ex01_derivatives.py', 'ex02_value.py', 'ex03_chain_rule.py' is UTF-16-LE, which Python does not run,"
        " but is read anyway."
    )


def test_a_source_of_exactly_1_mb_is_read(tmp_path):
    assert len(read_submission(write(tmp_path / "ex04.py", b"#" * 1_000_000)).sources[4]) == 1_000_000


# --- notebooks


def test_code_cells_are_joined_in_order_without_text_magics_and_shell(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": "not code"},
        code(["%matplotlib inline\n", "import math\n", "!pip install \\\n", "   torch\n", "x = 7 % 3"], solution=True),
        code("%%time\nif x:\n    %timeit x\n    !ls\nfiles = !ls\nmath?\n?math\nassert x != 2"),
        code("%%bash\nrm -rf ~\n"),
        code("%%writefile ex04_backward.py\r\ny = 3\r\n"),
        {"cell_type": "code"},
        {"cell_type": "code", "source": 7, "metadata": 8},
        9,
    ]
    source = read_submission(write(tmp_path / "ex04.ipynb", notebook(*cells))).sources[4]
    values = {}
    exec(compile(source, "ex04", "exec"), values)  # noqa: S102
    assert (values["x"], values["y"], "files" in values) == (1, 3, False)
    assert "# rm -rf ~\n" in source
    assert "# %matplotlib inline\nimport math\n# !pip install \\\n   # torch\ntry:\n    x = " in source


def test_an_unnamed_notebook_is_known_by_the_ids_of_its_cells(tmp_path):
    write(tmp_path / "Untitled.ipynb", notebook(code("x = 1", grade_id="ex04_backward", solution=True), code("y = 2")))
    submission = read_submission(tmp_path)
    assert submission.sources == {4: "x = 1\n\ny = 2\n"}
    assert noted(submission, "'Untitled.ipynb' is read as ex04_backward.py")


@pytest.mark.parametrize("ids", [(), ("ex04_a", "ex05_b"), ("cell-1",), ("ex44",)])
def test_an_unnamed_notebook_of_no_or_several_exercises_is_left_out(tmp_path, ids):
    path = write(tmp_path / "Untitled.ipynb", notebook(code("x"), *(code("x", grade_id=name) for name in ids)))
    with pytest.raises(SubmissionError, match="Untitled"):
        read_submission(path)


def test_cells_with_one_nbgrader_id_are_run_in_their_order_and_test_cells_never(tmp_path):
    cells = [
        code("copy = 1", grade_id="ex04_a", solution=False),
        code("right = 1", grade_id="ex04_a", solution=True),
        code("right = 2", grade_id="ex04_a", solution=True),
        code("assert 0", grade_id="ex04_test", grade=True, solution=False),
        code("manual = 1", grade_id="ex04_b", grade=True, solution=True),
    ]
    submission = read_submission(write(tmp_path / "ex04_backward.ipynb", notebook(*cells)))
    assert submission.sources == {4: "copy = 1\n\nright = 1\n\nright = 2\n\nmanual = 1\n"}
    assert noted(submission, "'ex04_a'", "in their order")


ANSWER = {"grade_id": "ex04-f", "solution": True}
AS_THE_STUDENT_SAW_IT = {
    "split between functions": [code("def f(): return g()", **ANSWER), code("def g(): return 4", **ANSWER)],
    "split in the middle": [code("class F:\n    def one(self): return 1", **ANSWER),
                            code("    def four(self): return 4\nf = F().four", **ANSWER)],
    "a first try above": [code("def f(): return 3", **ANSWER), code("def f(): return 4", **ANSWER)],
    "a first try above without an id": [code("def f(): return 3"), code("def f(): return 4", **ANSWER)],
    "a broken try above": [code("def f(: return 3", **ANSWER), code("def f(): return 4", **ANSWER)],
    "a broken copy below": [code("def f(): return 4", **ANSWER), code("def f(", **ANSWER)],
    "a first try that raises": [code("def f(): return 3\nf(1)", **ANSWER), code("def f(): return 4", **ANSWER)],
    "a line that raises below": [code("def f():\n    return 4\n\nprint(f(1))", **ANSWER)],
    "a line that raises above": [code("undefined.name  # tried\ndef f():\n    return 4", **ANSWER)],
    "a line that ends the session": [code("exit()\nraise SystemExit\ndef f():\n    return 4", **ANSWER)],
    "the future in a cell of its own": [
        code("import math"),
        code("from __future__ import annotations"),
        code("from __future__ import annotations; x: Later = 1\ndef f(a: Later = 1): return 4", **ANSWER),
    ],
}  # fmt: skip


@pytest.mark.parametrize("cells", AS_THE_STUDENT_SAW_IT)
def test_a_notebook_is_read_as_the_student_saw_it(tmp_path, cells):
    submission = read_submission(write(tmp_path / "ex04.ipynb", notebook(*AS_THE_STUDENT_SAW_IT[cells])))
    values = {}
    exec(compile(submission.sources[4], "ex04", "exec", dont_inherit=True), values)  # noqa: S102
    assert values["f"]() == 4


def test_an_answer_that_python_cannot_read_stays_for_the_student_to_see(tmp_path):
    cell = code("def f(:\n    return 4", **ANSWER)
    assert read_submission(write(tmp_path / "ex04.ipynb", notebook(cell))).sources == {4: "def f(:\n    return 4\n"}


def test_an_answer_in_a_cell_of_text_is_said_to_be_one(tmp_path):
    text = {**code("def f(): return 4", **ANSWER), "cell_type": "markdown"}
    submission = read_submission(write(tmp_path / "ex04.ipynb", notebook(code("x = 1"), text)))
    assert submission.sources == {4: "x = 1\n"}
    assert noted(submission, "'ex04-f'", "a cell of text, which is not run")


def test_only_what_the_course_asks_for_can_be_missing(tmp_path):
    write(tmp_path / "alice" / "ex01_derivatives.py")
    assert read_submission(tmp_path / "alice", wanted={1}).notes == ()
    assert read_submission(tmp_path / "alice", wanted={1, 3}).notes == (f"Not handed in: {MODULES[3]}.py.",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"cells": 3}',
        "[" * 200_000,
        '{"a":' * 200_000,
        "1" * 3_000_000,
        "\ud800".encode("utf-16", "surrogatepass"),
    ],
    ids=lambda text: repr(text[:6]),
)
def test_what_is_no_notebook_is_said_to_be_none(tmp_path, text):
    with pytest.raises(SubmissionError, match="is not a notebook"):
        read_submission(write(tmp_path / "ex04_backward.ipynb", text))


def test_half_a_surrogate_pair_in_a_notebook_becomes_text_that_a_file_can_hold(tmp_path):
    path = write(tmp_path / "ex04.ipynb", notebook(code("s = '\ud800'", grade_id="ex04\ud800")))
    assert read_submission(path).sources == {4: "s = '?'\n"}


def test_a_notebook_with_too_much_code_is_left_out_and_one_with_pictures_is_not(tmp_path):
    cell = {**code("x = 1"), "outputs": [{"data": {"image/png": "A" * 3_000_000}}]}
    assert read_submission(write(tmp_path / "ex04.ipynb", notebook(cell))).sources == {4: "x = 1\n"}
    with pytest.raises(SubmissionError, match="1 MB of code"):
        read_submission(write(tmp_path / "ex05.ipynb", notebook(code("#" * 1_000_001))))


SCRATCH = {
    "raises": "seen = []\nseen.append(1)\nraise ValueError\nseen.append(2)",
    "calls a stub": "a = Value(1.0)\na.backward()",
    "ends": "import sys\nsys.exit(1)",
    "imports what is not here": "import matplotlib.pyplot as plt\nfrom IPython.display import display",
    "is no Python": "def f(:\n",
    "returns": "return 3",
    "waits": "await something",
    "is too deep": "-" * 50_000 + "1",
    "is empty": "# nothing",
}


@pytest.mark.parametrize("scratch", SCRATCH)
def test_a_cell_beside_the_answers_that_goes_wrong_costs_nothing(tmp_path, scratch):
    answer = code("text = '''\n  two\n'''  # kept", grade_id="ex04-answer", solution=True)
    path = write(tmp_path / "ex04.ipynb", notebook(code(SCRATCH[scratch]), answer, code("def helper(): return text")))
    submission = read_submission(path)
    values = {}
    exec(compile(submission.sources[4], "ex04", "exec"), values)  # noqa: S102
    assert values["helper"]() == "\n  two\n"
    assert "# kept\n\ndef helper(): return text\n" in submission.sources[4]
    assert values.get("seen", [1]) == [1]
    left_out = [note for note in submission.notes if "beside the answers that Python cannot read" in note]
    assert bool(left_out) is (scratch in ("is no Python", "returns", "waits", "is too deep"))


def test_a_cell_beside_the_answers_still_gives_what_the_answers_need(tmp_path):
    cells = [code("import random\nrng = random.Random(3)\nprint(rng)"), code("x = rng.random()", solution=True)]
    values = {}
    exec(read_submission(write(tmp_path / "ex04.ipynb", notebook(*cells))).sources[4], values)  # noqa: S102
    assert 0 <= values["x"] <= 1


def test_a_notebook_may_be_as_large_as_what_it_shows_in_a_folder_and_in_an_archive(tmp_path):
    shown = {**code("x = 1"), "outputs": [{"text": "A" * 30_000_000}]}
    text = notebook(shown)
    assert read_submission(write(tmp_path / "ex04.ipynb", text)).sources == {4: "x = 1\n"}
    assert read_submission(zipped(tmp_path / "a.zip", [("ex04.ipynb", text)])).sources == {4: "x = 1\n"}
    write(tmp_path / "b" / "ex04.ipynb", notebook({**code("x = 1"), "outputs": [{"text": "A" * 33_000_000}]}))
    with pytest.raises(SubmissionError, match="larger than 32 MB"):
        read_submission(tmp_path / "b")


@pytest.mark.parametrize("part", ["[],", '{"a":[]},', '"ab",'])
def test_a_notebook_of_nothing_but_parts_takes_neither_all_the_memory_nor_long(tmp_path, part):
    parts = (part * (20_000_000 // len(part))).rstrip(",")
    path = write(tmp_path / "ex04.ipynb", f'{{"cells": [], "other": [{parts}]}}')

    def read():
        with suppress(SubmissionError):
            read_submission(path)

    seconds, peak = cost(read)
    assert peak < 600_000_000
    assert seconds < 30


# --- hostile folders


def test_links_to_files_and_folders_are_not_followed(tmp_path):
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "ex04_backward.py").symlink_to("/etc/passwd")
    (tmp_path / "alice" / "root").symlink_to("/")
    (tmp_path / "alice" / "loop").symlink_to(tmp_path / "alice")
    (tmp_path / "alice" / "a.zip").symlink_to(zipped(tmp_path / "bob.zip", [("ex05_operators.py", FOUR)]))
    with pytest.raises(SubmissionError, match="a link and is not followed"):
        read_submission(tmp_path / "alice")
    write(tmp_path / "alice" / "ex01_derivatives.py")
    submission = read_submission(tmp_path / "alice")
    assert set(submission.sources) == {1}
    assert noted(submission, "Each of 'a.zip', 'ex04_backward.py' is a link")
    assert noted(submission, "Each of 'loop', 'root' is a link")


def test_a_file_that_becomes_a_link_after_it_was_listed_is_not_followed(tmp_path):
    path = write(tmp_path / "ex04_backward.py")
    contents = Contents([Piece(tmp_path)])
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(UnreadableError):
        contents.read(contents.files[0], 1_000_000)
    contents.close()


@pytest.mark.parametrize("name", ["ex04_backward.py", "alice.zip", "alice"])
def test_a_submission_that_is_itself_a_link_is_refused(tmp_path, name):
    target = write(tmp_path / "bob" / "ex04_backward.py")
    (tmp_path / name).symlink_to(target if "." in name else target.parent)
    with pytest.raises(SubmissionError, match="is a link and is not followed"):
        read_submission(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.timeout(20)
def test_fifos_and_sockets_neither_hang_nor_count(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "ex04_backward.py")
    os.mkfifo(tmp_path / "more.zip")
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("ex05_operators.py")
        for path in (tmp_path, tmp_path / "more.zip", tmp_path / "ex04_backward.py"):
            with pytest.raises(SubmissionError, match="no regular file"):
                read_submission(path)


def test_a_folder_named_like_a_file_is_left_out_with_what_is_in_it(tmp_path):
    write(tmp_path / "alice" / "ex04_backward.py" / "ex05_operators.py")
    with pytest.raises(SubmissionError, match="folder that is named like a file"):
        read_submission(tmp_path / "alice")
    for path in (
        zipped(tmp_path / "a.zip", [("ex04_backward.py/ex05_operators.py", FOUR)]),
        tarred(tmp_path / "a.tgz", [("ex04_backward.py/ex05_operators.py", FOUR)]),
    ):
        with pytest.raises(SubmissionError, match="folder that is named like a file"):
            read_submission(path)


def test_nothing_at_all_is_an_error_in_one_sentence(tmp_path):
    write(tmp_path / "readme" / "README.md")
    with pytest.raises(SubmissionError, match=r"nothing to grade in 'readme': no exercise is in it\."):
        read_submission(tmp_path / "readme")
    (tmp_path / "empty").mkdir()
    zipped(tmp_path / "empty.zip", [])
    write(tmp_path / "not.zip", b"hello")
    write(tmp_path / "essay.pdf")
    for name in ("empty", "empty.zip", "not.zip", "essay.pdf", "nowhere", "null\0", "\x1b.py"):
        with pytest.raises(SubmissionError) as error:
            read_submission(tmp_path / name)
        assert is_safe(str(error.value))


def test_a_submission_is_neither_written_to_nor_run(tmp_path):
    write(tmp_path / "alice" / "ex04_backward.py", f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    before, modules = sorted(tmp_path.rglob("*")), set(sys.modules)
    read_submission(tmp_path / "alice")
    assert sorted(tmp_path.rglob("*")) == before
    assert "ex04_backward" not in set(sys.modules) - modules


@pytest.mark.timeout(60)
def test_many_files_are_looked_at_up_to_a_limit(tmp_path):
    for number in range(300):
        write(tmp_path / "alice" / f"n{number}.ipynb", notebook(code("x", grade_id="ex04")))
    many = "and 95 more is left out, because 200 files were looked at before it"
    assert noted(read_submission(tmp_path / "alice"), "Each of 'n", many)
    zipped(tmp_path / "alice.zip", [("ex04.py", FOUR), *((f"a/{number}", "") for number in range(10_500))])
    assert noted(read_submission(tmp_path / "alice.zip"), "holds more than 10000 files")
    tarred(tmp_path / "alice.tgz", [("ex04.py", FOUR), *((f"a/{number}", "") for number in range(10_500))])
    assert noted(read_submission(tmp_path / "alice.tgz"), "holds more than 10000 files")


# --- hostile archives


class Zeros(io.RawIOBase):
    """A file of as many zeros as one likes."""

    def __init__(self, size):
        self.size = size

    def read(self, size=-1):
        size = min(self.size, size)
        self.size -= size
        return bytes(size)


def cost(action):
    """CPU seconds and bytes at the peak."""
    tracemalloc.start()
    before = time.process_time()
    with suppress(SubmissionError):
        action()
    used = time.process_time() - before, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used


def test_a_gigabyte_of_zeros_in_a_zip_stops_early(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("ex01_derivatives.py", FOUR)
        for number in (4, 5):
            with archive.open(f"{MODULES[number]}.py", "w", force_zip64=True) as member:
                for _ in range(1000 if number == 4 else 2):
                    member.write(bytes(1_000_000))
    seconds, peak = cost(lambda: read_submission(tmp_path / "a.zip"))
    assert seconds < 2
    assert peak < 30_000_000
    submission = read_submission(tmp_path / "a.zip")
    assert set(submission.sources) == {1}
    assert noted(submission, "ex04_backward.py", "larger than 1 MB and is left out")


def test_a_zip_that_declares_a_small_size_is_still_stopped(tmp_path):
    path = zipped(tmp_path / "a.zip", [("ex04_backward.py", bytes(50_000_000))])
    data = path.read_bytes().replace((50_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    seconds, peak = cost(lambda: read_submission(write(path, data)))
    assert seconds < 2
    assert peak < 30_000_000
    with pytest.raises(SubmissionError):
        read_submission(path)


def test_a_gigabyte_of_zeros_in_a_tar_gz_stops_early_and_keeps_what_came_before(tmp_path):
    with tarfile.open(tmp_path / "a.tgz", "w:gz", compresslevel=1) as archive:
        for name, size in (("ex01_derivatives.py", 5), ("ex04_backward.py", 1_000_000_000), ("ex05_operators.py", 5)):
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, Zeros(size) if size > 5 else io.BytesIO(b"x = 1"))
    seconds, peak = cost(lambda: read_submission(tmp_path / "a.tgz"))
    assert seconds < 4
    assert peak < 160_000_000
    submission = read_submission(tmp_path / "a.tgz")
    assert set(submission.sources) == {1}
    assert noted(submission, "ex04_backward.py", "is cut off")


def test_64_mb_are_unpacked_in_all(tmp_path):
    members = [(f"{number}.ipynb", notebook(code("x")) + " " * 8_000_000) for number in range(10)]
    submission = read_submission(zipped(tmp_path / "a.zip", [("ex04.py", FOUR), *members]))
    assert noted(submission, "'9.ipynb'", "64 MB were read before it")


@pytest.mark.parametrize("inner", [as_zip, as_tar, as_tar_gz], ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("outer", [zipped, tarred])
def test_an_archive_in_an_archive_is_read_and_one_in_that_one_is_not(tmp_path, outer, inner):
    packed = inner(tmp_path)
    once = outer(tmp_path / "once.zip", [(packed.name, packed.read_bytes())])
    assert read_submission(once).sources == {number: f"x = {number}\n" for number in MODULES}
    twice = outer(tmp_path / "twice.zip", [("once.zip", once.read_bytes())])
    with pytest.raises(SubmissionError, match="archive in an archive in an archive and is not opened"):
        read_submission(twice)


def test_a_gigabyte_in_an_archive_in_an_archive_stops_early(tmp_path):
    bomb = zipped(tmp_path / "bomb.zip", [(f"{MODULES[n]}.py", bytes(40_000_000)) for n in (4, 5)]).read_bytes()
    path = zipped(tmp_path / "a.zip", [("ex01.py", FOUR), *((f"{n}.zip", bomb) for n in range(20))])
    seconds, peak = cost(lambda: read_submission(path))
    assert seconds < 4
    assert peak < 160_000_000
    assert set(read_submission(path).sources) == {1}


@pytest.mark.parametrize(("mode", "suffix"), [("w:bz2", "tar.bz2"), ("w:xz", "tar.xz")])
def test_other_compressions_of_tar_are_read_and_cut_off_at_the_limit(tmp_path, mode, suffix):
    path = tarred(tmp_path / f"alice.{suffix}", all_exercises(), mode)
    assert read_submission(path).sources == {number: f"x = {number}\n" for number in MODULES}
    large = tarred(tmp_path / f"large.{suffix}", [("ex01.py", FOUR), ("ex04.py", bytes(200_000_000))], mode)
    submission = read_submission(large)
    assert set(submission.sources) == {1}
    assert noted(submission, "'ex04.py' is cut off")


@pytest.mark.parametrize(("start", "kind"), [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x01\x00", "rar")])
def test_what_is_not_opened_is_said_and_needs_a_look(tmp_path, start, kind):
    write(tmp_path / "alice" / f"work.{kind}", start + bytes(100))
    with pytest.raises(SubmissionError, match=f"is a {kind} archive, which is not opened here; unpack it beside it"):
        read_submission(tmp_path / "alice")
    write(tmp_path / "alice" / "ex04_backward.py")
    submission = read_submission(tmp_path / "alice")
    assert submission.look == (noted(submission, kind),)
    write(tmp_path / "alice" / "ex04_backward.py")
    assert read_submission(tmp_path / "alice", wanted={4}).look == ()  # all that was asked for is there


def test_only_base_names_of_members_count_wherever_they_point(tmp_path):
    names = ["../../ex04_backward.py", "/etc/ex05_operators.py", "C:\\..\\ex06_activations.py"]
    for path in (
        zipped(tmp_path / "a.zip", [(name, FOUR) for name in names]),
        tarred(tmp_path / "a.tgz", [(name, FOUR) for name in names]),
    ):
        assert set(read_submission(path).sources) == {4, 5, 6}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.tgz", "a.zip"]


def test_links_and_devices_in_archives_are_not_followed(tmp_path):
    link = zipfile.ZipInfo("ex04_backward.py")
    link.external_attr = 0o120777 << 16
    path = zipped(tmp_path / "a.zip", [(link, "/etc/passwd"), ("ex01.py", FOUR)])
    assert noted(read_submission(path), "is a link and is not followed")
    members = [("ex01.py", FOUR)]
    for kind, number in ((tarfile.SYMTYPE, 4), (tarfile.LNKTYPE, 5), (tarfile.CHRTYPE, 6), (tarfile.FIFOTYPE, 7)):
        info = tarfile.TarInfo(f"{MODULES[number]}.py")
        info.type, info.linkname = kind, "ex01.py"
        members.append((info, ""))
    submission = read_submission(tarred(tmp_path / "a.tar", members, "w"))
    assert set(submission.sources) == {1}
    assert noted(submission, "Each of 'ex04_backward.py', 'ex05_operators.py' is a link and is not followed")
    assert noted(submission, "Each of 'ex06_activations.py', 'ex07_graph.py' is no regular file and is not followed")


def test_an_encrypted_member_is_noted_and_the_others_are_read(tmp_path):
    path = zipped(tmp_path / "a.zip", [("ex01.py", FOUR), ("ex04.py", FOUR)])
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    submission = read_submission(write(path, bytes(data)))
    assert set(submission.sources) == {1}
    assert noted(submission, "'ex04.py' is encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_cannot_be_stopped_in_time_are_noted(tmp_path, method):
    with pytest.raises(SubmissionError, match="compressed in a way"):
        read_submission(zipped(tmp_path / "a.zip", [("ex04.py", FOUR)], method))


@pytest.mark.timeout(20)
def test_a_tar_made_to_hang_tarfile_does_not(tmp_path):
    info = tarfile.TarInfo("digits")
    info.type = tarfile.XHDTYPE
    path = tarred(tmp_path / "a.tar", [("ex01.py", FOUR), (info, b"1" * 5_000_000), ("ex04.py", FOUR)], "w")
    assert set(read_submission(path).sources) == {1, 4}
    backward = tarfile.TarInfo("back")
    backward.type, backward.size = tarfile.XHDTYPE, -512
    data = bytearray(backward.tobuf(tarfile.GNU_FORMAT))
    submission = path.read_bytes().rstrip(b"\0") + bytes(1000)
    write(path, submission[: len(submission) // 512 * 512] + bytes(data))
    assert set(read_submission(path).sources) == {1, 4}
    write(path, bytes(data))
    with pytest.raises(SubmissionError):
        read_submission(path)


def test_a_zip_with_an_endless_table_of_contents_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", [(f"{'n' * 200}{number}", "") for number in range(20_000)], zipfile.ZIP_STORED)
    with pytest.raises(SubmissionError, match="too many files"):
        read_submission(path)


@pytest.mark.parametrize("end", [30, 200, 400, -30])
def test_a_damaged_archive_gives_what_is_whole_or_an_error(tmp_path, end):
    for path in (as_zip(tmp_path), as_tar_gz(tmp_path), as_tar(tmp_path)):
        write(path, path.read_bytes()[:end])
        with suppress(SubmissionError):
            assert set(read_submission(path).sources) <= set(MODULES)


# --- anything at all

HEADS = st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\xff\xfe", b'{"cells": [', b"\xef\xbb\xbf"])


def survives(path):
    before = time.process_time()
    with suppress(SubmissionError):
        submission = read_submission(path)
        assert all(note.isprintable() for note in submission.notes)
        assert all(source.encode() is not None and "\r" not in source for source in submission.sources.values())
    assert time.process_time() - before < 5


anything = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
SUFFIXES = ["py", "ipynb", "zip", "tar", "tar.gz"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@anything
@given(head=HEADS, data=st.binary(max_size=2000))
def test_any_bytes_are_a_submission_or_an_error(tmp_path, suffix, head, data):
    survives(write(tmp_path / f"ex04.{suffix}", head + data))


@pytest.mark.parametrize("shape", [as_zip, as_tar, as_tar_gz], ids=lambda shape: shape.__name__)
@anything
@given(changes=st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 255)), min_size=1, max_size=20))
def test_an_archive_with_any_bytes_changed_is_a_submission_or_an_error(tmp_path, shape, changes):
    path = shape(tmp_path)
    data = bytearray(path.read_bytes())
    for place, value in changes:
        data[place % len(data)] = value
    survives(write(path, bytes(data)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "nbgrader", "grade_id", "solution"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@anything
@given(
    cells=st.lists(
        st.fixed_dictionaries({"cell_type": st.just("code")}, optional={"source": JSON, "metadata": JSON}) | JSON
    )
)
def test_any_json_is_a_submission_or_an_error(tmp_path, cells):
    survives(write(tmp_path / "ex04.ipynb", json.dumps({"cells": cells})))


@anything
@given(name=st.text(min_size=1, max_size=60).filter(lambda name: "\0" not in name))
def test_any_member_name_is_shown_safely(tmp_path, name):
    with suppress(UnicodeEncodeError):
        survives(tarred(tmp_path / "a.tar", [(name, FOUR), (f"{name}.py", FOUR), ("ex04.py", FOUR)], "w"))


# --- a class


def by_student(folder):
    return {one.student: one.pieces for one in find_class(folder).found}


def test_a_class_has_one_entry_per_student_whatever_each_handed_in(tmp_path):
    write(tmp_path / "dora" / "deep" / "ex04_backward.py")
    zipped(tmp_path / "carl.zip", [("ex04.py", FOUR)])
    tarred(tmp_path / "bob.tar.gz", [("ex04.py", FOUR)])
    for number in (4, 5):
        write(tmp_path / f"alice_{MODULES[number]}.py", f"alice {number}")
        write(tmp_path / f"alice-maria {MODULES[number]}.py", f"maria {number}")
        write(tmp_path / f"doe_LATE_17_{number}_{MODULES[number]}-1.py", f"doe {number}")
    write(tmp_path / ".hidden" / "ex04.py")
    write(tmp_path / "__MACOSX" / "ex04.py")
    write(tmp_path / "README.txt")
    write(tmp_path / "eve_essay.py")
    found = by_student(tmp_path)
    assert list(found) == ["alice", "alice-maria", "bob", "carl", "doe_17", "dora", "eve_essay"]
    sources = {name: read_submission(parts, name).sources for name, parts in found.items() if name != "eve_essay"}
    assert sources["alice"] == {4: "alice 4", 5: "alice 5"}
    assert sources["alice-maria"] == {4: "maria 4", 5: "maria 5"}
    assert sources["doe_17"] == {4: "doe 4", 5: "doe 5"}
    assert sources["bob"] == sources["carl"] == sources["dora"] == {4: FOUR}
    with pytest.raises(SubmissionError):
        read_submission(found["eve_essay"])
    assert dict(find_class(tmp_path).aside) == {
        "'.hidden'": "its name is not one that a student's hand-in has",
        "'__MACOSX'": "its name is not one that a student's hand-in has",
        "'README.txt'": "it is no folder, archive, source or notebook",
    }


def test_a_folder_with_exercise_files_is_one_student(tmp_path):
    write(tmp_path / "alice" / "ex04_backward.py")
    for aside in ("old", "tests", "exercises", "v1"):
        write(tmp_path / "alice" / aside / "ex04_backward.py")
    assert by_student(tmp_path / "alice") == {"alice": (Piece(tmp_path / "alice"),)}


def test_a_stray_exercise_beside_students_folders_does_not_make_them_one_student(tmp_path):
    for student in ("alice", "bob", "carol"):
        write(tmp_path / student / "ex04_backward.py")
    write(tmp_path / "ex01_derivatives.py")
    assert list(by_student(tmp_path)) == ["alice", "bob", "carol"]
    why = "its name does not say whose exercise it is; put it into its student's folder"
    assert find_class(tmp_path).aside == (("'ex01_derivatives.py'", why),)


def test_students_with_one_name_are_all_kept(tmp_path):
    write(tmp_path / "alice" / "deep" / "ex04.py")
    zipped(tmp_path / "alice.zip", [("ex04.py", FOUR)])
    tarred(tmp_path / "alice.tgz", [("ex04.py", FOUR)])
    write(tmp_path / "alice_ex04.py")
    found = by_student(tmp_path)
    assert list(found) == ["alice", "alice.tgz", "alice.zip", "alice_*"]
    assert len(set(found.values())) == 4


def test_a_link_in_a_class_is_listed_so_that_it_can_be_refused(tmp_path):
    (tmp_path / "mallory").symlink_to("/etc")
    ((name, parts),) = by_student(tmp_path).items()
    with pytest.raises(SubmissionError, match="is a link"):
        read_submission(parts, name)


def test_an_empty_class_is_empty_and_a_missing_one_an_error(tmp_path):
    assert find_class(tmp_path).found == ()
    with pytest.raises(SubmissionError, match="cannot be listed"):
        find_class(tmp_path / "nowhere")
