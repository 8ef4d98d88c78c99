"""course.toml is read exactly, and every mistake in it ends in one sentence that names the file and the key."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.catalogue import read_catalogue
from grader.course.fence.worker import Limits
from grader.course.grading.config import ConfigError, Late, Settings, read_settings, selection
from grader.course.grading.lateness import days_late, lateness

ROOT = Path(__file__).parents[3]
LAST = max(read_catalogue())
BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = "2027-01-29T23:59:59"
KEYS = (
    "time_zone",
    "title",
    "exercises",
    "deadline",
    "deadlines",
    "late",
    "roster",
    "similarity",
    "catch",
    "carried_forward",
    "limits",
    "missing",
    "unreadable",
    "drop_lowest",
    "adjustments",
)
DUE = datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN)


def settings_of(folder, text):
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_the_file_that_comes_with_the_kata_says_what_is_assumed_without_it(tmp_path):
    assert read_settings(ROOT / "course.toml") == read_settings(tmp_path / "none.toml") == Settings()


def test_the_lines_that_are_commented_out_in_it_can_be_switched_on(tmp_path):
    text = (ROOT / "course.toml").read_text(encoding="utf-8")
    examples = [line for line in text.splitlines() if line.startswith("# ") and " = " in line]
    assert len(examples) == 5
    for line in examples:
        text = text.replace(line, line.removeprefix("# "))
    settings = settings_of(tmp_path, text)
    assert settings.roster == tmp_path / "roster.csv"
    assert settings.adjustments == tmp_path / "adjustments.csv"
    assert settings.deadlines[3].day == settings.deadlines[1].day == 4
    assert settings.deadlines[4].day == 11
    assert settings.deadlines[11] == datetime(2027, 1, 29, 23, 59, 59, tzinfo=timezone.utc)


def test_everything_that_can_be_said_is_read(tmp_path):
    text = """
    title = "Backprop, \\"by hand\\""
    exercises = "1-3, 5"
    time_zone = "Europe/Berlin"
    deadline = 2026-11-20T23:59:00
    roster = "people/class.csv"
    similarity = true
    carried_forward = 50
    [limits]
    cpu_seconds = 4
    wall_seconds = 12.5
    memory_mb = 1024
    submission_seconds = 90
    [late]
    percent_per_day = 12.5
    grace_days = 2
    cap = 50
    [deadlines]
    1-2 = 2026-11-06 12:00:00
    5 = 2026-12-01T12:00:00-05:00
    """
    settings = settings_of(tmp_path, text)
    assert settings.title == 'Backprop, "by hand"'
    assert settings.exercises == (1, 2, 3, 5)
    assert settings.late == Late(Decimal("12.5"), 2, Decimal(50))
    assert settings.roster == tmp_path / "people" / "class.csv"
    assert settings.similarity is True
    assert settings.carried_forward == 50
    assert settings.limits == Limits(4.0, 12.5, 2**30, 90.0)
    assert settings.deadlines[1] == settings.deadlines[2] == datetime(2026, 11, 6, 12, tzinfo=BERLIN)
    assert settings.deadlines[3] == DUE
    assert settings.deadlines[5] == datetime(2026, 12, 1, 17, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("all", tuple(read_catalogue())),
        ("1-5", (1, 2, 3, 4, 5)),
        ("1-4, 6", (1, 2, 3, 4, 6)),
        (" all ", tuple(read_catalogue())),
    ],
)
def test_exercises_are_all_of_them_or_ranges(text, chosen, tmp_path):
    assert settings_of(tmp_path, f'exercises = "{text}"').exercises == chosen


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = 3", 'title = 3 is of the wrong kind; write title = "The minigrad kata".'),
        ('title = "two\\nlines"', 'title = "two\\nlines" is not one line of text; write title = "The minigrad kata".'),
        ("exercises = [1, 2]", 'exercises = [1, 2] is of the wrong kind; write exercises = "all" or "1-5".'),
        ('exercises = "one"', 'exercises = "one" is not a list of exercises; write exercises = "all" or "1-5".'),
        (
            'exercises = "1-99"',
            f'exercises = "1-99" names other exercises than 1 to {LAST}; write exercises = "all" or "1-5".',
        ),
        (
            'exercises = "3-1"',
            f'exercises = "3-1" names other exercises than 1 to {LAST}; write exercises = "all" or "1-5".',
        ),
        ('exercises = ""', 'exercises = "" is not a list of exercises; write exercises = "all" or "1-5".'),
        (
            'time_zone = "Middle/Earth"',
            'time_zone = "Middle/Earth" is not a time zone that is known here; write time_zone = "Europe/Berlin".',
        ),
        (
            'time_zone = "../../etc/passwd"',
            'time_zone = "../../etc/passwd" is not a time zone that is known here; write time_zone = "Europe/Berlin".',
        ),
        (
            'deadline = "Friday"',
            'deadline = "Friday" is of the wrong kind; write deadline = 2027-01-29T23:59:59.',
        ),
        (
            "deadline = 2026-11-20",
            'deadline = "2026-11-20" is of the wrong kind; write deadline = 2027-01-29T23:59:59.',
        ),
        (
            "deadline = 0206-11-20T00:00:00",
            f'deadline = "0206-11-20 00:00:00" is not between the years 2000 and 2100; write deadline = {MOMENT}.',
        ),
        ("similarity = 1", "similarity = 1 is of the wrong kind; write similarity = false."),
        ("roster = true", 'roster = true is of the wrong kind; write roster = "roster.csv".'),
        (
            "deadlin = 2026-11-20T23:59:00",
            f"deadlin is not known; the file may have {', '.join(KEYS)}.",
        ),
        (
            "carried_forward = -1",
            "carried_forward = -1 is not between 0 and 100; write carried_forward = 100.",
        ),
        (
            "[limits]\ncpu_seconds = 0",
            "limits.cpu_seconds = 0 is not between 0.1 and 600; write cpu_seconds = 2.",
        ),
        (
            "[limits]\nwall_seconds = nan",
            'limits.wall_seconds = "NaN" is not between 0.1 and 600; write wall_seconds = 5.',
        ),
        ("[limits]\nmemory_mb = 1", "limits.memory_mb = 1 is not between 256 and 65536; write memory_mb = 512."),
        (
            "[limits]\nsubmission_seconds = 0",
            "limits.submission_seconds = 0 is not between 1 and 36000; write submission_seconds = 60.",
        ),
        ("late = 10", "late = 10 is not a table; write [late] above its keys."),
        (
            "[late]\npercent_per_day = 101",
            "late.percent_per_day = 101 is not between 0 and 100; write percent_per_day = 10.",
        ),
        (
            "[late]\npercent_per_day = nan",
            'late.percent_per_day = "NaN" is not between 0 and 100; write percent_per_day = 10.',
        ),
        (
            "[late]\npercent_per_day = true",
            "late.percent_per_day = true is of the wrong kind; write percent_per_day = 10.",
        ),
        ("[late]\ngrace_days = -1", "late.grace_days = -1 is not between 0 and 1000; write grace_days = 2."),
        ("[late]\ngrace_days = 1.5", 'late.grace_days = "1.5" is of the wrong kind; write grace_days = 2.'),
        ("[late]\ncap = -0.5", 'late.cap = "-0.5" is not between 0 and 100; write cap = 50.'),
        ("[late]\ngrace = 2", "late.grace is not known; [late] may have percent_per_day, grace_days, cap."),
        (
            "[deadlines]\nfour = 2026-11-20T23:59:00",
            "deadlines.four is not a list of exercises; write 4 = 2027-01-29T23:59:59 or 1-3 = 2027-01-29T23:59:59.",
        ),
        (
            "[deadlines]\n1-3 = 2026-11-20T23:59:00\n3 = 2026-11-21T23:59:00",
            "deadlines.3 is the second deadline of exercise 3; keep one.",
        ),
    ],
)
def test_a_mistake_is_one_sentence_that_names_file_and_key(tmp_path, text, sentence):
    with pytest.raises(ConfigError) as caught:
        settings_of(tmp_path, text)
    assert str(caught.value) == f"{tmp_path / 'course.toml'}: {sentence}"


@pytest.mark.parametrize("content", [b"title = ", b"\xff\xfe", b'title = "a"\ntitle = "b"'])
def test_what_is_no_toml_at_all_is_one_sentence_too(tmp_path, content):
    path = tmp_path / "course.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"course\.toml is not valid TOML: .*\.$") as caught:
        read_settings(path)
    assert "\n" not in str(caught.value)


@given(st.sets(st.integers(1, 11), min_size=1))
def test_a_selection_reads_what_it_names_however_it_is_written(numbers):
    assert selection(",".join(map(str, numbers)), tuple(read_catalogue())) == tuple(sorted(numbers))
    assert set(selection(f"{min(numbers)}-{max(numbers)}", tuple(read_catalogue()))) >= numbers


def rules(percent=0, grace=0, cap=100, due=DUE, **own):
    deadlines = dict.fromkeys((1, 2), due) | {int(n[1:]): moment for n, moment in own.items()}
    return Settings(deadlines=deadlines, late=Late(Decimal(percent), grace, Decimal(cap)))


SCORES = {1: Decimal(3), 2: Decimal("2.3333")}


@pytest.mark.parametrize(
    ("after", "days"),
    [(-1, 0), (0, 0), (1, 1), (86_400, 1), (86_401, 2), (10 * 86_400, 10)],
)
def test_a_day_late_begins_a_second_after_the_deadline(after, days):
    assert days_late((DUE.astimezone(timezone.utc) + timedelta(seconds=after)), DUE) == days


@pytest.mark.parametrize(
    ("deadline", "submitted", "days"),
    [
        ((2026, 10, 24, 23, 59, 59), (2026, 10, 25, 23, 30), 1),  # the night has 25 hours
        ((2026, 10, 24, 23, 59, 59), (2026, 10, 25, 23, 59, 59), 1),
        ((2026, 10, 24, 23, 59, 59), (2026, 10, 26, 0, 0), 2),
        ((2026, 10, 24, 23, 59, 59), (2026, 10, 26, 23, 30), 2),
        ((2027, 3, 27, 23, 59, 59), (2027, 3, 29, 0, 59, 59), 1),  # it has 23
        ((2027, 3, 27, 23, 59, 59), (2027, 3, 29, 1, 0), 2),
    ],
)
def test_a_late_day_ends_by_the_clock_and_not_before_24_hours_when_the_clocks_change(deadline, submitted, days):
    due, moment = datetime(*deadline, tzinfo=BERLIN), datetime(*submitted, tzinfo=BERLIN)
    assert days_late(moment, due) == days_late(moment.astimezone(timezone.utc), due) == days


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    assert settings_of(tmp_path, "\ufefftitle = 'Marked'\n").title == "Marked"


@pytest.mark.parametrize(
    ("policy", "days", "deduction"),
    [
        (rules(), 3, "0"),
        (rules(10), 3, "1.6000"),  # 30 percent of 5.3333 is 1.59999
        (rules(10, grace=2), 3, "0.5333"),
        (rules(10, grace=3), 3, "0"),
        (rules(40, cap=50), 3, "2.6667"),  # half of 5.3333 is 2.66665, and halves go up
        (rules(100), 3, "5.3333"),
        (rules(10, e2=DUE + timedelta(days=2)), 3, "1.1333"),
        (Settings(late=Late(Decimal(10))), 0, "0"),
    ],
)
def test_late_work_costs_what_the_policy_says_exercise_by_exercise(policy, days, deduction):
    found = lateness(SCORES, DUE + timedelta(days=2, hours=1), policy)
    assert (found.days, found.deduction) == (days, Decimal(deduction))


@given(st.integers(0, 100), st.integers(0, 10), st.integers(0, 100), st.integers(-3_000_000, 3_000_000))
def test_lateness_never_adds_marks_nor_takes_more_than_the_cap(percent, grace, cap, seconds):
    found = lateness(SCORES, DUE + timedelta(seconds=seconds), rules(percent, grace, cap))
    assert 0 <= found.deduction <= sum(SCORES.values()) * cap / 100 + Decimal("0.0001")
    assert found.deduction == 0 or seconds > grace * 86_400
