"""The one reader of variables that are on or off, such as DEBUG=1: click's, so that options and all else agree."""

import os

import click


def is_on(name: str) -> bool:
    """Whether DEBUG=1, yes, true … is set; DEBUG=0 and an empty one are off, as for the command's own option."""
    return bool(click.BOOL.convert(os.environ.get(name) or "0", None, None))
