"""The pages of a class are right in their figures, harmless whatever they show, and usable by everybody."""

import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import tinyhtml5
from hypothesis import given
from hypothesis import strategies as st

from grader.core.names import tag
from grader.course.classroom.classroom import grade_class
from grader.course.grading.report import Report
from grader.course.grading.report_files import ReportError, read_reports
from grader.course.intake.handins import find_hand_ins
from grader.course.pages import figures, rendering
from grader.course.pages.figures import discrimination, distribution
from grader.course.pages.rendering import page, plain
from grader.course.pages.site import read_pictures, write_site
from grader.course.pages.standing import CourseOfPages, Standing
from tests.kata.drawing.window import until
from tests.kata.few import kata_of

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("golden")
SCHEMA = json.loads((ROOT / "grader/course/grading/report.schema.json").read_text(encoding="utf-8"))
DIAGNOSIS = {
    "id": "sum-overwrites",
    "title": "The sum overwrites",
    "belief": "A gradient is set.",
    "explanation": "It is added up.",
    "question": "What if a value is used twice?",
    "confidence": 1.0,
    "alternatives": [{"id": "other", "title": "Something else"}],
}
HOSTILE = [
    "<script>window.hacked = 1</script>",
    '"onerror=window.hacked=1 x="',
    "'><img src=x onerror=window.hacked=1>",
    "</title></style></script><script>window.hacked=1</script>",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "\u202etxt.exe\u202c \u2066isolate",
    "nul\0 bell\a escape\x1b[31m surrogate\udc80 no character\ufffe",
    "A" * 10_000,
    "long words " * 900,
    "-->]]><!--",
    "نيما \u200c محمد",
]


def check(name, status="passed", exercise=1, visibility="visible", message="", diagnosis=None):
    return {
        "id": f"{tag(exercise)}.{name}",
        "title": f"Check {name}.",
        "status": status,
        "points": 1 if status == "passed" else 0,
        "max_points": 1,
        "visibility": visibility,
        "message": message,
        "diagnosis": diagnosis,
        "carried_forward": False,
    }


def exercise(number, checks, carried=""):
    score = sum(c["points"] for c in checks)
    task = {"name": "task", "score": score, "max_score": len(checks), "checks": checks}
    return {
        "number": number,
        "title": f"Title {number}",
        "score": score,
        "max_score": len(checks),
        "carried_forward": carried,
        "tasks": [task],
    }


def report(student, *exercises, notes=()):
    document = {
        "version": 1,
        "student": student,
        "score": sum(e["score"] for e in exercises),
        "max_score": sum(e["max_score"] for e in exercises),
        "seed": 7,
        "sandbox": "hardened",
        "submission": "0" * 64,
        "notes": list(notes),
        "exercises": list(exercises),
    }
    jsonschema.validate(document, SCHEMA)
    return document


def small(student="Ada Lovelace"):
    """A report with one of everything."""
    wrong = check("public", "failed", message="Run:\n    a + b\n\nThen:\n    a.grad\n", diagnosis=DIAGNOSIS)
    unseen = check("hidden", "failed", visibility="hidden", diagnosis=DIAGNOSIS)
    others = [check(s, s, 2) for s in ("passed", "crashed", "timed_out", "blocked", "not_attempted")]
    carried = "1 check passes on the worked answers of the earlier exercises: the mistake is in exercise 1."
    return report(
        student,
        exercise(1, [wrong, unseen, check("right")]),
        exercise(2, others, carried),
        exercise(3, [check("whole", exercise=3)]),
        exercise(4, [check("nothing", "not_attempted", 4)]),
        notes=["Not handed in: ex04.py."],
    )


def marks(*shares):
    """A report with one exercise of ten checks per share, that many tenths of which pass."""
    return report(
        f"student {shares}",
        *(
            exercise(n, [check(f"c{i}", "passed" if i < round(10 * share) else "failed", n) for i in range(10)])
            for n, share in enumerate(shares, 1)
        ),
    )


def class_figures(documents):
    return figures.class_figures([*map(Report.from_json, documents)])


