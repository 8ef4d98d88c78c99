"""The site in a real browser: the terminal's verdicts, whatever a learner writes, offline, for everybody."""

import gzip
import json
import re
import zipfile

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.source import functions, text_of
from grader.course.bank.chaffs import read_bank
from grader.course.fence.sandbox import sandbox
from grader.course.grading.grading import grade
from grader.course.intake.submission import read_submission
from grader.learner.worked import without_markers
from minigrad_reference.drawing.palette import DARK, LIGHT
from tests.kata.few import course_of_catches
from tests.kata.site.conftest import ROOT, Window

pytestmark = pytest.mark.slow
MEGABYTE = 1_000_000
EXERCISES = read_catalogue()
CHECK = "'d = derivative(lambda x: x * x, 3.0)', {'d': 6.0}, within=1e-6"
CHAFFS = {chaff.misconception.exercise: chaff for chaff in reversed(read_bank())}


def worked(number):
    return (ROOT / EXERCISES[number].solution).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def solved(window):
    """The window with every worked answer in its store."""
    for number, exercise in EXERCISES.items():
        window.page.evaluate(
            "([name, text]) => localStorage.setItem(`minigrad/files/${name}`, text)",
            [exercise.file.name, worked(number)],
        )
    return window


@pytest.fixture
def alone(solved):
    """The same, and afterwards every exercise is solved again."""
    yield solved
    for number, exercise in EXERCISES.items():
        solved.page.evaluate(
            "([name, text]) => localStorage.setItem(`minigrad/files/${name}`, text)",
            [exercise.file.name, worked(number)],
        )


def squeezed(text):
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("number", EXERCISES)
def test_a_worked_answer_passes_as_in_the_terminal(solved, number):
    solved.open(number)
    count = re.search(r"(\d+) of (\d+) checks pass", solved.check())
    assert count[1] == count[2] != "0"


def body(source, task):
    """What stands below the docstring of a task, line by line."""
    lines = text_of(source, functions(source)[task]).rstrip().split("\n")
    start = max(place for place, line in enumerate(lines) if line.endswith('"""')) + 1
    return [line for line in lines[start:] if line.strip() and not line.lstrip().startswith("###")]


def write_over(page, line, lines):
    """Types code in place of a line, as a learner does: the editor closes brackets and indents."""
    page.locator(".cm-line", has_text=line.strip()).click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    depths = [len(text) - len(text.lstrip()) for text in lines]
    for place, text in enumerate(lines):
        if place:
            page.keyboard.press("Enter")
            indented = depths[place - 1] + 4 * lines[place - 1].endswith(":")
            for _ in range((indented - depths[place]) // 4):
                page.keyboard.press("Shift+Tab")
        page.keyboard.type(text.strip())


@pytest.mark.parametrize("number", [1, 12])
def test_a_mistake_that_is_typed_is_named_and_mended_and_then_the_worked_answer_is_shown(alone, number):
    exercise, mistake = EXERCISES[number], CHAFFS[number]
    alone.write(number, exercise.stub.read_text(encoding="utf-8"))
    for task in exercise.tasks:
        write_over(alone.page, f'("exercise {number}: {task.name}")', body(mistake.source, task.name))
    assert mistake.misconception.title in squeezed(alone.check())
    task = mistake.misconception.task
    for wrong, right in zip(body(mistake.source, task), body(worked(number), task), strict=True):
        if wrong != right:
            write_over(alone.page, wrong, [right])
    count = re.search(r"(\d+) of (\d+) checks pass", alone.check())
    assert count[1] == count[2]
    alone.page.get_by_role("button", name=f"make solution-{number}").click()
    alone.page.get_by_role("heading", name="worked answer").first.wait_for()
    shown = alone.page.locator(".results .beside div:last-child").all_inner_texts()
    assert all(line in "".join(shown) for line in body(worked(number), task))
    assert "is right too" in alone.page.inner_text(".results")


def test_hints_come_one_by_one_and_explain_draws_and_plays_it(alone):
    source = re.sub(r"\.grad \+= ", ".grad = ", worked(3))
    alone.write(3, source)
    for number in (1, 2):
        alone.page.get_by_role("button", name="Hint", exact=True).click()
        alone.page.get_by_text(f"hint {number} of 3").wait_for()
    alone.page.get_by_role("button", name="Explain", exact=True).click()
    alone.page.get_by_text("The simplest expression on which your code differs").wait_for()
    assert alone.page.locator("img[src^='data:image/svg']").evaluate("image => image.decode().then(() => image.width)")
    frame = alone.page.frame_locator("iframe[title=Stepper]")
    frame.locator("#forward").click()
    assert frame.locator("#position").input_value() == "1"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("while True: pass\n", "probably an endless loop"),
        (worked(1).replace("slopes = []", "sum(iter(int, 1))"), "probably an endless loop"),
        ("def derivative(f, x, h=1e-6):\n    return derivative(f, x, h)\n", "went deeper than Python allows"),
        ("def derivative(f, x, h=1e-6)\n    return 1\n", "Python cannot read ex01_derivatives.py, line 1"),
    ],
    ids=["import that does not end", "loop inside C", "endless recursion", "syntax"],
)
def test_what_does_not_end_and_what_cannot_be_read_is_said_and_the_page_goes_on(alone, source, said):
    alone.write(1, source)
    assert said in alone.check()
    alone.write(1, worked(1))
    assert "12 of 12" in alone.check()


