"""Hidden checks of exercise 6."""

from generators import ABS, EXACT, backward_program, magnitude, number, steps

from grader.core.checks import exercise

check = exercise(6)

BASE = ("x + y", "x * y", "x - y", "n * x", "x + n")
EVERYTHING = (
    *BASE,
    *("n + x", "x * n", "x - n", "n - x", "-x", "x / y", "x / n", "n / x", "x ** 2", "x ** 3", "x ** -1", "x ** 0.5"),
    *("x.exp()", "x.log()", "x.tanh()", "x.relu()", "x.sigmoid()"),
)


@check("Value.exp", points=2)
def test_exp_of_whole_numbers(probe):
    """exp of a whole number is right, its gradient too, and it remembers its operand."""
    probe(
        """
        a = Value(2)
        b = Value(1)
        c = a.exp()
        d = b.exp() * 4
        e = c * 3 + d
        e.backward()
        """,
        "[c.data, d.data]",
        "[c._op, d._op]",
        "[v is a for v in c._prev]",
        "[a.grad, b.grad]",
    )


@check("Value.exp", points=1)
def test_exp_of_extreme_numbers(probe):
    """exp is right for very large and for very negative numbers."""
    probe(
        """
        a = Value(700.0)
        b = Value(-700.0)
        c = Value(-1000.0)
        d = a.exp() * 1e-300
        e = b.exp() * 1e300
        f = d + e + c.exp() + c * 2.0
        f.backward()
        """,
        "[d.data, e.data, f.data]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.exp", points=2)
def test_exp_of_zero(probe):
    """exp of zero is one, and so is its slope."""
    probe(
        """
        a = Value(0.0)
        b = Value(0)
        c = a.exp() * 3.0
        d = b.exp() + b.exp() * b
        c.backward()
        d.backward()
        """,
        "[c.data, d.data]",
        "[a.grad, b.grad]",
    )


@check("Value.exp", points=2)
def test_exp_in_a_softmax(probe):
    """Shares made with exp, each over the sum of all, have the right gradients."""
    probe(
        """
        scores = [Value(1.5), Value(-0.5), Value(0.25)]
        powers = [s.exp() for s in scores]
        total = sum(powers)
        shares = [p / total for p in powers]
        loss = shares[0] * 2.0 - shares[1] * shares[2]
        loss.backward()
        """,
        "[s.data for s in shares]",
        "[s.grad for s in scores]",
        "[p.grad for p in powers]",
    )


@check("Value.exp", points=1)
def test_exp_reads_its_gradient_when_called(probe):
    """exp passes on the gradient that it has when it is called, and adds it to what is there."""
    probe(
        """
        a = Value(0.75)
        a.grad = 100.0
        c = a.exp()
        seen = [a.grad]
        for upstream in (2.0, -0.5, 0.0):
            c.grad = upstream
            c._backward()
            seen.append(a.grad)
        """,
        "seen",
        "c.data",
        "a.data",
    )


