"""A small server that speaks the REST resources that provisioning uses, and keeps their state.

No emulator has services, accounts and policies, so the real clients talk to this one.
https://cloud.google.com/service-usage/docs/reference/rest
https://cloud.google.com/iam/docs/reference/rest
https://cloud.google.com/bigquery/docs/reference/rest
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.provision.google_refusals import RefusalError
from tests.provision.google_storage import Json, Query, Storage
from tests.servers import http_server

NUMBER = "415104041262"
AGENT = f"service-{NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com"
OWNERS = {"role": "OWNER", "specialGroup": "projectOwners"}
OLD_NAMES = {"roles/bigquery.dataEditor": "WRITER", "roles/bigquery.dataViewer": "READER"}
WRITES = ("PATCH", "DELETE", "PUT")


@dataclass
class Google:
    """What a project holds, and what is to go wrong."""

    enabled: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    policies: dict[str, Json] = field(default_factory=dict)
    """By full name; what others granted is in them from the beginning."""
    datasets: dict[str, Json] = field(default_factory=dict)
    tables: dict[str, Json] = field(default_factory=dict)
    """By ``dataset.table``."""
    storage: Storage = field(default_factory=Storage)

    in_pubsub: Callable[[str], bool] = lambda _: True
    """Whether Pub/Sub, which is another server, has a topic or subscription."""

    late: int = 0
    """How many more times a new account is not yet known to policies."""
    interruptions: int = 0
    """How many more times another writes to a policy or dataset just before we do."""
    refuses: str = ""
    """A part of the paths that nobody may write to."""
    writes: list[str] = field(default_factory=list)
    """Method and path of what was asked to change, in order."""

    _etag: int = 0

    def answer(self, method: str, path: str, query: Query, body: Json, etag: str | None) -> Json:
        """The answer to one request; RefusalError for an error."""
        changes = method in WRITES or (method == "POST" and not path.endswith(":getIamPolicy"))
        if changes:
            self.writes.append(f"{method} {path}")
            if self.refuses and self.refuses in path:
                raise RefusalError(403, "Permission denied on resource", "forbidden")
        if found := re.fullmatch(r"/storage/v1/b/?([^/]*)/?(.*)", path):
            return self._bucket(method, *found.groups(), query, body)
        if path.endswith("IamPolicy"):
            return self._policy(path, body)
        if found := re.fullmatch(r"/v1(?:beta1)?/projects/[^/]+/services/([^:]+):?(\w*)", path):
            return self._service(*found.groups())
        if path.startswith("/v1/operations/"):
            return {"name": path.removeprefix("/v1/"), "done": True, "response": {}}
        if found := re.fullmatch(r"/v1/projects/[^/]+/serviceAccounts/?(.*)", path):
            return self._account(method, found[1], body)
        if found := re.fullmatch(r"/bigquery/v2/projects/[^/]+/datasets/?(.*)", path):
            self._check_enabled("bigquery.googleapis.com")
            return self._bigquery(method, found[1].split("/"), body, etag)
        raise RefusalError(404, f"no such path: {path}")

    def _service(self, name: str, verb: str) -> Json:
        if verb == "enable":
            self.enabled.add(name)
            return {"name": f"operations/{name}", "done": not name.startswith("pubsub")}
        if verb == "generateServiceIdentity":
            self.accounts.add(AGENT)
            return {"name": "operations/identity", "done": True, "response": {"email": AGENT}}
        state = "ENABLED" if name in self.enabled else "DISABLED"
        parent = f"projects/{NUMBER}"
        return {"name": f"{parent}/services/{name}", "parent": parent, "state": state}

    def _account(self, method: str, email: str, body: Json) -> Json:
        self._check_enabled("iam.googleapis.com")
        if method == "POST":
            email = f"{body['accountId']}@shop-1.iam.gserviceaccount.com"
            if email in self.accounts:
                raise RefusalError(409, f"Service account {email} already exists")
            self.accounts.add(email)
        elif email not in self.accounts:
            raise RefusalError(404, f"Unknown service account: {email}")
        elif method == "DELETE":
            self.delete_account(email)
        return {"email": email}

    def delete_account(self, email: str) -> None:
        """What it was granted stays, in a form that means nobody."""
        self.accounts.remove(email)
        for policy in self.policies.values():
            for binding in policy["bindings"]:
                binding["members"] = [
                    f"deleted:{member}?uid=1" if member == f"serviceAccount:{email}" else member
                    for member in binding["members"]
                ]

    def _policy(self, path: str, body: Json) -> Json:
        name, _, verb = path.rpartition(":")
        name = re.sub(r"^/(bigquery/v2|v1|v3)/", "", name)
        if name.count("/") == 1:
            self._check_enabled("cloudresourcemanager.googleapis.com")
        if re.search("/(topics|subscriptions)/", name) and not self.in_pubsub(name):
            self.policies.pop(name, None)
            raise RefusalError(404, f"Resource not found ({name})")
        if found := re.search(r"/datasets/(\w+)/tables/(\w+)$", name):
            self._held(self.tables, f"{found[1]}.{found[2]}")
        if verb == "getIamPolicy":
            return self._read_policy(name)
        return self._write_policy(name, body["policy"])

    def _read_policy(self, name: str) -> Json:
        return self.policies.setdefault(name, {"etag": "0", "bindings": []})

    def _write_policy(self, name: str, wanted: Json) -> Json:
        policy = self._read_policy(name)
        if self.interruptions:
            self.interruptions -= 1
            policy["etag"] = self._next_etag()
        if wanted.get("etag") != policy["etag"]:
            raise RefusalError(409, "There were concurrent policy changes", "conflict")
        for binding in wanted["bindings"]:
            for member in binding["members"]:
                self._check_known(member)
        self.policies[name] = wanted | {"etag": self._next_etag()}
        return self.policies[name]

    def _bucket(self, method: str, bucket: str, rest: str, query: Query, body: Json) -> Json:
        self._check_enabled("storage.googleapis.com")
        name = f"buckets/{bucket}"
        if rest != "iam":
            answer = self.storage.answer(method, bucket, rest, query, body)
            if bucket not in self.storage.buckets:
                self.policies.pop(name, None)
            return answer
        self.storage.ours(bucket)
        return self._write_policy(name, body) if method == "PUT" else self._read_policy(name)

    def _bigquery(self, method: str, path: list[str], body: Json, etag: str | None) -> Json:
        is_table = len(path) > 1
        kind, held = ("table", self.tables) if is_table else ("dataset", self.datasets)
        reference = f"{kind}Reference"
        key = ".".join((path[0], path[2])) if len(path) > 2 else path[0]
        if is_table:
            self._held(self.datasets, path[0])
        if method == "POST":
            key = body[reference]["datasetId"]
            if is_table:
                key += f".{body[reference]['tableId']}"
            if key in held:
                raise RefusalError(409, f"Already Exists: {kind} {key}", "duplicate")
            held[key] = {}
            self._patch(held[key], body)
            if not is_table:
                held[key]["access"] = [OWNERS]
            return held[key]
        resource = self._held(held, key)
        if method == "PATCH":
            if self.interruptions:
                self.interruptions -= 1
                resource["etag"] = self._next_etag()
            if etag and etag != resource["etag"]:
                raise RefusalError(412, "Precondition Failed", "conditionNotMet")
            self._patch(resource, body)
        elif method == "DELETE":
            del held[key]
            for name in [name for name in self.tables if name.startswith(f"{key}.")]:
                del self.tables[name]
        return resource

    def _patch(self, resource: Json, body: Json) -> None:
        for entry in body.get("access", []):
            if "userByEmail" in entry:
                self._check_known(f"serviceAccount:{entry['userByEmail']}")
                entry["role"] = OLD_NAMES.get(entry["role"], entry["role"])
        resource.update(json.loads(json.dumps(body)), etag=self._next_etag())
        for value in resource.values():  # a null takes a property away
            if isinstance(value, dict):
                for name in [name for name, inner in value.items() if inner is None]:
                    del value[name]

    def _check_enabled(self, service: str) -> None:
        if service not in self.enabled:
            message = f"{service} has not been used in project {NUMBER} before or it is disabled"
            raise RefusalError(403, message, "accessNotConfigured")

    def _check_known(self, member: str) -> None:
        email = member.removeprefix("serviceAccount:")
        if not member.startswith("serviceAccount:"):
            return
        if email not in self.accounts:
            raise RefusalError(400, f"Service account {email} does not exist.", "invalid")
        if self.late:
            self.late -= 1
            raise RefusalError(400, f"Service account {email} does not exist.", "invalid")

    def _held(self, held: dict[str, Json], key: str) -> Json:
        if key not in held:
            raise RefusalError(404, f"Not found: {key}", "notFound")
        return held[key]

    def _next_etag(self) -> str:
        self._etag += 1
        return str(self._etag)


@contextmanager
def serving(google: Google) -> Iterator[str]:
    """The address of a server for ``google``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: the second would wait for the first's receipt

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            address = urlsplit(self.path)
            path, query = unquote(address.path), dict(parse_qsl(address.query))
            try:
                etag = self.headers.get("If-Match")
                code, answer = 200, google.answer(self.command, path, query, body, etag)
            except RefusalError as refusal:
                code, answer = refusal.code, refusal.body
            data = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def do_PATCH(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            pass

    with http_server(Handler) as address:
        yield address
