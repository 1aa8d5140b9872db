"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the local target keeps its data [default: .esynapse, or ESYNAPSE_HOME].",
)

disorder_option = click.option(
    "--disorder", help="Late, double and broken events: none, mild or wild [default: none]."
)

rate_option = click.option(
    "--rate",
    "stream_rate",
    type=click.FloatRange(1, 1000),
    help="Multiply the live traffic, for load; the history stays as it is [default: 1].",
)

profile_option = click.option("--profile", help="Profile of the shop [default: typical].")

seed_option = click.option("--seed", type=click.IntRange(0), help="Seed of the shop [default: 42].")


def shop_options(command: Command) -> Command:
    """The options that fix which shop is simulated."""
    return _with(
        command,
        click.option("--days", type=click.IntRange(1, 3650), help="Days of history of a new home."),
        profile_option,
        seed_option,
        click.option(
            "--scale",
            type=click.FloatRange(0, 2000, min_open=True),
            help="Traffic relative to the profile's own [default: 1].",
        ),
    )


def history_options(smallest: int) -> Callable[[Command], Command]:
    """How long the shop's history is, and which shop: its days follow from events and traffic."""
    return lambda command: _with(
        command,
        seed_option,
        profile_option,
        click.option(
            "--scale",
            default=2.0,
            show_default=True,
            type=click.FloatRange(0, 2000, min_open=True),
            help="Traffic relative to the profile's own; the days follow from it.",
        ),
        click.option(
            "--events",
            "sizes",
            multiple=True,
            default=(smallest, 100_000_000),
            show_default=True,
            type=click.IntRange(1),
            help="About how many events of history; give it more than once to compare.",
        ),
    )


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in options:
        command = option(command)
    return command
