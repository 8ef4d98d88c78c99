"""Exercise 6: Curves.

A neuron adds up weighted inputs. If that were all, a network of many neurons could draw straight
lines only, because weighted sums of weighted sums are again weighted sums. What lets it bend is a
curve that each neuron sends its sum through: the activation.

             |  ,---- 1               |  ,---- 1              |   /
             | /                      | /                     |  /
             |/ 0.5           --------+-------- 0             | /
            /|                       /|                       |/
    -------' +------- 0       ------' | -1            --------+-------- 0

          sigmoid                   tanh                    relu

Each of them is one operation with one operand, built like those of exercise 3: compute the number,
make the new Value, leave a `_backward` behind that adds local * upstream. `exp` and `log` (the
natural logarithm) come along as well; many formulas need them.

The formulas
------------
Let x be the number that goes in and y the number that comes out.

    operation    y                          local derivative dy/dx
    exp          e**x                       y
    log          ln(x)                      1 / x
    tanh         tanh(x)                    1 - y**2
    sigmoid      1 / (1 + e**-x)            y * (1 - y)
    relu         x if x > 0, else 0         1 if x > 0, else 0

Three of these slopes are written with the output y: exp is its own derivative, and for tanh and
sigmoid what you have just computed is all you need. See which letter stands where: the slope of exp
at x = 2 is e**2 = 7.389, not 2.

The slope belongs in brackets before anything multiplies it. Take tanh where y = 0.5, and an
upstream gradient of 3:

    (1 - 0.25) * 3  =  2.25        and not        1 - 0.25 * 3  =  0.25

    >>> x = Value(0.5493061443340549)
    >>> y = x.tanh()
    >>> (y * 3.0).backward()
    >>> round(y.data, 9), round(x.grad, 9)
    (0.5, 2.25)

sigmoid(0) is 0.5, its slope there is 0.25. Used twice, it counts twice:

    >>> x = Value(0.0)
    >>> y = x.sigmoid()
    >>> (y + y).backward()
    >>> y.data, x.grad
    (0.5, 0.5)

relu passes the upstream gradient on as it is, or stops it:

    >>> x, z = Value(3.0), Value(-3.0)
    >>> (x.relu() * 5.0 + z.relu() * 7.0).backward()
    >>> x.grad, z.grad
    (5.0, 0.0)

Exercise 1 is the judge, if you doubt a formula:

    >>> import math
    >>> x = Value(2.0)
    >>> (x.exp() * x.log()).backward()
    >>> abs(x.grad - derivative(lambda x: math.exp(x) * math.log(x), 2.0)) < 1e-6
    True

Numbers that are too large
--------------------------
The largest float is about 1.8e308, and e**710 is larger: `math.exp(710)` raises OverflowError. In
the other direction nothing happens, `math.exp(-1000)` is 0.0, as it should be.

Take sigmoid at x = -1000. The answer is as good as 0, but on the way the formula needs e**1000.
Multiply numerator and denominator by e**x and you have the same function once more:

       1             e**x
    ---------   =   --------
    1 + e**-x       1 + e**x

Each form is harmless for one sign of x: the one in which e has an exponent that is not above 0.

    >>> [Value(x).sigmoid().data for x in (-1000.0, 0.0, 1000.0)]
    [0.0, 0.5, 1.0]

tanh written with powers of e has the same trouble. The tanh in Python's `math` does not:

    >>> [Value(x).tanh().data for x in (-1000.0, 0.0, 1000.0)]
    [-1.0, 0.0, 1.0]

What to write
-------------
- `Value.exp`, `Value.log`, `Value.tanh`, `Value.relu`, `Value.sigmoid`, each with its `_backward`.

Conventions
-----------
- Each is one operation: `_prev` holds self alone, `_op` is the name of the method, "tanh".
- tanh and sigmoid give the right number and gradient from -1000 to 1000.
- Not checked: the slope of relu at exactly 0, where the graph has a corner; what exp does from 710
  on (OverflowError or infinity); log of 0 and of negative numbers.

Run `make test-exercise-6`. If you are stuck: `make hint-6`.
"""

import math

# What came before is imported so that it can be had from here as well.
from ex05_operators import (
    Value,
    add_to_class,
    derivative,
    gradient,
    topological_order,
)


@add_to_class(Value)
def exp(self):
    """Return e to the power of self, a new Value with a `_backward`.

    Raises OverflowError where the result is too large for a float.
    """
    ### BEGIN SOLUTION
    out = Value(math.exp(self.data), (self,), "exp")

    def _backward():
        self.grad += out.data * out.grad

    out._backward = _backward
    return out
    ### END SOLUTION


@add_to_class(Value)
def log(self):
    """Return the natural logarithm of self, a new Value with a `_backward`.

    Raises ValueError where self.data is not greater than 0.
    """
    ### BEGIN SOLUTION
    out = Value(math.log(self.data), (self,), "log")

    def _backward():
        self.grad += (1.0 / self.data) * out.grad

    out._backward = _backward
    return out
    ### END SOLUTION


@add_to_class(Value)
def tanh(self):
    """Return the hyperbolic tangent of self, between -1 and 1, a new Value with a `_backward`."""
    ### BEGIN SOLUTION
    out = Value(math.tanh(self.data), (self,), "tanh")

    def _backward():
        self.grad += (1.0 - out.data**2) * out.grad

    out._backward = _backward
    return out
    ### END SOLUTION


@add_to_class(Value)
def relu(self):
    """Return self where it is above 0, else 0, a new Value with a `_backward`."""
    ### BEGIN SOLUTION
    out = Value(self.data if self.data > 0 else 0.0, (self,), "relu")

    def _backward():
        slope = 1.0 if self.data > 0 else 0.0
        self.grad += slope * out.grad

    out._backward = _backward
    return out
    ### END SOLUTION


@add_to_class(Value)
def sigmoid(self):
    """Return 1 / (1 + e**-self), between 0 and 1, a new Value with a `_backward`.

    Does not overflow, however large or small self is.
    """
    ### BEGIN SOLUTION
    if self.data >= 0:
        s = 1.0 / (1.0 + math.exp(-self.data))
    else:
        growth = math.exp(self.data)
        s = growth / (1.0 + growth)
    out = Value(s, (self,), "sigmoid")

    def _backward():
        self.grad += out.data * (1.0 - out.data) * out.grad

    out._backward = _backward
    return out
    ### END SOLUTION
