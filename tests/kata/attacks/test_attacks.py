"""No attack earns a mark, loses somebody else's, shows a secret, or leaves a trace."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from attacks import SOURCES, TABLE, hostile

from grader.core.catalogue import read_catalogue
from grader.core.paths import SOLUTIONS
from grader.core.records import Check, Probe, Status
from grader.course.fence import worker
from grader.course.fence.folders import desk
from grader.course.fence.sandbox import FIRST_UID, LAYERS, MEMORY, UIDS, _libraries, sandbox
from grader.course.fence.worker import Limits
from grader.course.grading.grading import Course, Suite, grade
from grader.course.grading.marking import make_report
from grader.course.grading.report import HIDDEN, VISIBLE
from grader.course.grading.telling import as_markdown, as_text
from grader.course.intake.submission import Submission

pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[3]
SECRET = "swordfish"  # noqa: S105 - it is to be looked for
SLOT = os.getpid() % UIDS
PF_EXITING = 0x4  # among the flags of /proc/*/stat, since Linux 2.6: linux/sched.h
HARDENED = frozenset(LAYERS)
WEAKER = (
    frozenset(),
    frozenset({"limits"}),
    frozenset({"limits", "user"}),
    frozenset({"limits", "user", "landlock"}),
    frozenset({"limits", "user", "seccomp"}),
    frozenset({"limits", "user", "namespaces"}),
    frozenset({"limits", "user", "landlock", "seccomp"}),  # root in most containers: hardened all the same
    frozenset({"limits", "landlock", "seccomp"}),  # all that there is where the grader is not root
)
STUBS = """
class Value:
    def __init__(self, data, _children=(), _op="", label=""):
        self.data = data
        self._prev = tuple(_children)
        self._op = _op
    def __add__(self, other):
        return Value(LIE) if "LIE" in globals() else None
    def __mul__(self, other):
        return None
