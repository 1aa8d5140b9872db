"""`esynapse bench`: the figures of the README, reproducible."""

import sys
from pathlib import Path
from typing import Any

import click

from esynapse.settings import load_settings
from flows.cli import cli
from flows.cli.options import (
    history_options,
    home_option,
    profile_option,
    seed_option,
    shop_options,
)
from flows.cli.screen import step_progress
from flows.cli.tables import print_rows


@cli.group()
def bench() -> None:
    """The figures of the README, reproducible."""


@bench.command("up")
@shop_options
def bench_up(**options: Any) -> None:
    """Time and memory of 'up --once' in a new home, and of the hourly transform after it."""
    from flows.bench.up import bench_up as measure

    print_rows(measure(load_settings(**options), [sys.executable, "-m", "flows.cli"]))


@bench.command("shop")
@history_options(5_000_000)
def bench_shop(sizes: tuple[int, ...], **options: Any) -> None:
    """Events a second and memory of the simulation, of writing alone, and of other generators."""
    from flows.bench.shop import bench_shop as measure

    with step_progress("bench shop") as progress:
        rows, notes = measure(load_settings(**options), sizes, progress=progress)
    print_rows(rows)
    click.echo("\n".join(("", *notes)))


@bench.command("marts")
@history_options(10_000_000)
def bench_marts(sizes: tuple[int, ...], **options: Any) -> None:
    """Full refresh and hourly run of the marts over histories of different lengths."""
    from flows.bench.marts import bench_marts as measure

    with step_progress("bench marts") as progress:
        *tables, notes = measure(
            load_settings(**options), sizes, [sys.executable, "-m", "flows.cli"], progress=progress
        )
    for table in tables:
        print_rows(table)
        click.echo()
    click.echo("\n".join(notes))


@bench.command("stream")
@click.option(
    "--seconds",
    default=20.0,
    show_default=True,
    type=click.FloatRange(1),
    help="How long each rate lasts at which latency is measured.",
)
@click.option(
    "--sustained",
    default=30.0,
    show_default=True,
    type=click.FloatRange(1),
    help="How long full speed lasts, in seconds.",
)
@click.option(
    "--rate",
    "rates",
    multiple=True,
    default=(500, 2_000),
    show_default=True,
    type=click.IntRange(1),
    help="Events a second; give it more than once.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help="The long form instead: so many minutes at the highest rate; is memory flat?",
)
@profile_option
@seed_option
def bench_stream(
    seconds: float, sustained: float, rates: tuple[int, ...], minutes: float | None, **options: Any
) -> None:
    """Events a second and latency of the stream, beside Google's emulator and the limit."""
    from flows.bench.stream import bench_stream as measure
    from flows.bench.stream_soak import soak

    settings = load_settings(**options)
    with step_progress("bench stream") as progress:
        if minutes:
            *tables, notes = soak(settings, rate=max(rates), minutes=minutes, progress=progress)
        else:
            *tables, notes = measure(
                settings, rates=rates, seconds=seconds, sustained=sustained, progress=progress
            )
    for table in tables:
        print_rows(table)
        click.echo()
    click.echo("\n".join(notes))


@bench.command("forecast")
@click.option("--quick", is_flag=True, help="A few series and cutoffs: a minute instead of ten.")
def bench_forecast(quick: bool) -> None:
    """Accuracy of the forecasts beside the seasonal naive and prophet; what a retrain takes."""
    from flows.bench.forecast import bench_forecast as measure

    with step_progress("bench forecast") as progress:
        *tables, notes = measure(quick=quick, progress=progress)
    for table in tables:
        print_rows(table)
        click.echo()
    click.echo("\n".join(notes))


@bench.command("dashboard")
@home_option
@click.option(
    "--viewers",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    help="How many open pages and change filters at a time.",
)
def bench_dashboard(home: Path | None, viewers: int) -> None:
    """What a viewer of the dashboard waits for, beside the least that Streamlit takes."""
    from flows.bench.dashboard import bench_dashboard as measure

    with step_progress("bench dashboard") as progress:
        *tables, notes = measure(load_settings(home=home), viewers=viewers, progress=progress)
    for table in tables:
        print_rows(table)
        click.echo()
    click.echo("\n".join(notes))
