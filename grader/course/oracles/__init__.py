"""The witnesses that answer probes: each gives the kata's vocabulary a meaning of its own."""
