"""List prices in USD, as published for the US (multi-region; Cloud Run: a region
of tier 1, billed by instance), without tax.

They change: each names the page to look at. ``CHECKED`` is when they were last compared with stored
copies of these pages.
"""

from dataclasses import dataclass

CHECKED = "2026-11-26"
GIB, TIB = 2**30, 2**40


@dataclass(frozen=True)
class Price:
    """What one unit costs once the free part of a month is used up."""

    what: str
    usd: float
    unit: str
    free: float
    """Units a month that cost nothing."""
    free_text: str
    page: str
    is_confirmed: bool = True
    """Whether a stored copy of the page said so; else it is what we knew."""

    def of(self, units: float) -> float:
        """USD a month for so many units."""
        return max(units - self.free, 0.0) * self.usd


_PUBSUB = "https://cloud.google.com/pubsub/pricing"
_BIGQUERY = "https://cloud.google.com/bigquery/pricing"
_RUN = "https://cloud.google.com/run/pricing"
_STORAGE = "https://cloud.google.com/storage/pricing"

PUBLISH = Price("Pub/Sub, publishing", 40, "TiB", 10 / 1024, "10 GiB", _PUBSUB)
TO_BIGQUERY = Price("Pub/Sub, BigQuery subscription", 50, "TiB", 0, "", _PUBSUB, is_confirmed=False)
ACTIVE = Price("BigQuery, storage", 0.02, "GiB", 10, "10 GiB", _BIGQUERY)
LONG_TERM = Price(
    "BigQuery, partitions that nothing changed for 90 days", 0.01, "GiB", 0, "", _BIGQUERY
)
QUERY = Price("BigQuery, bytes read", 6.25, "TiB", 1, "1 TiB", _BIGQUERY, is_confirmed=False)
TRAINING = Price(
    "BigQuery ML, bytes read by CREATE MODEL × candidates of auto.ARIMA",
    312.5,
    "TiB",
    10 / 1024,
    "10 GiB",
    f"{_BIGQUERY}#bqml",
    is_confirmed=False,
)
CPU = Price("Cloud Run, CPU", 0.000018, "vCPU-second", 240_000, "240,000 vCPU-seconds", _RUN)
MEMORY = Price("Cloud Run, memory", 0.000002, "GiB-second", 450_000, "450,000 GiB-seconds", _RUN)
OPERATIONS = Price(
    "Cloud Storage, writes", 0.005, "1,000 operations", 5, "5,000 operations", _STORAGE
)

ALL = (PUBLISH, TO_BIGQUERY, ACTIVE, LONG_TERM, QUERY, TRAINING, CPU, MEMORY, OPERATIONS)
