"""The course's commands, added to the learner's where this folder is part of the copy."""

from __future__ import annotations

import click

from grader.learner.commands import FORCE


def add_to(group: click.Group) -> None:
    """Add every command of this module."""
    for command in (exercises, key, verify):
        group.add_command(command)


@click.command()
@FORCE
def exercises(force: bool) -> None:
    """Cut exercises/ out of solutions/ again."""
    from grader.course.cut import CutError, write_exercises

    try:
        sentences = write_exercises(force=force)
    except CutError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(sentences) or "exercises/ is up to date.")


@click.command()
def key() -> None:
    """Ask the oracles and write the answer key of the public checks."""
    from grader.course.answer_key import OracleError, write_key
    from grader.learner.paths import PUBLIC

    try:
        click.echo(f"{PUBLIC}/key.json answers {write_key(PUBLIC)} probes.")
    except OracleError as error:
        raise click.ClickException(str(error)) from None


@click.command()
def verify() -> int:
    """Prove the kata: stubs fail, solutions pass, doing nothing earns nothing, nothing is stale."""
    from grader.course.verify import verify_all

    return verify_all()
