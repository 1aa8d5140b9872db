"""The stream and the lake on the pipeline page, as 'esynapse status' tells of them."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboard import charts, colours, formats, states
from dashboard.cards import Card, show_cards
from dashboard.page import Page
from dashboard.panel import Panel, panel
from dashboard.status import Facts, local_status
from esynapse.errors import EsynapseError
from esynapse.settings import load_settings

IN_THE_CLOUD = """
On target bigquery the queue is Google's, and so are its figures: **Cloud Monitoring** has them as
`subscription/num_undelivered_messages`, `subscription/oldest_unacked_message_age`,
`subscription/dead_letter_message_count` and `topic/send_message_operation_count` under
`pubsub.googleapis.com`. What reached the tables is below.
"""
ABOUT = "From Pub/Sub into the lake, all time; 'esynapse status' says the same."


@st.fragment(run_every="10s")
def show_stream(page: Page) -> None:
    """Draw the stream, anew every ten seconds."""
    with panel("Stream", "stream", about=ABOUT) as card:
        if load_settings().target != "local":
            st.info(IN_THE_CLOUD, icon=":material/cloud:")
            return
        try:
            facts = local_status()
        except EsynapseError as error:
            st.error(str(error), icon=":material/error:")
            return
        if not facts["pubsub"]["published"]:
            states.missing(_why_nothing_streams(page))
            return
        show_cards(_cards(facts))
        left, right = st.columns(2)
        with left:
            _arrivals(card, facts["arrivals"])
        with right:
            _dead_letters(card, facts["dead_letters"])


def _why_nothing_streams(page: Page) -> str:
    if page.connection.streams():
        return "Nothing has been published yet: 'esynapse up' or 'esynapse stream' starts a stream."
    return "There is no live stream of imported data; files are written to the lake directly."


def _cards(facts: dict[str, Facts]) -> list[Card]:
    pubsub, latency = facts["pubsub"], facts["latency"]
    waiting, subscriptions = pubsub["num_undelivered_messages"], pubsub["subscriptions"]
    oldest = formats.span(pubsub["oldest_unacked_message_age"]) if waiting else None
    quantiles = [
        Card(
            f"Latency {name}",
            formats.NOTHING if seconds is None else formats.span(seconds),
            note=f"last {latency['minutes']} min",
            about=f"From event_timestamp to visible in the lake, {latency['rows']:,} events. Late "
            "events are late here too.",
        )
        for name in ("p50", "p99")
        for seconds in [latency[f"{name}_seconds"]]
    ]
    return [
        _streamer(facts["stream"]),
        Card(
            "Published",
            formats.compact(pubsub["published"]),
            note="messages",
            about="Accepted by the topics; a dead letter is published once more.",
        ),
        Card(
            "Delivered",
            formats.compact(pubsub["delivered"]),
            note=formats.counted(len(subscriptions), "subscription"),
            about=_by_subscription(subscriptions),
        ),
        Card(
            "Backlog",
            formats.compact(waiting),
            note=f"oldest {oldest}" if oldest else "none waits",
            about="Undelivered messages, and the age of the oldest that is not acknowledged.",
        ),
        *quantiles,
    ]


def _streamer(stream: Facts) -> Card:
    if not stream["running"]:
        ended = stream["updated_at"]
        return Card(
            "Streamer",
            "stopped",
            note=f"{formats.age(datetime.now(UTC) - ended)} ago" if ended else "never ran here",
            about="'esynapse up' or 'esynapse stream' starts it; it goes on from where it was.",
        )
    behind = f"{formats.span(stream['lag_seconds'])} behind"
    return Card(
        "Streamer",
        f"{formats.compact(stream['events_per_second'])}/s",
        note=f"▸ catching up, {behind}" if stream["catching_up"] else "✓ in real time",
        about=f"{stream['events']:,} events since {formats.instant(stream['started_at'])}, "
        f"{behind}.",
    )


def _by_subscription(subscriptions: list[Facts]) -> str:
    lines = [
        f"- {each['name'].rsplit('/', 1)[-1]}: {each['delivered']:,} delivered, "
        f"{each['num_undelivered_messages']:,} undelivered"
        for each in subscriptions
    ]
    return "\n".join(lines) or "There is no subscription: 'esynapse provision' creates them."


def _arrivals(card: Panel, arrivals: Facts) -> None:
    st.markdown("**Late by age**")
    total = arrivals["on_time"] + arrivals["late"]
    if not total:
        states.missing("No event has come through the stream yet.")
        return
    late = [(name.replace("_", " "), rows) for name, rows in arrivals["by_age"].items()][1:]
    if arrivals["late"]:
        rows = pd.DataFrame(late, columns=["age", "events"])
        card.chart(
            charts.ranked_bars(
                rows,
                label="age",
                value="events",
                title="Events by age at landing",
                palette=colours.PROMOTION,
                shape=",d",
                height=180,
                longest_first=False,
            ),
            rows,
            name="late",
            alt_text="Streamed events that landed late, by their age",
        )
    st.caption(
        f"{formats.percent(arrivals['on_time'] / total, 2)} of {total:,} streamed events landed "
        f"within a minute, {arrivals['late']:,} later. An event of any age is in the lake at once, "
        "and in the marts after the next hourly build."
    )


def _dead_letters(card: Panel, letters: Facts) -> None:
    st.markdown("**Dead letters by reason**")
    if not letters["total"]:
        st.success("No message was refused.", icon=":material/check_circle:")
        return
    rows = pd.DataFrame(
        {"letters": letters["by_reason"].values(), "reason": letters["by_reason"].keys()}
    )
    card.offer(rows, "dead_letters")
    st.dataframe(
        rows,
        key="stream_dead_letters",
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
