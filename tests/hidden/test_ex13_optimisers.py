"""Hidden checks of exercise 13."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(13)

BOWL = """
x, y = Value({x}), Value({y})
optimiser = {optimiser}
places = []
for step in range({steps}):
    height = (x - {a}) ** 2 + (y - {b}) ** 2 * 3.0 + x * y
    x.grad, y.grad = 0.0, 0.0
    height.backward()
    optimiser.step()
    places.append([x.data, y.data])
"""


def bowl(rng, optimiser, steps):
    """A descent into a bowl that leans, with every place on the way."""
    x, y, a, b = numbers(rng, 4)
    return BOWL.format(x=x, y=y, a=a, b=b, optimiser=optimiser, steps=steps)


def steps(optimiser, starts, rows):
    """Steps with given gradients, row by row, with every place on the way."""
    return f"""
parameters = [Value(p) for p in {starts}]
optimiser = {optimiser}
places = []
for row in {rows}:
    for p, grad in zip(parameters, row):
        p.grad = grad
    optimiser.step()
    places.append([p.data for p in parameters])
"""


@check("SGD.step", points=1)
def test_two_optimisers_of_the_first_kind(probe):
    """Each optimiser has its own velocities, and one may have no parameters."""
    probe(
        """
        a, b = Value(1), Value(1)
        first, second = SGD([a], 0.5, 0.5), SGD([b], 0.5, 0.5)
        empty = SGD([], 0.1, 0.9)
        places = []
        for grad in (2, 1, -1):
            a.grad = b.grad = grad
            first.step()
            empty.step()
            if grad != 1:
                second.step()
            places.append([a.data, b.data])
        """,
        "places",
    )


@check("SGD.step", points=1)
def test_rolling_on(probe):
    """A parameter whose gradient has become 0 rolls on and comes to rest."""
    probe(
        """
        a = Value(0.0)
        optimiser = SGD([a], 0.1, 0.5)
        a.grad = -8.0
        places = []
        for step in range(8):
            optimiser.step()
            a.grad = 0.0
            places.append(a.data)
        """,
        "places",
    )


@check("SGD.step", points=1)
def test_full_momentum(probe):
    """With momentum 1 nothing is lost, and all gradients so far count alike."""
    probe(
        """
        a = Value(0.5)
        optimiser = SGD([a], learning_rate=1, momentum=1)
        places = []
        for grad in (1.0, -2.0, 0.5, 0.5):
            a.grad = grad
            optimiser.step()
            places.append([a.data, a.grad])
        """,
        "places",
    )


@check("SGD.step", points=2)
def test_fifty_steps_with_momentum(probe, rng):
    """Fifty steps with any gradients and a momentum are right, one by one."""
    momentum = round(rng.uniform(0.5, 0.95), 2)
    rows = [numbers(rng, 3, 0.1, 2.0) for _ in range(50)]
    probe(steps(f"SGD(parameters, 0.05, momentum={momentum})", numbers(rng, 3), rows), "places[::7]", "places[-1]")


@check("SGD.step", points=2)
def test_any_descent_with_momentum(probe, rng):
    """A descent into any bowl is right, place by place."""
    rate, momentum = round(rng.uniform(0.01, 0.05), 3), round(rng.uniform(0.3, 0.8), 2)
    probe(bowl(rng, f"SGD([x, y], {rate}, {momentum})", 12), "places")


@check("Adam.step", points=1)
def test_two_optimisers_of_the_second_kind(probe):
    """Each optimiser counts its own steps and has its own means, and one may have no parameters."""
    probe(
        """
        a, b = Value(1), Value(1)
        first, second = Adam([a], 0.5), Adam([b], 0.5)
        empty = Adam([], 0.1)
        places = []
        for grad in (2, 1, -1):
            a.grad = b.grad = grad
            first.step()
            empty.step()
            if grad != 1:
                second.step()
            places.append([a.data, b.data])
        """,
        "places",
    )


@check("Adam.step", points=1)
def test_usual_arguments(probe):
    """Without other arguments the rate is 0.001, and gradients may be huge or tiny."""
    probe(
        """
        a, b = Value(0.0), Value(0.0)
        optimiser = Adam([a, b])
        for grads in ((1e6, 1e-6), (-1e5, 3e-6), (2e6, -1e-6)):
            a.grad, b.grad = grads
            optimiser.step()
        """,
        "[a.data * 1000.0, b.data * 1000.0]",
    )


@check("Adam.step", points=1)
def test_tiny_gradients_and_eps(probe):
    """Where gradients are as small as eps, eps makes the steps shorter."""
    probe(
        """
        a = Value(0.0)
        optimiser = Adam([a], 1.0, eps=1e-3)
        places = []
        for grad in (1e-3, 1e-4, 1e-5, -1e-3):
            a.grad = grad
            optimiser.step()
            places.append(a.data)
        """,
        "places",
    )


@check("Adam.step", points=1)
def test_betas_of_zero(probe):
    """With betas of 0 nothing is remembered: each step has the length of the rate and the sign of its gradient."""
    probe(
        """
        a = Value(0.0)
        optimiser = Adam([a], 0.25, betas=(0.0, 0.0), eps=0.0)
        places = []
        for grad in (3.0, -0.5, 8.0, 0.125):
            a.grad = grad
            optimiser.step()
            places.append(a.data)
        """,
        "places",
    )


@check("Adam.step", points=2)
def test_fifty_steps_of_adam(probe, rng):
    """Fifty steps with any gradients are right, one by one."""
    rows = [numbers(rng, 3, 0.1, 2.0) for _ in range(50)]
    probe(steps("Adam(parameters, 0.05)", numbers(rng, 3), rows), "places[::7]", "places[-1]")


@check("Adam.step", points=2)
def test_any_betas_and_eps(probe, rng):
    """Steps are right with any betas and any eps."""
    betas = round(rng.uniform(0.5, 0.9), 2), round(rng.uniform(0.9, 0.99), 3)
    rows = [numbers(rng, 2, 0.1, 2.0) for _ in range(12)]
    optimiser = f"Adam(parameters, 0.1, betas={betas}, eps={round(rng.uniform(0.01, 0.5), 3)})"
    probe(steps(optimiser, numbers(rng, 2), rows), "places")


@check("Adam.step", points=2)
def test_any_descent_of_adam_with_a_falling_rate(probe, rng):
    """A descent into any bowl, with a rate that falls to 0, is right place by place."""
    text = bowl(rng, f"Adam([x, y], betas=(0.85, 0.99), eps={1e-8})", 12)
    rate = round(rng.uniform(0.05, 0.2), 2)
    probe(
        text.replace(
            "    optimiser.step()", f"    optimiser.learning_rate = {rate} * (1 - step / 12)\n    optimiser.step()"
        ),
        "places",
    )


@check("clip_grad_norm", points=1)
def test_gradients_of_zero_stay_zero(probe):
    """Gradients that are all 0 have the norm 0 and stay, and one of 0 among others stays 0."""
    probe(
        """
        parameters = [Value(1.0), Value(2.0), Value(3.0)]
        norms = [clip_grad_norm(parameters, 1.0)]
        nothing = [p.grad for p in parameters]
        parameters[0].grad, parameters[2].grad = 8.0, -6.0
        norms.append(clip_grad_norm(parameters, 1.0))
        """,
        "norms",
        "[nothing, [p.grad for p in parameters]]",
    )


@check("clip_grad_norm", points=1)
def test_clipping_one_gradient(probe):
    """One gradient keeps its sign and is cut to the limit; the norm is a positive float."""
    probe(
        """
        p = Value(1.0)
        p.grad = -8.0
        norm = clip_grad_norm([p], 0.5)
        """,
        "[isinstance(norm, float), norm]",
        "p.grad",
    )


@check("clip_grad_norm", points=1)
def test_clipped_steps(probe):
    """Clipping before a step bounds its length and keeps its direction."""
    probe(
        """
        x, y = Value(3.0), Value(-2.0)
        optimiser = SGD([x, y], 0.5)
        places = []
        for step in range(4):
            x.grad, y.grad = 0.0, 0.0
            (x**4 + y * y * 5.0).backward()
            norm = clip_grad_norm([x, y], 1.0)
            optimiser.step()
            places.append([norm, x.data, y.data])
        """,
        "places",
    )


@check("clip_grad_norm", points=2)
def test_any_clipping(probe, rng):
    """Norm and gradients are right for any gradients and limits, above the norm and below."""
    grads = [numbers(rng, n, 0.1, 3.0) for n in (2, 5, 12)]
    probe(
        f"""
        found = []
        for grads in {grads}:
            for limit in (0.125, {abs(number(rng))}, 50.0):
                parameters = [Value(1.0) for _ in grads]
                for p, grad in zip(parameters, grads):
                    p.grad = grad
                found.append([clip_grad_norm(parameters, limit), [p.grad for p in parameters]])
        """,
        "found",
    )


FALLING = """
a, b = Value(1.0), Value(-2.0)
optimiser = {optimiser}
answers, places, kept = [], [], []
for rate, grads in ((0.4, (3.0, -1.0)), (0.1, (0.0, 2.0)), (0.0, (0.0, 0.25)), (0.2, (0.5, 0.0))):
    optimiser.learning_rate = rate
    a.grad, b.grad = grads
    answers.append(optimiser.step())
    places.append([a.data, b.data])
    kept.append([a.grad, b.grad])
"""


@check("SGD.step", points=1)
def test_rates_that_change_under_way_with_momentum(probe):
    """With momentum the rate of each step is that of the moment; gradients stay, and nothing is returned."""
    probe(FALLING.format(optimiser="SGD([a, b], 0.4, 0.5)"), "places", "kept", "[x is None for x in answers]")


@check("Adam.step", points=1)
def test_rates_that_change_under_way_with_means(probe):
    """With means the rate of each step is that of the moment; gradients stay, and nothing is returned."""
    probe(FALLING.format(optimiser="Adam([a, b], 0.4)"), "places", "kept", "[x is None for x in answers]")


@check("clip_grad_norm", points=1)
def test_a_norm_far_below_the_limit(probe):
    """Gradients whose norm is far below the limit stay as they are, and their norm is returned."""
    probe(
        """
        few = [Value(1.0), Value(2.0)]
        few[0].grad, few[1].grad = 0.06, -0.08
        before = clip_grad_norm(few, 5.0)
        """,
        "before",
        "[p.grad for p in few]",
    )
