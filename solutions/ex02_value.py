"""Exercise 2: Numbers that remember how they were made.

After `d = 3.0 * 4.0 + -5.0` Python knows that d is 7.0 and has forgotten why. To tell how d depends
on each of the numbers that went into it, we need the history: which operations ran, and on what.

So we make a number that remembers. A `Value` holds a float, and beside it the Values that it was
computed from and the name of the operation. Add or multiply two of them and the result is a new
Value that points back at both. Whoever holds the last result holds the whole computation:

    a = 3 ----+
              +--> [*] 12 ----+
    b = 4 ----+               +--> [+] d = 7
                              |
    c = -5 -------------------+

Such a picture is a computation graph. a, b and c are leaves: nobody computed them. `[*]` and `[+]`
name the operation that made the number beside it. The arrows show how numbers flow; every Value
remembers them the other way round, from the result back to its operands.

    >>> a = Value(3.0, label="a")
    >>> b = Value(4.0, label="b")
    >>> c = Value(-5.0, label="c")
    >>> d = a * b + c
    >>> d
    Value(data=7.0, grad=0.0)
    >>> d._op
    '+'

The operands of d are the product, which has no name of its own, and c:

    >>> product, last = d._prev
    >>> product
    Value(data=12.0, grad=0.0)
    >>> product._op
    '*'
    >>> product._prev[0] is a, product._prev[1] is b, last is c
    (True, True, True)
    >>> c._prev, c._op
    ((), '')

`is` asks for the very same object, and that is what must be remembered: a itself, not another Value
with the same number. Later a gradient travels back along these links, and it has to arrive in the
a that you hold in your hand.

How Python finds your code
--------------------------
When Python meets `a + b`, it calls `a.__add__(b)`; for `a * b` it calls `a.__mul__(b)`. In these
methods `self` is the operand on the left and `other` the one on the right. What the method returns
is the result of the expression. Neither operand changes.

`other` may be a plain number, as in `a + 1.0`. A plain number has no `data` and no `_prev`, so it
first becomes a Value of its own, a leaf. `isinstance(other, Value)` tells you whether it is one
already.

    >>> e = a + 1.0
    >>> e
    Value(data=4.0, grad=0.0)
    >>> e._prev[1]
    Value(data=1.0, grad=0.0)

The same Value may stand on both sides. Then it is remembered twice:

    >>> square = b * b
    >>> len(square._prev), square._prev[0] is square._prev[1]
    (2, True)

What to write
-------------
The class and its constructor are given; read `__init__` first. `grad` and `_backward` wait for
exercise 3, and so does `add_to_class` at the end of the file.

- `Value.__add__`: the sum.
- `Value.__mul__`: the product.

Each makes one new Value from three things: the number, the operands, the name of the operation.

Conventions
-----------
- `data` of the result is computed from the `data` of the operands.
- `_prev` of the result is the two operands, left one first (only which they are is checked, not
  their order, nor that a Value on both sides is there twice); `_op` is "+" or "*".
- A plain number as `other` (int or float) is wrapped in a Value. What happens for other types is
  not checked.
- Two Values are equal only if they are one and the same, as Python has it for every class: write no
  `__eq__`. Later exercises put Values into sets.
- A plain number on the left, `1.0 + a`, cannot work yet. That is exercise 5.

Run `make test-exercise-2`. If you are stuck: `make hint-2`.
"""

# What came before is imported so that it can be had from here as well.
from ex01_derivatives import derivative, gradient


class Value:
    """A number in a computation, which remembers what it was made from.

    data       the number
    grad       how fast the final result changes with this number; from exercise 3 on
    _prev      the operands, a tuple of Values; empty for a leaf
    _op        the operation, "+" or "*" for example; "" for a leaf
    label      a name, for pictures
    _backward  a function without arguments; from exercise 3 on
    """

    def __init__(self, data, _children=(), _op="", label=""):
        self.data = data
        self.grad = 0.0
        self._prev = tuple(_children)
        self._op = _op
        self.label = label
        self._backward = lambda: None

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other):
        """Return self + other, a new Value that remembers both operands and "+".

        other is a Value, or a plain number, which becomes a leaf. Neither operand changes.
        """
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), "+")
        ### END SOLUTION

    def __mul__(self, other):
        """Return self * other, a new Value that remembers both operands and "*".

        other is a Value, or a plain number, which becomes a leaf. Neither operand changes.
        """
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), "*")
        ### END SOLUTION


def add_to_class(cls):
    """Return a decorator that makes the function under it a method of cls; see exercise 3."""

    def add(function):
        setattr(cls, function.__name__, function)
        return function

    return add
