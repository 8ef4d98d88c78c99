"""A neuron."""

from minigrad_reference import Module, Neuron

WORDS = {"Module": Module, "Neuron": Neuron}
