"""What a person sees while a command works: bars on a terminal, plain lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from esynapse.pipeline.bootstrap import Step
    from esynapse.progress import Progress as Report

console = Console(stderr=True, highlight=False)


class Steps:
    """Steps one after another, each with its progress, rate and time to go."""

    def __init__(self, bars: Progress) -> None:
        self.bars = bars

    def begin(self, name: str) -> "Report":
        task = self.bars.add_task(name, total=None, label="")

        def report(done: int, total: int, label: str) -> None:
            self.bars.update(task, completed=done, total=total, label=label)

        self.task = task
        return report

    def done(self, step: "Step") -> None:
        self.bars.remove_task(self.task)
        console.print(f"[green]✓[/] {step.name:<10} {step.outcome} [dim]({step.seconds:.1f} s)[/]")


@contextmanager
def steps() -> Iterator[Steps]:
    """A live display of steps on standard error."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[label]}"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        yield Steps(bars)


@contextmanager
def step_progress(name: str) -> Iterator["Report"]:
    """The display of a single step."""
    with steps() as display:
        yield display.begin(name)
