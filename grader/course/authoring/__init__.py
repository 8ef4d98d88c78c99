"""Makes what travels from what the author wrote: stubs, the answer key, sketches, notebooks."""
