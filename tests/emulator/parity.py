"""How alike the two warehouses are after a first build and after an incremental one."""

from dataclasses import dataclass

from esynapse.events import EVENT_SCHEMA
from tests.emulator.arrivals import DROP_DATE, MIDNIGHT, dearer, later
from tests.emulator.twins import Comparison, Twins


@dataclass(frozen=True)
class Parity:
    """Every model after the first build, and after one over the days on which events came late."""

    whole: list[Comparison]
    incremental: list[Comparison]
    lost: dict[str, tuple[list[int], list[int]]]
    """Rows of a day that is to lose its last, before and after: in DuckDB and in BigQuery."""


LOSERS = {
    "int_price_drops": f"drop_date = date '{DROP_DATE.date()}'",
    "int_sessions": f"session_date = date '{MIDNIGHT.date()}'",
}


def parity_of(twins: Twins) -> Parity:
    """Build both, let events come late, build both on."""
    twins.build_first()
    whole, before = twins.compare(), lost_rows(twins)
    events = twins.local.query_raw(f"select {', '.join(EVENT_SCHEMA.names)} from live_events")
    sold = [row for row in events.to_pylist() if row["event_type"] == "purchase"]
    products = twins.local.query_raw("select * from products")
    changed = twins.add(later(sold[10:15]), dearer(products))
    twins.build(changed)
    after = lost_rows(twins)
    return Parity(whole, twins.compare(), {n: (before[n], after[n]) for n in LOSERS})


def lost_rows(twins: Twins) -> dict[str, list[int]]:
    found = {}
    for model, condition in LOSERS.items():
        sql = f"select count(*) from {{}}{model} where {condition}"
        with twins.marts_in_duckdb() as connection:
            (here,) = connection.sql(sql.format("intermediate.")).fetchall()
        (there,) = twins.ask_bigquery(sql.format(""), "intermediate")
        found[model] = [here[0], there[0]]
    return found


def as_table(parity: Parity) -> str:
    lines = [
        "| model | columns | rows | differences | rows, incremental | differences |",
        "|---|---|---|---|---|---|",
    ]
    for whole, then in zip(parity.whole, parity.incremental, strict=True):
        lines.append(
            f"| {whole.model} | {whole.columns} | {whole.rows:,} | {len(whole.differences)}"
            f" | {then.rows:,} | {len(then.differences)} |"
        )
    left_out = {f"{c.model}.{column}" for c in parity.whole for column in c.left_out}
    total = sum(c.rows * c.columns for c in (*parity.whole, *parity.incremental))
    return "\n".join(
        [
            *lines,
            f"{len(parity.whole)} models, {total:,} values compared.",
            f"Left out, since every engine hashes in its own way: {', '.join(sorted(left_out))}.",
        ]
    )