"""
# A loop shows in half a second what it shows in two, and a hoard in the memory that a right answer needs twice over.
LIMITS = Limits(cpu_seconds=0.5, memory=MEMORY // 4)
LONG = "# " + "a long probe " * 500 + "\n"  # longer than the smallest pipe
PROBES = (  # exercise, task, what is run, what is expected: first of the public suite, then of the hidden one
    (1, "derivative", "slope = derivative(lambda x: x * x, 3.0, 0.5)\n", {"slope": 6.0}),
    (2, "Value.__add__", "c = Value(2.0) + Value(3.0)\n", {"c.data": 5.0, "c._op": "+", "len(c._prev)": 2}),
    (2, "Value.__mul__", "c = Value(2.0) * Value(-3.0)\n", {"c.data": -6.0, "c._op": "*"}),
    (3, "Value.__add__", "a = Value(2.0)\nc = a + a\nc.grad = 1.5\nc._backward()\n", {"a.grad": 3.0}),
    (1, "derivative", "slope = derivative(lambda x: x**3, 2.0, 0.5)\n", {"slope": 12.25}),
    (2, "Value.__add__", f"{SECRET} = Value(40960.5)\nc = {SECRET} + 1\n" + LONG, {"c.data": 40961.5, "c._op": "+"}),
    (2, "Value.__mul__", f"{SECRET} = Value(0.5)\nc = {SECRET} * 40963.0\n" + LONG, {"c.data": 20481.5, "c._op": "*"}),
    (3, "Value.__mul__", f"{SECRET} = a = Value(2.0)\nc = a * 7.5\nc.grad = 1.0\nc._backward()\n", {"a.grad": 7.5}),
)


def make_course():
    catalogue = {number: exercise for number, exercise in read_catalogue().items() if number <= 3}
    checks, answers = [], []
    for place, (number, task, code, expected) in enumerate(PROBES):
        check = Check(f"test_check_{place}", number, task, 1, f"Title {place}.", Probe(code, tuple(expected)))
        checks.append(check)
        answers.append((check.id, {"probe": check.probe.digest(catalogue[number].module), "values": expected}))
    suites = (
        Suite(VISIBLE, tuple(checks[:4]), dict(answers[:4])),
        Suite(HIDDEN, tuple(checks[4:]), dict(answers[4:])),
    )
    solutions = {number: f"{right(number)}\n# {SECRET}\n" for number in catalogue}
    modules = {number: exercise.module for number, exercise in catalogue.items()}
    return Course(catalogue, modules, solutions, suites, seed=1, limits=LIMITS)


def right(number):
    path = SOLUTIONS / read_catalogue()[number].file.name
    return path.read_text(encoding="utf-8")


COURSE = make_course()


def of_checks(*places):
    """The course with these of its checks, and with their exercises."""
    names = {f"test_check_{place}" for place in places}
    suites = tuple(replace(s, checks=tuple(c for c in s.checks if c.name in names)) for s in COURSE.suites)
    numbers = {check.exercise for suite in suites for check in suite.checks}
    return replace(COURSE, exercises={n: COURSE.exercises[n] for n in sorted(numbers)}, suites=suites)


@dataclass(frozen=True)
class Courses:
    """Exercise 2 alone, for its stubs, and among its neighbours, for its worked answer."""

    alone: Course
    whole: Course

    def within(self, limits):
        return Courses(replace(self.alone, limits=limits), replace(self.whole, limits=limits))


# Where both answers to exercise 2 are wrong in a suite, each is tried once more among right ones: for the stubs in the
# hidden suite, for the worked answer in the public one. Where each check costs its whole limit, or where a weaker
# fence has its share of the attacks, each suite asks for one answer.
FULL = Courses(of_checks(1, 5, 6), of_checks(0, 1, 2, 3, 4, 6, 7))
BRIEF = Courses(of_checks(1, 6), of_checks(0, 1, 3, 4, 6, 7))


class World:
    """What an attack could reach outside of its folder, with everything in it that must stay as it is."""

    def __init__(self, folder):
        self.folder = folder
        self.mark = f"m{os.urandom(6).hex()}"
        self.files = {
            "key.pem": 0o600,
            "results/report.json": 0o644,
            "alice/ex02_value.py": 0o644,
            "grader/grading.py": 0o644,
        }
        for name, mode in self.files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"# {SECRET}\n", encoding="utf-8")
            path.chmod(mode)
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o600)
        self.tcp, self.udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.unix = socket.socket(socket.AF_UNIX)
        self.tcp.bind(("127.0.0.1", 0))
        self.udp.bind(("127.0.0.1", 0))
        self.unix.bind(str(folder / "unix"))
        (folder / "unix").chmod(0o666)
        self.sockets = (self.tcp, self.udp, self.unix)
        for each in self.sockets:
            each.setblocking(False)
        self.tcp.listen()
        self.unix.listen()

    def fill(self, source):
        """An attack's source with the paths and numbers of this world."""
        known = {
            "world": self.folder,
            "key": self.folder / "key.pem",
            "results": self.folder / "results",
            "other": self.folder / "alice",
            "graderfile": self.folder / "grader" / "grading.py",
            "unix": self.folder / "unix",
            "port": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "root": ROOT,
            "mark": self.mark,
            "paths": [str(ROOT), *map(str, (ROOT / ".venv").glob("lib/python3*/site-packages"))],
        }
        return re.sub("@([a-z]+)@", lambda match: str(known[match[1]]), source)

    def state(self):
        """Everything that may not change: files, what lies where anybody may write, our descriptors and processes.

        The time of a file's last change is the kernel's, and nobody's to set: with it no content has to be read.
        """
        files = {}
        for top in (self.folder, _libraries()):
            for folder, _, names in os.walk(top):
                for path in (folder, *(f"{folder}/{name}" for name in names)):
                    found = os.lstat(path)
                    files[path] = (found.st_mode, found.st_uid, found.st_gid, found.st_size, found.st_ctime_ns)
        shared = (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - where all may write
        places = filter(os.path.isdir, {*shared, str(Path.home()), str(Path.cwd())})
        marked = [entry.path for place in places for entry in os.scandir(place) if self.mark in entry.name]
        descriptors = {name: str(Path(f"/proc/self/fd/{name}").readlink()) for name in map(str, (0, 1, 2))}
        count = sum(1 for _ in Path("/proc/self/fd").iterdir())
        arrived = [self.arrived(each) for each in self.sockets]
        return files, marked, descriptors, count, arrived, processes(self.mark)

    @staticmethod
    def arrived(each):
        try:
            return each.accept() if each.type == socket.SOCK_STREAM else each.recv(9)
        except BlockingIOError:
            return None


def processes(mark):
    """Fenced processes that still run: by what they were started with, or by their user."""
    words = (str(_libraries()).encode(), mark.encode())
    found = (command(entry.path, words) for entry in os.scandir("/proc") if entry.name.isdigit())
    return [line for line in found if line is not None]


def command(folder, words):
    """What a process was started with; None if it is not one of ours or does not run any more."""
    try:
        line, owner = Path(folder, "cmdline").read_bytes(), os.stat(folder).st_uid  # noqa: PTH116 - of some hundred
        ours = any(word in line for word in words) or owner == FIRST_UID + SLOT
        return line if ours and not is_ending(Path(folder)) else None
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_ending(folder):
    """Whether the kernel is already taking a process apart (proc(5)): it runs no line of a program any more."""
    after_name = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    state, flags = after_name[0], int(after_name[6])
    pending = re.findall(
        r"^S(?:ig|hd)Pnd:\s*([0-9a-f]+)$", (folder / "status").read_text(errors="replace"), re.MULTILINE
    )
    killed = any(int(signals, 16) >> signal.SIGKILL - 1 & 1 for signals in pending)
    return state in "ZX" or bool(flags & PF_EXITING) or killed


def test_a_process_is_looked_for_until_the_kernel_takes_it_apart():
    mark = f"minigrad-{os.getpid()}-looked-for"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", mark]) as process:
        assert len(processes(mark)) == 1
        process.send_signal(signal.SIGSTOP)
        assert len(processes(mark)) == 1, "one that was only stopped may go on"
        process.kill()
        assert not processes(mark), "though nobody has waited for it yet"


@pytest.fixture(scope="module")
def world():
    folder = Path(tempfile.mkdtemp(prefix="world-"))
    world = World(folder)
    worker._guardian()  # stays for as long as this process does
    yield world
    for each in world.sockets:
        each.close()
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _secrets_around(monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", SECRET)


def holds(held, fence):
    """Whether the layers that are there stop an attack; see attacks.py."""
    return is_held(held, fence.active)


def is_held(held, layers):
    active = {"process", *layers}
    if "limits" in active and ("user" in active or os.geteuid() != 0):
        active.add("bound")
    return any(set(each.split("+")) <= active for each in held.split(" or "))


def named(layers):
    return "+".join(sorted(layers)) or "process"


def grade_in(world, sources, course, fence):
    """The score and the marks of each exercise, after a look at everything that must be as it was."""
    before = world.state()
    graded = grade(Submission("mallory", sources, ()), course, fence, SLOT)
    report = make_report(graded, course, fence.level)
    document = report.as_json()
    shown = json.dumps(document, allow_nan=False, ensure_ascii=False) + as_text(report) + as_markdown(report)
    shown += json.dumps(document)
    assert SECRET not in shown
    assert "40961" not in shown.replace(report.submission, "its digest"), "a hidden expected value"
    assert "BREACH" not in shown, re.search("BREACH.{0,300}", shown)[0]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", shown)
    assert len(shown) < 200_000
    assert world.state() == before
    for number in course.exercises:
        asked = [check.id for suite in course.suites for check in suite.checks if check.exercise == number]
        assert [mark.verdict.check.id for mark in graded.marks[number]] == asked
    return {entry.number: (entry.score, graded.marks[entry.number]) for entry in report.exercises}


def all_right(marks):
    return all(mark.verdict.status is Status.PASSED for mark in marks)


def attack_stubs(attack, world, course, fence):
    source = world.fill(hostile(attack.source)) + STUBS
    ((score, _),) = grade_in(world, {2: source}, course, fence).values()
    assert score == 0


def attack_solution(attack, world, course, fence):
    """What it breaks is its own: the exercises before and after keep all marks, as do checks that it leaves alone."""
    lies = "\nValue.__add__ = lambda self, other: Value(LIE)\n" if "LIE" in attack.source else ""
    source = world.fill(hostile(attack.source)) + "\n" + right(2) + lies
    found = grade_in(world, {1: right(1), 2: source, 3: right(3)}, course, fence)
    for number in (1, 3):
        assert all_right(found[number][1]), f"exercise {number}"
    marks = found[2][1]
    untouched = [mark.verdict for mark in marks if not lies or mark.verdict.check.task == "Value.__mul__"]
    passed = [verdict.status is Status.PASSED for verdict in untouched]
    if lies or attack.breaks is False:
        assert all(passed), [(verdict.message, verdict.fault) for verdict in untouched]
    elif attack.breaks:
        assert not all(passed), "the attack did nothing"


def names(attacks):
    return [f"{'+'.join(map(str, attack.items))}-{attack.name}" for attack in attacks]


def marked(attacks):
    """The first of each item is quick enough to run always."""
    first = {item: attack for attack in reversed(attacks) if not attack.slow for item in attack.items}
    return [
        pytest.param(attack, id=name, marks=[] if attack in first.values() else [pytest.mark.slow])
        for attack, name in zip(attacks, names(attacks), strict=True)
    ]


@pytest.mark.parametrize("attack", marked(TABLE))
def test_attack_on_a_hardened_sandbox(attack, world):
    """Above stubs it earns nothing, above the worked answer it loses nothing but its own; the world stays as it was."""
    courses = BRIEF.within(replace(LIMITS, cpu_seconds=0.2, wall_seconds=0.7)) if attack.slow else FULL
    fence = sandbox()
    if holds(attack.held, fence):
        attack_stubs(attack, world, courses.alone, fence)
        attack_solution(attack, world, courses.whole, fence)
    else:
        assert not fence.hardened


def with_few_layers():
    """Each attack where the fewest layers are that hold it: once for each alternative, and there without the others.

    What needs no layer to be held is proved in full on the hardened sandbox; here each level has its share of it.
    """
    alone = [attack for attack in TABLE if attack.held == "process"]
    for place, attack in enumerate(alone):
        yield WEAKER[place % len(WEAKER)], attack
    for attack in TABLE:
        ways = attack.held.split(" or ") if attack.held != "process" else []
        for way in ways:
            levels = [level for level in WEAKER if is_held(way, level)]
            if levels:
                yield min(levels, key=lambda level: (sum(is_held(w, level) for w in ways), len(level))), attack


FEW = [(level, attack) for level, attack in dict.fromkeys(with_few_layers()) if not attack.slow]


@pytest.mark.slow
@pytest.mark.parametrize(("layers", "attack"), FEW, ids=[f"{named(level)}-{attack.name}" for level, attack in FEW])
def test_what_holds_an_attack_holds_it_without_the_other_layers(layers, attack, world):
    fence = sandbox(layers)
    assert fence.active <= layers | {"process"}
    if not holds(attack.held, fence):
        assert fence.active < layers | {"process"}, "it has what should hold the attack"
        return
    attack = replace(attack, breaks=None)  # how it breaks is proved on the hardened one
    attack_stubs(attack, world, BRIEF.alone, fence)
    if attack.held != "process":
        attack_solution(attack, world, BRIEF.whole, fence)


def test_every_layer_is_proved_alone_and_every_weaker_level_has_attacks():
    assert {level for level, _ in FEW} == {*WEAKER}
    proved = {attack.name for _, attack in FEW}
    only_all = {attack.name for attack in TABLE if not any(is_held(attack.held, level) for level in WEAKER)}
    assert proved | only_all >= {attack.name for attack in TABLE if not attack.slow}


@pytest.mark.parametrize("layers", WEAKER, ids=named)
def test_a_level_says_which_layers_are_missing(layers):
    fence = sandbox(layers)
    assert fence.active <= layers | {"process"}
    if os.geteuid() == 0:
        assert fence.hardened == ({"user", "landlock", "seccomp"} <= layers)
    assert fence.hardened == (fence.level == "hardened")


@pytest.fixture
def in_a_group():
    """The grader is in a group beside its own, as many a root is."""
    groups = os.getgroups()
    os.setgroups([*groups, FIRST_UID - 1])
    yield
    os.setgroups(groups)


@pytest.mark.usefixtures("in_a_group")
@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs another user, and /proc to see it")
@pytest.mark.parametrize("layers", [level for level in (*WEAKER, HARDENED) if "user" in level], ids=named)
def test_a_fenced_process_is_another_user_for_good_and_no_thread_of_the_grader_is(layers):
    with desk({"ex01_trial": "answer = 42\n"}) as folder, worker.Worker(sandbox(layers), folder, SLOT) as fenced:
        fenced.observe("ex01_trial", Probe("", ("answer",)))
        status = Path(f"/proc/{fenced.process.pid}/status").read_text()
        known = dict(line.split(":", 1) for line in status.splitlines())
    assert known["Uid"].split() == known["Gid"].split() == [str(FIRST_UID + SLOT)] * 4
    assert known["Groups"].split() == []
    assert int(known["CapPrm"], 16) == int(known["CapEff"], 16) == 0
    threads = [thread.joinpath("status").read_text() for thread in Path("/proc/self/task").iterdir()]
    assert {line for text in threads for line in text.splitlines() if line.startswith("Uid")} == {"Uid:\t0\t0\t0\t0"}


@pytest.mark.parametrize(("items", "name", "source"), SOURCES, ids=[name for _, name, _ in SOURCES])
def test_strange_source_earns_nothing_and_costs_nothing_else(items, name, source, world):
    fence = sandbox()
    found = grade_in(world, {1: right(1), 2: source, 3: right(3)}, COURSE, fence)
    assert items
    assert name
    assert found[2][0] == 0
    assert all_right(found[1][1] + found[3][1])


def test_every_item_that_concerns_code_has_an_attack():
    items = {item for attack in TABLE for item in attack.items} | {item for items, _, _ in SOURCES for item in items}
    assert items == set(range(1, 35)) - {25, 29}, "25 and 29 are of files and archives: tests/kata/grading"
    assert len(TABLE) + len(SOURCES) >= 80
    assert len(set(names(TABLE))) == len(TABLE)


def test_a_right_submission_has_all_marks_at_every_level(world):
    for layers in (*WEAKER, HARDENED):
        found = grade_in(world, {number: right(number) for number in (1, 2, 3)}, COURSE, sandbox(layers))
        assert all(all_right(marks) for _, marks in found.values())
        assert not any(mark.carried for _, marks in found.values() for mark in marks)


def test_answers_learned_by_heart_earn_nothing(world):
    known = {check.probe.code: list(PROBES[place][3].values()) for place, check in enumerate(COURSE.suites[0].checks)}
    attack = f"""
KNOWN = {known!r}
def answers(code, observe):
    return dict(zip(observe, KNOWN.get(code, next(v for k, v in KNOWN.items() if len(v) >= len(observe)))))
request = local("request")
forge(dumps({{"id": request["id"], "values": answers(request["code"], request["observe"])}}))
os._exit(0)
"""
    ((_, marks),) = grade_in(world, {2: hostile(attack) + STUBS}, FULL.alone, sandbox()).values()
    assert [mark.visibility for mark in marks if mark.verdict.status is Status.PASSED] == []


def test_a_hardened_sandbox_needs_every_layer_but_namespaces():
    for missing in set(LAYERS) - {"process", "namespaces"}:  # most containers refuse namespaces
        if missing != "user" or os.geteuid() == 0:
            fence = sandbox(HARDENED - {missing})
            assert not fence.hardened
            assert missing not in fence.level.split("+")


def test_one_submission_ends_nothing_of_another(world):
    """Mallory's processes are gone before Alice's start, and hers know nothing of them."""
    fence = sandbox()
    killer = hostile("os.kill(-1, 9)\nos.killpg(0, 9)\nos.abort()\n")
    grade_in(world, {2: killer}, FULL.alone, fence)
    found = grade_in(world, {number: right(number) for number in (1, 2, 3)}, COURSE, fence)
    assert all(all_right(marks) for _, marks in found.values())
