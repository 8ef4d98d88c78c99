"""A site has nothing of the course but what it gives away: each kind of secret is planted and found."""

import json
import py_compile
import re
import shutil
from html import escape

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.bank.chaffs import read_bank
from grader.course.grading.config import Settings
from grader.course.release.leaks import contents_of, leaks, read_secrets
from grader.course.release.release import LeakError, zipped
from grader.course.release.site.site import ZIP, answer_files, given_away, kata_files, make_site, searched, whole
from tests.kata.site.conftest import ROOT

pytestmark = pytest.mark.slow
LINE = "self.grad += other.data * out.grad"


@pytest.fixture(autouse=True)
def in_the_tree(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture
def site(folder, tmp_path):
    """A copy to plant in."""
    return shutil.copytree(folder, tmp_path / "site", ignore=shutil.ignore_patterns("pyodide"))


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def planted(tmp_path):
    """Secrets of every kind, by the file of a site that has them, and what is found there."""
    hidden = text("tests/hidden/test_ex04_backward.py")
    start = hidden.index("@check")
    check = hidden[start : hidden.index("@check", start + 1)]
    renamed = re.sub(r"\bmet\b", "seen", re.sub(r"\bwork\b", "todo", text("solutions/ex04_backward.py")))
    chaff = read_bank([4])[0]
    compiled = tmp_path / "compiled"
    py_compile.compile(str(ROOT / "solutions/ex02_value.py"), str(compiled), doraise=True)
    return {
        "contents.json": (json.dumps([{"stub": f"x = 1\n{LINE}\n"}]), "a line of solutions/ex03"),
        "lessons/ex04_backward.html": (f"<pre>{escape(check)}</pre>", "a line of tests/hidden/test_ex04"),
        "page.js": (f"const a = `{LINE}`;", "a line of solutions/ex03"),
        "images/explain.svg": (f"<svg><text>{LINE}</text></svg>", "a line of solutions/ex03"),
        "more.bin": (compiled.read_bytes(), "is not plain text"),
        "tests/public/test_ex04_more.py": (check, "the syntax tree of a function of tests/hidden/test_ex04"),
        "tests/public/more.json": (re.search(r"def (test_\w+)", check)[1], "names a check of tests/hidden/test_ex04"),
        "grader/learner/order.py": (renamed, "the syntax tree of a function of solutions/ex04"),
        "grader/learner/belief.py": (chaff.source, f"of the chaff {chaff.misconception.id}"),
        "grader/course/bank/misconceptions/ex01.toml": ("", "lies in course/"),
        "grader/learner/styles.toml": (text("grader/course/bank/wheats/ex04.toml"), "a line of the wheat "),
        "minigrad_reference/files.py": (text("minigrad_reference/engine.py"), "of minigrad_reference/engine.py"),
        "solutions/ex05_operators.py": (text("solutions/ex05_operators.py") + "# more\n", "lies in solutions/"),
    }


def test_every_kind_of_secret_is_found_wherever_it_is_planted(site, folder, tmp_path):
    secrets = planted(tmp_path)
    inside = contents_of(site / ZIP)
    for name, (content, _) in secrets.items():
        packed = content if isinstance(content, bytes) else content.encode()
        if (site / name).exists() or name == "more.bin":
            (site / name).write_bytes(packed)
        else:
            inside[name] = packed
    (site / ZIP).write_bytes(zipped(inside, ""))
    given = given_away(tuple(read_catalogue()), answers=True)
    before = searched(folder, given)
    changed = {name: content for name, content in searched(site, given).items() if content != before.get(name)}
    assert changed.keys() == secrets.keys()
    sentences = leaks(changed, read_secrets())
    for name, (_, what) in secrets.items():
        assert any(each.startswith(f"{name} ") and what in each for each in sentences), (name, sentences)


def test_a_site_with_a_find_is_refused_and_the_one_before_stays(tmp_path):
    out = tmp_path / "site"
    out.mkdir()
    (out / "index.html").write_text("before", encoding="utf-8")
    with pytest.raises(LeakError, match=r"index\.html holds a line of solutions/ex03_chain_rule\.py"):
        make_site((1,), Settings(title=LINE), answers=False, out=out)
    assert (out / "index.html").read_text(encoding="utf-8") == "before"


def test_a_site_for_self_study_gives_away_answers_and_wrong_ones_and_nothing_that_is_hidden(folder):
    inside = contents_of(folder / ZIP)
    of_the_course = {path for path in inside if path.startswith(("solutions/", "grader/course/", "tests/hidden/"))}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        given = answer_files(tuple(read_catalogue()))
    assert of_the_course == {path for path in given if not path.startswith("minigrad_reference/")}
    hidden = r"hidden|promises|mutant|intake|platforms|release/(?!__init__\.py|site/(__init__|self_study)\.py)"
    assert not [path for path in whole(folder) if re.search(hidden, path)]


def test_a_course_site_has_its_own_exercises_alone_and_no_answer():
    files = kata_files((1, 2, 3), Settings())
    assert not [path for path in files if path.startswith(("solutions/", "grader/course/", "tests/hidden/"))]
    assert not [path for path in files if re.search(r"ex(0[4-9]|1\d)_", path)]
    assert {check[:4] for check in json.loads(files["tests/public/key.json"])} == {"ex01", "ex02", "ex03"}
    known = {path for path in files if path.startswith("tests/public/fingerprints")}
    assert known == {f"tests/public/fingerprints/ex0{n}.json" for n in (1, 2, 3)}