def student_page(document, pictures=None):
    return rendering.student_page(Report.from_json(document), pictures)


def class_page(documents, *decided):
    return rendering.class_page({stem: Report.from_json(document) for stem, document in documents.items()}, *decided)


# The figures


def test_a_share_on_a_border_counts_above_it_and_full_marks_in_the_last_bin():
    assert distribution([0, 0.08, 0.1, 0.3, 0.95, 1]) == (2, 1, 0, 1, 0, 0, 0, 0, 0, 2)
    assert distribution([k / 10 for k in range(10)]) == (1,) * 10


@given(st.lists(st.floats(0, 1)), st.integers(1, 20))
def test_every_submission_is_in_one_bin(shares, bins):
    counts = distribution(shares, bins)
    assert (len(counts), sum(counts)) == (bins, len(shares))


def test_discrimination_of_a_hand_computed_example():
    # Means 1/2 and 5/2; products of the distances 0.75 + 0.25 + 0.25 + 0.75 = 2; squares 1 and 5: 2 / sqrt(1 * 5).
    assert discrimination([0, 0, 1, 1], [1, 2, 3, 4]) == pytest.approx(2 / math.sqrt(5))
    assert discrimination([1, 1, 0, 0], [1, 2, 3, 4]) == pytest.approx(-2 / math.sqrt(5))


@pytest.mark.parametrize(
    ("shares", "rests"), [([], []), ([0, 1], [1, 2]), ([1, 1, 1], [1, 2, 3]), ([0, 0.5, 1], [2, 2, 2])]
)
def test_discrimination_is_not_defined_without_differences(shares, rests):
    assert discrimination(shares, rests) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), min_size=3, max_size=40))
def test_discrimination_of_all_or_nothing_is_the_point_biserial_correlation(pairs):
    passed, failed = [rest for p, rest in pairs if p], [rest for p, rest in pairs if not p]
    found = discrimination([float(p) for p, _ in pairs], [rest for _, rest in pairs])
    spread = statistics.pstdev([rest for _, rest in pairs])
    if not (passed and failed and spread):
        assert found is None
    else:
        p = len(passed) / len(pairs)
        expected = (statistics.fmean(passed) - statistics.fmean(failed)) / spread * math.sqrt(p * (1 - p))
        assert found == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100)), min_size=3, max_size=40))
def test_discrimination_stays_between_minus_one_and_one(pairs):
    found = discrimination([share for share, _ in pairs], [rest for _, rest in pairs])
    assert found is None or -1 <= found <= 1


def test_difficulty_and_discrimination_of_a_small_class_by_hand():
    found = class_figures([marks(1, 0), marks(0.5, 1), marks(0, 0.5)])
    first, second = found.exercises
    assert (first.difficulty, first.full, second.difficulty) == (0.5, 1, 0.5)
    # shares 1, 1/2, 0 against 0, 10, 5 points elsewhere: -2.5 / sqrt(0.5 * 50)
    assert first.discrimination == pytest.approx(-0.5)
    assert (found.mean, found.median, found.max_score) == (10, 10, 20)


def test_a_misconception_counts_once_per_submission_and_the_most_frequent_comes_first():
    rare = {**DIAGNOSIS, "id": "rare"}

    def failing(*diagnoses):
        return report("x", exercise(1, [check(f"c{i}", "failed", diagnosis=d) for i, d in enumerate(diagnoses)]))

    found = class_figures([failing(rare, DIAGNOSIS, DIAGNOSIS), failing(DIAGNOSIS), failing(None)])
    assert [(m.id, m.submissions) for m in found.misconceptions] == [("sum-overwrites", 2), ("rare", 1)]


def test_a_check_is_failed_by_everybody_where_nobody_who_attempted_it_passes():
    def one(*statuses):
        return report("x", exercise(1, [check(f"c{i}", status) for i, status in enumerate(statuses)]))

    found = class_figures(
        [
            one("failed", "passed", "not_attempted", "passed"),
            one("blocked", "not_attempted", "not_attempted", "failed"),
        ]
    )
    assert [c.pass_rate for c in found.checks] == [0, 1, None, 0.5]
    assert [c.attempts for c in found.checks] == [2, 1, 0, 2]


