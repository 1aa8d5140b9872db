"""Whether the figures can be trusted, in a sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.trust import LATE_AFTER, Evidence, Light, verdict

NOW = datetime(2026, 3, 29, 12, 30, tzinfo=UTC)
SOUND = Evidence(
    now=NOW,
    newest_event=NOW,
    published_at=NOW - timedelta(minutes=20),
    as_of=NOW - timedelta(minutes=25),
    last_build="green",
    received=10_000,
    staged=9_990,
    quarantined=5,
    streams=True,
)


def test_what_is_fresh_whole_and_green_is_trusted() -> None:
    light, words = verdict(SOUND)
    assert light is Light.GREEN
    assert "published 20 min ago, the last build was green" in words
    assert "99.90 % of 10.0 k rows received count" in words


def test_a_red_build_goes_before_every_doubt() -> None:
    light, words = verdict(replace(SOUND, last_build="red", quarantined=5_000))
    assert light is Light.RED
    assert "readers keep the marts of the last green one, published 20 min ago" in words


def test_marts_far_behind_the_newest_event_are_a_doubt() -> None:
    just = NOW - LATE_AFTER
    assert verdict(replace(SOUND, as_of=just))[0] is Light.GREEN
    light, words = verdict(replace(SOUND, as_of=just - timedelta(hours=3)))
    assert light is Light.AMBER
    assert "**5 h behind** the newest event" in words


def test_a_stream_that_stands_still_is_a_doubt_but_imported_data_need_none() -> None:
    long_ago = NOW - timedelta(days=3)
    still = replace(SOUND, newest_event=long_ago, as_of=long_ago)
    assert "**no event came for 3 days**" in verdict(still)[1]
    assert verdict(replace(still, streams=False))[0] is Light.GREEN


def test_doubts_stand_side_by_side() -> None:
    long_ago = NOW - timedelta(days=3)
    light, words = verdict(
        replace(SOUND, newest_event=long_ago, as_of=long_ago, quarantined=200, last_build=None)
    )
    assert light is Light.AMBER
    assert "3 days**" in words
    assert "**2.0 % of the rows are in quarantine**" in words


def test_nothing_is_claimed_of_a_build_that_is_not_known() -> None:
    light, words = verdict(replace(SOUND, last_build=None, received=0, staged=0))
    assert light is Light.GREEN
    assert "build" not in words
