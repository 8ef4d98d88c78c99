"""The kata's vocabulary, spoken by PyTorch in float64: engine.py, and each exercise's words in exNN.py.

Every number comes from a torch function and every gradient from torch.autograd: no derivative is written here. Pure
structure (`_prev`, `_op`, `topological_order`, `trace`, `draw_dot`) is nothing that torch knows in the kata's words, so
there the adapter's own bookkeeping answers; it shares no code with the reference's.

Where the lessons leave a result open the engines may differ, and a probe that shows it gets no key. After an operand's
data has been changed, for example, torch refuses to go backward through what was computed from the old one.
"""
