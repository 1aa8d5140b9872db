"""Every knob of the pipeline, in one class.

A setting is read, first found wins, from the command line, the environment (``ESYNAPSE_SEED=7``),
a ``.env`` file in the working directory, and the default below.
"""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from esynapse.errors import EsynapseError

_time_zones = cache(available_timezones)  # which walks through all their files
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Settings of one pipeline; see the field comments for units."""

    model_config = SettingsConfigDict(
        env_prefix="ESYNAPSE_", env_file=".env", extra="ignore", frozen=True
    )

    target: Literal["local", "bigquery"] = "local"
    home: Path = Path(".esynapse")
    """Where the local target keeps everything it writes."""

    profile: str = "typical"
    """Name of the shop's profile, a file in esynapse/shop/profiles."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 42
    scale: Annotated[float, Field(gt=0, le=2000)] = 1.0
    """Traffic relative to the profile's own (1.0 is 50,000 to 100,000 events a day)."""
    disorder: str = "none"
    """Name of a level of faults between the shop and its receiver: a file in
    esynapse/shop/disorders."""
    days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Complete days of history to backfill, the last one being yesterday."""

    timezone: str = "UTC"
    """The shop's zone: days and hours of the marts are cut in it. Time is stored in UTC."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"

    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    """ISO 3166 code of the country whose public holidays the forecast knows, for example DE; of a
    simulated shop, default its own."""
    campaigns: Path | None = None
    """CSV of the shop's campaigns, past and planned: name,first_date,last_date."""

    alert_block: str = ""
    """Prefect notification block that is told of anomalies, for example slack-webhook/shop."""

    project: str = "esynapse-local"
    dataset: str = "esynapse"
    location: str = "US"
    """Of the BigQuery datasets and the bucket: a region or a multi-region. It cannot be changed
    later."""
    event_expiration_days: Annotated[int, Field(ge=0, le=36500)] = 0
    """BigQuery deletes days of live_events that are older; 0 keeps them for ever."""
    topic: str = "live-events"
    subscription: str = "live-events-to-warehouse"
    dead_letter_topic: str = "live-events-dead-letter"
    dead_letter_subscription: str = "live-events-dead-letter-to-warehouse"
    bucket: str = ""
    """Cloud Storage bucket that keeps the shop between runs on Cloud Run; default
    <project>-<dataset>-shop, in lower case with dashes."""

    host: str = "127.0.0.1"
    """Address that every server of the local target binds to."""
    pubsub_port: Port = 8085
    prefect_port: Port = 4200
    dashboard_port: Port = 8501

    stream_minutes: Annotated[float, Field(gt=0)] = 60.0
    """How long one run of the streamer lasts; runs follow on from one another."""
    stream_rate: Annotated[float, Field(ge=1, le=1000)] = 1.0
    """What the live traffic is multiplied by, for load; the history stays as it is."""

    bigquery_endpoint: str = ""
    """Where an emulator's REST API is, for example http://127.0.0.1:9050; '' is Google's."""
    bigquery_storage_endpoint: str = ""
    """Where an emulator's Storage API is, for example 127.0.0.1:9060; with an endpoint alone, rows
    come over REST."""
    bigquery_maximum_bytes: Annotated[int, Field(ge=10_000_000)] = 1_000_000_000
    """A statement of the retrain that would read more is not run. BigQuery bills 10 MB at least."""
    bigquery_challenger: bool = False
    """Have TimesFM forecast beside ARIMA_PLUS; it is served where the backtest prefers it."""

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in _time_zones():
            raise ValueError(f"{value!r} is no IANA time zone (for example Europe/Berlin)")
        return value

    @field_validator("bucket")
    @classmethod
    def _bucket_may_be_called_so(cls, value: str) -> str:
        """https://cloud.google.com/storage/docs/buckets#naming"""
        parts = value.split(".")
        if value and (
            not re.fullmatch("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]", value)
            or not all(1 <= len(part) <= 63 for part in parts)
            or (len(parts) == 4 and all(part.isdigit() for part in parts))
            or re.search("^goog|google|g00gle", value)
        ):
            raise ValueError(
                "a bucket's name has 3 to 63 lower-case letters, digits, dashes and underscores, "
                "begins and ends with a letter or digit, and has no 'google' in it"
            )
        return value

    @field_validator("campaigns")
    @classmethod
    def _seen_from_everywhere(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else None

    @property
    def pubsub_address(self) -> str:
        return f"{self.host}:{self.pubsub_port}"

    @property
    def prefect_api_url(self) -> str:
        return f"http://{self.host}:{self.prefect_port}/api"


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, with ``overrides`` (those that are not None) on top.

    Raises:
        EsynapseError: a value is out of range; the message names the setting and the value.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        message = first["msg"].removeprefix("Value error, ")
        raise EsynapseError(f"{name}: {message} (got {first['input']!r})") from None
