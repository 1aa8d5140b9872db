"""Publishes request after request, several at once, until it is killed.

Arguments: home, port. Prints the number of each request that was acknowledged. The events of a
request have its number for a session.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pyarrow as pa
from google.pubsub_v1 import PublisherClient

from esynapse.events import EVENT_SCHEMA, encode_events
from esynapse.ingest.clients import publisher_client
from esynapse.settings import load_settings

THREADS = 4
MESSAGES = 1000


def main(home: Path, port: int) -> None:
    settings = load_settings(home=home, pubsub_port=port)
    client = PublisherClient(transport=publisher_client(settings).transport)
    topic = client.topic_path(settings.project, settings.topic)

    def publish_on(thread: int) -> None:
        for request in count(thread, THREADS):
            messages = [{"data": data} for data in encode_events(events_of(request))]
            client.publish(topic=topic, messages=messages)
            sys.stdout.write(f"{request}\n")
            sys.stdout.flush()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(publish_on, range(THREADS)))


def events_of(request: int) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "event_id": f"{request}/{number}",
                "event_timestamp": 1_700_000_000_000_000 + number,
                "event_type": "view_item",
                "session_id": str(request),
            }
            for number in range(MESSAGES)
        ],
        schema=EVENT_SCHEMA,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