def test_ten_megabytes_of_prints_are_shown_in_part(alone):
    alone.write(1, "def derivative(f, x, h=1e-6):\n    print('ab\\n' * 3_500_000)\n    return 0.0\n")
    report = alone.check()
    assert "more lines" in report
    assert len(report) < 20_000


def test_stop_ends_a_loop_at_once_and_the_spare_python_answers_the_next_check(alone):
    alone.write(1, "while True: pass\n")
    alone.page.get_by_role("button", name="Run checks").click()
    alone.page.get_by_role("button", name="Stop").click()
    alone.page.get_by_text("Stopped.", exact=True).wait_for()
    alone.write(1, worked(1))
    assert "12 of 12" in alone.check()


def test_what_is_typed_is_there_after_the_tab_was_closed(alone):
    tab = alone.context.new_page()
    tab.goto(f"{alone.address}#/exercise/1")
    tab.click(".cm-content")
    tab.keyboard.press("Control+End")
    tab.keyboard.type("# mine")
    tab.close()
    alone.page.goto(f"{alone.address}#/")
    alone.open(1)
    alone.page.get_by_text("# mine").wait_for()


def test_another_window_shows_what_is_written_in_this_one(alone):
    alone.open(2)
    other = alone.context.new_page()
    other.goto(f"{alone.address}#/exercise/2")
    other.click(".cm-content")
    other.keyboard.press("Control+End")
    other.keyboard.type("# from afar")
    alone.page.get_by_text("Changed in another window.").wait_for()
    kept_here = "localStorage.getItem('minigrad/files/ex02_value.py')"
    alone.page.wait_for_function(f"{kept_here}.includes('# from afar')")  # the first letters may come before the others
    alone.page.wait_for_timeout(1500)  # longer than the pause after which an edit is kept: this was none
    assert alone.page.inner_text(".saved") == "Changed in another window."
    other.close()


def test_reset_puts_the_stub_back_and_keeps_a_backup(alone):
    alone.write(1, "mine = 1\n")
    alone.page.get_by_role("button", name="Reset").click()
    alone.page.wait_for_function("localStorage.getItem('minigrad/files/ex01_derivatives.py').length > 100")
    kept = alone.page.evaluate("localStorage.getItem('minigrad/backups/ex01_derivatives.py')")
    assert "mine = 1" in kept
    alone.page.get_by_label("Backups of this file").select_option("0")
    alone.page.locator(".cm-line", has_text="mine = 1").wait_for()


def kept(window, name):
    return window.page.evaluate("name => localStorage.getItem(`minigrad/${name}`)", name)


def saved(window, path):
    """The zip that the first page makes of everything."""
    window.page.goto(f"{window.address}#/")
    with window.page.expect_download() as waiting:
        window.page.get_by_role("button", name="Save my work as a zip").click()
    waiting.value.save_as(path)
    return path


def test_a_zip_of_the_page_has_the_files_and_comes_back(alone, tmp_path):
    path = saved(alone, tmp_path / "minigrad.zip")
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert found == {f"exercises/{each.file.name}": worked(number) for number, each in EXERCISES.items()}
    alone.page.evaluate("localStorage.setItem('minigrad/files/ex01_derivatives.py', 'lost')")
    alone.page.set_input_files("input[type=file]", path)
    alone.page.get_by_text("Taken from the zip").wait_for()
    assert alone.page.evaluate("localStorage.getItem('minigrad/files/ex01_derivatives.py')") == worked(1)


