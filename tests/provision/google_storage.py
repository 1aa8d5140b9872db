"""Cloud Storage as the server that stands for Google has it.

https://cloud.google.com/storage/docs/json_api/v1
"""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.provision.google_refusals import RefusalError

Json = dict[str, Any]
Query = dict[str, str]
Version = tuple[str, int]
"""Name and generation."""
OBJECTS_A_PAGE = 2


@dataclass
class Storage:
    """The buckets of the project, and the names that others have taken."""

    buckets: dict[str, Json] = field(default_factory=dict)
    objects: dict[str, dict[Version, bool]] = field(default_factory=dict)
    """Every version of every object, by bucket, with whether it is the live one."""
    theirs: set[str] = field(default_factory=set)
    busy: int = 0
    """How many more times another writes an object just before we delete the bucket."""
    deleted_first: set[Version] = field(default_factory=set)
    """Versions that another deletes just before we do."""
    forgets: bool = False
    """Whether the next answer to the making of a bucket is lost."""

    def answer(self, method: str, bucket: str, rest: str, query: Query, body: Json) -> Json:
        if not bucket:
            return self._make(body) if method == "POST" else self._list(query["prefix"])
        held = self.ours(bucket)
        if rest.startswith("o"):
            return self._objects(method, self.objects[bucket], rest[2:], query)
        if method == "PATCH":
            held["iamConfiguration"] |= body["iamConfiguration"]
        elif method == "DELETE":
            self._delete(bucket)
        return held

    def ours(self, bucket: str) -> Json:
        if bucket in self.theirs:
            raise RefusalError(403, "You do not have access to the bucket", "forbidden")
        if bucket not in self.buckets:
            raise RefusalError(404, "The specified bucket does not exist.", "notFound")
        return self.buckets[bucket]

    def _list(self, prefix: str) -> Json:
        items = [held for name, held in sorted(self.buckets.items()) if name.startswith(prefix)]
        return {"items": items} if items else {}

    def _make(self, body: Json) -> Json:
        name = body["name"]
        if name in self.theirs:
            raise RefusalError(409, "The requested bucket name is not available.", "conflict")
        if name in self.buckets:
            raise RefusalError(409, "Your previous request succeeded and you own it.", "conflict")
        self.buckets[name] = json.loads(json.dumps(body)) | {"location": body["location"].upper()}
        self.objects[name] = {}
        if self.forgets:
            self.forgets = False
            raise RefusalError(503, "Backend Error", "backendError")
        return self.buckets[name]

    def _delete(self, bucket: str) -> None:
        if self.busy:
            self.busy -= 1
            self.objects[bucket]["position.json", 100 + self.busy] = True
        if self.objects[bucket]:
            raise RefusalError(409, "The bucket you tried to delete is not empty.", "conflict")
        del self.buckets[bucket]

    def _objects(self, method: str, held: dict[Version, bool], name: str, query: Query) -> Json:
        if method == "DELETE":
            version = (name, int(query["generation"]))
            if version in self.deleted_first:
                held.pop(version, None)
            if version not in held:
                raise RefusalError(404, f"No such object: {name}", "notFound")
            del held[version]
            return {}
        after = tuple(json.loads(query.get("pageToken", '["", 0]')))
        shown = [v for v, live in held.items() if live or query.get("versions") == "true"]
        rest = sorted(version for version in shown if version > after)
        page = rest[:OBJECTS_A_PAGE]
        answer: Json = {"items": [{"name": n, "generation": str(g)} for n, g in page]}
        if len(rest) > len(page):
            answer["nextPageToken"] = json.dumps(page[-1])
        return answer
