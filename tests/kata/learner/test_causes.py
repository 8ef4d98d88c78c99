"""What a failure is blamed on: never on a recursion that is right, on an earlier slip only where it is behind it."""

import re

import pytest

from grader.core.catalogue import read_catalogue
from tests.kata.learner.conftest import RECURSIVE_ORDER

LESSON = '    """Return the list of all Values that root was made from, root included.'
RECURSIVE = f"""{RECURSIVE_ORDER}

def as_it_was(root):
{LESSON}"""
DEEP = "What you wrote is right, but a recursion cannot go as deep as the deepest graph of the checks. You can go on;"
MINUS_TURNED_ROUND = ("return -self + other", "return self - other")
COPIES = """\
        right = list(xs)
        left = list(xs)
        right[i] += h
        left[i] -= h
        slopes.append((f(right) - f(left)) / (2 * h))
"""
WHY = re.compile(r"^(WHY|PERHAPS WHY)  .*\(exercise (\d+), ([\w.]+)\)\.$", re.MULTILINE)


def joined(text):
    """A report with each paragraph on one line, whatever the terminal's width."""
    return re.sub(r"(?<!\n)\n +(?=\S)", " ", text)


def flat(text):
    """Its words alone."""
    return " ".join(text.split())


def let_sums_overwrite(learner):
    learner.edit(3, "self.grad += 1.0 * out.grad", "self.grad = 1.0 * out.grad")
    learner.edit_again(3, "other.grad += 1.0 * out.grad", "other.grad = 1.0 * out.grad")


@pytest.fixture
def recursive(learner):
    """A learner whose walk in exercise 4 calls itself, and whose other exercises are right."""
    learner.solve(*read_catalogue())
    learner.edit(4, f"def topological_order(root):\n{LESSON}", RECURSIVE)
    return learner


def test_a_right_recursion_is_told_as_right_in_every_command(recursive):
    test = recursive.run("test", 4)
    assert (test.returncode, test.stderr) == (1, "")
    assert test.stdout.count("     too deep  ") == 2
    assert test.stdout.count("       passed  ") == 14
    assert WHY.findall(joined(test.stdout)) == [("WHY", "4", "topological_order")]
    assert flat(test.stdout).endswith(f"14 of 16 checks pass. {DEEP} the next command is make test-exercise-5.")

    progress = recursive.run("progress").stdout
    assert re.search(r"^ 4  Backward +14/16  right, but too deep", progress, re.MULTILINE)
    assert "Everything is right; exercises 4 and 7 could go deeper. make my-minigrad" in flat(progress)

    hint = recursive.run("hint", 4).stdout
    assert hint.startswith("Exercise 4 is right, and you can go on.")
    assert not (recursive.folder / ".minigrad").exists()
    explained = recursive.run("explain", 4).stdout
    assert flat(explained) == f"There is nothing to draw. {DEEP} make test-exercise-4 shows where it ends."


def test_the_task_that_calls_itself_is_named_where_the_check_of_another_goes_too_deep(learner):
    learner.solve(*read_catalogue())
    without_leaves = RECURSIVE.replace("order.append(value)", "order.extend([value] * bool(value._prev))")
    learner.edit(4, f"def topological_order(root):\n{LESSON}", without_leaves)
    own, _, other = learner.run("test", 4).stdout.partition("\nTOO DEEP  Value.backward: ")
    assert "The recursion is in" not in own
    assert "\nThe recursion is in topological_order.\n" in other


def test_a_recursion_in_an_earlier_exercise_is_told_with_its_number(recursive):
    result = recursive.run("test", 7).stdout
    assert "\nThe recursion is in topological_order of exercise 4.\n" in result.partition("\nTOO DEEP  trace: ")[2]


def test_a_right_recursion_hides_no_belief_of_a_later_exercise(recursive):
    recursive.edit(5, *MINUS_TURNED_ROUND)
    result = recursive.run("test", 5).stdout
    assert WHY.findall(joined(result)) == [("WHY", "5", "Value.__rsub__")]
    assert "xercise 4" not in result.partition("\n\nCRASHED")[2].replace("(exercise 4", "")
    assert flat(result).endswith("make explain-5 shows where it goes wrong; make hint-5 says a little more each time.")
    assert "Next: repair Value.__rsub__ in exercises/ex05_operators.py" in recursive.run("progress").stdout


