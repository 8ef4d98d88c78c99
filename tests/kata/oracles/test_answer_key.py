"""The answer key is made by oracles that agree; where they do not, there is no key but a sentence."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.core.checks import load_checks
from grader.core.records import Check, Probe
from grader.course.authoring import answer_key
from grader.course.authoring.answer_key import (
    OracleError,
    agreed_answers,
    agreed_values,
    ask,
    available_oracles,
    key_text,
    make_key,
)
from grader.course.oracles import vocabulary
from tests.kata.lazily import Lazily

torch = Lazily("grader.course.oracles.pytorch.engine")
ROOT = Path(__file__).parents[3]
PUBLIC, HIDDEN = ROOT / "tests" / "public", ROOT / "tests" / "hidden"
BOTH = ("reference", "pytorch")
CHECKS = {check.id: check for suite in (PUBLIC, HIDDEN) for check in load_checks(suite)}
OTHER_SEEDS = (1, 2, 3)
LAST = max(read_catalogue())
PROBES = len(load_checks(PUBLIC, 1))


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def check_of(snippet, *observe, exercise=LAST, **tolerance):
    return Check("test_planted", exercise, "task", 1, "Title.", Probe(snippet, observe, **tolerance))


def asked(check, oracles):
    return agreed_values(check.exercise, check.probe, oracles, check.id)


def plant(monkeypatch, oracle, **wrong):
    """Give an oracle a vocabulary with wrong entries."""
    right = answer_key.vocabulary

    def planted(asked, exercise):
        return {**right(asked, exercise), **(wrong if asked == oracle else {})}

    monkeypatch.setattr(answer_key, "vocabulary", planted)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_both_oracles_agree_on_every_probe(check):
    assert asked(check, BOTH) == ask(check.exercise, check.probe, "reference", check.id)


@pytest.mark.parametrize("seed", OTHER_SEEDS)
def test_both_oracles_agree_on_hidden_probes_of_other_seeds(seed):
    """Those that no seed changes are asked above."""
    drawn = [check for check in load_checks(HIDDEN, seed=seed) if check.random]
    assert agreed_answers(drawn, BOTH).keys() == {check.id for check in CHECKS.values() if check.random}


def test_both_oracles_speak_the_same_vocabulary():
    assert vocabulary("reference", LAST).keys() == vocabulary("pytorch", LAST).keys()


def test_the_committed_key_equals_a_fresh_one():
    assert (PUBLIC / "key.json").read_text(encoding="utf-8") == key_text(make_key(PUBLIC, oracles=BOTH))


def test_the_key_does_not_depend_on_torch_being_installed(monkeypatch):
    assert available_oracles() == BOTH
    monkeypatch.setattr(answer_key, "find_spec", lambda package: None if package == "torch" else package)
    assert available_oracles() == ("reference",)
    assert (PUBLIC / "key.json").read_text(encoding="utf-8") == key_text(make_key(PUBLIC))


def test_a_disagreement_is_refused_with_check_expression_and_both_values(monkeypatch):
    class WrongTanh(torch.Value):
        def tanh(self):
            return self * 1.0

    check = check_of("a = Value(0.5)\nc = a.tanh()\nc.backward()", "c._op == c._op", "a.grad", exercise=6)
    plant(monkeypatch, "pytorch", Value=WrongTanh)
    with pytest.raises(OracleError) as refused:
        asked(check, BOTH)
    sentence = "ex06.planted: a.grad is 0.7864477329659274 by the reference but 1.0 by pytorch."
    assert str(refused.value) == sentence


@pytest.mark.parametrize("oracle", BOTH)
def test_a_wrong_entry_of_either_oracle_leaves_the_suite_without_a_key(monkeypatch, tmp_path, oracle):
    (tmp_path / "test_ex11_moons.py").write_bytes((PUBLIC / "test_ex11_moons.py").read_bytes())
    plant(monkeypatch, oracle, accuracy=lambda scores, labels: 0.5)
    with pytest.raises(
        OracleError, match=r"ex11\.accuracy_\w+: \w+ is [\d.]+ by the reference but [\d.]+ by pytorch\."
    ):
        answer_key.write_key(tmp_path, BOTH)
    assert not (tmp_path / "key.json").exists()
    if oracle == "pytorch":
        assert answer_key.write_key(tmp_path, ["reference"]) == len(load_checks(tmp_path))


def test_the_tolerance_of_the_probe_decides(monkeypatch):
    check = check_of("share = accuracy([], [])", "share")
    plant(monkeypatch, "reference", accuracy=lambda scores, labels: 0.5)
    plant(monkeypatch, "pytorch", accuracy=lambda scores, labels: 0.5 + 1e-7)
    with pytest.raises(OracleError, match=r"share is 0\.5 by the reference but 0\.5000001 by pytorch"):
        asked(check, BOTH)
    wider = replace(check, probe=replace(check.probe, rel=1e-6))
    assert asked(wider, BOTH) == {"share": 0.5}


def test_a_probe_that_one_oracle_cannot_answer_is_refused(monkeypatch):
    plant(monkeypatch, "pytorch", trace=None)
    with pytest.raises(OracleError, match=rf"ex{LAST}\.planted: the oracle pytorch cannot answer \(TypeError: "):
        asked(check_of("nodes, edges = trace(Value(1.0))", "len(nodes)"), BOTH)


def test_an_observation_that_is_no_plain_value_is_refused():
    with pytest.raises(OracleError, match="observe numbers, strings or lists of them"):
        asked(check_of("a = Value(1.0)", "[a]"), ["reference"])


def grader(*arguments):
    command = [sys.executable, "-m", "grader", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder whose key may be written."""
    for name in ("grader", "minigrad_reference", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    suite = tmp_path / "tests" / "public"
    suite.mkdir(parents=True)
    (suite / "test_ex01_derivatives.py").write_bytes((PUBLIC / "test_ex01_derivatives.py").read_bytes())
    monkeypatch.chdir(tmp_path)
    return suite


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        ([], f"answers {PROBES} probes; reference and pytorch agree.\n"),
        (["--oracles", "reference,pytorch"], f"answers {PROBES} probes; reference and pytorch agree.\n"),
        (["--oracles", "reference"], f"answers {PROBES} probes; reference alone was asked.\n"),
    ],
)
def test_the_command_says_which_oracles_agreed(copy, arguments, end):
    result = grader("key", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines(keepends=True)[0] == f"tests/public/key.json {end}"
    assert (copy / "key.json").exists()


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("pytorch", "The key holds the values of the oracle reference: choose it too.\n"),
        ("reference,numpy", "There is no oracle 'numpy'; choose from reference, pytorch.\n"),
    ],
)
def test_a_wrong_choice_of_oracles_is_one_sentence(copy, names, sentence):
    result = grader("key", "--oracles", names)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", sentence)
    assert not (copy / "key.json").exists()


def test_an_oracle_that_is_asked_for_must_be_installed(monkeypatch):
    monkeypatch.setattr(answer_key, "find_spec", lambda package: None if package == "torch" else package)
    with pytest.raises(OracleError, match="The oracle pytorch needs torch, which is not installed: make test-layer"):
        make_key(PUBLIC, oracles=BOTH)


def test_torch_is_imported_only_when_it_is_asked():
    code = (
        "import sys; from pathlib import Path; from grader.course.authoring import answer_key; "
        "answer_key.make_key(Path('tests/public'), oracles=['reference']); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=100, check=False).returncode == 0
