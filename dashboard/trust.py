"""Whether the figures can be trusted, in a light and a sentence. Pure functions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard import formats

LATE_AFTER = timedelta(hours=2)
"""The transform runs hourly: marts further behind the raw events than this missed a run."""
MUCH_KEPT_OUT = 0.01
"""Share of rows in quarantine from which on something is wrong with their source."""


class Light(StrEnum):
    """The worst of what was found."""

    GREEN = ":green[:material/check_circle:] **Yes.**"
    AMBER = ":orange[:material/warning:] **With care:**"
    RED = ":red[:material/error:] **Not the newest:**"


@dataclass(frozen=True)
class Evidence:
    """What is known of the pipeline; None where it is not known or not there."""

    now: datetime
    newest_event: datetime | None
    published_at: datetime | None
    as_of: datetime
    """Up to where the marts know events."""
    last_build: str | None
    """green or red."""
    received: int
    staged: int
    quarantined: int
    streams: bool
    """Whether events are expected all the time."""


def verdict(found: Evidence) -> tuple[Light, str]:
    """The light, and the answer to whether the figures are fresh, whole and green."""
    if found.last_build == "red":
        return Light.RED, (
            f"{Light.RED} the last build was red, so readers keep the marts of the last green one, "
            f"published {_ago(found.now, found.published_at)}. Its log says which test failed."
        )
    doubts = _doubts(found)
    if doubts:
        return Light.AMBER, f"{Light.AMBER} {'; '.join(doubts)}."
    share = found.staged / found.received if found.received else None
    built = "the last build was green, and " if found.last_build == "green" else ""
    return Light.GREEN, (
        f"{Light.GREEN} The marts were published {_ago(found.now, found.published_at)}, {built}"
        f"{formats.percent(share, 2)} of {formats.compact(found.received)} rows received count."
    )


def _doubts(found: Evidence) -> list[str]:
    doubts = []
    if found.newest_event and found.newest_event - found.as_of > LATE_AFTER:
        behind = formats.age(found.newest_event - found.as_of)
        doubts.append(
            f"the marts are **{behind} behind** the newest event: the last builds were not green, "
            "or did not run"
        )
    if found.streams and found.newest_event and found.now - found.newest_event > LATE_AFTER:
        age = formats.age(found.now - found.newest_event)
        doubts.append(f"**no event came for {age}**: 'esynapse up' or 'esynapse stream' sends some")
    if found.received and found.quarantined / found.received > MUCH_KEPT_OUT:
        share = formats.percent(found.quarantined / found.received)
        doubts.append(f"**{share} of the rows are in quarantine**, for the reasons below")
    return doubts


def _ago(now: datetime, instant: datetime | None) -> str:
    return f"{formats.age(now - instant)} ago" if instant else "at an unknown time"
