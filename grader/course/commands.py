"""The course's commands, added to the learner's where this folder is part of the copy."""

from __future__ import annotations

import click

from grader.learner.commands import FORCE, option


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
@option("--oracles", envvar="ORACLES", metavar="NAMES", help="reference,pytorch; by default those installed.")
def key(oracles: str | None) -> None:
    """Ask the oracles and write the answer key of the public checks."""
    from grader.course.answer_key import OracleError, available_oracles, write_key
    from grader.learner.paths import PUBLIC

    chosen = tuple(dict.fromkeys(map(str.strip, oracles.split(",")))) if oracles else available_oracles()
    try:
        count = write_key(PUBLIC, chosen)
    except OracleError as error:
        raise click.ClickException(str(error)) from None
    agreed = " and ".join(chosen) + " agree" if len(chosen) > 1 else f"{chosen[0]} alone was asked"
    click.echo(f"{PUBLIC}/key.json answers {count} probes; {agreed}.")


@click.command()
def verify() -> int:
    """Prove the kata: stubs fail, solutions pass, doing nothing earns nothing, nothing is stale."""
    from grader.course.verify import verify_all

    return verify_all()
