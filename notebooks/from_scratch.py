# %% [markdown]
# # From a slope to PyTorch
#
# This notebook builds up what the exercises build up, one idea per cell: a slope, a number that remembers how it was
# made, the graph of such numbers, gradients by hand and by machine, a neuron, a network, its training. At the end
# PyTorch does the same, and every number is compared.
#
# Open it in this folder, with the Python of `.venv` as its kernel, and run the cells from the top.

# %%
import os

ENGINE = os.environ.get("ENGINE", "reference")  # or write "mine": your own exercises

# %%
import workbench

from minigrad_reference.drawing import curves, decision_boundary, draw_dot, draw_network, loss_curve, value_to_html

engine = workbench.engine(ENGINE)
Value, MLP = engine.Value, engine.MLP

# %% [markdown]
# ## 1. A slope, by numbers
#
# How fast does $f(x) = x^3 - 2x + 1$ grow at $x = 1.5$? Go a small way $h$ to both sides and divide the rise by the
# run:
#
# $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}$$
#
# By the rules of calculus the answer is $3x^2 - 2 = 4.75$.


# %%
def f(x):
    return x**3 - 2 * x + 1


def slope(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)


for h in (1.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12):
    found = slope(f, 1.5, h)
    print(f"h = {h:<6g}  slope {found:.10f}  error {abs(found - 4.75):.0e}")

# %% [markdown]
# A large $h$ looks too far away. A very small one subtracts two numbers that are almost the same, and few digits of
# the difference are left. In between lies a good one.
#
# The slope is that of the tangent, the line that runs along the curve where it touches it. Looked at closely enough the
# two are the same. That is why a slope says what a small step will do.

# %%
tangent = {"f(x)": f, "tangent at x = 1.5, slope 4.75": lambda x: f(1.5) + 4.75 * (x - 1.5)}
workbench.plot(
    lambda path: curves({"A curve and its tangent": tangent}, 0.0, 3.0, path),
    "A curve that bends upwards, and the straight line that touches it at x = 1.5.",
)

# %% [markdown]
# For a function of many numbers there is one slope per number: change one, keep the others. Together they are the
# gradient. A network with 337 parameters would have to be run 674 times for one gradient. There is a way that needs one
# run.

# %% [markdown]
# ## 2. A number that remembers
#
# A `Value` holds a number, `data`, and where it came from: the operation, `_op`, and its operands, `_prev`. The
# smallest model there is has one weight $w$ and one bias $b$. It sees $x = 3$ and should say $y = 1$:
#
# $$s = w x + b \qquad e = s - y \qquad L = e^2$$

# %%
w, x, b, y = Value(0.5, label="w"), Value(3.0, label="x"), Value(-1.0, label="b"), Value(1.0, label="y")
p = w * x
s = p + b
e = s - y
L = e * e
p.label, s.label, e.label, L.label = "p", "s", "e", "L"
print(f"s = {s.data}, e = {e.data}, L = {L.data}")
print(f"p was made by {p._op!r} from {[v.label for v in p._prev]}, L from {[v.label for v in L._prev]}")

# %% [markdown]
# ## 3. The graph
#
# Whoever follows `_prev` from $L$ finds every number that $L$ was made from. Drawn from left to right it is a graph.
# No gradient is known yet: each `grad` is 0.

# %%
workbench.graph(draw_dot(L))

# %% [markdown]
# ## 4. Gradients, by hand
#
# The gradient of a number is how fast $L$ grows when that number grows. Go from the right to the left. Each operation
# knows one thing, its local derivative, and each operand receives
#
# $$\text{local derivative} \times \text{gradient of the result}$$
#
# - $L$ grows as fast as itself: 1.
# - $L = e \cdot e$ uses $e$ twice. Each use gives $e \cdot 1$, and the two are added: $2e = -1$.
# - $e = s - y$ hands the gradient on to $s$ as it is, and to $y$ with the sign turned.
# - $s = p + b$ hands it on to both.
# - $p = w x$ gives each factor the other one times the gradient: $w$ gets $3 \cdot (-1)$, $x$ gets $0.5 \cdot (-1)$.