def test_reports_of_different_runs_are_told_apart():
    assert not class_figures([small(), small("B")]).mixed
    assert class_figures([small(), {**small("B"), "seed": 8}]).mixed


def test_a_time_of_grading_is_shown_where_reports_have_one():
    assert "Median</dt><dd>2 s" not in class_page({"a": small()})
    took = {"a": 1.0, "b": 2.0, "c": 12.5}
    page = class_page({**{name: {**small(name), "seconds": seconds} for name, seconds in took.items()}, "d": small()})
    told = {"Median": "2 s", "Most": "12.5 s", "In all": "15.5 s"}
    assert all(f"<dt>{name}</dt><dd>{value}</dd>" in page for name, value in told.items())
    assert "of 3 submissions whose report says so. The most: <bdi>c</bdi>" in page


def test_the_exercises_in_which_time_ran_out_are_counted_by_submission():
    twice = exercise(2, [check("a", "timed_out", 2), check("b", "timed_out", 2)])
    reports = [report("x", exercise(1, [check("c")]), twice), report("y", exercise(1, [check("c")]), twice), small()]
    assert [e.timed_out for e in class_figures(reports).exercises] == [0, 3, 0, 0]
    assert 'Title 2 <span class="aside">3 submissions</span>' in class_page(dict(zip("abc", reports, strict=True)))


# The pages as text


def parsed(page):
    """The tree of a page that has no error of syntax."""
    return tinyhtml5.parse(page, strict=True, namespace_html_elements=False)


def text_of(tree, path):
    return ["".join(element.itertext()) for element in tree.iterfind(path)]


def test_a_check_shows_its_status_in_words_and_a_symbol_and_its_message():
    tree = parsed(student_page(small()))
    badges = {" ".join(text.split()) for text in text_of(tree, ".//span") if text[:1] in "✓✗!…⊘○"}
    assert badges >= {"✓ passed", "✗ wrong", "! crashed", "… timed out", "⊘ blocked", "○ not attempted"}
    assert text_of(tree, ".//pre") == ["Run:\n    a + b\n\nThen:\n    a.grad\n"]


def test_a_diagnosis_is_told_once_with_belief_explanation_and_question():
    page = student_page(small())
    for key in ("title", "belief", "explanation", "question"):
        assert page.count(DIAGNOSIS[key]) == 1
    assert "Something else" in page
    assert page.count('href="#why-sum-overwrites"') == 2


def test_the_note_and_the_carried_forward_sentence_are_shown():
    page = student_page(small())
    assert "Not handed in: ex04.py." in page
    assert "the mistake is in exercise 1." in page


@pytest.mark.parametrize(("visibility", "told"), [("visible", True), ("hidden", False)])
def test_a_page_tells_of_carried_public_checks_alone(visibility, told):
    """A bit for each hidden check could be made to carry what code has seen of it."""
    carried = {**check("c", visibility=visibility), "carried_forward": True}
    page = student_page(report("x", exercise(1, [carried, check("wrong", "failed")])))
    assert ("carried forward" in page) is told


def test_of_a_hidden_check_nothing_but_title_and_status_is_shown():
    page = student_page(
        report("x", exercise(1, [check("h", "failed", visibility="hidden", message="SECRET expected 4")]))
    )
    assert "SECRET" not in page
    assert "Check h." in page


def test_a_picture_is_shown_where_a_public_check_of_its_exercise_fails_and_only_as_an_image():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"><script>window.hacked=1</script></svg>'
    tree = parsed(student_page(small(), {1: svg, 3: svg}))
    images = list(tree.iterfind(".//img"))
    assert [image.get("src").partition(",")[0] for image in images] == ["data:image/svg+xml;base64"]
    assert "exercise 1" in images[0].get("alt")


