"""Reads the Terraform module: what it declares, in the form of ``esynapse.provision.resources``.

Terraform itself would need Google's provider and an account to tell. This knows as much of its
language as the module uses: variables, locals, templates, conditions, for_each, and references from
one resource to another.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hcl2

MODULE = Path(__file__).parents[2] / "infra/terraform"

_TEMPLATE = re.compile(r"\$\{([^{}]*)\}")
_TEXT = re.compile(r'"([^"]*)"')
_CONDITION = re.compile(r"^(.+?) \? (.+?) : (.+)$")


class Module:
    """The module with values for its variables.

    Args:
        number: stands for the number of the project in the name of Pub/Sub's account.
    """

    def __init__(self, variables: Mapping[str, Any], agent: str) -> None:
        read = [hcl2.loads(path.read_text()) for path in sorted(MODULE.glob("*.tf"))]
        self._agent = agent
        self._blocks = {
            (_bare(kind), _bare(name)): body
            for file in read
            for block in file.get("resource", [])
            for kind, named in block.items()
            for name, body in named.items()
        }
        self.defaults = {
            _bare(name): _bare(body["default"])
            for file in read
            for block in file.get("variable", [])
            for name, body in block.items()
            if "default" in body
        }
        self._names: dict[str, Any] = {
            "var": SimpleNamespace(**(self.defaults | dict(variables))),
            "path": SimpleNamespace(module=str(MODULE)),
            "local": SimpleNamespace(),
            "null": None,
            "toset": list,
            "replace": _replace,
            "lower": str.lower,
            "substr": lambda text, start, length: text[start : start + length],
            "trimsuffix": str.removesuffix,
            "file": lambda path: Path(path).read_text(),
        }
        for file in read:
            for block in file.get("locals", []):
                for name, value in _attributes(block):
                    setattr(self._names["local"], name, self._value(value, {}))
        for kind in {kind for kind, _ in self._blocks}:
            self._names[kind] = _References(self, kind)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The resources of a kind, one for each key of for_each."""
        found = []
        for (of_kind, name), body in self._blocks.items():
            if of_kind == kind:
                keys = self._keys(body)
                found += [self.one(kind, name, key) for key in keys]
        return found

    def one(self, kind: str, name: str, key: str | None) -> dict[str, Any]:
        """A resource with its attributes and nested blocks, and what the provider adds to them."""
        body = self._blocks[kind, name]
        names = {} if key is None else {"each": self._each(body, key)}
        read = {
            attribute: self._nested(value, names)
            for attribute, value in _attributes(body)
            if attribute not in ("depends_on", "for_each", "provider", "deletion_protection")
        }
        return read | self._computed(kind, read)

    def kinds(self) -> set[str]:
        return {kind for kind, _ in self._blocks}

    def _keys(self, body: Mapping[str, Any]) -> list[str | None]:
        return list(self._value(body["for_each"], {})) if "for_each" in body else [None]

    def _each(self, body: Mapping[str, Any], key: str) -> SimpleNamespace:
        every = self._value(body["for_each"], {})
        return SimpleNamespace(key=key, value=every[key] if isinstance(every, dict) else key)

    def _nested(self, value: Any, names: Mapping[str, Any]) -> Any:
        if isinstance(value, list) and value and isinstance(value[0], dict):
            (block,) = value
            return {name: self._value(inner, names) for name, inner in _attributes(block)}
        return self._value(value, names)

    def _value(self, value: Any, names: Mapping[str, Any]) -> Any:
        if isinstance(value, dict):
            return {_bare(name): self._value(inner, names) for name, inner in _attributes(value)}
        if isinstance(value, list):
            return [self._value(inner, names) for inner in value]
        if not isinstance(value, str):
            return value
        if value.startswith('"'):
            return self._text(value[1:-1], names)
        return self._expression(value.removeprefix("${").removesuffix("}"), names)

    def _text(self, template: str, names: Mapping[str, Any]) -> str:
        return _TEMPLATE.sub(lambda found: str(self._expression(found[1], names)), template)

    def _expression(self, source: str, names: Mapping[str, Any]) -> Any:
        if found := _CONDITION.match(source):
            source = f"({found[2]}) if ({found[1]}) else ({found[3]})"
        known = self._names | dict(names) | {"_text": lambda text: self._text(text, names)}
        return eval(_TEXT.sub(lambda found: f"_text({found[1]!r})", source), known)

    def _computed(self, kind: str, read: Mapping[str, Any]) -> dict[str, Any]:
        if kind in ("google_pubsub_topic", "google_pubsub_subscription"):
            collection = kind.removeprefix("google_pubsub_") + "s"
            return {"id": f"projects/{read['project']}/{collection}/{read['name']}"}
        if kind == "google_service_account":
            email = f"{read['account_id']}@{read['project']}.iam.gserviceaccount.com"
            return {"email": email, "member": f"serviceAccount:{email}"}
        if kind == "google_project_service_identity":
            return {"member": self._agent}
        return {}


class _References:
    """``google_pubsub_topic.live.id`` and ``google_bigquery_dataset.dataset["raw"].dataset_id``."""

    def __init__(self, module: Module, kind: str) -> None:
        self._module, self._kind = module, kind

    def __getattr__(self, name: str) -> Any:
        return _Reference(self._module, self._kind, name)


class _Reference:
    def __init__(self, module: Module, kind: str, name: str, key: str | None = None) -> None:
        self._module, self._kind, self._name, self._key = module, kind, name, key

    def __getitem__(self, key: str) -> "_Reference":
        return _Reference(self._module, self._kind, self._name, key)

    def __getattr__(self, attribute: str) -> Any:
        return self._module.one(self._kind, self._name, self._key)[attribute]


def _attributes(block: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in block.items() if not name.startswith("__"))


def _bare(value: Any) -> Any:
    return value.strip('"') if isinstance(value, str) else value


def _replace(text: str, old: str, new: str) -> str:
    """As Terraform's: what stands between slashes is a regular expression."""
    if old.startswith("/") and old.endswith("/"):
        return re.sub(old[1:-1], new, text)
    return text.replace(old, new)
