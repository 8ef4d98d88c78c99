"""The reference's language model computes what PyTorch computes in float64: functions, optimisers, and a training."""

import math
import random

import pytest

from minigrad_reference import Value
from minigrad_reference.language import (
    GPT,
    SGD,
    Adam,
    Embedding,
    Linear,
    Tokenizer,
    attention,
    bigram_loss,
    clip_grad_norm,
    count_bigrams,
    cross_entropy,
    generate,
    log_softmax,
    multi_head,
    rms_norm,
    sample,
    softmax,
    train_names,
)
from tests.kata.lazily import Lazily

torch = Lazily("torch")
F = Lazily("torch.nn.functional")
NAMES = ["anna", "ben", "eva", "vanessa", "nabe", "evan", "bess"]
SCORES = {
    "ordinary": [0.3, -1.2, 2.5, 0.0],
    "equal": [1.0, 1.0, 1.0],
    "one": [5.0],
    "large": [1000.0, 999.0, -1000.0],
    "far apart": [0.0, 800.0, -800.0],
    "an infinity below": [1.0, -math.inf, 2.0],
}


def tensor(data):
    return torch.tensor(data, dtype=torch.float64, requires_grad=True)


def values(*shape, rng):
    if len(shape) == 1:
        return [Value(rng.uniform(-2, 2)) for _ in range(shape[0])]
    return [values(*shape[1:], rng=rng) for _ in range(shape[0])]


def data(nested):
    return [data(part) for part in nested] if isinstance(nested, list) else nested.data


def grads(nested):
    return [grads(part) for part in nested] if isinstance(nested, list) else nested.grad


def assert_close(ours, theirs, rel=1e-12):
    torch.testing.assert_close(
        torch.tensor(ours, dtype=torch.float64), theirs.detach(), rtol=rel, atol=1e-14, equal_nan=True
    )


def assert_agree(function, twin, *arguments):
    """Results and the gradients of all arguments, under an upstream gradient that differs from output to output."""
    twins = [tensor(data(argument)) for argument in arguments]
    out, other = function(*arguments), twin(*twins)
    assert_close(data(out), other)
    weights = [0.5 + i for i in range(len(out))]
    Value.weighted_sum([Value(w) for w in weights], out, Value(0.0)).backward()
    (other * torch.tensor(weights, dtype=torch.float64)).sum().backward()
    for argument, tensor_ in zip(arguments, twins, strict=True):
        assert_close(grads(argument), tensor_.grad)


