"""What differs between forecasts by day and by hour."""

from collections.abc import Sequence
from dataclasses import dataclass

from esynapse.forecasting import models
from esynapse.forecasting.models import Model

MINIMUM_DAYS = 3


@dataclass(frozen=True)
class Granularity:
    """The steps of a forecast and the seasons in them."""

    name: str
    day: int
    """Steps in a day."""
    season: int
    """Steps after which the pattern repeats: a week."""
    longest: int
    """Steps of history that are looked at: older ones resemble the shop of today less and less."""
    past_days: Sequence[int]
    """How many days before the end past cutoffs lie; further ones follow week by week."""
    anomaly_probability: float
    """Above which a step is an anomaly (anomaly_prob_threshold of ML.DETECT_ANOMALIES, by default
    0.95, which would flag a day in twenty). Hours are many, so that they have a higher one."""
    model: Model
    """For a history of two seasons or more."""
    short_model: Model
    """For one shorter than a season."""

    @property
    def enough(self) -> int:
        """Steps from which on the full model is fitted."""
        return 2 * self.season

    def past_cutoffs(self, steps: int, count: int) -> list[int]:
        """Ends of the histories shown to past forecasts, in steps, the oldest first."""
        beyond = [self.past_days[-1] + 7 * (k + 1) for k in range(count)]
        days = [*self.past_days, *beyond][:count]
        ends = [steps - days_ago * self.day for days_ago in reversed(days)]
        return [end for end in ends if end >= MINIMUM_DAYS * self.day]


DAILY = Granularity(
    name="daily",
    day=1,
    season=models.WEEK_OF_DAYS,
    longest=1096,
    past_days=(7, 14, 21, 28, 35, 42),
    anomaly_probability=0.99,
    model=models.daily_ensemble,
    short_model=models.historic_average,
)
HOURLY = Granularity(
    name="hourly",
    day=24,
    season=models.WEEK_OF_HOURS,
    longest=26 * models.WEEK_OF_HOURS,
    past_days=(1, 2, 4, 7, 14, 21),
    anomaly_probability=0.999,
    model=models.hourly_ensemble,
    short_model=models.daily_pattern,
)