@pytest.mark.parametrize("name", ["student", "class"])
def test_a_small_page_is_as_agreed(name):
    reports = {"ada-1": small(), "bob-2": small("Bob <b>"), "cy-3": marks(1, 0.5)}
    page = student_page(reports["ada-1"]) if name == "student" else class_page(reports)
    body = page[page.index("<body") : page.index("<script>")]
    path = GOLDEN / f"{name}.html"
    if os.environ.get("GOLDEN"):
        path.write_text(body, encoding="utf-8")
    assert body == path.read_text(encoding="utf-8"), "GOLDEN=1 writes it anew"


def harmless(page):
    """The tree of a page that has exactly our own script and addresses."""
    tree = parsed(page)
    assert len(list(tree.iterfind(".//script"))) == 1
    for element in tree.iter():
        if isinstance(element.tag, str):
            assert not [name for name in element.attrib if name.startswith("on") or name == "style"], element.tag
            address = element.get("href", element.get("src", "#"))
            assert address.startswith(("#", "./", "data:")), address
    return tree


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_notes_and_messages_stay_text(text):
    bad = check("c", "crashed", message=text[:4000])
    hostile = report(text, exercise(1, [{**bad, "title": text}], carried=text), notes=[text])
    tree = harmless(student_page(hostile, {1: text}))
    shown = plain(text) if len(text) <= 120 else text[:120] + "…"
    assert text_of(tree, ".//h1") == [shown]
    assert plain(text[:4000]) in text_of(tree, ".//pre")[0]
    assert [name.strip() for name in text_of(harmless(class_page({"a b": hostile})), ".//bdi")] == [shown.strip()]


@given(st.text(st.characters()), st.text(st.characters(), max_size=200))
def test_any_text_gives_a_valid_page_in_which_it_is_text(name, message):
    document = report(name, exercise(1, [check("c", "failed", message=message)]), notes=[message])
    tree = harmless(student_page(document))
    assert text_of(tree, ".//h1") == [plain(name) if len(name) <= 120 else plain(name[:120]) + "…"]
    harmless(class_page({"x": document})).find(".//h1")


