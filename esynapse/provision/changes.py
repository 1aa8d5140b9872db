"""What a plan is made of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from esynapse.provision.resources import Resource

Action = Literal["create", "change", "unchanged"]


@dataclass(frozen=True)
class Difference:
    """A property that is not as declared."""

    name: str
    found: Any
    wanted: Any
    obstacle: str = ""
    """Why it cannot be changed where it is, and what to do; empty: it can."""

    def __str__(self) -> str:
        return f"{self.name} is {self.found!r}, should be {self.wanted!r}"


@dataclass(frozen=True)
class Change:
    """What is to happen, or has happened, to a resource."""

    action: Action
    resource: Resource
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All resources in order, with what is to happen to them."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    """What was left out or not compared, and why: a line each."""

    @property
    def due(self) -> tuple[Change, ...]:
        """What provisioning would do."""
        return tuple(change for change in self.changes if change.action != "unchanged")


class Executor(Protocol):
    """Compares and makes resources of one kind. What it raises is of the client libraries."""

    def compare(self, resource: Resource) -> list[Difference] | None:
        """How it differs from what is declared; None: it is not there."""

    def create(self, resource: Resource) -> None:
        """Make it; no error if it is there by now."""


@runtime_checkable
class Changer(Executor, Protocol):
    """Can also mend differences, those without an obstacle."""

    def change(self, resource: Resource, differences: Collection[Difference]) -> None: ...


@runtime_checkable
class Remover(Executor, Protocol):
    """Can also delete what does not go with something else."""

    def delete(self, resource: Resource) -> None: ...


def differences(
    found: Mapping[str, Any], wanted: Mapping[str, Any], fixed: Mapping[str, str] | None = None
) -> list[Difference]:
    """The properties of ``wanted`` that ``found`` has otherwise.

    Args:
        fixed: those that cannot be changed, with what to do then.
    """
    return [
        Difference(name, found[name], value, (fixed or {}).get(name, ""))
        for name, value in wanted.items()
        if found[name] != value
    ]