# %%
L.grad = 1.0
e.grad = e.data * L.grad + e.data * L.grad
s.grad = e.grad
y.grad = -e.grad
p.grad = s.grad
b.grad = s.grad
w.grad = x.data * p.grad
x.grad = w.data * p.grad

by_hand = {v.label: v.grad for v in (w, x, b, y)}
workbench.graph(draw_dot(L))

# %% [markdown]
# Are they right? The slope of section 1 knows nothing of graphs. It runs the model twice for each number.


# %%
def loss(w, x, b, y):
    return (w * x + b - y) ** 2


at = {"w": 0.5, "x": 3.0, "b": -1.0, "y": 1.0}
by_numbers = {name: slope(lambda v, name=name: loss(**(at | {name: v})), at[name]) for name in at}
for name in at:
    print(f"dL/d{name}   by hand {by_hand[name]:+.4f}   by numbers {by_numbers[name]:+.4f}")

# %% [markdown]
# ## 5. Gradients, by machine
#
# `backward` does what the cell above did by hand: it puts the graph in an order in which every number stands after its
# operands, walks it from the end, and lets each operation add its share to its operands. One walk, all gradients.

# %%
for v in (w, x, b, y, p, s, e, L):
    v.grad = 0.0
L.backward()

for v in (w, x, b, y):
    print(f"dL/d{v.label}   by machine {v.grad:+.4f}   by hand {by_hand[v.label]:+.4f}")
    assert abs(v.grad - by_hand[v.label]) < 1e-12

# %% [markdown]
# To watch it at work, step through it: forward, then backward, one operation at a time. The arrow keys do it too. Where
# a notebook is only shown and not opened, as on GitHub, the next cell stays empty.

# %%
value_to_html(L)

# %% [markdown]
# Against its gradient is the way down. A small step of $w$ and $b$ makes the loss smaller:

# %%
for v in (w, b):
    v.data -= 0.02 * v.grad
after = loss(w.data, x.data, b.data, y.data)
print(f"w = {w.data:.2f}, b = {b.data:.2f}: the loss was {L.data:.4f} and is {after:.4f}")

# %% [markdown]
# ## 6. A neuron
#
# A neuron has a weight for each input and one bias. It adds up, and an activation bends the sum:
#
# $$\text{out} = \tanh(w_1 x_1 + w_2 x_2 + b)$$
#
# A network with one layer of one neuron is a neuron.

# %%
neuron = MLP(2, [1], ["tanh"], seed=3).layers[0].neurons[0]
inputs = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
out = neuron(inputs)
out.label = "out"
out.backward()
workbench.graph(draw_dot(out, expand=True))

# %% [markdown]
# ## 7. A network
#
# Neurons side by side are a layer, layers one after the other a network, a multilayer perceptron. This one has 2
# inputs, 4 neurons in a hidden layer and 1 at the end. Blue weights are positive, dashed brown ones negative, thick
# ones large.

# %%
network = MLP(2, [4, 1], ["tanh", "tanh"], seed=1)
print(f"{len(network.parameters())} parameters: 4 * (2 + 1) + 1 * (4 + 1)")
workbench.graph(draw_network(network))

# %% [markdown]
# ## 8. Training
#
# The task: say +1 when exactly one of two inputs is 1, else -1. No straight line separates the two, so one neuron
# cannot do it. The loss is the mean of the squared errors. An epoch is four lines: forward, zero, backward, update.

# %%
samples = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
targets = [-1.0, 1.0, 1.0, -1.0]
RATE, EPOCHS = 0.5, 200


