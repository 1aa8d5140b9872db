"""The limit of `esynapse bench stream`: a server that accepts what is published and forgets it.

python -m flows.bench.stream_sink '{"pubsub_port": 8085}'
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import grpc
from google.pubsub_v1 import types

from esynapse.settings import load_settings
from flows.bench.stream_process import answer

PublishRequest, PublishResponse = types.PublishRequest.pb(), types.PublishResponse.pb()
CALLS = 16


def sink_server(address: str) -> grpc.Server:
    """A server of Publish alone, started."""
    ids = count()

    def publish(request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG001
        return PublishResponse(message_ids=[str(next(ids)) for _ in request.messages])

    handler = grpc.unary_unary_rpc_method_handler(
        publish, PublishRequest.FromString, PublishResponse.SerializeToString
    )
    server = grpc.server(ThreadPoolExecutor(CALLS), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", {"Publish": handler}),)
    )
    server.add_insecure_port(address)
    server.start()
    return server


def main(arguments: str) -> None:
    """Serve until whoever started this process ends it, or is gone."""
    server = sink_server(load_settings(**json.loads(arguments)).pubsub_address)
    answer(ready=True)
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main(sys.argv[1])
