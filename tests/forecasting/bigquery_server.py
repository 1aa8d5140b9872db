"""A small server that speaks the jobs API of BigQuery, for the real client.

It knows statements by their label, keeps which models and forecasts there are, and does no SQL.
https://cloud.google.com/bigquery/docs/reference/rest/v2
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.servers import http_server

Json = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
READERS = ("history", "past_cutoffs", "accuracy")
MADE_BY = {"forecast": "ARIMA_PLUS", "challenge": "TimesFM 2.5", "naive": "SeasonalNaive"}


@dataclass
class BigQuery:
    """What the service holds, what it was asked, and what it is to do wrong."""

    history: Json
    """The one row of history.sql."""
    accuracy: list[Json] = field(default_factory=list)
    reads: int = 1000
    """Bytes that a statement reads."""

    models: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    made: list[Json] = field(default_factory=list)
    """Candidates: granularity, model, cutoff."""
    jobs: list[Json] = field(default_factory=list)
    """Resources of the jobs, in the order in which they were started."""

    unavailable: dict[str, int] = field(default_factory=dict)
    """How often the start of a statement is answered with 503."""
    lost: set[str] = field(default_factory=set)
    """Statements of which one answer is lost after the job has started."""
    failing: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Reason and message of the jobs of a statement that fail, one after another."""

    def started(self, *, dry_run: bool) -> list[Json]:
        return [job for job in self.jobs if is_dry(job) == dry_run]

    def ran(self) -> list[str]:
        """Names of the statements that wrote, in order."""
        names = [name_of(job) for job in self.started(dry_run=False)]
        return [name for name in names if name not in READERS]

    def start(self, job: Json) -> tuple[int, Json]:
        name = name_of(job)
        if self.unavailable.get(name, 0):
            self.unavailable[name] -= 1
            return _error(503, "backendError", "Service Unavailable")
        job_id = job["jobReference"]["jobId"]
        if any(other["jobReference"]["jobId"] == job_id for other in self.jobs):
            return _error(409, "duplicate", f"Already Exists: Job {job_id}")
        missing = self._missing_model(job)
        if missing:
            return _error(404, "notFound", f"Not found: Model {missing}")
        statistics: Json = {"query": {"totalBytesProcessed": str(self.reads)}}
        job |= {"id": job_id, "status": {"state": "DONE"}, "statistics": statistics}
        self.jobs.append(job)
        if not is_dry(job):
            failures = self.failing.get(name)
            if failures:
                reason, message = failures.pop(0)
                problem = {"reason": reason, "message": message}
                job["status"] |= {"errorResult": problem, "errors": [problem]}
            else:
                self._do(name, job)
        return 200, job

    def _missing_model(self, job: Json) -> str | None:
        found = re.search(r"\bmodel `[^`]+`\.`[^`]+`\.`(\w+)`,", sql_of(job))
        return found[1] if found and found[1] not in self.models else None

    def _do(self, name: str, job: Json) -> None:
        created = re.search(r"create or replace model `[^`]+`\.`[^`]+`\.`(\w+)`", sql_of(job))
        if created:
            self.models.add(created[1])
            return
        kind, _, granularity = name.rpartition("_")
        if kind in MADE_BY:
            row = {"granularity": granularity, "model": MADE_BY[kind]}
            row["cutoff"] = parameters_of(job)["cutoff"]
            if row not in self.made:
                self.made.append(row)
        if "merge " in sql_of(job):
            job["statistics"]["query"]["dmlStats"] = {"insertedRowCount": "7"}

    def results(self, job: Json) -> Json:
        rows = {"history": [self.history], "past_cutoffs": self.made, "accuracy": self.accuracy}
        found = rows.get(name_of(job), [])
        answer: Json = {"jobReference": job["jobReference"], "jobComplete": True}
        answer["totalRows"] = str(len(found))
        if found:
            kinds = {key: _kind([row[key] for row in found]) for key in found[0]}
            answer["schema"] = {"fields": [{"name": k, "type": t} for k, t in kinds.items()]}
            answer["rows"] = [{"f": [{"v": _cell(v)} for v in row.values()]} for row in found]
        return answer


def name_of(job: Json) -> str:
    return str(job["configuration"]["labels"]["statement"])


def sql_of(job: Json) -> str:
    return re.sub(r"--.*", "", job["configuration"]["query"]["query"])


def parameters_of(job: Json) -> Json:
    given = job["configuration"]["query"].get("queryParameters", [])
    found = {}
    for parameter in given:
        value, kind = parameter["parameterValue"]["value"], parameter["parameterType"]["type"]
        found[parameter["name"]] = datetime.fromisoformat(value) if kind == "TIMESTAMP" else value
    return found


def is_dry(job: Json) -> bool:
    return bool(job["configuration"].get("dryRun"))


def _kind(values: list[Any]) -> str:
    known = next((value for value in values if value is not None), "")
    kinds = {bool: "BOOLEAN", int: "INTEGER", float: "FLOAT", datetime: "TIMESTAMP", date: "DATE"}
    return kinds.get(type(known), "STRING")


def _cell(value: Any) -> str | None:
    if isinstance(value, datetime):
        return str((value - EPOCH) // timedelta(microseconds=1))
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _error(code: int, reason: str, message: str) -> tuple[int, Json]:
    problem = {"reason": reason, "message": message}
    return code, {"error": {"code": code, "message": message, "errors": [problem]}}


@contextmanager
def serving(service: BigQuery) -> Iterator[str]:
    """The address of a server for ``service``, which one test may share over several runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: the second would wait for the first's receipt

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.split("?")[0].endswith("/tables"):
                name = body["tableReference"]["tableId"]
                exists = name in service.tables
                service.tables.add(name)
                self._answer(*(_error(409, "duplicate", "Exists") if exists else (200, body)))
                return
            code, answer = service.start(body)
            if code == 200 and name_of(body) in service.lost:
                service.lost.discard(name_of(body))
                self.close_connection = True
                return
            self._answer(code, answer)

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path.endswith("/models"):
                reference = {"projectId": "p", "datasetId": "d"}
                models = [
                    {"modelReference": {**reference, "modelId": m}} for m in sorted(service.models)
                ]
                self._answer(200, {"models": models})
            elif "/tables/" in path:
                reference = {"projectId": "p", "datasetId": "d", "tableId": path.split("/")[-1]}
                self._answer(200, {"tableReference": reference})
            else:
                job_id = path.split("/")[-1]
                jobs = [j for j in service.jobs if j["jobReference"]["jobId"] == job_id]
                self._answer(200, service.results(jobs[0]) if "/queries/" in path else jobs[0])

        def _answer(self, code: int, answer: Json) -> None:
            data = json.dumps(answer, default=str).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with http_server(Handler) as address:
        yield address