@check("Value.exp", points=2)
def test_exp_in_any_graph(probe, rng):
    """In any graph with exp, every value receives the right gradient."""
    text, observe = backward_program(rng, (*BASE, "x.exp()"), count=3, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.log", points=2)
def test_log_of_whole_numbers(probe):
    """log of a whole number is right, its gradient too, and it remembers its operand."""
    probe(
        """
        a = Value(2)
        b = Value(1)
        c = a.log()
        d = b.log() * 4
        e = c * 3 + d
        e.backward()
        """,
        "[c.data, d.data]",
        "[c._op, d._op]",
        "[v is a for v in c._prev]",
        "[a.grad, b.grad]",
    )


@check("Value.log", points=1)
def test_log_of_extreme_numbers(probe):
    """log is right for very large and for very small numbers."""
    probe(
        """
        a = Value(1e300)
        b = Value(1e-300)
        c = Value(1e-5)
        d = a.log() * 1e300
        e = b.log() * 1e-300
        f = c.log()
        for v in (d, e, f):
            v.backward()
        """,
        "[d.data, e.data, f.data]",
        "[a.grad, b.grad, c.grad]",
    )


@check("Value.log", points=2)
def test_log_of_one(probe):
    """log of one is zero, and its slope there is one."""
    probe(
        """
        a = Value(1.0)
        b = Value(1)
        c = a.log() * 3.0 + a
        d = b.log() * b.log() + b.log()
        c.backward()
        d.backward()
        """,
        "[c.data, d.data]",
        "[a.grad, b.grad]",
    )


@check("Value.log", points=2)
def test_log_of_a_sum_of_powers(probe):
    """The log of a sum of exp has the right gradients, and so has the log of a log."""
    probe(
        """
        a = Value(0.5)
        b = Value(-1.5)
        total = a.exp() + b.exp() + (a * b).exp()
        c = total.log()
        d = (a.exp() + 1.0).log().log()
        e = c * 2.0 + d
        e.backward()
        """,
        "[c.data, d.data]",
        "[total.grad, c.grad, a.grad, b.grad]",
    )


@check("Value.log", points=1)
def test_log_reads_its_gradient_when_called(probe):
    """log passes on the gradient that it has when it is called, and adds it to what is there."""
    probe(
        """
        a = Value(0.75)
        a.grad = 100.0
        c = a.log()
        seen = [a.grad]
        for upstream in (2.0, -0.5, 0.0):
            c.grad = upstream
            c._backward()
            seen.append(a.grad)
        """,
        "seen",
        "c.data",
        "a.data",
    )


@check("Value.log", points=2)
def test_log_in_any_graph(probe, rng):
    """In any graph with log, every value receives the right gradient."""
    text, observe = backward_program(rng, (*BASE, "x.log()", "x.exp()"), count=3, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.tanh", points=2)
def test_tanh_of_whole_numbers(probe):
    """tanh of a whole number is right, its gradient too, and it remembers its operand."""
    probe(
        """
        a = Value(2)
        b = Value(1)
        c = a.tanh()
        d = b.tanh() * 4
        e = c * 3 + d
        e.backward()
        """,
        "[c.data, d.data]",
        "[c._op, d._op]",
        "[v is a for v in c._prev]",
        "[a.grad, b.grad]",
    )


@check("Value.tanh", points=1)
def test_tanh_of_many_large_numbers(probe):
    """tanh is right for large numbers of all sizes and both signs, and flat there."""
    probe(
        """
        values = [Value(x) for x in (-1000.0, -800.0, -710.0, -400.0, 400.0, 710.0, 800.0, 1000.0)]
        results = [v.tanh() for v in values]
        total = results[0] * 2.0
        for v, r in zip(values, results):
            total = total + r + v * 0.5
        total.backward()
        """,
        "[r.data for r in results]",
        "total.data",
        "[v.grad for v in values]",
    )


@check("Value.tanh", points=2)
def test_tanh_of_both_signs(probe):
    """tanh of -a is the negative of tanh of a, with the same slope; at zero the slope is one."""
    probe(
        """
        values = [Value(x) for x in (-3.0, -0.75, 0.0, 0.75, 3.0)]
        results = [v.tanh() for v in values]
        total = sum(r * (i + 1.0) for i, r in enumerate(results))
        total.backward()
        """,
        "[r.data for r in results]",
        "[v.grad for v in values]",
    )


@check("Value.tanh", points=2)
def test_tanh_of_a_tanh(probe):
    """tanh of tanh of tanh passes its gradient back through all three."""
    probe(
        """
        a = Value(1.25)
        first = a.tanh()
        second = (first * 2.0).tanh()
        third = (second + first).tanh()
        c = third * third - second
        c.backward()
        """,
        "[first.data, second.data, third.data]",
        "[third.grad, second.grad, first.grad, a.grad]",
    )


@check("Value.tanh", points=1)
def test_tanh_reads_its_gradient_when_called(probe):
    """tanh passes on the gradient that it has when it is called, and adds it to what is there."""
    probe(
        """
        a = Value(0.75)
        a.grad = 100.0
        c = a.tanh()
        seen = [a.grad]
        for upstream in (2.0, -0.5, 0.0):
            c.grad = upstream
            c._backward()
            seen.append(a.grad)
        """,
        "seen",
        "c.data",
        "a.data",
    )


@check("Value.tanh", points=2)
def test_tanh_in_any_graph(probe, rng):
    """In any graph with tanh, every value receives the right gradient."""
    text, observe = backward_program(rng, (*BASE, "x.tanh()"), count=3, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.relu", points=2)
def test_relu_of_whole_numbers(probe):
    """relu of a whole number is right, its gradient too, and it remembers its operand."""
    probe(
        """
        a = Value(2)
        b = Value(1)
        c = a.relu()
        d = b.relu() * 4
        e = c * 3 + d
        e.backward()
        """,
        "[c.data, d.data]",
        "[c._op, d._op]",
        "[v is a for v in c._prev]",
        "[a.grad, b.grad]",
    )


@check("Value.relu", points=1)
def test_relu_of_extreme_numbers(probe):
    """relu keeps what is just above zero and what is very large, and stops what is just below."""
    probe(
        """
        values = [Value(x) for x in (-1e300, -0.001, 0.001, 1e300)]
        results = [v.relu() for v in values]
        total = sum(r * 1e-300 for r in results)
        for v, r in zip(values, results):
            total = total + r * 0.25
        total.backward()
        """,
        "[r.data for r in results]",
        "[v.grad for v in values]",
    )


@check("Value.relu", points=2)
def test_relu_after_negative_weights(probe):
    """relu looks at its own number, not at the sign of the gradient that comes back."""
    probe(
        """
        a = Value(2.0)
        b = Value(-2.0)
        c = a.relu() * -3.0 + b.relu() * -5.0 + (-b).relu() * 0.5
        c.backward()
        """,
        "c.data",
        "[a.grad, b.grad]",
    )


@check("Value.relu", points=2)
def test_relu_of_a_relu(probe):
    """relu of relu, and relu of what a relu has stopped, pass on what is right."""
    probe(
        """
        a = Value(1.5)
        b = Value(-0.5)
        first = a.relu() + b.relu()
        second = (first * 2.0 - 1.0).relu()
        third = (first - 4.0).relu()
        fourth = (4.0 - first).relu()
        c = second * fourth + third + a.relu().relu() * b
        c.backward()
        """,
        "[second.data, third.data, fourth.data, c.data]",
        "[first.grad, a.grad, b.grad]",
    )


@check("Value.relu", points=1)
def test_relu_reads_its_gradient_when_called(probe):
    """relu passes on the gradient that it has when it is called, and adds it to what is there."""
    probe(
        """
        a = Value(0.75)
        a.grad = 100.0
        c = a.relu()
        seen = [a.grad]
        for upstream in (2.0, -0.5, 0.0):
            c.grad = upstream
            c._backward()
            seen.append(a.grad)
        """,
        "seen",
        "c.data",
        "a.data",
    )


@check("Value.relu", points=2)
def test_relu_in_any_graph(probe, rng):
    """In any graph with relu, every value receives the right gradient."""
    text, observe = backward_program(rng, (*BASE, "x.relu()"), count=3, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.sigmoid", points=2)
def test_sigmoid_of_whole_numbers(probe):
    """sigmoid of a whole number is right, its gradient too, and it remembers its operand."""
    probe(
        """
        a = Value(2)
        b = Value(1)
        c = a.sigmoid()
        d = b.sigmoid() * 4
        e = c * 3 + d
        e.backward()
        """,
        "[c.data, d.data]",
        "[c._op, d._op]",
        "[v is a for v in c._prev]",
        "[a.grad, b.grad]",
    )


@check("Value.sigmoid", points=1)
def test_sigmoid_of_many_large_numbers(probe):
    """sigmoid is right for large numbers of all sizes and both signs, and flat there."""
    probe(
        """
        values = [Value(x) for x in (-1000.0, -800.0, -710.0, -400.0, 400.0, 710.0, 800.0, 1000.0)]
        results = [v.sigmoid() for v in values]
        total = results[0] * 2.0
        for v, r in zip(values, results):
            total = total + r + v * 0.5
        total.backward()
        """,
        "[r.data for r in results]",
        "total.data",
        "[v.grad for v in values]",
    )


@check("Value.sigmoid", points=2)
def test_sigmoid_of_both_signs(probe):
    """sigmoid of -a is one minus sigmoid of a, with the same slope."""
    probe(
        """
        values = [Value(x) for x in (-3.0, -0.75, 0.0, 0.75, 3.0)]
        results = [v.sigmoid() for v in values]
        total = sum(r * (i + 1.0) for i, r in enumerate(results))
        total.backward()
        """,
        "[r.data for r in results]",
        "[v.grad for v in values]",
    )


@check("Value.sigmoid", points=2)
def test_sigmoid_times_its_argument(probe):
    """a * sigmoid(a) and the log of a sigmoid have the right gradients."""
    probe(
        """
        a = Value(-1.25)
        b = Value(2.5)
        s = a.sigmoid()
        swish = a * s
        loss = (b * a).sigmoid().log() * -1.0 + (1 - s).log()
        c = swish + loss
        c.backward()
        """,
        "[swish.data, loss.data]",
        "[s.grad, a.grad, b.grad]",
    )


@check("Value.sigmoid", points=1)
def test_sigmoid_reads_its_gradient_when_called(probe):
    """sigmoid passes on the gradient that it has when it is called, and adds it to what is there."""
    probe(
        """
        a = Value(0.75)
        a.grad = 100.0
        c = a.sigmoid()
        seen = [a.grad]
        for upstream in (2.0, -0.5, 0.0):
            c.grad = upstream
            c._backward()
            seen.append(a.grad)
        """,
        "seen",
        "c.data",
        "a.data",
    )


@check("Value.sigmoid", points=2)
def test_sigmoid_in_any_graph(probe, rng):
    """In any graph with sigmoid, every value receives the right gradient."""
    text, observe = backward_program(rng, (*BASE, "x.sigmoid()"), count=3, leaves=3, steps=20)
    probe(text, *observe, abs=ABS)


@check("Value.sigmoid", points=2)
def test_all_operations_in_any_graph(probe, rng):
    """In any graph with all operations, every value receives the right gradient."""
    text, observe = backward_program(rng, EVERYTHING, count=3, leaves=4, steps=44)
    probe(text, *observe, abs=ABS)


@check("Value.tanh", points=2)
def test_all_bends_in_any_graph(probe, rng):
    """In any graph with tanh, relu and all operators, every value receives the right gradient."""
    text, observe = backward_program(
        rng, (*BASE, "x / y", "n / x", "x ** 2", "x ** 0.5", "x.tanh()", "x.relu()"), count=3, leaves=4, steps=36
    )
    probe(text, *observe, abs=ABS)


@check("Value.exp", points=16)
def test_exp_digit_by_digit(probe, rng):
    """exp has the right slope digit by digit, up to the largest number that has one."""
    largest = f"709.{rng.randint(10, 77)}"
    given = [*((number(rng), number(rng)) for _ in range(3)), (largest, "1e-300")]
    probe(steps(*(("a.exp()", (x,), upstream) for x, upstream in given)), "grads", rel=EXACT, abs=0.0)


@check("Value.log", points=16)
def test_log_digit_by_digit(probe, rng):
    """log has the right slope digit by digit, however small or large the number is."""
    sizes = [(f"{rng.uniform(1, 9):.2f}e{size}", f"1e{size}") for size in (-250, -4, 0, 9, 250)]
    probe(steps(*(("a.log()", (x,), upstream) for x, upstream in sizes)), "grads", rel=EXACT, abs=0.0)


@check("Value.tanh", points=18)
def test_tanh_digit_by_digit(probe, rng):
    """tanh has the right slope digit by digit, also beside zero."""
    given = [*((number(rng), number(rng)) for _ in range(3)), (magnitude(rng, -200, -9), number(rng))]
    probe(steps(*(("a.tanh()", (x,), upstream) for x, upstream in given)), "grads", rel=EXACT, abs=0.0)


@check("Value.relu", points=16)
def test_relu_beside_zero(probe, rng):
    """relu has the slope one just above zero and none just below, digit by digit."""
    sizes = [(sign * rng.uniform(1, 9), size) for sign in (1, -1) for size in (-250, -12, 0, 12, 250)]
    probe(steps(*(("a.relu()", (f"{x:.2f}e{size}",), number(rng)) for x, size in sizes)), "grads", rel=EXACT, abs=0.0)


@check("Value.sigmoid", points=18)
def test_sigmoid_digit_by_digit(probe, rng):
    """sigmoid has the right slope digit by digit."""
    given = [(number(rng), number(rng)) for _ in range(6)]
    probe(steps(*(("a.sigmoid()", (x,), upstream) for x, upstream in given)), "grads", rel=EXACT, abs=0.0)
