"""What a test of the suite says about itself: what it goes by, and who departs from it.

docs/pubsub_table.py makes the table of docs/pubsub.md from this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., None])

SERVICES = ("ours", "emulator")
"""The embedded server of this project, and Google's emulator of Pub/Sub."""

DOCS = "https://cloud.google.com/pubsub/docs/"
RPC = f"{DOCS}reference/rpc/google.pubsub.v1#google.pubsub.v1."
QUOTAS = "https://cloud.google.com/pubsub/quotas#resource_limits"

SPELT = {"bigquery": "BigQuery", "kib": "KiB"}
"""Words that the name of a test cannot spell as they are."""


@dataclass(frozen=True)
class Behaviour:
    """One behaviour of Pub/Sub that its documentation promises."""

    sentence: str
    doc: str
    """Address of the documentation."""
    ours: str | None
    """How the embedded server departs from it; None: it conforms."""
    emulator: str | None
    """How Google's emulator departs from it; None: it conforms."""

    def departure(self, service: str) -> str | None:
        return {"ours": self.ours, "emulator": self.emulator}[service]


def behaviour(
    doc: str, *, ours: str | None = None, emulator: str | None = None
) -> Callable[[Test], Test]:
    """Mark a test as a behaviour of both services.

    Where a service departs from the documentation the test must fail, so that the note is either
    true or found out.
    """

    def mark(test: Test) -> Test:
        words = test.__name__.removeprefix("test_").split("_")
        sentence = " ".join(SPELT.get(word, word) for word in words)
        sentence = f"{sentence[0].upper()}{sentence[1:]}"
        test.behaviour = Behaviour(sentence, doc, ours, emulator)  # type: ignore[attr-defined]
        return pytest.mark.slow(test)

    return mark


def behaviour_of(test: Any) -> Behaviour | None:
    """What ``behaviour`` noted about a test; None if it is no test of the suite."""
    return getattr(test, "behaviour", None)