def test_characters_that_reorder_or_hide_text_become_visible_and_letters_stay():
    assert plain("a\u202eb\x1bc\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert plain("نيما\u200cها O'Neill 山田　太郎\n") == "نيما\u200cها O'Neill 山田　太郎\n"


def test_an_address_in_the_class_page_is_a_file_beside_it_whatever_its_name():
    tree = harmless(class_page({"javascript:alert(1)": small(), '"><b>é#?': small()}))
    links = [a.get("href") for a in tree.iterfind(".//table//a")]
    assert links == ["./javascript%3Aalert%281%29.html", "./%22%3E%3Cb%3E%C3%A9%23%3F.html"]


# From reports to files


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Pages of a class that was really graded: one right, one wrong in exercise 1, one that handed in little."""
    from grader.course.grading.suites import load_course

    folder, numbers = tmp_path_factory.mktemp("class"), range(1, 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(kata_of(tmp_path_factory.mktemp("kata"), "1-4"))
        course = load_course(seed=7)
        for student, handed_in in {
            "Right": numbers,
            "Wrong <i>": numbers,
            "Little": numbers[:2],
        }.items():
            (folder / "in" / student).mkdir(parents=True)
            for number in handed_in:
                source = course.solutions[number]
                if student.startswith("Wrong"):
                    source = source.replace("/ (2 * h)", "/ h")
                (folder / "in" / student / f"{course.modules[number]}.py").write_text(source, encoding="utf-8")
        list(grade_class(find_hand_ins(folder / "in"), folder / "out", 2, force=False, seed=7))
    return folder / "out"


def pages_command(out):
    command = [sys.executable, "-m", "grader", "pages", str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.slow
def test_the_command_makes_a_page_per_report_and_one_that_leads_to_each(site):
    ended = pages_command(site)
    assert (ended.returncode, ended.stderr) == (0, "")
    made = {path.name for path in (site / "pages").iterdir()}
    assert made == {"index.html", *(f"{path.stem}.html" for path in (site / "reports").glob("*.json"))}
    index = parsed((site / "pages/index.html").read_text(encoding="utf-8"))
    assert {a.get("href") for a in index.iterfind(".//table//a")} == {f"./{name}" for name in made - {"index.html"}}
    for path in (site / "pages").iterdir():
        harmless(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 2}', "\xff", "[" * 100_000])
def test_a_damaged_report_stops_everything_with_one_sentence(tmp_path, content):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/a.json").write_text(json.dumps(small()), encoding="utf-8")
    (tmp_path / "reports/b.json").write_text(content, encoding="latin-1")
    ended = pages_command(tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "b.json is not a report" in ended.stderr
    assert not (tmp_path / "pages").exists()


def test_without_reports_a_sentence_says_how_to_make_some(tmp_path):
    with pytest.raises(ReportError, match="make grade"):
        read_reports(tmp_path)


def test_pictures_are_read_by_exercise_and_what_is_no_picture_or_too_large_is_left_out(tmp_path):
    (tmp_path / "3.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "4.svg").write_text(" " * 1_000_001, encoding="utf-8")
    (tmp_path / "x.svg").write_text("<svg/>", encoding="utf-8")
    assert read_pictures(tmp_path) == {3: "<svg/>"}
    assert read_pictures(tmp_path / "nowhere") == {}


def test_a_picture_beside_the_reports_comes_into_the_page(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/a.json").write_text(json.dumps(small()), encoding="utf-8")
    (tmp_path / "pictures/a").mkdir(parents=True)
    (tmp_path / "pictures/a/1.svg").write_text("<svg/>", encoding="utf-8")
    first, *_ = write_site(tmp_path)
    assert "<img " in first.read_text(encoding="utf-8")


# The pages in a browser


class Window:
    """A page in the browser, and everything that it said, asked for or opened."""

    def __init__(self, browser, path, *, width=1280, scheme="light"):
        self.context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.address = path.as_uri()
        self.page.goto(self.address)

    def close(self):
        """Nothing went wrong and nothing was asked for beyond the page and the images inside it."""
        outside = [url for url in self.asked if not url.startswith("data:") and url != self.address]
        self.context.close()
        assert (self.said, outside) == ([], [])

    def column(self, table, number):
        rows = self.page.locator(f"{table} tbody tr")
        return [row.locator("th, td").nth(number).inner_text().strip() for row in rows.all()]


@pytest.fixture
def window(browser):
    windows = []

    def open_window(path, **how):
        windows.append(Window(browser, path, **how))
        return windows[-1]

    yield open_window
    for each in windows:
        each.close()


SHARES = {"Zoë": (0.9, 0.1), "adam": (0.3, 0.8), "Émile": (1, 1), "Student 10": (0.5,), "Student 9": (0.2, 0.2)}


def small_class():
    """With an exercise that one submission does not have."""
    reports = {f"s{i}": {**marks(*some), "student": name} for i, (name, some) in enumerate(SHARES.items())}
    return {**reports, "small": small()}


@pytest.fixture(scope="module")
def class_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(class_page(small_class()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def decided_file(tmp_path_factory):
    """The same class with names, marks and the form for decisions."""
    standings = {
        "Zoë": Standing(name="Zoë Kravitz", score="10", mark="8", maximum="20", late_days=1, deduction="2"),
        "adam": Standing(name="Adam Smith", state="needs a look", look=("essay.pdf is no exercise.",)),
    }
    lines = "who,exercise,points,excused,extension,comment,by\n" + "adam,all,,yes,,,\n" * 9
    course = CourseOfPages("Backprop 101", lines)
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(class_page(small_class(), standings, course), encoding="utf-8")
    return path


MARKS = "table.marks"


def test_a_click_on_a_header_sorts_and_another_turns_it_round(window, class_file):
    w = window(class_file)
    header = w.page.locator(f"{MARKS} thead th").nth(0)
    header.get_by_role("button").click()
    names = ["Ada Lovelace", "adam", "Émile", "Student 9", "Student 10", "Zoë"]
    assert (w.column(MARKS, 0), header.get_attribute("aria-sort")) == (names, "ascending")
    assert w.page.get_by_role("status").inner_text() == "Sorted by Student, ascending."
    header.get_by_role("button").click()
    assert (w.column(MARKS, 0), header.get_attribute("aria-sort")) == (names[::-1], "descending")
    assert w.page.locator(f"{MARKS} th[aria-sort]").count() == 1


def test_numbers_sort_as_numbers_the_largest_first_and_what_is_missing_last_either_way(window, class_file):
    w = window(class_file)
    button = w.page.locator(f"{MARKS} thead th").nth(4).get_by_role("button")  # exercise 2
    button.click()
    assert w.column(MARKS, 4) == ["10 ✓", "8", "2", "1", "1", ""]
    button.click()
    assert w.column(MARKS, 4) == ["1", "1", "2", "8", "10 ✓", ""]


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_keyboard_reaches_a_header_sees_where_it_is_and_sorts(window, class_file, key):
    w = window(class_file)
    w.page.locator("#students").scroll_into_view_if_needed()
    w.page.locator("section[aria-labelledby=students] .scroll").focus()
    w.page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert w.page.evaluate(f"{focused}.textContent") == "Student"
    assert w.page.evaluate(f"parseFloat(getComputedStyle({focused}).outlineWidth)") >= 2
    w.page.keyboard.press(key)
    assert w.column(MARKS, 0)[0] == "Ada Lovelace"
    assert w.page.evaluate(f"{focused}.textContent") == "Student"


def test_the_class_page_has_the_marks_after_lateness_and_decisions_beside_the_points(window, decided_file):
    w = window(decided_file)
    found = dict(zip(w.column(MARKS, 0), w.column(MARKS, 3), strict=True))
    assert (found["Zoë Kravitz"], found["Adam Smith"]) == ("8", "needs a look")


def test_a_table_that_goes_on_to_the_right_says_so_until_its_end_is_seen(window, class_file):
    w = window(class_file, width=375)
    region = w.page.locator("section[aria-labelledby=students] .scroll")
    sign = w.page.locator("section[aria-labelledby=students] .sideways")
    assert sign.is_visible()
    assert "more" in region.get_attribute("class").split()
    region.evaluate("region => { region.scrollLeft = region.scrollWidth; }")
    until(w.page, "!document.querySelector('section[aria-labelledby=students] .scroll').matches('.more')")
    w.page.set_viewport_size({"width": 1280, "height": 844})
    sign.wait_for(state="hidden")


def test_the_first_tab_offers_to_skip_to_the_content(window, class_file):
    w = window(class_file)
    w.page.keyboard.press("Tab")
    box = w.page.locator(".skip").bounding_box()
    assert box["x"] >= 0
    w.page.keyboard.press("Enter")
    assert w.page.url.endswith("#main")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_window(window, decided_file, tmp_path, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    (tmp_path / "student.html").write_text(student_page(small(), {1: SVG}), encoding="utf-8")
    lines = "x = 1\n" * 3, "y = 'a long line of somebody' + 'something that does not end soon' + 'but goes on and on'\n"
    overlap = {"exercise": 4, "shared": 90, "shares": (0.7, 1.0), "passages": lines}
    pairs = [{"students": ("Zoë", "adam"), "overlaps": [overlap]}]
    similar = page("similarity.html", pairs=pairs, students=2, threshold=0.6, common=10)
    (tmp_path / "similar.html").write_text(similar, encoding="utf-8")
    for path in (decided_file, tmp_path / "student.html", tmp_path / "similar.html"):
        w = window(path, width=width, scheme=scheme)
        w.page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        found = Axe().run(w.page)
        assert found.violations_count == 0, found.generate_report()
        assert "color-contrast" in {rule["id"] for rule in found.response["passes"]}
        assert w.page.evaluate("document.documentElement.scrollWidth") <= width


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="red"/></svg>'


def test_dark_and_light_differ(window, class_file):
    backgrounds = [
        window(class_file, scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert backgrounds == ["rgb(255, 255, 255)", "rgb(20, 24, 29)"]


def test_on_paper_messages_are_open_and_the_page_is_light(window, tmp_path):
    bad = [check(f"c{i}", "failed", message=f"message {i}") for i in range(2)]
    (tmp_path / "page.html").write_text(student_page(report("x", exercise(1, bad))), encoding="utf-8")
    w = window(tmp_path / "page.html", scheme="dark")
    shown = [w.page.get_by_text(f"message {i}").is_visible() for i in range(2)]
    assert shown == [True, False]
    w.page.emulate_media(media="print")
    w.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert w.page.get_by_text("message 1").is_visible()
    assert w.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    w.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not w.page.get_by_text("message 1").is_visible()


def test_on_paper_no_table_is_cut_off(window, tmp_path):
    many = {f"s{i}": {**marks(*[0.55] * 11), "student": f"Firstname Lastname {i}"} for i in range(40)}
    (tmp_path / "page.html").write_text(class_page(many), encoding="utf-8")
    w = window(tmp_path / "page.html", width=718)  # A4 between its margins
    w.page.emulate_media(media="print")
    assert w.page.evaluate("Math.max(...[...document.querySelectorAll('table')].map(t => t.scrollWidth))") <= 718
    cut = "[...document.querySelectorAll('.scroll')].filter(e => getComputedStyle(e).overflowY != 'visible')"
    assert w.page.evaluate(f"{cut}.length") == 0
    assert w.page.pdf().startswith(b"%PDF")


def test_hostile_text_does_nothing_in_the_browser(window, tmp_path):
    bad = [
        {**check(f"c{i}", "crashed", message=text[:4000]), "title": text, "diagnosis": {**DIAGNOSIS, "belief": text}}
        for i, text in enumerate(HOSTILE)
    ]
    reports = {f"s{i}": report(text, exercise(1, bad, carried=text), notes=HOSTILE) for i, text in enumerate(HOSTILE)}
    (tmp_path / "index.html").write_text(class_page(reports), encoding="utf-8")
    (tmp_path / "active.html").write_text(student_page(reports["s3"]), encoding="utf-8")
    (tmp_path / "long.html").write_text(student_page(reports["s8"]), encoding="utf-8")
    for path in tmp_path.glob("*.html"):
        w = window(path, width=390)
        assert w.page.evaluate("typeof window.hacked") == "undefined"
        assert w.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_hostile_picture_runs_nothing_and_loads_nothing(window, tmp_path):
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" onload="top.hacked=1">'
        '<script>top.hacked = 1</script><image href="http://127.0.0.1:9/x.png" width="9" height="9"/>'
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="top.hacked=1"/></foreignObject></svg>'
    )
    (tmp_path / "page.html").write_text(student_page(small(), {1: svg}), encoding="utf-8")
    w = window(tmp_path / "page.html")
    assert w.page.evaluate("document.querySelector('img').naturalWidth") == 40
    assert w.page.evaluate("typeof window.hacked") == "undefined"


def test_the_policy_stops_what_would_slip_through(browser, tmp_path):
    slipped = '<script>window.hacked=1</script><img src="x" onerror="window.hacked=1"><p style="color:red" id="p">p</p>'
    page = student_page(small()).replace("<main", f"{slipped}<main")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    w = Window(browser, tmp_path / "page.html")
    assert w.page.evaluate("typeof window.hacked") == "undefined"
    assert w.page.evaluate("getComputedStyle(document.getElementById('p')).color") != "rgb(255, 0, 0)"
    assert len(w.said) >= 3
    assert all("Content Security Policy" in text for text in w.said)
    w.context.close()


@pytest.mark.slow
def test_the_pages_of_a_graded_class_open_without_a_complaint(window, site):
    list(write_site(site))
    w = window(site / "pages/index.html")
    w.page.get_by_role("link", name="Wrong <i>").click()
    w.address = w.page.url
    w.asked = w.asked[2:]
    assert w.page.locator("h1").inner_text() == "Wrong <i>"
    assert w.page.get_by_text("Why: ").count() >= 1
