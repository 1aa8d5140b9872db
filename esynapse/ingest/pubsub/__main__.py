"""``python -m esynapse.ingest.pubsub``: the embedded Pub/Sub server of one home."""

import argparse
import logging
import sys
from pathlib import Path

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.ingest.pubsub import serve
from esynapse.settings import load_settings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m esynapse.ingest.pubsub", description=__doc__)
    parser.add_argument("--home", type=Path, help="where the local target keeps its data")
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on")
    parser.add_argument(
        "--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"]
    )
    given = parser.parse_args(arguments)
    logging.basicConfig(
        level=given.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        settings = load_settings(home=given.home, host=given.host, pubsub_port=given.port)
        serve(open_home(settings.home), settings.host, settings.pubsub_port)
    except EsynapseError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
