"""A complete scalar autograd engine with neural networks: the oracle beside PyTorch."""

from minigrad_reference.engine import Value
from minigrad_reference.losses import accuracy, l2_penalty, max_margin, mean_squared_error
from minigrad_reference.nn import MLP, Layer, Module, Neuron
from minigrad_reference.numeric import derivative, gradient
from minigrad_reference.training import Epoch, linear_decay, sgd_step, train

__all__ = [
    "MLP",
    "Epoch",
    "Layer",
    "Module",
    "Neuron",
    "Value",
    "accuracy",
    "derivative",
    "gradient",
    "l2_penalty",
    "linear_decay",
    "max_margin",
    "mean_squared_error",
    "sgd_step",
    "train",
]
