"""Public checks of exercise 13."""

from grader.core.checks import exercise

check = exercise(13)


@check("SGD.step", points=1)
def test_step_without_momentum(probe):
    """Without momentum a step is that of exercise 10."""
    probe(
        """
        a = Value(1.0)
        b = Value(-2.0)
        optimiser = SGD([a, b], 0.1)
        for grads in ((4.0, -0.5), (1.0, 2.0)):
            a.grad, b.grad = grads
            optimiser.step()
        """,
        "[a.data, b.data]",
    )


@check("SGD.step", points=2)
def test_steps_with_momentum(probe):
    """The velocity is momentum times the old one plus the whole gradient; the first is the gradient."""
    probe(
        """
        a = Value(1.0)
        optimiser = SGD([a], 0.1, 0.5)
        places = []
        for grad in (4.0, 1.0, -2.0):
            a.grad = grad
            optimiser.step()
            places.append(a.data)
        """,
        "places",
    )


@check("SGD.step", points=2)
def test_velocity_of_each_parameter(probe):
    """Each parameter has a velocity of its own."""
    probe(
        """
        a = Value(1.0)
        b = Value(-2.0)
        optimiser = SGD([a, b], 0.1, momentum=0.9)
        places = []
        for grads in ((1.0, -3.0), (0.0, 2.0), (0.5, 0.0)):
            a.grad, b.grad = grads
            optimiser.step()
            places.append([a.data, b.data])
        """,
        "places",
    )


@check("SGD.step", points=1)
def test_step_of_sgd_changes_nothing_else(probe):
    """A step changes the data of the very Values, leaves their gradients and returns nothing."""
    probe(
        """
        a = Value(1.0)
        parameters = [a]
        optimiser = SGD(parameters, 0.25, 0.5)
        a.grad = 4.0
        results = [optimiser.step(), optimiser.step()]
        """,
        "[a.data, a.grad]",
        "parameters[0] is a",
        "[result is None for result in results]",
    )


@check("SGD.step", points=1)
def test_rate_of_sgd_between_steps(probe):
    """A step uses the learning rate as it is then, and the velocity does not know the old one."""
    probe(
        """
        a = Value(1.0)
        optimiser = SGD([a], 0.5, 0.5)
        places = []
        for rate in (0.5, 0.25, 0.0, 0.125):
            a.grad = 1.0
            optimiser.learning_rate = rate
            optimiser.step()
            places.append(a.data)
        """,
        "places",
    )


@check("Adam.step", points=2)
def test_first_step_of_adam(probe):
    """The first step is about as long as the learning rate, for large and for small gradients."""
    probe(
        """
        a = Value(1.0)
        b = Value(1.0)
        optimiser = Adam([a, b], 0.1)
        a.grad = 400.0
        b.grad = -0.002
        optimiser.step()
        """,
        "[a.data, b.data]",
    )


@check("Adam.step", points=3)
def test_steps_of_adam(probe):
    """Several steps with changing gradients lead to these places."""
    probe(
        """
        a = Value(1.0)
        optimiser = Adam([a], learning_rate=0.1)
        places = []
        for grad in (2.0, -1.0, 0.5, 4.0):
            a.grad = grad
            optimiser.step()
            places.append(a.data)
        """,
        "places",
    )


@check("Adam.step", points=2)
def test_memory_of_each_parameter(probe):
    """Each parameter has running means of its own, and a step counts once for all of them."""
    probe(
        """
        a, b, c = Value(1.0), Value(-2.0), Value(0.5)
        optimiser = Adam([a, b, c], 0.1)
        places = []
        for grads in ((1.0, -30.0, 0.2), (0.5, 20.0, 0.1), (-3.0, 1.0, 0.4)):
            a.grad, b.grad, c.grad = grads
            optimiser.step()
            places.append([a.data, b.data, c.data])
        """,
        "places",
    )


@check("Adam.step", points=2)
def test_betas_and_eps(probe):
    """The betas and eps are those that were given, and eps is added to the root."""
    probe(
        """
        a = Value(1.0)
        optimiser = Adam([a], 0.1, betas=(0.5, 0.75), eps=0.5)
        places = []
        for grad in (2.0, -1.0, 0.25):
            a.grad = grad
            optimiser.step()
            places.append(a.data)
        """,
        "places",
    )


@check("Adam.step", points=1)
def test_gradient_of_zero_in_adam(probe):
    """With a gradient of 0 a parameter stays at first, and later goes on where it was going."""
    probe(
        """
        a, b = Value(1.0), Value(1.0)
        optimiser = Adam([a, b], 0.1)
        places = []
        for grads in ((0.0, 3.0), (2.0, 0.0), (0.0, 0.0)):
            a.grad, b.grad = grads
            optimiser.step()
            places.append([a.data, b.data])
        """,
        "places",
    )


@check("Adam.step", points=1)
def test_step_of_adam_changes_nothing_else(probe):
    """A step uses the learning rate as it is then, leaves the gradients and returns nothing."""
    probe(
        """
        a = Value(1.0)
        parameters = [a]
        optimiser = Adam(parameters)
        a.grad = 4.0
        results = [optimiser.step()]
        first = a.data
        optimiser.learning_rate = 0.5
        results.append(optimiser.step())
        """,
        "[first, a.data, a.grad]",
        "parameters[0] is a",
        "[result is None for result in results]",
    )


@check("clip_grad_norm", points=2)
def test_long_gradients_become_shorter(probe):
    """Gradients with too large a norm are all multiplied by the same factor."""
    probe(
        """
        parameters = [Value(1.0), Value(2.0), Value(3.0)]
        for p, grad in zip(parameters, (6.0, -3.0, 2.0)):
            p.grad = grad
        norm = clip_grad_norm(parameters, 3.5)
        """,
        "norm",
        "[p.grad for p in parameters]",
    )


@check("clip_grad_norm", points=1)
def test_short_gradients_stay(probe):
    """Gradients whose norm is below the limit stay as they are, and the norm is returned all the same."""
    probe(
        """
        parameters = [Value(1.0), Value(2.0)]
        parameters[0].grad, parameters[1].grad = 0.3, -0.4
        norm = clip_grad_norm(parameters, 2.0)
        """,
        "norm",
        "[p.grad for p in parameters]",
    )


@check("clip_grad_norm", points=1)
def test_norm_of_all_together(probe):
    """It is the norm of all gradients together that counts, and data stay as they are."""
    probe(
        """
        parameters = [Value(10.0 * i) for i in range(4)]
        for p in parameters:
            p.grad = 0.75
        norm = clip_grad_norm(parameters, 1.0)
        again = clip_grad_norm(parameters, 2.0)
        """,
        "[norm, again]",
        "[p.grad for p in parameters]",
        "[p.data for p in parameters]",
    )