def test_a_zip_of_the_page_gets_the_marks_of_the_same_files(alone, tmp_path, monkeypatch):
    checks = f"expect({CHECK})\nexpect('d = derivative(lambda x: x, 1.0)', {{'d': 2.0}})\n"
    files = {EXERCISES[1].file.name: CHAFFS[1].source, "catch/ex01.py": checks}
    for name, text in files.items():
        alone.page.evaluate("([name, text]) => localStorage.setItem(`minigrad/files/${name}`, text)", [name, text])
        (tmp_path / "plain" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "plain" / name).write_text(text, encoding="utf-8")
    path = saved(alone, tmp_path / "minigrad.zip")
    alone.page.evaluate("localStorage.removeItem('minigrad/files/catch/ex01.py')")
    monkeypatch.chdir(ROOT)
    course, fence = course_of_catches(chaffs=3), sandbox()
    zipped, plain = (
        grade(read_submission(each, "somebody", {1}), course, fence) for each in (path, tmp_path / "plain")
    )
    assert (zipped.marks, zipped.catches) == (plain.marks, plain.catches)
    assert [mark.verdict.status.word for mark in zipped.marks[1]].count("wrong")
    assert zipped.catches[1].catch.caught
    alone.page.set_input_files("input[type=file]", path)
    alone.page.get_by_text("Taken from the zip").wait_for()
    assert kept(alone, "files/catch/ex01.py") == checks
    alone.page.evaluate("localStorage.removeItem('minigrad/files/catch/ex01.py')")


def test_own_checks_catch_wrong_engines_in_the_page(solved):
    solved.page.goto(f"{solved.address}#/catch/1")
    solved.page.get_by_text("exercises/catch/ex01.py is new").wait_for()
    solved.page.click(".cm-content")
    solved.page.keyboard.press("Control+End")
    solved.page.keyboard.insert_text(f"\nexpect({CHECK})\n")
    solved.page.keyboard.press("Control+Enter")
    told = solved.page.get_by_text("wrong engines caught, with 1 check")
    told.wait_for()
    assert int(re.search(r"(\d+) of \d+ wrong engines", told.inner_text())[1]) > 1
    assert f"expect({CHECK})" in kept(solved, "files/catch/ex01.py")


def test_an_engine_is_repaired_in_the_page_and_the_belief_told(solved):
    solved.page.goto(f"{solved.address}#/repair/4")
    solved.page.get_by_text("is somebody's exercise 4, with one mistake in it").wait_for()
    broken = kept(solved, "files/repair/ex04_backward.py")
    assert broken != without_markers(worked(4))
    solved.page.get_by_role("button", name="make repair-4").click()
    solved.page.get_by_text(re.compile(r"\d+ of \d+ checks? fail in build/repair")).wait_for()
    solved.page.click(".cm-content")
    solved.page.keyboard.press("Control+a")
    solved.page.keyboard.insert_text(worked(4))
    solved.page.keyboard.press("Control+Enter")
    solved.page.get_by_text("Mended: every check passes.").wait_for()
    (mended,) = json.loads(kept(solved, "state"))["repaired"]
    (belief,) = {each.misconception.belief for each in read_bank([4]) if each.misconception.id == mended}
    assert belief in squeezed(solved.page.inner_text(".results"))


def test_the_network_is_trained_on_the_own_engine_and_points_are_added_meanwhile(solved):
    solved.page.goto(f"{solved.address}#/train")
    figures = solved.page.locator(".figures")
    solved.page.get_by_label("my own engine").check()
    solved.page.get_by_role("button", name="Step").click()
    solved.page.get_by_text(re.compile(r"Step 1, loss .+ of 100 points right")).wait_for()
    solved.page.focus("canvas[role=application]")
    solved.page.keyboard.press("ArrowLeft")
    solved.page.keyboard.press("Enter")
    assert "of 101 points right" in figures.inner_text()
    solved.page.get_by_role("button", name="Train").click()
    solved.page.get_by_text(re.compile(r"Step [5-9],")).wait_for()
    solved.page.get_by_role("button", name="Pause").click()
    solved.page.get_by_role("button", name="Train", exact=True).wait_for()


