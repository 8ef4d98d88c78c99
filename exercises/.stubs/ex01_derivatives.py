"""Exercise 1: The slope of a function.

Everything in this kata answers one question: if this number moves a little, how much does that
number move? When y = f(x), the answer is the derivative f'(x): the change of y per unit of change
of x, which is the slope of the graph at x.

    f'(x) = 6     raise x by 0.01 and y rises by about 0.06
    f'(x) = -2    raise x by 0.01 and y falls by about 0.02
    f'(x) = 0     a small move of x hardly changes y

A network learns by this question. Each of its weights is asked: if you grew a little, would the
error grow or shrink, and how fast? From exercise 2 on you build a machine that answers for all
weights at once. Here you measure the answer in the plainest way: move x and look. That is slow and
not exact, but it knows no rules of calculus, so it cannot get them wrong. It will be the judge of
everything that you build later.

The formula
-----------
Slope is rise over run. Take one step h to the right of x and one step h to the left, and measure
the slope of the line between the two points of the graph:

       y
       |                          o  f(x + h)               f(x + h) - f(x - h)
       |                    .     |                 f'(x) ~ -------------------
       |              *           | rise                            2h
       |        .   f(x)          |
       |  o- - - - - - - - - - - -+
       |       run = 2h
       +--+-----------+-----------+----> x
        x - h         x         x + h

This is the central difference. The run is from x - h to x + h, which is 2h and not h. One could
also step to the right only, from x to x + h (the forward difference). Compare the two on x**3 at
x = 3, where calculus says 3 * 3**2 = 27:

    h       forward    central
    0.1     27.91      27.01
    0.01    27.0901    27.0001

A step ten times smaller makes the forward error about ten times smaller and the central error a
hundred times smaller: what the step to the left misses and what the step to the right misses nearly
cancel.

Why not make h as small as can be? A float carries about 16 digits. If h is too small, x + h and
x - h are the same float, or nearly so, and the digits that matter are lost:

    >>> 3.0 + 1e-17 == 3.0
    True

h = 1e-6 is a good compromise for numbers of ordinary size.

    >>> def cube(x):
    ...     return x**3
    >>> round(derivative(cube, 3.0), 6)
    27.0
    >>> round(derivative(cube, 3.0, h=0.1), 6)
    27.01

Several inputs
--------------
If f has several inputs, there is one slope for each: move that input, leave all others where they
are. This is a partial derivative. The list of all of them is the gradient.

Take f(a, b, c) = a * b + c at a = 4, b = -3, c = 5, where f is -7. Move only a, by 0.1:
4.1 * -3 + 5 = -7.3. The change is -0.3, which is -3 per unit of a. That is b, and no accident. In
the same way b has the slope 4 and c the slope 1.

    >>> def f(xs):
    ...     a, b, c = xs
    ...     return a * b + c
    >>> point = [4.0, -3.0, 5.0]
    >>> [round(slope, 6) for slope in gradient(f, point)]
    [-3.0, 4.0, 1.0]
    >>> point
    [4.0, -3.0, 5.0]

The last line matters: whoever asks for a gradient does not expect the point to move. In Python
`ys = xs` is a second name for the same list, so a change of ys changes xs; `ys = list(xs)` is a
copy. To add h and later subtract it again does not help: in floats 0.1 + 0.2 - 0.2 is not 0.1.

What to write
-------------
- `derivative(f, x, h)`: the central difference of a function of one number.
- `gradient(f, xs, h)`: one central difference per entry of xs.

Conventions
-----------
- `derivative` returns a float. `h` is used as it is given.
- `gradient` calls f with a list of as many floats as xs has, and returns a list of that length, in
  the order of xs. After the call xs holds what it held before.

Run `make test-exercise-1`. If you are stuck: `make hint-1`.
"""


def derivative(f, x, h=1e-6):
    """Return the slope of f at x, a float, by the central difference with step h.

    f takes one number and returns one number; h is greater than 0. What f raises passes through.
    """
    raise NotImplementedError("exercise 1: derivative")


def gradient(f, xs, h=1e-6):
    """Return the partial derivatives of f at the point xs, a list of len(xs) floats.

    f takes one list of len(xs) floats and returns one number; h is greater than 0. xs is not
    changed. What f raises passes through.
    """
    raise NotImplementedError("exercise 1: gradient")
