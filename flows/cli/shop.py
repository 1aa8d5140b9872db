"""Commands about the simulated shop itself."""

import sys
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esynapse.progress import Progress, silent
from esynapse.settings import load_settings
from flows.cli import cli
from flows.cli.options import shop_options
from flows.cli.screen import step_progress
from flows.cli.tables import print_rows

if TYPE_CHECKING:
    from esynapse.shop.calibration import Finding

MISSED = 1
"""Exit code when a figure is out of its tolerance."""


@cli.command()
@shop_options
def calibrate(profile: str | None, days: int | None, scale: float | None, seed: int | None) -> None:
    """Simulate a profile's shop and measure it against the figures it must show.

    Days and scale are by default those at which luck is small against the tolerances; a shorter or
    smaller run may miss a figure by chance. Exits with 1 if one is missed.
    """
    from esynapse.shop.calibration import findings_table

    with step_progress("calibrate") as progress:
        findings = findings_of(profile, days, scale, seed, progress=progress)
    print_rows(findings_table(findings))
    missed = sum(not finding.ok for finding in findings)
    if missed:
        click.echo(f"{missed} of {len(findings)} figures are out of tolerance", err=True)
        sys.exit(MISSED)


def findings_of(
    profile: str | None = None,
    days: int | None = None,
    scale: float | None = None,
    seed: int | None = None,
    *,
    progress: Progress = silent,
) -> "list[Finding]":
    """The findings of a fresh run, which is deleted again; None: the targets' own run.

    Raises:
        EsynapseError: the profile is unknown or has no targets.
    """
    from esynapse.pipeline.export import export
    from esynapse.shop.calibration import load_targets, measure

    name = load_settings(profile=profile).profile
    run = load_targets(name).run
    settings = load_settings(
        profile=name, seed=seed, scale=scale or run.scale, days=days or run.days, timezone="UTC"
    )
    end = datetime.combine(run.opening_day + timedelta(days=settings.days), time(), UTC)
    with tempfile.TemporaryDirectory(prefix="esynapse-calibrate-") as folder:
        export(settings, Path(folder), now=end, progress=progress)
        return measure(Path(folder), name)