def test_a_walk_that_is_wrong_and_recursive_is_wrong(learner):
    learner.solve(1, 2, 3)
    wrong = RECURSIVE.replace("            order.append(value)\n", "").replace(
        "add(value)\n", "add(value); order.append(value)\n"
    )
    learner.edit(4, f"def topological_order(root):\n{LESSON}", wrong)
    result = learner.run("test", 4).stdout
    assert "You can go on" not in result
    assert "WRONG  topological_order: " in result
    assert learner.run("hint", 4).stdout.startswith("topological_order, hint 1 of 3\n")


def test_an_earlier_belief_is_told_for_what_its_repair_mends(learner):
    learner.solve(1, 2, 3, 4, 5)
    let_sums_overwrite(learner)
    result = learner.run("test", 5).stdout
    assert WHY.findall(joined(result)) == [("WHY", "3", "Value.__add__")]
    assert flat(result).endswith(" Exercise 3 is behind what fails here; repair it first: make test-exercise-3.")


def test_an_earlier_belief_that_accounts_for_nothing_is_not_told(learner):
    learner.solve(2, 3, 4, 5)
    learner.edit(1, "rise = f(x + h) - f(x - h)", "rise = f(x + h) - f(x)")
    learner.edit(5, *MINUS_TURNED_ROUND)
    result = learner.run("test", 5).stdout
    assert WHY.findall(joined(result)) == [("WHY", "5", "Value.__rsub__")]
    assert flat(result).endswith("make explain-5 shows where it goes wrong; make hint-5 says a little more each time.")


def test_where_both_are_wrong_both_are_told(learner):
    learner.solve(1, 2, 3, 4, 5)
    let_sums_overwrite(learner)
    learner.edit(5, *MINUS_TURNED_ROUND)
    result = learner.run("test", 5).stdout
    assert WHY.findall(joined(result)) == [("WHY", "3", "Value.__add__"), ("WHY", "5", "Value.__rsub__")]
    assert re.search(r" Exercise 3 is behind \d of the \d+ checks that fail here; repair it first", flat(result))


def test_without_worked_answers_an_earlier_belief_is_only_a_perhaps(learner):
    learner.solve(1, 2, 3, 4, 5)
    let_sums_overwrite(learner)
    (learner.folder / "solutions").unlink()
    result = learner.run("test", 5).stdout
    assert ("PERHAPS WHY", "3", "Value.__add__") in WHY.findall(joined(result))
    assert flat(result).endswith(" Exercise 3 does not pass either; repair it first: make test-exercise-3.")


@pytest.mark.parametrize("has_answers", [True, False])
def test_an_exercise_is_not_held_up_by_one_that_it_does_not_build_on(learner, has_answers):
    learner.solve(1, 2, 3, 4, 6)
    learner.edit(5, *MINUS_TURNED_ROUND)
    learner.edit(7, "(operand, result) for result in nodes", "(result, operand) for result in nodes")
    if not has_answers:
        (learner.folder / "solutions").unlink()
    result = learner.run("test", 7).stdout
    assert WHY.findall(joined(result)) == [("WHY", "7", "trace")]
    assert "xercise 5" not in result
    assert flat(result).endswith("make explain-7 shows where it goes wrong; make hint-7 says a little more each time.")


def test_an_exercise_passes_while_those_that_it_does_not_build_on_are_stubs(learner):
    learner.solve(3, 4, 7)
    assert learner.run("test", 7).returncode == 0


def test_without_worked_answers_what_no_failing_check_uses_is_not_blamed(learner):
    """Hidden checks of exercise 6 use exercise 5, the public ones do not."""
    learner.solve(1, 2, 3, 4)
    learner.edit(5, *MINUS_TURNED_ROUND)
    learner.edit(6, "(1.0 - out.data**2)", "(1.0 + out.data**2)")
    (learner.folder / "solutions").unlink()
    assert "xercise 5" not in learner.run("test", 6).stdout


def test_what_comes_first_is_the_first_by_number(learner):
    learner.solve(1, 2, 3, 4, 5, 6, 7, 8, 11)
    result = learner.run("test", 11).stdout
    assert flat(result).endswith("Exercise 9 comes first: make test-exercise-9.")


def test_a_helper_that_the_worked_answers_lack_stays_among_them_and_the_cause_is_sure(learner):
    learner.solve(1, 2, 3, 4)
    let_sums_overwrite(learner)
    learner.file(3).write_text(learner.file(3).read_text(encoding="utf-8") + "\n\ndef same(x):\n    return x\n")
    learner.edit(4, "from ex03_chain_rule import ", "from ex03_chain_rule import same, ")
    assert ("WHY", "3", "Value.__add__") in WHY.findall(joined(learner.run("test", 4).stdout))


