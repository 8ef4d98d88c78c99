"""Exercise 5: New operators from old.

With + and * you can add and multiply. Formulas also need -, / and powers, and numbers on the left
as in `1 - x`. Most of this costs little: subtraction and division can be written with what is
there. An operation that is built from others needs no backward rule of its own, because each part
brings its own.

    a - b  =  a + (-1) * b            b --> [* -1] --+
                                                     +--> [+] --> a - b
                                      a -------------+

    a / b  =  a * b**(-1)             b --> [** -1] --+
                                                      +--> [*] --> a / b
                                      a --------------+

Only the power is really new, and that one needs a `_backward`.

The power rule
--------------
For out = x**n, where n is a plain number that never moves:

    local derivative     d(out)/dx  =  n * x**(n - 1)

    x**3 at x = 2        3 * 2**2       = 12
    x**-1 at x = 2       -1 * 2**-2     = -0.25
    x**0.5 at x = 4      0.5 * 4**-0.5  = 0.25
    x**2 at x = -3       2 * (-3)**1    = -6

The upstream gradient multiplies this, and it is added, as in exercise 3. There is one operand
only: n is not part of the graph and gets no gradient.

    >>> x = Value(2.0)
    >>> y = x**3 * 10.0
    >>> y.backward()
    >>> y.data, x.grad
    (80.0, 120.0)

Look at 0 with care. x**1 has the slope 1 everywhere, and the formula agrees, as 0**0 is 1 in
Python. x**0 is 1 for every x, so its slope is 0; but there the formula asks for 0 * 0**-1, and
Python refuses 0**-1. The exponent 0 is a case of its own.

    >>> x = Value(0.0)
    >>> y = x**0 + x**1 + x**2
    >>> y.backward()
    >>> y.data, x.grad
    (1.0, 1.0)

A number on the left
--------------------
For `a - 2` Python calls `a.__sub__(2)`. For `2 - a` it first asks the number 2, which has never
heard of Values and gives up. Then Python asks a, with a method whose name begins with r, for
reflected: `a.__rsub__(2)`. Now self is the operand that stands on the right:

    expression    Python calls          self is    other is
    a - 2         a.__sub__(2)          left       right
    2 - a         a.__rsub__(2)         right      left
    a / 2         a.__truediv__(2)      left       right
    2 / a         a.__rtruediv__(2)     right      left

For + and * the order does not matter, for - and / it does:

    >>> a = Value(4.0)
    >>> (a - 10).data, (10 - a).data
    (-6.0, 6.0)
    >>> (a / 2).data, (2 / a).data
    (2.0, 0.5)

One trap: an expression inside a method is looked up by the same rules. If `__rmul__` contains a
product with the number on the left and the Value on the right, Python calls `__rmul__` for it,
which calls `__rmul__` again, until a RecursionError ends it. Use an order that already works.

`sum` needs a reflected method too. It starts from the number 0, so its first step is 0 + values[0]:

    >>> sum([a, a, a]).data
    12.0

All together
------------
f(x) = (5 - x) / x**2 is 5 * x**-2 - x**-1. Its slope is -10 * x**-3 + x**-2, at x = 2 that is
-1.25 + 0.25 = -1. The same f takes a Value or a float, so exercise 1 can check it:

    >>> def f(x):
    ...     return (5 - x) / x**2
    >>> x = Value(2.0)
    >>> y = f(x)
    >>> y.backward()
    >>> y.data, x.grad
    (0.75, -1.0)
    >>> round(derivative(f, 2.0), 6)
    -1.0

What to write
-------------
- `__pow__`: one new operation, with its `_backward`.
- `__neg__` (that is -a), `__sub__`, `__truediv__`: from +, * and **.
- `__radd__`, `__rsub__`, `__rmul__`, `__rtruediv__`: the same with the number on the left.

Conventions
-----------
- `x**n`: n is an int or a float. `_prev` holds x alone; `_op` is "**" and n, as in "**3", "**0.5".
- The other operand of - and / may be a Value or a plain number on either side. Which nodes these
  put into the graph is not checked, only numbers and gradients are.
- Gradients at x = 0 must be right for n = 0 and n >= 1. Not checked: 0 to any other power, division
  by 0, a negative number to a fractional power, and a Value as exponent.

Run `make test-exercise-5`. If you are stuck: `make hint-5`.
"""

# What came before is imported so that it can be had from here as well.
from ex04_backward import (
    Value,
    add_to_class,
    derivative,
    gradient,
    topological_order,
)


@add_to_class(Value)
def __pow__(self, n):
    """Return self**n, a new Value with a `_backward`; n is an int or a float, not a Value.

    Its only operand is self and its `_op` is "**" followed by n. Raises what Python raises for the
    same power of numbers, ZeroDivisionError for 0**-1 for example.
    """
    raise NotImplementedError("exercise 5: Value.__pow__")


@add_to_class(Value)
def __neg__(self):
    """Return -self, a Value."""
    raise NotImplementedError("exercise 5: Value.__neg__")


@add_to_class(Value)
def __sub__(self, other):
    """Return self - other, a Value; other is a Value or a plain number."""
    raise NotImplementedError("exercise 5: Value.__sub__")


@add_to_class(Value)
def __truediv__(self, other):
    """Return self / other, a Value; other is a Value or a plain number, and not 0."""
    raise NotImplementedError("exercise 5: Value.__truediv__")


@add_to_class(Value)
def __radd__(self, other):
    """Return other + self, a Value; other is a plain number."""
    raise NotImplementedError("exercise 5: Value.__radd__")


@add_to_class(Value)
def __rsub__(self, other):
    """Return other - self, a Value; other is a plain number."""
    raise NotImplementedError("exercise 5: Value.__rsub__")


@add_to_class(Value)
def __rmul__(self, other):
    """Return other * self, a Value; other is a plain number."""
    raise NotImplementedError("exercise 5: Value.__rmul__")


@add_to_class(Value)
def __rtruediv__(self, other):
    """Return other / self, a Value; other is a plain number, and self.data is not 0."""
    raise NotImplementedError("exercise 5: Value.__rtruediv__")