def epoch(network):
    """One epoch; returns the loss and the share of right answers before its update."""
    outputs = [network(sample) for sample in samples]
    total = engine.mean_squared_error(outputs, targets)
    network.zero_grad()
    total.backward()
    for parameter in network.parameters():
        parameter.data -= RATE * parameter.grad
    return total.data, engine.accuracy(outputs, targets)


start = [parameter.data for parameter in network.parameters()]
history = []
for k in range(EPOCHS):
    history.append(epoch(network))
    if k % 25 == 0 or k == EPOCHS - 1:
        print(f"epoch {k + 1:>3}   loss {history[-1][0]:.4f}   right {history[-1][1]:.0%}")

# %%
losses, shares = zip(*history)
workbench.plot(lambda path: loss_curve(losses, shares, path), "The loss falls to 0 within 200 epochs.")

# %%
workbench.plot(
    lambda path: decision_boundary(lambda point: network(point).data, samples, targets, path),
    "Two lines, on which the score is 0, have the two samples with label -1 between them.",
)

# %% [markdown]
# ## 9. The same in PyTorch
#
# PyTorch gets the same weights, the same samples, the same loss and the same rate. Its numbers are set to 64 bits, as
# Python's are.

# %%
try:
    import torch
except ImportError:
    torch = None
    print("PyTorch is not installed; `make notebooks` installs it, and then the cells below have something to show.")

# %%
names = [f"hidden {i} {n}" for i in (1, 2, 3, 4) for n in ("w1", "w2", "b")]
names += [f"output {n}" for n in ("w1", "w2", "w3", "w4", "b")]


def compare(ours, theirs):
    """Our numbers beside those of PyTorch's layers, in our order: the weights of a neuron, then its bias."""
    layers = [(weights.tolist(), biases.tolist()) for weights, biases in theirs]
    flat = [number for layer in layers for row, bias in zip(*layer) for number in (*row, bias)]
    print(f"{'':<12}{'this engine':>18}{'PyTorch':>18}")
    for name, our, their in zip(names, ours, flat):
        print(f"{name:<12}{our:>18.12f}{their:>18.12f}")
        assert abs(our - their) < 1e-9


# %% [markdown]
# First one backward pass from the same start: 17 gradients, side by side.

# %%
again = MLP(2, [4, 1], ["tanh", "tanh"], seed=1)
total = engine.mean_squared_error([again(sample) for sample in samples], targets)
total.backward()

if torch:
    torch.set_default_dtype(torch.float64)
    hidden, output = torch.nn.Linear(2, 4), torch.nn.Linear(4, 1)
    twin = torch.nn.Sequential(hidden, torch.nn.Tanh(), output, torch.nn.Tanh(), torch.nn.Flatten(0))
    points, answers = torch.tensor(samples), torch.tensor(targets)
    with torch.no_grad():
        hidden.weight[:] = torch.tensor([start[0:2], start[3:5], start[6:8], start[9:11]])
        hidden.bias[:] = torch.tensor(start[2:12:3])
        output.weight[:] = torch.tensor([start[12:16]])
        output.bias[:] = torch.tensor(start[16:])

    twin_loss = torch.nn.functional.mse_loss(twin(points), answers)
    twin_loss.backward()
    print(f"loss {total.data:.12f} here, {twin_loss.item():.12f} in PyTorch\n")
    compare([p.grad for p in again.parameters()], [(each.weight.grad, each.bias.grad) for each in (hidden, output)])

# %% [markdown]
# Then the whole training. After 200 epochs the weights are still the same.

# %%
if torch:
    descent = torch.optim.SGD(twin.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        descent.zero_grad()
        torch.nn.functional.mse_loss(twin(points), answers).backward()
        descent.step()
    compare([p.data for p in network.parameters()], [(each.weight, each.bias) for each in (hidden, output)])

# %% [markdown]
# That is all there is to it: a graph, one rule, and steps against the gradient. `two_moons.ipynb` goes on from here.
