"""What is too much for Python's own compiler costs the hand-in that holds it and nothing else."""

import json

import pytest

from grader.course.intake.reading import Answer, Reader, TooMuchError, read_or_say_why, reader

FOUR = "def backward(self):\n    return 4\n"


def nested(depth, word="finally"):
    return "".join(f"{' ' * level}try:\n{' ' * level} pass\n{' ' * level}{word}:\n" for level in range(depth)) + (
        " " * depth + "pass\n"
    )


def hand_in(folder, scratch, name="ex04_backward.ipynb"):
    folder.mkdir()
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in (FOUR, scratch)]
    text = json.dumps({"cells": cells}) if name.endswith("ipynb") else scratch
    (folder / name).write_text(text, encoding="utf-8")
    return folder


HOSTILE = {
    "nineteen nested finally": nested(19),
    "millions of lines": "x\n" * 8_000_000,
    "deep brackets": "(" * 400_000,
    "deep nesting": "\n".join(" " * level + "if x:" for level in range(99)) + " pass",
    "a long sum": "1" + "+1" * 450_000,
    "a long number": "9" * 900_000,
}


@pytest.mark.timeout(300)
def test_whatever_a_hand_in_holds_it_gets_a_sentence_or_its_answers_and_the_next_one_is_read(tmp_path):
    right = hand_in(tmp_path / "right", "x = 1")
    for name, scratch in HOSTILE.items():
        found = read_or_say_why(hand_in(tmp_path / name, scratch), "mallory")
        if name == "nineteen nested finally":
            assert found.sources == {}
            assert found.notes[0].startswith(f"{name!r} takes more than 768 MB of memory or 15 seconds to be read;")
        assert found.sources or "needs a look" in found.notes[0] or "left out" in found.notes[0], found.notes
        assert read_or_say_why(right, "alice").sources == {4: f"{FOUR}\nx = 1\n"}


def test_a_hand_in_of_100_mb_is_left_out(tmp_path):
    folder = hand_in(tmp_path / "large", "x", "ex04_backward.py")
    (folder / "ex05_operations.py").write_bytes(b"#" * 100_000_000)
    found = read_or_say_why(folder, "mallory")
    assert found.sources == {4: "x"}
    assert any("larger than 1 MB" in note for note in found.notes)


def test_one_process_serves_many_and_is_replaced_when_it_dies(tmp_path):
    path = hand_in(tmp_path / "right", "x = 1")
    read_or_say_why(path, "alice")
    first = reader().process
    read_or_say_why(path, "alice")
    assert reader().process is first
    first.kill()
    first.wait()
    assert read_or_say_why(path, "alice").sources
    assert reader().process is not first


def test_a_reader_that_is_silent_is_given_up():
    impatient = Reader(wall=0.0)
    with pytest.raises(TooMuchError, match="takes more than"):
        impatient.ask("cells", "")
    assert impatient.process is None


def test_the_memory_of_whoever_asks_is_not_the_readers():
    """On Linux a new process is told the peak of the one that started it as if it were its own."""
    memory = 3 * 2**28
    ballast = b"x" * memory  # of which half would be too much
    mine = Reader(memory=memory)
    try:
        assert mine.ask("cells", "") == Answer()
    finally:
        mine.stop()
    assert len(ballast) == memory


def test_a_reader_ends_with_whoever_asked_it():
    mine = Reader()
    mine.ask("cells", "")
    process = mine.process
    process.stdin.close()
    assert process.wait(timeout=60) == 0


def test_what_python_thinks_of_a_source_is_not_for_the_instructor(tmp_path, capfd):
    path = hand_in(tmp_path / "alice", "if 1 is 1: x = '\\d'")
    assert read_or_say_why(path, "alice").notebooks == {4}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["ex04_backward.ipynb", "ex04_backward.py"])
def test_what_python_warns_of_in_a_hand_in_is_not_said_to_the_instructor(tmp_path, capfd, name):
    found = read_or_say_why(hand_in(tmp_path / "a", "x = '\\d'\nassert (1, 'x')\ny = 1 is 1\n", name), "alice")
    assert "1 is 1" in found.sources[4]
    assert capfd.readouterr() == ("", "")
