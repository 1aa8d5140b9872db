"""The stream on the pipeline page: from Pub/Sub into the lake, as 'esynapse status' tells it."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, colours, formats, states
from dashboard.cards import card_row
from dashboard.page import Page
from esynapse.errors import EsynapseError
from esynapse.pipeline.status import read_status
from esynapse.settings import load_settings

IN_THE_CLOUD = """
On target bigquery the queue is Google's, and so are its figures: **Cloud Monitoring** has them as
`subscription/num_undelivered_messages`, `subscription/oldest_unacked_message_age`,
`subscription/dead_letter_message_count` and `topic/send_message_operation_count` under
`pubsub.googleapis.com`. What reached the tables is below.
"""

Facts = dict[str, Any]


def local_status() -> dict[str, Facts]:
    """What ``read_status`` says of the local home, read at most every five seconds for all viewers.

    Raises:
        EsynapseError: a file of the lake is damaged.
    """
    return _status(str(load_settings().home))


@st.fragment(run_every="10s")
def show_stream(page: Page) -> None:
    """Draw it, anew every ten seconds."""
    st.subheader("Stream")
    if load_settings().target != "local":
        st.info(IN_THE_CLOUD, icon="☁️")
        return
    try:
        facts = local_status()
    except EsynapseError as error:
        st.error(str(error), icon=":material/error:")
        return
    if facts["pubsub"]["published"]:
        _cards(facts)
    else:
        states.missing(_why_nothing_streams(page))
    left, right = st.columns(2)
    with left:
        _arrivals(facts["arrivals"])
        _dead_letters(facts["dead_letters"])
    with right:
        _lake(facts["lake"])


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def _status(home: str) -> dict[str, Facts]:  # noqa: ARG001 - part of the key
    return read_status(load_settings())


def _why_nothing_streams(page: Page) -> str:
    if page.connection.streams():
        return "Nothing has been published yet: 'esynapse up' or 'esynapse stream' starts a stream."
    return "There is no live stream of imported data; files are written to the lake directly."


def _cards(facts: dict[str, Facts]) -> None:
    pubsub, latency = facts["pubsub"], facts["latency"]
    waiting = pubsub["num_undelivered_messages"]
    cards = card_row(6)
    _card(
        cards[0],
        "Published",
        formats.compact(pubsub["published"]),
        "messages",
        explained="Accepted by the topics; a dead letter is published once more.",
    )
    _card(
        cards[1],
        "Delivered",
        formats.compact(pubsub["delivered"]),
        f"{len(pubsub['subscriptions'])} subscriptions",
        explained=_by_subscription(pubsub["subscriptions"]),
    )
    _card(
        cards[2],
        "Backlog",
        formats.compact(waiting),
        f"oldest {formats.span(pubsub['oldest_unacked_message_age'])}" if waiting else "none waits",
        explained="Undelivered messages, and the age of the oldest that is not acknowledged.",
    )
    window = f"last {latency['minutes']} min"
    for card, name in ((cards[3], "p50"), (cards[4], "p99")):
        seconds = latency[f"{name}_seconds"]
        _card(
            card,
            f"Latency {name}",
            formats.NOTHING if seconds is None else formats.span(seconds),
            window,
            explained="From event_timestamp to visible in the lake, "
            f"{latency['rows']:,} events. Late events are late here too.",
        )
    _streamer(cards[5], facts["stream"])


def _streamer(card: st.delta_generator.DeltaGenerator, stream: Facts) -> None:
    if stream["running"]:
        behind = f"{formats.span(stream['lag_seconds'])} behind"
        _card(
            card,
            "Streamer",
            f"{formats.compact(stream['events_per_second'])}/s",
            f"🏃 catching up, {behind}" if stream["catching_up"] else "🟢 in real time",
            explained=f"{stream['events']:,} events since {formats.instant(stream['started_at'])}, "
            f"{behind}.",
        )
        return
    ended = stream["updated_at"]
    _card(
        card,
        "Streamer",
        "stopped",
        f"{formats.age(datetime.now(UTC) - ended)} ago" if ended else "never ran here",
        explained="'esynapse up' or 'esynapse stream' starts it; it goes on from where it was.",
    )


def _card(
    card: st.delta_generator.DeltaGenerator,
    label: str,
    value: str,
    below: str,
    *,
    explained: str | None = None,
) -> None:
    card.metric(
        label,
        value,
        below,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=explained,
    )


def _by_subscription(subscriptions: list[Facts]) -> str:
    lines = [
        f"- {each['name'].rsplit('/', 1)[-1]}: {each['delivered']:,} delivered, "
        f"{each['num_undelivered_messages']:,} undelivered"
        for each in subscriptions
    ]
    return "\n".join(lines) or "There is no subscription: 'esynapse provision' creates them."


def _arrivals(arrivals: Facts) -> None:
    st.markdown("**Late by age**")
    total = arrivals["on_time"] + arrivals["late"]
    if not total:
        states.missing("No event has come through the stream yet.")
        return
    late = [(name.replace("_", " "), rows) for name, rows in arrivals["by_age"].items()][1:]
    if arrivals["late"]:
        st.altair_chart(
            charts.ranked_bars(
                pd.DataFrame(late, columns=["age", "events"]),
                label="age",
                value="events",
                title="Events by age at landing",
                palette=colours.PROMOTION,
                shape=",d",
                height=180,
                longest_first=False,
            ),
            key="stream_late",
        )
    st.caption(
        f"{formats.percent(arrivals['on_time'] / total, 2)} of {total:,} streamed events landed "
        f"within a minute, {arrivals['late']:,} later. An event of any age is in the lake at once, "
        "and in the marts after the next hourly build."
    )


def _dead_letters(letters: Facts) -> None:
    st.markdown("**Dead letters by reason**")
    if not letters["total"]:
        st.success("No message was refused.", icon=":material/check_circle:")
        return
    st.dataframe(
        pd.DataFrame(
            {"letters": letters["by_reason"].values(), "reason": letters["by_reason"].keys()}
        ),
        hide_index=True,
        height="content",
        column_config={
            "letters": st.column_config.NumberColumn("Letters", format="localized", width="small"),
            "reason": "Reason",
        },
    )
    st.caption(
        f"{letters['total']:,} in the table dead_letter_events. `esynapse deadletter list` shows "
        "them with what was sent; `show` and `replay` look at one and send it again."
    )


def _lake(lake: Facts) -> None:
    st.markdown("**Lake**")
    if not lake["files"]:
        states.missing("The lake is empty: 'esynapse backfill' or 'esynapse import' fills it.")
        return
    tables = [
        (name, table["rows"], table["files"], formats.size(table["bytes"]))
        for name, table in lake["tables"].items()
    ]
    st.dataframe(
        pd.DataFrame(tables, columns=["table", "rows", "files", "size"]),
        hide_index=True,
        height="content",
        column_config={
            "table": "Table",
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "files": st.column_config.NumberColumn("Files", format="localized"),
            "size": "Size",
        },
    )
    st.caption(
        f"{lake['files']:,} Parquet files, {formats.size(lake['bytes'])}. Replaced by compaction "
        f"and waiting to be deleted: {lake['retired_files']:,}, "
        f"{formats.size(lake['retired_bytes'])}."
    )
