"""Disorder: what goes wrong between the shop and whoever receives its events, with known truth.

Events go in as they happen and come out as they arrive: some late, some twice, some as a broken
copy. No event is lost: a malformed copy is one more row or message, with an id of its own, as from
a client whose first attempt was broken and whose second was good. So the marts must hold exactly
the events that went in and have arrived, once each, whatever the disorder.

    injector = Injector(load_disorder("mild"), seed=42)
    arrivals, injector = injector.inject(events, until)
    arrivals.typed().events     rows of live_events, for a backfill
    arrivals.messages()         bytes, for the stream
    arrivals.truth()            what was injected into them
    injector.save()             what is still under way, for the next run

Every decision is drawn from the event's own id, so it is the same however the events are cut up.
Nothing here reads a clock.
"""

from esynapse.shop.disorder.arrivals import ARRIVAL_SCHEMA, DISORDER_SCHEMA, Arrivals
from esynapse.shop.disorder.faults import FAULTS, Fault
from esynapse.shop.disorder.figures import Disorder, load_disorder
from esynapse.shop.disorder.injector import Injector

__all__ = [
    "ARRIVAL_SCHEMA",
    "DISORDER_SCHEMA",
    "FAULTS",
    "Arrivals",
    "Disorder",
    "Fault",
    "Injector",
    "load_disorder",
]
