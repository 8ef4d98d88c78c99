"""Exercise 3: The chain rule, one operation at a time.

Somewhere at the end of a computation stands its final result; call it L. For every Value v on the
way we want dL/dv: how fast L changes when v moves. This number is what `v.grad` is for.

Look at one operation, out = a * b, and suppose that somebody has already found dL/d(out) and put it
into `out.grad`. Then a does not need to know the rest of the computation:

          forward                                backward

    a --+                                  a <--+  upstream * d(out)/da
        +--> [out] --> ... --> L                +-- [out] <-- ... <-- L
    b --+                                  b <--+  upstream * d(out)/db
                                                       upstream = out.grad

The formula
-----------
If out moves 4 times as fast as a, and L moves 10 times as fast as out, then L moves 40 times as
fast as a. Rates along a path multiply. This is the chain rule:

    dL/da  =  dL/d(out)  *  d(out)/da
              upstream      local

Upstream comes from behind and is the same for both operands. Local depends on this operation
alone. To find it, move one operand by h and hold the other still:

    out = a + b    (a + h) + b  =  a + b + h         out moves by h:      d(out)/da = 1
    out = a * b    (a + h) * b  =  a * b + h * b     out moves by h * b:  d(out)/da = b

So a sum hands its upstream gradient on to both operands as it is. In a product each operand's local
derivative is the other operand: the number that it holds, its `data`. (The other's `grad` is
something else: how fast L changes with it.)

A worked example: a = 2, b = -3, out = a * b = -6, and suppose that dL/d(out) = 10.

    dL/da = 10 * -3 = -30        dL/db = 10 * 2 = 20

    >>> a, b = Value(2.0), Value(-3.0)
    >>> out = a * b
    >>> out.grad = 10.0
    >>> out._backward()
    >>> a.grad, b.grad
    (-30.0, 20.0)

Why gradients are added up
--------------------------
A Value may be used in two places. When it moves, L feels it along both ways, and the effects add:

        +--> [p = x * 3] --+
    x --+                  +--> L = p + q        dL/dx = 3 + 5 = 8
        +--> [q = x * 5] --+

p and q each know their own share only. So each adds its share to what x has already received. If q
stored its share in place of what is there, the 3 from p would be lost.

    >>> x = Value(7.0)
    >>> p, q = x * 3.0, x * 5.0
    >>> p.grad = q.grad = 1.0
    >>> p._backward()
    >>> q._backward()
    >>> x.grad
    8.0

The same happens inside one operation when both operands are one Value: x * x is x**2, its slope
is 2x, which is x from the left side and x from the right side.

    >>> square = x * x
    >>> x.grad, square.grad = 0.0, 1.0
    >>> square._backward()
    >>> x.grad
    14.0

You can watch such numbers flow. This makes a page for your browser that plays an expression forward
and backward, one operation at a time:

    make step EXPRESSION="d = a * b; e = d + a; f = e.tanh()" VALUES="a=2 b=-1.5"

[The page near its end: d passes its gradient back to a and b, and a adds it to what it has
from e](../docs/images/step_backward.png)

A function to be called later
-----------------------------
When `a * b` runs, dL/d(out) is not known: the rest of the computation has not happened yet. So the
operation cannot pass gradients on now. It leaves a function behind that will do it later. Python
lets you define a function inside another; the inner one keeps the outer one's variables alive and
reads them at the time when it is called:

    >>> def make_door(name):
    ...     door = {"name": name, "guests": 0}
    ...     def report():
    ...         return f"{door['guests']} guests at {door['name']}"
    ...     door["report"] = report
    ...     return door
    >>> north = make_door("north")
    >>> north["guests"] = 4
    >>> north["report"]()
    '4 guests at north'

`report` is the function; `report()` calls it. What is stored is the function, not a call of it, and
it is stored with the door that it reports on.

For you that is the result: store the function on it, without brackets, as its `_backward`. Once
`out.grad` is known it is out that passes it on. One operand may be in many operations, and they
must not overwrite each other's function.

Adding methods to a class in another file
-----------------------------------------
`Value` lives in exercise 2. `@add_to_class(Value)` above a function makes it a method of that same
class, in place of an earlier method with its name. So here you write `+` and `*` once more, and
these replace the ones of exercise 2. Begin with a copy of yours.

What to write
-------------
- `Value.__add__` and `Value.__mul__`: as in exercise 2 (the result still remembers its operands and
  its operation), and the result gets its `_backward`.

Conventions
-----------
- `out._backward()` takes no arguments. It adds local * upstream to the `grad` of each operand, once
  per call, and changes nothing else.
- It reads `out.grad` when it is called. It passes on one step only; the rest is exercise 4.
- A wrapped plain number receives a gradient too; nobody looks at it.

Run `make test-exercise-3`. If you are stuck: `make hint-3`.
"""

# What came before is imported so that it can be had from here as well.
from ex02_value import Value, add_to_class, derivative, gradient


@add_to_class(Value)
def __add__(self, other):
    """Return self + other as in exercise 2, with a `_backward` for the sum.

    other is a Value or a plain number. Calling `_backward()` of the result adds the result's
    gradient times the local derivative to the gradient of each operand.
    """
    ### BEGIN SOLUTION
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward():
        self.grad += 1.0 * out.grad
        other.grad += 1.0 * out.grad

    out._backward = _backward
    return out
    ### END SOLUTION


@add_to_class(Value)
def __mul__(self, other):
    """Return self * other as in exercise 2, with a `_backward` for the product.

    other is a Value or a plain number. Calling `_backward()` of the result adds the result's
    gradient times the local derivative to the gradient of each operand.
    """
    ### BEGIN SOLUTION
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad

    out._backward = _backward
    return out
    ### END SOLUTION