def test_copies_of_operands_are_told_as_copies_and_once_for_both_tasks(learner):
    learner.solve(1)
    learner.solve(2)
    for op in "+*":
        made = f"return Value(self.data {op} other.data, "
        copied = f'{made}(Value(self.data), Value(other.data)), "{op}")'
        learner.edit_again(2, f'{made}(self, other), "{op}")', copied)
    result = joined(learner.run("test", 2).stdout)
    assert WHY.findall(result) == [("WHY", "2", "Value.__add__")]
    assert "The sum remembers copies of its operands" in result
    assert "It is the same in Value.__mul__: the product remembers copies of its operands." in flat(result)


def test_beliefs_come_in_the_order_of_the_tasks(learner):
    learner.solve(1, 2, 3, 4)
    learner.edit(5, "return self + (-other)", "return -self + other")
    learner.edit_again(5, "self.grad += slope * out.grad", "self.grad += slope")
    found = [task for _, _, task in WHY.findall(joined(learner.run("test", 5).stdout))]
    assert found == ["Value.__pow__", "Value.__sub__"]


def test_of_two_beliefs_in_one_task_the_one_behind_the_failure_that_is_shown_comes_first(learner):
    learner.solve(1, 2, 3, 4)
    learner.edit(5, "slope = 0.0 if n == 0 else n", "slope = n")
    learner.edit_again(5, "self.grad += slope * out.grad", "self.grad += slope")
    report = joined(learner.run("test", "5").stdout)
    first, second = re.findall(r"^WHY  (.*)$", report, re.MULTILINE)
    assert "expected 60.0 got 12.0" in flat(report)
    assert first == "The power passes its slope without the upstream gradient (exercise 5, Value.__pow__)."
    assert second == "The exponent 0 is left to the power rule (exercise 5, Value.__pow__)."


def test_a_right_method_that_calls_one_that_goes_round_is_not_blamed(learner):
    learner.solve(1, 2, 3, 4)
    learner.edit(5, "return self**-1 * other", "return other * self**-1")
    end = "\n    ### END SOLUTION\n\n\n@add_to_class(Value)\ndef __rtruediv__"
    learner.edit_again(5, f"return self * other{end}", f"return other * self{end}")
    result = learner.run("test", 5).stdout
    assert WHY.findall(joined(result)) == [("WHY", "5", "Value.__rmul__")]
    assert "explain-5" not in result  # which has no numbers to show


@pytest.mark.parametrize(
    "slope", ["n * self.data**n / self.data", "n * out.data / self.data", "n * self.data**n * self.data**-1"]
)
def test_a_power_rule_that_divides_by_x_has_a_name(learner, slope):
    learner.solve(1, 2, 3, 4)
    learner.edit(5, "0.0 if n == 0 else n * self.data ** (n - 1)", slope)
    result = joined(learner.run("test", 5).stdout)
    assert "WHY  The power rule divides by x (exercise 5, Value.__pow__)." in result


@pytest.mark.parametrize(
    "moves",
    [
        ("ys = xs", "ys[i] = xs[i] + h", "above = f(ys)", "ys[i] = xs[i] - h", "below = f(ys)"),
        ("ys = xs", "ys[i] += h", "above = f(ys)", "zs = xs", "zs[i] -= h", "below = f(zs)"),
        ("ys = xs", "zs = xs", "ys[i] += h", "zs[i] -= h", "above, below = f(ys), f(zs)"),
        ("ys = xs", "zs = list(xs)", "ys[i] += h", "zs[i] -= h", "above, below = f(ys), f(zs)"),
    ],
)
def test_a_second_name_for_a_list_has_a_name(learner, moves):
    lines = [*moves, "slopes.append((above - below) / (2 * h))"]
    learner.edit(1, COPIES, "".join(f"        {line}\n" for line in lines))
    result = joined(learner.run("test", 1).stdout)
    assert "WHY  A second name for the list is taken for a copy (exercise 1, gradient)." in result


def test_two_tasks_that_are_stopped_at_one_place_are_told_once_and_the_right_one_is_not_blamed(learner):
    learner.solve(1)
    learner.edit(2, "return Value(self.data + other.data,", "return Value(self.daat + other.data,")
    result = learner.run("test", 2).stdout
    assert "CRASHED  Value.__add__: " in result
    assert "CRASHED  Value.__mul__: " not in result
    assert result.count("Also stopped by this: Value.__mul__.") == 1


def test_two_tasks_that_make_the_same_slip_at_two_places_are_both_told(learner):
    learner.solve(1)
    learner.edit(2, "return Value(self.data + other.data,", "return Value(self.daat + other.data,")
    learner.edit_again(2, "return Value(self.data * other.data,", "return Value(self.daat * other.data,")
    result = learner.run("test", 2).stdout
    assert "CRASHED  Value.__add__: " in result
    assert "CRASHED  Value.__mul__: " in result
    assert "Also stopped" not in result


