"""Exercise 4: Backward through a whole graph.

In exercise 3 every result learned to pass its gradient one step back to its operands. If this is
done for every Value of a graph, in the right order, then every Value ends with its derivative of
the final result. Two questions are left: where does it begin, and what is the right order?

It begins at the final result, the root L. How fast does L change when L changes? dL/dL = 1. All
other gradients grow from this one; without it every product of the chain rule is 0.

The right order
---------------
A Value can pass on only what it has received. So it has to wait until all Values that were made
from it, its consumers, have passed their gradients on. This is the whole rule: every consumer
first.

    y = x * x          x --> y ---------> L          x = 3, y = 9, z = 12, L = 108
    z = y + x          |     |            ^
    L = y * z          +-----+---> z -----+          y is used twice: by z and by L

Done in the order L, z, y, x:

    L  has 1      gives z: 1 * y = 9           gives y: 1 * z = 12
    z  has 9      gives y: 9                   gives x: 9
    y  has 21     gives x: 21 * 2x = 126
    x  has 9 + 126 = 135

Check: L = x**2 * (x**2 + x) = x**4 + x**3, so dL/dx = 4 * 27 + 3 * 9 = 135.

Now let y go before z. At that moment it has 12, not 21. What z gives it afterwards stays in y and
never reaches x:

    >>> x = Value(3.0)
    >>> y = x * x
    >>> z = y + x
    >>> L = y * z
    >>> L.grad = 1.0
    >>> L._backward()
    >>> y._backward()  # too early: z has not passed on yet
    >>> z._backward()
    >>> x.grad
    81.0

Going level by level from the root makes this very mistake: y is one step away from L, like z, and
as the first operand of L it goes before z. With L = z * y the same walk would be right, by luck
alone. A wrong order shows on some graphs and hides on others; `make explain-4` looks for one on
which it shows, and draws it:

[A graph with the numbers of an order by levels beside the right ones; the first wrong edge is
red](../docs/images/explain.svg)

Nor would a second turn of y help, as it would pass on the first 12 again. With `backward`:

    >>> for v in (x, y, z, L):
    ...     v.grad = 0.0
    >>> L.backward()
    >>> x.grad, y.grad, z.grad, L.grad
    (135.0, 21.0, 9.0, 1.0)

Finding it
----------
List the Values the way they can be computed: operands before consumers, each once. This is a
topological order; here it is x, y, z, L. Read backwards, it has every consumer first.

    >>> names = {x: "x", y: "y", z: "z", L: "L"}
    >>> [names[v] for v in topological_order(L)]
    ['x', 'y', 'z', 'L']

To build it, walk from the root along `_prev` under two rules. A Value enters the list when all of
its operands are in it, and not when you first meet it. And a Value that you meet again, because it
has another consumer, is not walked through again: keep a set of those that you have met. Without
it the work doubles with each `x = x + x`, and 50 of these would take 2**50 visits.

How deep can it go?
-------------------
The two rules suggest a function that calls itself for each operand and then appends its own Value.
This is right, and a good first version. But each call inside a call takes room, and Python stops
with a RecursionError at a depth of about 1000, in a browser sooner. A sum of 5000 terms is a chain
of 4999 additions. Raising the limit only moves the wall.

The way out is to keep the list of open work yourself, in an ordinary Python list with `append` and
`pop`, which grows as long as there is memory. A Value comes up twice in such a list of work: when
it is met (its operands have to come first), and when they are done (it enters the order). So what
you write down is a pair: the Value, and which of the two times it is. For y = x * x the list of
work would go like this, with its end on the right:

    y: met
    y: done    x: met    x: met           y was met: its operands go on top of its second entry
    y: done    x: met    x: done          x was met, and is a leaf: nothing on top
    y: done    x: met                     x was done: it enters the order
    y: done                               x was met before: nothing to do
                                          y was done: it enters the order

    >>> x = Value(1.0)
    >>> total = x
    >>> for _ in range(50_000):
    ...     total = total + x
    >>> total.backward()
    >>> x.grad
    50001.0

Gradients stay
--------------
`backward` adds to the gradients that are there. If one Value has a part in two results, their
gradients add up in it, until somebody sets `grad` back to 0.0:

    >>> x = Value(3.0)
    >>> p, q = x * 2.0, x * 5.0
    >>> p.backward()
    >>> q.backward()
    >>> x.grad
    7.0

What to write
-------------
- `topological_order(root)`: the list.
- `Value.backward()`: the root's own gradient, then `_backward` of each Value in the right order.

Conventions
-----------
- The list has root and all that it was made from, directly or not, each once, leaves and wrapped
  numbers included. Which of two Values comes first that do not depend on each other is left to you.
- `backward` sets the root's own grad to 1.0, sets no other grad to 0, and returns nothing.
- The graph stays as it was: every Value keeps its operands and its `_backward`. Later exercises
  look at it after a backward pass. (PyTorch lets go of it, to save memory.)
- Graphs may be 20,000 operations deep. A recursive version fails the checks of deep graphs and no
  others; you can go on with it and come back later.
- What a second `backward()` on the same root does is not checked.

Run `make test-exercise-4`. If you are stuck: `make hint-4`.
"""

# What came before is imported so that it can be had from here as well.
from ex03_chain_rule import Value, add_to_class, derivative, gradient


def topological_order(root):
    """Return the list of all Values that root was made from, root included.

    Each Value is in it once, after its operands; root is the last. Nothing is changed. Depth is
    limited by memory alone, not by Python's recursion limit.
    """
    raise NotImplementedError("exercise 4: topological_order")


@add_to_class(Value)
def backward(self):
    """Add to the grad of every Value that self was made from the derivative of self by it.

    Sets the grad of self to 1.0; other gradients are added to and not set to 0 first. The graph
    stays as it was. Returns None.
    """
    raise NotImplementedError("exercise 4: Value.backward")