@pytest.mark.parametrize("scores", SCORES.values(), ids=SCORES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_probabilities_and_their_gradients_equal_torchs_however_large_the_scores(name, scores):
    ours = {"softmax": softmax, "log_softmax": log_softmax}[name]
    assert_agree(ours, lambda x: getattr(F, name)(x, dim=0), [Value(score) for score in scores])


@pytest.mark.parametrize("scores", SCORES.values(), ids=SCORES)
def test_cross_entropy_equals_torchs_for_every_target(scores):
    for target in range(len(scores)):
        twin = tensor(scores)
        ours = [Value(score) for score in scores]
        loss, other = cross_entropy(ours, target), F.cross_entropy(twin, torch.tensor(target))
        loss.backward()
        other.backward()
        assert_close(loss.data, other)
        assert_close(grads(ours), twin.grad)


def test_plain_numbers_may_stand_among_the_scores():
    a = Value(1.0)
    assert data(softmax([a, 2.0, 3])) == data(softmax([Value(1.0), Value(2.0), Value(3.0)]))
    cross_entropy([a, 2.0], 1).backward()
    assert a.grad == pytest.approx(1 / (1 + math.e))


def test_scores_without_an_entry_and_targets_beyond_them_are_refused():
    with pytest.raises(ValueError, match="at least one score"):
        softmax([])
    for target in (-1, 2):
        with pytest.raises(IndexError, match=f"one of 2 scores, from 0, and not {target}"):
            cross_entropy([0.0, 0.0], target)


OPTIMISERS = {
    "SGD": (lambda p: SGD(p, 0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    "momentum": (lambda p: SGD(p, 0.1, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    "Adam": (Adam, Lazily("torch.optim", "Adam")),
    "Adam, few steps": (
        lambda p: Adam(p, 0.05, betas=(0.85, 0.99), eps=1e-3),
        lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.85, 0.99), eps=1e-3),
    ),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_fifty_steps_of_an_optimiser_equal_torchs_with_a_rate_that_changes(name):
    rng = random.Random(0)
    ours = values(6, rng=rng)
    theirs = [tensor(value.data) for value in ours]
    optimiser, other = OPTIMISERS[name][0](ours), OPTIMISERS[name][1](theirs)
    for step in range(50):
        optimiser.learning_rate = other.param_groups[0]["lr"] = 0.1 * (1 - step / 50)
        for value, twin in zip(ours, theirs, strict=True):
            value.grad = 0.0 if rng.random() < 0.2 else rng.gauss(0, 3)
            twin.grad = torch.tensor(value.grad, dtype=torch.float64)
        optimiser.step()
        other.step()
    assert_close(data(ours), torch.stack(theirs), rel=1e-9)


@pytest.mark.parametrize("max_norm", [0.5, 5.0, 500.0])
def test_clipping_equals_torchs_and_gives_the_norm_before(max_norm):
    ours = [Value(0.0) for _ in range(3)]
    theirs = [tensor(0.0) for _ in range(3)]
    for value, twin, grad in zip(ours, theirs, (3.0, -4.0, 12.0), strict=True):
        value.grad, twin.grad = grad, torch.tensor(grad, dtype=torch.float64)
    assert clip_grad_norm(ours, max_norm) == 13.0
    torch.nn.utils.clip_grad_norm_(theirs, max_norm)
    assert_close(grads(ours), torch.stack([twin.grad for twin in theirs]))


def test_vectors_and_attention_equal_torchs_value_for_value_and_gradient_for_gradient():
    rng = random.Random(1)
    linear = Linear(3, 4, rng)
    assert_agree(lambda x, w: (setattr(linear, "w", w), linear(x))[1], lambda x, w: w @ x, *_two(rng, 3, (4, 3)))
    assert_agree(rms_norm, lambda x: F.rms_norm(x, x.shape, eps=1e-5), values(5, rng=rng))
    assert_agree(rms_norm, lambda x: F.rms_norm(x, x.shape, eps=1e-5), values(1, rng=rng))
    query, keys, seen = values(4, rng=rng), values(3, 4, rng=rng), values(3, 4, rng=rng)
    assert_agree(attention, lambda q, k, v: F.scaled_dot_product_attention(q[None], k, v)[0], query, keys, seen)

    def heads(q, k, v):
        parts = [x.reshape(-1, 2, 2).transpose(0, 1) for x in (q[None], k, v)]
        return F.scaled_dot_product_attention(*parts).transpose(0, 1).reshape(-1)

    query, keys, seen = values(4, rng=rng), values(3, 4, rng=rng), values(3, 4, rng=rng)
    assert_agree(lambda q, k, v: multi_head(q, k, v, 2), heads, query, keys, seen)


def _two(rng, first, second):
    return values(first, rng=rng), values(*second, rng=rng)


def test_an_embedding_hands_out_its_own_row_and_a_linear_refuses_other_widths():
    table = Embedding(3, 2, random.Random(0))
    assert table(1) is table.rows[1]
    assert len(table.parameters()) == 6
    with pytest.raises(ValueError, match="2 weights but 3 inputs"):
        Linear(2, 1)([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="3 heads cannot share a width of 4"):
        GPT(3, width=4, heads=3)


def test_tokens_are_the_places_of_sorted_letters_and_the_boundary_is_the_last():
    tokenizer = Tokenizer(NAMES)
    assert (tokenizer.letters, tokenizer.boundary, tokenizer.size) == ("abensv", 6, 7)
    assert tokenizer.encode("anna") == [6, 0, 3, 3, 0, 6]
    assert tokenizer.decode([6, 0, 3, 6]) == "an"
    with pytest.raises(KeyError):
        tokenizer.encode("x")


def test_a_table_with_the_logarithms_of_the_counts_has_the_loss_of_the_counts():
    tokenizer = Tokenizer(NAMES)
    counts = count_bigrams(NAMES, tokenizer)
    table = [[math.log(n) if n else -1000.0 for n in row] for row in counts]
    n = sum(map(sum, counts))
    best = -sum(n * math.log(n / sum(row)) for row in counts for n in row if n) / n
    assert bigram_loss(table, NAMES, tokenizer).data == pytest.approx(best, rel=1e-12)
    zeros = [[0.0] * tokenizer.size for _ in counts]
    assert bigram_loss(zeros, NAMES, tokenizer).data == pytest.approx(math.log(7), rel=1e-12)


def test_sampling_follows_the_probabilities_and_takes_one_random_number():
    rng, twin = random.Random(3), random.Random(3)
    drawn = [sample([math.log(0.2), math.log(0.5), math.log(0.3)], 1.0, rng) for _ in range(200)]
    points = [twin.random() for _ in range(200)]
    assert drawn == [0 if u < 0.2 else 1 if u < 0.7 else 2 for u in points]
    assert {sample([0.0, 1.0], 0.001, rng) for _ in range(50)} == {1}


def torch_loss(model, tokens):
    """The same model on tensors, all positions at once behind a mask; gives the loss and the leaves."""
    leaves = {}

    def leaf(rows):
        leaves[id(rows)] = tensor(data(rows))
        return leaves[id(rows)]

    def norm(x):
        return F.rms_norm(x, x.shape[-1:], eps=1e-5)

    count = len(tokens) - 1
    x = norm(leaf(model.tokens.rows)[tokens[:-1]] + leaf(model.positions.rows)[:count])
    for block in model.blocks:
        q, k, v = (norm(x) @ leaf(layer.w).T for layer in (block.query, block.key, block.value))
        parts = [part.reshape(count, block.heads, -1).transpose(0, 1) for part in (q, k, v)]
        seen = F.scaled_dot_product_attention(*parts, is_causal=True).transpose(0, 1).reshape(count, -1)
        x = x + seen @ leaf(block.mix.w).T
        x = x + F.relu(norm(x) @ leaf(block.expand.w).T) @ leaf(block.shrink.w).T
    loss = F.cross_entropy(x @ leaf(model.output.w).T, torch.tensor(tokens[1:]))
    return loss, leaves


@pytest.mark.parametrize(("width", "heads", "layers"), [(8, 2, 2), (4, 1, 1)])
def test_a_gpts_loss_and_all_its_gradients_equal_those_of_tensors_behind_a_mask(width, heads, layers):
    model = GPT(7, width, heads, layers, context=6, rng=random.Random(2))
    for parameter in model.parameters():
        parameter.data *= 5
    tokens = [6, 0, 3, 3, 0, 1, 6]
    loss = model.loss(tokens)
    loss.backward()
    other, leaves = torch_loss(model, tokens)
    other.backward()
    assert_close(loss.data, other)
    layers = [layer for block in model.blocks for layer in vars(block).values() if isinstance(layer, Linear)]
    for rows in (model.tokens.rows, model.positions.rows, model.output.w, *(layer.w for layer in layers)):
        assert_close(grads(rows), leaves[id(rows)].grad, rel=1e-9)


def test_without_weights_the_loss_is_that_of_a_guess_and_the_usual_sizes_have_4192_parameters():
    model = GPT(27)
    assert len(model.parameters()) == len(set(model.parameters())) == 4192
    for parameter in model.parameters():
        parameter.data = 0.0
    assert model.loss([26, 0, 13, 26]).data == pytest.approx(math.log(27), rel=1e-12)


def test_the_losses_of_twenty_steps_equal_those_of_a_training_on_tensors():
    tokenizer = Tokenizer(NAMES)
    model, twin = (GPT(tokenizer.size, 8, 2, 1, 8, random.Random(4)) for _ in range(2))
    losses = train_names(model, NAMES, tokenizer, steps=20)
    _, leaves = torch_loss(twin, [6, 0, 6])
    optimiser = torch.optim.Adam(leaves.values(), lr=0.01, betas=(0.85, 0.99))
    rows = [
        twin.tokens.rows,
        twin.positions.rows,
        *(v.w for v in vars(twin.blocks[0]).values() if isinstance(v, Linear)),
        twin.output.w,
    ]
    for step, loss in enumerate(losses):
        other, fresh = torch_loss(twin, tokenizer.encode(NAMES[step % len(NAMES)]))
        other.backward()
        assert loss == pytest.approx(other.item(), rel=1e-9)
        for row in rows:
            leaves[id(row)].grad = fresh[id(row)].grad
        optimiser.param_groups[0]["lr"] = 0.01 * (1 - step / 20)
        optimiser.step()
        for row in rows:
            for values_, numbers in zip(row, leaves[id(row)].tolist(), strict=True):
                for value, number in zip(values_, numbers, strict=True):
                    value.data = number


def test_a_model_learns_a_name_by_heart_and_then_says_it():
    tokenizer = Tokenizer(["abba"])
    model = GPT(tokenizer.size, width=4, heads=1, context=5, rng=random.Random(1))
    losses = train_names(model, ["abba"], tokenizer, steps=60, learning_rate=0.1)
    assert losses[0] > 1.0
    assert losses[-1] < 0.1
    assert generate(model, tokenizer, 0.5, random.Random(0)) == "abba"
    model.output.w[tokenizer.boundary] = [Value(-1000.0 * w.data) for w in model.output.w[0]]
    assert len(generate(model, tokenizer, 0.5, random.Random(0))) <= 5
