"""Public checks of exercise 1."""

from grader.core.checks import exercise

check = exercise(1)


@check("derivative", points=1)
def test_slope_of_a_parabola(probe):
    """The slope of x * x at 3 is 6."""
    probe(
        """
        def square(x):
            return x * x

        slope = derivative(square, 3.0)
        """,
        "slope",
        rel=1e-6,
    )


@check("derivative", points=2)
def test_one_step_to_each_side(probe):
    """The difference is taken between one step to the right of x and one step to the left."""
    probe(
        """
        def cube(x):
            return x * x * x

        slope = derivative(cube, 2.0, h=0.5)
        """,
        "slope",
    )


@check("derivative", points=1)
def test_small_step_by_default(probe):
    """Without h, the step is small enough for six right digits."""
    probe(
        """
        import math

        slope = derivative(math.exp, 1.0)
        """,
        "slope",
        rel=1e-6,
    )


@check("derivative", points=1)
def test_falling_function_has_a_negative_slope(probe):
    """A function that falls has a negative slope."""
    probe(
        """
        def one_over(x):
            return 1.0 / x

        slope = derivative(one_over, 2.0)
        """,
        "slope",
        rel=1e-6,
    )


@check("derivative", points=1)
def test_slope_at_a_negative_number(probe):
    """The slope at a negative x is as right as at a positive one."""
    probe(
        """
        def f(x):
            return x * x * x - 2.0 * x

        slope = derivative(f, -1.5)
        """,
        "slope",
        rel=1e-6,
    )


@check("derivative", points=1)
def test_slope_of_whole_numbers_is_a_float(probe):
    """The slope is a float, also where x and what f returns are whole numbers."""
    probe(
        """
        def thrice(x):
            return 3 * x

        slope = derivative(thrice, 4, h=2)
        """,
        "isinstance(slope, float)",
        "slope",
    )


@check("gradient", points=1)
def test_partial_derivatives_of_a_product(probe):
    """The partial derivatives of x * y at (3, 5) are 5 and 3."""
    probe(
        """
        def product(v):
            return v[0] * v[1]

        partials = gradient(product, [3.0, 5.0])
        """,
        "list(partials)",
        rel=1e-6,
    )


@check("gradient", points=2)
def test_one_input_moves_at_a_time(probe):
    """One input moves at a time; all others stay exactly where they were."""
    probe(
        """
        def f(v):
            return v[0] * v[1] * v[2] + 10.0 * v[2]

        partials = gradient(f, [2.0, 3.0, 2.0], h=0.5)
        """,
        "list(partials)",
    )


@check("gradient", points=1)
def test_input_without_effect(probe):
    """An input that the function does not use gets the partial derivative 0."""
    probe(
        """
        def f(v):
            return v[0] * v[0] + 7.0 * v[2]

        partials = gradient(f, [2.0, 5.0, -1.0])
        """,
        "list(partials)",
        rel=1e-6,
    )


@check("gradient", points=1)
def test_gradient_steps_to_both_sides(probe):
    """Each partial derivative looks one step h to the right and one to the left."""
    probe(
        """
        def f(v):
            return v[0] ** 3 + 2.0 * v[1] ** 3

        partials = gradient(f, [1.0, -1.0], h=0.25)
        """,
        "list(partials)",
    )


@check("gradient", points=2)
def test_inputs_are_unchanged(probe):
    """The list of inputs holds the same numbers afterwards."""
    probe(
        """
        def f(v):
            return v[0] * v[0] + v[0] * v[1]

        xs = [0.1, 0.7]
        partials = gradient(f, xs, h=0.2)
        unchanged = xs == [0.1, 0.7]
        """,
        "list(partials)",
        "unchanged",
    )


@check("gradient", points=1)
def test_lists_go_in_and_a_list_comes_out(probe):
    """The function is given a list of all inputs, and the partial derivatives come in a list."""
    probe(
        """
        given = []

        def f(v):
            given.append(isinstance(v, list) and len(v) == 2)
            return v[0] - 3.0 * v[1]

        partials = gradient(f, [1.0, 2.0], h=0.5)
        """,
        "all(given)",
        "isinstance(partials, list)",
        "list(partials)",
    )
