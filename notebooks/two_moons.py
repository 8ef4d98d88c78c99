# %% [markdown]
# # Two moons
#
# A hundred points lie on two half moons that reach into each other. A network learns which point belongs to which.
# This notebook takes the training apart: activation, loss, penalty, rate and accuracy each have a cell of their own,
# and then the decision boundary is watched while it learns.
#
# Open it in this folder, with the Python of `.venv` as its kernel, and run the cells from the top.

# %%
import os

ENGINE = os.environ.get("ENGINE", "reference")  # or write "mine": your own exercises
EPOCHS = int(os.environ.get("EPOCHS", "50"))

# %%
import workbench

from grader.learner.datasets import load
from minigrad_reference.drawing import Film, curves, decision_boundary, loss_curve

engine = workbench.engine(ENGINE)
Value, MLP = engine.Value, engine.MLP
moons = load("moons")
print(f"{len(moons.inputs)} points, the first is {moons.inputs[0]} with label {moons.targets[0]:+.0f}")

# %% [markdown]
# ## The network
#
# Two inputs, two hidden layers of 16 neurons, one output: the score. A score above 0 means label +1, else -1. The
# hidden neurons have the activation
#
# $$\text{relu}(u) = \max(0, u)$$
#
# It lets a positive number and its gradient pass, and stops the others. The last neuron has none, so that a score may
# have any size.

# %%
model = MLP(2, [16, 16, 1], "relu", seed=0)
print(f"{len(model.parameters())} parameters")
for data in (-2.0, -0.5, 0.5, 2.0):
    u = Value(data)
    out = u.relu()
    out.backward()
    print(f"u = {data:+.1f}   relu {out.data:.1f}   slope {u.grad:.1f}")

# %% [markdown]
# ## The loss: be right, and clearly so
#
# The margin of a point is its label times its score: positive when the side is right. A margin of 1 is enough and
# costs nothing. What is missing to 1 is the loss of the point, the SVM or hinge loss:
#
# $$\text{loss} = \max(0,\ 1 - \text{label} \cdot \text{score})$$
#
# The loss of all points is the mean. Its gradient shows who pulls: points that are clearly right do not.

# %%
labels = [1, 1, -1, -1]
scores = [Value(2.5), Value(0.2), Value(-1.5), Value(0.8)]
hinge = engine.hinge_loss(scores, labels)
hinge.backward()
for label, score in zip(labels, scores):
    margin = label * score.data
    print(f"label {label:+d}   score {score.data:+.1f}   margin {margin:+.1f}   slope {score.grad:+.2f}")
print(f"mean loss {hinge.data:.3f}")


# %%
def at(function):
    """What a function of a Value gives for a number, and its slope there."""

    def both(number):
        value = Value(number)
        result = function(value)
        result.backward()
        return result.data, value.grad

    return {"value": lambda number: both(number)[0], "slope": lambda number: both(number)[1]}


kinks = {
    "relu(u)": at(lambda u: u.relu()),
    "hinge loss of a score, label +1": at(lambda score: engine.hinge_loss([score], [1])),
}
workbench.plot(
    lambda path: curves(kinks, -2.0, 3.0, path),
    "relu is flat below 0 and rises with slope 1 above; the hinge loss falls with slope -1 until the score is 1.",
)

# %% [markdown]
# Both have a kink, at which there is no one slope. It does no harm: hardly ever does a number lie exactly there.

# %% [markdown]
# ## The penalty: small weights
#
# Large weights draw a jagged boundary around accidents of these hundred points. The L2 penalty makes each weight cost
# its square, times a small strength. It is a part of the loss, so its gradient draws every weight towards 0.

# %%
print(f"penalty of the untrained network: {engine.l2_penalty(model.parameters()).data:.4f}")


def loss_of(scores, labels, parameters):
    return engine.hinge_loss(scores, labels) + engine.l2_penalty(parameters)


# %% [markdown]
# ## The rate: large steps first
#
# Far from the goal large steps save time. Near it they would jump to and fro. So the rate falls along a line to a
# tenth:
#
# $$\text{rate}_k = 1 - 0.9\,\frac{k}{\text{epochs}}$$

# %%
for k in range(0, EPOCHS, max(1, EPOCHS // 5)):
    print(f"epoch {k + 1:>2}   rate {1 - 0.9 * k / EPOCHS:.2f}")

# %% [markdown]
# ## Training
#
# Accuracy, the share of points on the right side, is what counts in the end. It has no slope to follow, since it
# jumps when a point changes sides. So the loss is made small, and accuracy is looked at.
#
# `film` keeps the network's numbers after some of the steps, to draw the boundary from them later.

# %%
film = Film(moons.inputs, moons.targets, EPOCHS)
film.take(0, model)
history = []
for k in range(EPOCHS):
    scores = [model(point) for point in moons.inputs]
    total = loss_of(scores, moons.targets, model.parameters())
    model.zero_grad()
    total.backward()
    rate = 1 - 0.9 * k / EPOCHS
    for parameter in model.parameters():
        parameter.data -= rate * parameter.grad
    right = engine.accuracy(scores, moons.targets)
    history.append((total.data, right))
    film.take(k + 1, model)
    engine.tidy()  # the graph of this epoch is done with
    if (k + 1) % max(1, EPOCHS // 10) == 0:
        print(f"epoch {k + 1:>2}   rate {rate:.2f}   loss {total.data:.4f}   accuracy {right:.0%}")

# %% [markdown]
# ## The boundary while it learns
#
# The line is where the score is 0. At first it lies anywhere. Then it is almost straight, since a straight line is the
# quickest way to less loss. The bends come one by one.

# %%
workbench.plot(film.stills, "Four moments of training: the boundary is straight at first and ends between the moons.")

# %%
losses, shares = zip(*history)
workbench.plot(lambda path: loss_curve(losses, shares, path), "The loss falls, the accuracy rises to 100 percent.")


# %% [markdown]
# ## Without hidden layers
#
# Is all this needed? The same training with a network of one neuron, which can only draw a straight line:

# %%
line = MLP(2, [1], seed=0)
for _ in engine.train(line, moons.inputs, moons.targets, loss_of, 1.0, EPOCHS):
    pass
for network, name in ((line, "one neuron"), (model, "33 neurons")):
    print(f"{name}: {engine.accuracy([network(point) for point in moons.inputs], moons.targets):.0%} right")

# %%
workbench.plot(
    lambda path: decision_boundary(lambda point: line(point).data, moons.inputs, moons.targets, path),
    "A straight line has points of both moons on its wrong side, each with a cross.",
)

# %% [markdown]
# ## To try
#
# - Another start: `seed=1`, `seed=2`. Does it always get there?
# - A rate that does not fall. What does the loss curve look like at its end?
# - `engine.l2_penalty(parameters, 0.01)`, a hundred times stronger. What happens to the boundary, and why?
# - Fewer neurons: how few are enough for every point?
