"""Hidden checks of exercise 1."""

from generators import number, numbers

from grader.core.checks import exercise

check = exercise(1)


@check("derivative", points=1)
def test_kink_shows_both_sides(probe):
    """At a kink the central difference is the mean of the slopes on both sides."""
    probe(
        """
        def bent(x):
            return 3.0 * x if x > 1.0 else x + 2.0

        slope = derivative(bent, 1.0, h=0.25)
        """,
        "slope",
    )


@check("derivative", points=1)
def test_steps_of_any_size(probe):
    """The step h is used as it is given, be it large or small."""
    probe(
        """
        def quartic(x):
            return x * x * x * x

        slopes = [derivative(quartic, 1.5, h=h) for h in (2.0, 0.5, 0.125)]
        """,
        "slopes",
    )


@check("derivative", points=1)
def test_step_by_position(probe):
    """The step may be given by position as well as by name."""
    probe(
        """
        def cube(x):
            return x * x * x

        slopes = [derivative(cube, -1.0, 0.5), derivative(cube, -1.0, h=0.5)]
        """,
        "slopes",
    )


@check("derivative", points=1)
def test_slope_of_constant_and_line(probe):
    """A constant has no slope, and a line has the same slope everywhere."""
    probe(
        """
        def constant(x):
            return 5

        def line(x):
            return 4.0 - 2.5 * x

        slopes = [derivative(constant, 1.5), *(derivative(line, x, h=0.5) for x in (-3.0, 0.0, 8.0))]
        """,
        "slopes",
    )


@check("derivative", points=1)
def test_slope_is_a_float(probe):
    """The slope is a float, also where x is a whole number and f gives whole numbers."""
    probe(
        """
        def twice(x):
            return 2 * x

        slope = derivative(twice, 7, h=1)
        """,
        "isinstance(slope, float)",
        "slope",
    )


@check("derivative", points=2)
def test_slopes_of_curves(probe):
    """Slopes of sine, square root and logarithm are right to six digits without a step being given."""
    probe(
        """
        import math

        slopes = [derivative(math.sin, 2.0), derivative(math.sqrt, 0.25), derivative(math.log, 3.0)]
        """,
        "slopes",
        rel=1e-6,
    )


@check("derivative", points=1)
def test_slope_of_a_slope(probe):
    """The slope of the slope of a function can be taken too."""
    probe(
        """
        def quartic(x):
            return x * x * x * x

        def slope(x):
            return derivative(quartic, x, h=0.5)

        second = derivative(slope, 2.0, h=0.25)
        """,
        "second",
    )


@check("derivative", points=2)
def test_slopes_of_any_cubic(probe, rng):
    """The central difference of a cubic is right at any place with any step."""
    a, b, c = numbers(rng, 3)
    places = [(number(rng, 0.5, 3.0), rng.choice((0.125, 0.25, 0.5))) for _ in range(6)]
    probe(
        f"""
        def cubic(x):
            return {a} * x**3 + {b} * x**2 + {c} * x

        slopes = [derivative(cubic, x, h=h) for x, h in {places}]
        """,
        "slopes",
        abs=1e-11,
    )


@check("gradient", points=1)
def test_inputs_come_back_digit_by_digit(probe):
    """The inputs are exactly what they were, also where adding and taking away h would leave a trace."""
    probe(
        """
        def f(v):
            return v[0] * v[1] - v[1]

        xs = [0.1, 0.7]
        partials = gradient(f, xs, h=0.2)
        """,
        "list(partials)",
        "xs == [0.1, 0.7]",
    )


@check("gradient", points=1)
def test_gradient_of_few_and_of_many_inputs(probe):
    """There is one partial derivative for each input, whether there are none, one or many."""
    probe(
        """
        def squares(v):
            return sum((i + 1) * x * x for i, x in enumerate(v))

        counts = [len(gradient(squares, [0.5] * n, h=0.5)) for n in (0, 1, 2, 20)]
        partials = gradient(squares, [0.25 * i for i in range(20)], h=0.5)
        """,
        "counts",
        "list(partials)",
    )


@check("gradient", points=1)
def test_function_gets_a_list_of_full_length(probe):
    """The function is always given a list with all inputs."""
    probe(
        """
        given = []

        def f(v):
            given.append(isinstance(v, list) and len(v) == 3)
            return v[0] * v[1] * v[2]

        partials = gradient(f, [2.0, -1.0, 0.5], h=0.5)
        """,
        "all(given)",
        "list(partials)",
    )


@check("gradient", points=1)
def test_function_is_asked_on_both_sides(probe):
    """The function is asked one step to each side of every input, with all others at their place."""
    probe(
        """
        asked = set()

        def f(v):
            asked.add(tuple(v))
            return v[0] * v[0] + 3.0 * v[1] - v[2]

        partials = gradient(f, [2.0, -1.0, 0.0], h=0.5)
        moved = sorted(asked - {(2.0, -1.0, 0.0)})
        """,
        "list(partials)",
        "moved",
    )


@check("gradient", points=1)
def test_gradient_at_a_kink(probe):
    """Each partial derivative looks to both sides of its own input."""
    probe(
        """
        def bent(v):
            return abs(v[0]) + max(0.0, v[1]) + 2.0 * abs(v[2] - 1.0)

        partials = gradient(bent, [0.0, 0.0, 1.25], h=0.5)
        """,
        "list(partials)",
    )


@check("gradient", points=1)
def test_gradient_steps_of_any_size(probe):
    """The step h is used as it is given, be it large or tiny, and slopes are not rounded."""
    probe(
        """
        def f(v):
            return v[0] * v[0] * 2.0**-30 + v[1] * v[1] - v[0] * v[1]

        partials = [list(gradient(f, [1.5, -0.25], h=h)) for h in (8.0, 0.5, 2.0**-16)]
        """,
        "partials",
    )


@check("gradient", points=2)
def test_gradient_of_any_polynomial(probe, rng):
    """The gradient of a polynomial of four inputs is right at any place with any step."""
    a, b, c, d = numbers(rng, 4)
    xs = numbers(rng, 4)
    probe(
        f"""
        def f(v):
            return {a} * v[0] ** 3 + {b} * v[0] * v[1] * v[2] + {c} * v[3] ** 3 - {d} * v[2] ** 2 * v[3]

        xs = {xs}
        partials = gradient(f, xs, h=0.25)
        """,
        "list(partials)",
        "xs",
        abs=1e-11,
    )
