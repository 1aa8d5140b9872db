"""More traffic than the shop has: every shopper of the live stream in company, for load.

At rate X a shopper is joined by X - 1 others, who do the same at the same moment. Their events,
user and session have the shopper's own ids with ``~1``, ``~2`` … behind them. Whether the fraction
of X gives one more is drawn from the session's id, so whole sessions have it or not, whoever asks
and however the events are cut up. A row without a session (a malformed copy) goes without it.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.shop.columns import Ints
from esynapse.shop.disorder.decisions import event_keys
from esynapse.shop.draws import draw, unit

_IDS = ("event_id", "user_id", "session_id", "good_id")


@dataclass(frozen=True)
class Company:
    """How much company the shoppers have."""

    rate: float = 1.0
    """What the traffic is multiplied by; 1 or more."""
    seed: int = 0

    def joined(self, rows: pa.Table) -> pa.Table:
        """``rows`` (EVENT_SCHEMA or ARRIVAL_SCHEMA), each followed by its copies."""
        if self.rate == 1 or not rows.num_rows:
            return rows
        shoppers = self._shoppers(rows["session_id"])
        first = np.cumsum(shoppers) - shoppers
        number = np.arange(shoppers.sum()) - np.repeat(first, shoppers)
        suffix = pc.binary_join_element_wise("~", pa.array(number).cast(pa.string()), "")
        suffix = pc.if_else(pa.array(number == 0), "", suffix)
        copies = rows.take(pa.array(np.repeat(np.arange(rows.num_rows), shoppers)))
        for position, name in enumerate(copies.column_names):
            if name in _IDS:
                ids = pc.binary_join_element_wise(copies[name], suffix, "")
                copies = copies.set_column(position, copies.schema.field(name), ids)
        return copies

    def _shoppers(self, sessions: pa.ChunkedArray) -> Ints:
        """How many do what each row says, the shopper included."""
        whole = int(self.rate)
        chance = unit(draw(event_keys(pc.fill_null(sessions, "-"), self.seed), "company"))
        more = pc.is_valid(sessions).to_numpy() & (chance < self.rate - whole)
        shoppers: Ints = whole + more.astype(np.int64)
        return shoppers


ALONE = Company()
"""The shop's own traffic."""