ABOVE_THE_CURVE = """(() => {
  const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  copy.drawImage(document.querySelectorAll("canvas")[1], 9, 0, 1, 1, 0, 0, 1, 1);
  return copy.getImageData(0, 0, 1, 1).data.join();
})()"""


def test_the_training_is_drawn_in_the_palettes_colours_light_and_dark(solved):
    solved.page.goto(f"{solved.address}#/train")
    solved.page.locator(".figures", has_text="points right").wait_for()
    for scheme, theme in (("dark", DARK), ("light", LIGHT)):
        solved.page.emulate_media(color_scheme=scheme)
        solved.page.wait_for_function(f"wanted => `${{{ABOVE_THE_CURVE}}}` === wanted", arg=f"{rgb(theme['page'])},255")


def rgb(colour):
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def test_an_engine_that_is_not_complete_says_what_is_missing(alone):
    alone.write(8, EXERCISES[8].stub.read_text(encoding="utf-8"))
    alone.page.goto(f"{alone.address}#/train")
    alone.page.get_by_label("my own engine").check()
    alone.page.get_by_role("button", name="Step").click()
    alone.page.get_by_text("Your own engine is not complete: exercise 8: Neuron.").wait_for()


def test_the_playground_plays_an_expression_and_follows_a_leaf(solved):
    solved.page.goto(f"{solved.address}#/play")
    frame = solved.page.frame_locator("iframe[title=Stepper]")
    frame.locator("#to-end").click()
    assert "data 2" in frame.locator("#n0").text_content()
    solved.page.get_by_label("a", exact=True).fill("5")
    frame.locator("#n0", has_text="a").wait_for()
    frame.locator("#to-end").click()
    assert "data 5" in frame.locator("#n0").text_content()


def test_the_playground_says_where_the_own_engine_differs(alone):
    alone.write(3, re.sub(r"\.grad \+= ", ".grad = ", worked(3)))
    alone.page.goto(f"{alone.address}#/play")
    alone.page.get_by_label("Expression").fill("b = a * a")
    alone.page.get_by_label("Values").fill("a=3")
    alone.page.get_by_label("on my own engine").check()
    alone.page.get_by_role("button", name="Play").click()
    alone.page.get_by_text("a.grad").wait_for()


def test_without_a_network_everything_still_works_after_the_first_visit(browser, address):
    window = Window(browser, address)
    window.ready()
    window.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    window.context.set_offline(True)
    window.page.goto("about:blank")
    window.page.goto(address)
    window.ready()
    window.open(1)
    assert "0 of 12 checks pass. Read the lesson, then write derivative in your file." in window.check()
    window.context.close()


def test_nothing_is_asked_of_another_host_and_the_console_is_quiet(solved):
    assert [url for url in solved.asked if not url.startswith((solved.address, "data:", "blob:", "about:"))] == []
    assert solved.said == []


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        *(("", ".exercises"), ("exercise/3", ".failure"), ("play", "textarea"), ("train", ".figures")),
        *(("catch/3", ".results p"), ("repair/3", ".results p")),
    ],
)
def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_window(alone, place, seen):
    from axe_playwright_python.sync_playwright import Axe

    if "exercise" in place:
        alone.write(3, CHAFFS[3].source)
        alone.check()
    else:
        alone.page.goto(f"{alone.address}#/{place}")
    alone.page.wait_for_selector(seen)
    for width, scheme in ((375, "light"), (375, "dark"), (1280, "dark"), (1280, "light")):
        alone.page.set_viewport_size({"width": width, "height": 900})
        alone.page.emulate_media(color_scheme=scheme)
        found = Axe().run(alone.page, options={"iframes": False})
        assert found.violations_count == 0, found.generate_report()
        assert alone.page.evaluate("document.documentElement.scrollWidth") <= width


def test_keys_alone_write_check_and_leave_the_editor(alone):
    alone.write(1, worked(1))
    alone.page.focus(".cm-content")
    alone.page.keyboard.press("Control+Enter")
    alone.page.wait_for_selector(".results:not([aria-busy]) .report")
    alone.page.focus(".cm-content")
    alone.page.keyboard.press("Escape")
    assert not alone.page.evaluate("document.activeElement.classList.contains('cm-content')")


def test_the_site_is_small(folder):
    sizes = {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    packed = sum(len(gzip.compress(path.read_bytes(), 6)) for path in folder.rglob("*") if path.is_file())
    assert sum(sizes.values()) < 20 * MEGABYTE
    assert packed < 8 * MEGABYTE
