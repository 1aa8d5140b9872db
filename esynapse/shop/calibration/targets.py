"""What a profile must reach: figures with sources and tolerances, read from a TOML file."""

from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from esynapse.shop.figures import Section, load_figures


class Figure(Section):
    """One number: a target with a tolerance, or a range (both ends included)."""

    target: float | None = None
    tol: float | None = Field(default=None, ge=0)
    """Absolute."""
    tol_rel: float | None = Field(default=None, ge=0)
    """Relative to the target; with both tolerances, the larger one counts."""
    range: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "Figure":
        has_tolerance = self.tol is not None or self.tol_rel is not None
        if (self.range is None) != (self.target is not None and has_tolerance):
            raise ValueError("give a target with tol or tol_rel, or else a range")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value that will do."""
        if self.range is not None:
            return self.range
        target = self.target or 0.0
        width = max(self.tol or 0.0, (self.tol_rel or 0.0) * abs(target))
        return target - width, target + width


def _by_name(weights: Any) -> Any:
    """A list as a mapping from the position in it, which counts from 0."""
    if isinstance(weights, list):
        return {str(position): weight for position, weight in enumerate(weights)}
    return weights


class Target(BaseModel):
    """What one measure must show: any number of figures, or the parts of one whole."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Figure]

    source: str
    weights: Annotated[dict[str, float] | None, BeforeValidator(_by_name)] = None
    """Of the parts of a whole, in any unit."""
    tol: float | None = None
    tol_rel: float | None = None
    """Of the share of every part."""
    distance: float | None = None
    """Greatest share of the whole that may stand in another part (total variation distance)."""

    @property
    def figures(self) -> dict[str, Figure]:
        """By name; the figure of a measure that has only one is called ``value``."""
        return self.__pydantic_extra__

    @property
    def shares(self) -> dict[str, float]:
        """The weights, as shares of their sum; empty if there are none."""
        weights = self.weights or {}
        whole = sum(weights.values())
        return {name: weight / whole for name, weight in weights.items()}


class RunShape(Section):
    """The run that is measured."""

    days: int
    scale: float
    opening_day: date
    session_events: tuple[str, ...]
    """Event types that count as a session's events."""


class Targets(Section):
    """All that a profile must reach."""

    profile: str
    run: RunShape
    targets: dict[str, Target]
    """By the name of the measure."""


@cache
def load_targets(profile: str) -> Targets:
    """The targets of the profile called ``profile``.

    Raises:
        EsynapseError: there are none (the profiles that have some are listed), or the file is
            wrong.
    """

    def shape(content: dict[str, Any]) -> dict[str, Any]:
        return {"profile": profile, "run": content.pop("run", None), "targets": content}

    return load_figures(
        Targets, "targets", profile, shape, noun="profile", missing="has no targets"
    )