def test_a_check_that_stumbles_over_what_an_earlier_task_has_made_waits_for_that_task(learner):
    learner.solve(1)
    learner.edit(2, '(self, other), "+")', '(self.data, other.data), "+")')
    result = joined(learner.run("test", 2).stdout)
    assert "CRASHED  Value.__mul__: " not in result
    assert "A check of Value.__mul__ uses Value.__add__, which is still wrong: mend that first." in flat(result)


def test_a_task_that_only_its_check_uses_beside_another_is_not_said_to_use_it(learner):
    """zero_grad is checked on a network that has been called; it walks over the parameters and calls nothing."""
    learner.solve(*range(1, 9))
    learner.edit(9, "x = layer(x)", "out = layer(x)")
    learner.edit_again(9, "return x[0] if len(x) == 1 else x", "return out[0] if len(out) == 1 else out")
    result = flat(learner.run("test", 9).stdout)
    assert " A check of Module.zero_grad uses MLP.__call__, which is still wrong: mend that first." in result
    assert result.count("Module.zero_grad uses") == 1


def test_a_check_that_crashes_before_it_comes_to_its_task_waits_and_one_that_shows_the_task_is_told(learner):
    """The network hands out a list, which has no backward; so zero_grad is not called by the first of its checks."""
    learner.solve(*range(1, 9))
    learner.edit(9, "return x[0] if len(x) == 1 else x", "return x[0] if len(self.layers) == 1 else x")
    learner.edit_again(9, "p.grad = 0.0", "p.grad == 0.0")
    result = joined(learner.run("test", 9).stdout)
    assert "CRASHED  Module.zero_grad: " not in result
    assert "WRONG  Module.zero_grad: A neuron and a layer can set their gradients to 0 as well" in result
    assert " A check of Module.zero_grad uses MLP.__call__, which is still wrong: mend that first." in flat(result)
    assert WHY.findall(result)[-1] == ("WHY", "9", "Module.zero_grad")


UNWRAPS = (
    "outputs = [neuron(x) for neuron in self.neurons]\n        return outputs[0] if len(outputs) == 1 else outputs"
)


def test_a_layer_that_unwraps_and_a_network_that_does_not_are_both_named(learner):
    learner.solve(*range(1, 9))
    learner.edit(9, "return [neuron(x) for neuron in self.neurons]", UNWRAPS)
    learner.edit_again(9, "return x[0] if len(x) == 1 else x", "return x")
    found = WHY.findall(joined(learner.run("test", 9).stdout))
    assert found == [("WHY", "9", "Layer.__call__"), ("WHY", "9", "MLP.__call__")]


APPENDED = "        keys.append(self.key(normalised))\n        values.append(self.value(normalised))\n"
MADE_ANEW = "        keys = keys + [self.key(normalised)]\n        values = values + [self.value(normalised)]\n"
USES_BLOCK = "GPT.__call__ uses Block.__call__, which is still wrong: mend that first."


def test_a_task_that_only_waits_for_an_earlier_one_of_its_exercise_is_not_called_wrong(learner):
    learner.solve(*range(1, 17))
    learner.edit(17, "keys.append(self.key(normalised))", "keys.append(self.key(x))")
    result = joined(learner.run("test", 17).stdout)
    assert re.findall("^WRONG  (.*?):", result, re.MULTILINE) == ["Block.__call__"]
    assert USES_BLOCK in flat(result)
    assert "GPT.loss uses Block.__call__, which is still wrong: mend that first." in flat(result)
    assert {task for _, _, task in WHY.findall(result)} <= {"Block.__call__"}


def test_what_is_believed_of_a_task_is_proved_beside_the_earlier_one_put_right(learner):
    learner.solve(*range(1, 17))
    learner.edit(17, APPENDED, MADE_ANEW)
    learner.edit_again(17, "x = block(x, past_of_block)", "x = block(x, past[0])")
    result = joined(learner.run("test", 17).stdout)
    assert WHY.findall(result) == [("WHY", "17", "Block.__call__"), ("WHY", "17", "GPT.__call__")]
    assert "WHY  All blocks share the past of the first (exercise 17, GPT.__call__)." in result
    (learner.folder / "solutions").unlink()
    without = joined(learner.run("test", 17).stdout)
    assert WHY.findall(without) == [("WHY", "17", "Block.__call__")]
    assert USES_BLOCK in flat(without)
