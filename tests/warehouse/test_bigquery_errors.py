"""What BigQuery refuses is said in one line, with what to do, by the real client."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from esynapse.errors import EsynapseError
from esynapse.settings import Settings
from esynapse.warehouse.bigquery import clients
from esynapse.warehouse.bigquery.warehouse import BigQueryWarehouse
from tests.warehouse.lakes import events

ANSWERS: dict[str, tuple[int, str, str]] = {
    "no api": (403, "accessNotConfigured", "BigQuery API has not been used in project 1"),
    "no permission": (403, "accessDenied", "Access Denied: Table p:d.t: User lacks permission"),
    "quota": (403, "quotaExceeded", "Quota exceeded: Your table exceeded quota for imports"),
    "no billing": (403, "billingNotEnabled", "Billing has not been enabled for this project"),
    "elsewhere": (404, "notFound", "Not found: Dataset p:d was not found in location EU"),
    "missing": (404, "notFound", "Not found: Table p:d.products"),
    "too many bytes": (400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed"),
    "nonsense": (400, "invalidQuery", "Syntax error: Unexpected end of script\nat [1:7]"),
}
ADVICE = {
    "no api": "esynapse provision",
    "no permission": "docs/deploy-gcp.md",
    "quota": "Quotas",
    "no billing": "billing account",
    "elsewhere": "ESYNAPSE_LOCATION",
    "missing": "esynapse provision",
    "too many bytes": "ESYNAPSE_BIGQUERY_MAXIMUM_BYTES",
    "nonsense": "Syntax error: Unexpected end of script",
}


class Refusing(BaseHTTPRequestHandler):
    """Answers everything with the error of its server."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        code, reason, message = self.server.answer  # type: ignore[attr-defined]
        problem = {"code": code, "message": message, "errors": [{"reason": reason}]}
        body = json.dumps({"error": problem}).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the names of http.server

    def log_message(self, *_: Any) -> None:
        """Not to the screen."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def warehouse(server: ThreadingHTTPServer) -> BigQueryWarehouse:
    endpoint = f"http://127.0.0.1:{server.server_port}"
    return BigQueryWarehouse(Settings(target="bigquery", project="p", bigquery_endpoint=endpoint))


@pytest.mark.parametrize("case", ANSWERS)
def test_a_refusal_is_one_line_with_what_to_do(server: ThreadingHTTPServer, case: str) -> None:
    server.answer = ANSWERS[case]  # type: ignore[attr-defined]
    with pytest.raises(EsynapseError) as caught:
        warehouse(server).query_raw("select * from products")
    line = str(caught.value)
    assert "\n" not in line
    assert ANSWERS[case][2].splitlines()[0] in line
    assert ADVICE[case] in line


CALLS: dict[str, Callable[[BigQueryWarehouse], object]] = {
    "load": lambda asked: asked.load_events(events(1), batch_key="a"),
    "publish": lambda asked: asked.publish(),
    "version": lambda asked: asked.version(),
    "ledger": lambda asked: asked.ledger().begin(forecasts_only=False),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_way_to_bigquery_says_so(server: ThreadingHTTPServer, call: str) -> None:
    server.answer = ANSWERS["no permission"]  # type: ignore[attr-defined]
    asked = warehouse(server)
    with pytest.raises(EsynapseError, match=r"^BigQuery could not do .*lacks permission"):
        CALLS[call](asked)


def test_a_network_that_is_away_is_said_after_a_while(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "RETRY_SECONDS", 1.0)
    asked = warehouse(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(EsynapseError, match=r"does not answer.*nothing is done twice") as caught:
        asked.query_raw("select 1")
    assert "\n" not in str(caught.value)


def test_nobody_signed_in_is_told_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(EsynapseError, match="gcloud auth application-default login"):
        BigQueryWarehouse(Settings(target="bigquery", project="p")).query_raw("select 1")
