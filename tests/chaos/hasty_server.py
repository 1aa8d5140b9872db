"""``esynapse pubsub`` with a housekeeper in a hurry.

A server that is killed every few seconds would never come to its chores, of which compaction is
due every quarter of a minute and vacuum finds nothing younger than an hour. Here both come round
every second, and vacuum takes what it may take at once.
"""

from collections.abc import Sequence
from datetime import timedelta

from esynapse.ingest.pubsub import server
from esynapse.warehouse.housekeeping import Housekeeper, Job
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.vacuum import vacuum
from flows.cli import main

PERIOD = 1.0
RETENTION = timedelta(seconds=1)
ORPHAN_AGE = timedelta(seconds=10)


class HastyHousekeeper(Housekeeper):
    def __init__(self, lake: Lake, jobs: Sequence[Job] = ()) -> None:
        hasty = [Job(job.run, PERIOD) for job in (*jobs, Job(self._sweep, PERIOD))]
        super().__init__(lake, hasty, compact_seconds=PERIOD)

    def _sweep(self) -> None:
        vacuum(self.lake, retention=RETENTION, orphan_age=ORPHAN_AGE)


if __name__ == "__main__":
    server.Housekeeper = HastyHousekeeper
    main(["pubsub"])
