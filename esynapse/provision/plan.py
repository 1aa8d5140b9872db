"""Comparing what is declared with what is there, and making it so.

What is there already is kept: options are changed and columns added in place, a table is never
dropped, and what would need that is refused before anything is touched. Only ``destroy`` deletes.
"""

from collections.abc import Callable, Iterator

from esynapse.errors import EsynapseError
from esynapse.provision.changes import Change, Changer, Difference, Executor, Plan, Remover
from esynapse.provision.connections import Connections
from esynapse.provision.patience import explained, patiently, status_of
from esynapse.provision.resources import Kind, Resource, resources
from esynapse.settings import Settings

_API_OF: dict[Kind, str] = {
    "dataset": "bigquery.googleapis.com",
    "table": "bigquery.googleapis.com",
    "topic": "pubsub.googleapis.com",
    "subscription": "pubsub.googleapis.com",
    "service account": "iam.googleapis.com",
}


def plan(settings: Settings, connections: Connections | None = None) -> Plan:
    """What ``provision`` would do. Changes nothing.

    Where nobody is signed in, or the local target does not run, nothing can be compared: then
    everything is as if it had to be created.

    Raises:
        EsynapseError: the services do not answer or refuse.
    """
    with connections or Connections(settings) as opened:
        try:
            opened.check()
        except EsynapseError as error:
            declared = tuple(Change("create", resource) for resource in resources(settings))
            return Plan(declared, (f"nothing could be compared, as {error}",))
        return _Work(opened).plan()


def provision(
    settings: Settings,
    connections: Connections | None = None,
    *,
    tell: Callable[[Change], None] = lambda _: None,
) -> list[Change]:
    """Make everything as declared; what was done, in order. Run again, it does nothing.

    Args:
        tell: called after each change.

    Raises:
        EsynapseError: something cannot be changed where it is (nothing is touched then), or the
            services do not answer or refuse (what is done stays, and the next run goes on).
    """
    with connections or Connections(settings) as opened:
        if settings.target == "bigquery":
            opened.check()
        return _Work(opened).apply(tell)


def destroy(
    settings: Settings,
    connections: Connections | None = None,
    *,
    tell: Callable[[Resource], None] = lambda _: None,
) -> list[Resource]:
    """Delete everything declared, in reverse order; what was deleted.

    Datasets go with all that is in them, also what others put there. Grants on the project are
    taken back, other grants go with what they are on. APIs stay enabled. What is gone is no error.

    Raises:
        EsynapseError: the services do not answer or refuse; what is deleted stays so.
    """
    with connections or Connections(settings) as opened:
        if settings.target == "bigquery":
            opened.check()
        return _Work(opened).undo(tell)


class _Work:
    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._settings = connections.settings
        self._lacking = connections.lacking()
        self._executors: dict[Kind, Executor] = {}
        self._disabled: set[str] = set()
        """APIs found to be off, so that nothing can be there of what is theirs."""

    def plan(self) -> Plan:
        left_out = ", ".join(self._lacking.values())
        notes = (f"left out, as the emulators have none: {left_out}",) if left_out else ()
        return Plan(tuple(self._compared()), notes)

    def apply(self, tell: Callable[[Change], None]) -> list[Change]:
        due = self.plan().due
        for change in due:
            _check_that_it_can_be_changed(change)
        done: list[Change] = []
        for change in due:
            seconds = self._connections.settle_seconds if done else 0.0
            with explained(self._settings, change.action, change.resource):
                self._do(change, seconds)
            done.append(change)
            tell(change)
        return done

    def undo(self, tell: Callable[[Resource], None]) -> list[Resource]:
        there = [c.resource for c in self._compared() if c.action != "create" and _is_deleted(c)]
        for resource in reversed(there):
            executor = self._executor(resource.kind)
            assert isinstance(executor, Remover)
            with explained(self._settings, "delete", resource):
                self._delete(executor, resource)
            tell(resource)
        return there[::-1]

    def _compared(self) -> Iterator[Change]:
        for resource in resources(self._settings):
            if resource.kind in self._lacking:
                continue
            found = self._compare(resource)
            if found is None:
                yield Change("create", resource)
            else:
                yield Change("change" if found else "unchanged", resource, tuple(found))

    def _compare(self, resource: Resource) -> list[Difference] | None:
        if self._needs(resource) & self._disabled:
            return None
        with explained(self._settings, "look at", resource):
            found = self._executor(resource.kind).compare(resource)
        if resource.kind == "API" and found is None:
            self._disabled.add(resource.name)
        return found

    def _do(self, change: Change, settle_seconds: float) -> None:
        executor, resource = self._executor(change.resource.kind), change.resource

        def once() -> None:
            if change.action == "create":
                executor.create(resource)
            else:
                assert isinstance(executor, Changer)
                executor.change(resource, change.differences)

        patiently(once, settle_seconds)

    def _delete(self, executor: Remover, resource: Resource) -> None:
        def once() -> None:
            try:
                executor.delete(resource)
            except Exception as error:
                if status_of(error) != 404:  # gone since it was looked at
                    raise

        patiently(once, 0.0)

    def _needs(self, resource: Resource) -> set[str]:
        """The APIs without which it cannot be there."""
        if resource.kind != "grant":
            return {_API_OF[resource.kind]} if resource.kind in _API_OF else set()
        on = resource.properties["on"]
        theirs = _API_OF.get(on, "cloudresourcemanager.googleapis.com")
        return {theirs, "iam.googleapis.com", "pubsub.googleapis.com"}

    def _executor(self, kind: Kind) -> Executor:
        if kind not in self._executors:
            self._executors[kind] = _made(kind, self._connections)
        return self._executors[kind]


def _made(kind: Kind, connections: Connections) -> Executor:
    """Here, so that the local target imports no more than Pub/Sub."""
    if kind in ("topic", "subscription"):
        from esynapse.provision import pubsub

        return pubsub.Topics(connections) if kind == "topic" else pubsub.Subscriptions(connections)
    if kind in ("dataset", "table"):
        from esynapse.provision import datasets

        return datasets.Datasets(connections) if kind == "dataset" else datasets.Tables(connections)
    if kind == "grant":
        from esynapse.provision.grants import Grants

        return Grants(connections)
    from esynapse.provision import accounts

    return accounts.Apis(connections) if kind == "API" else accounts.Accounts(connections)


def _check_that_it_can_be_changed(change: Change) -> None:
    for difference in change.differences:
        if difference.obstacle:
            resource = change.resource
            raise EsynapseError(
                f"{resource.kind} {resource.name}: {difference}; {difference.obstacle}"
            )


def _is_deleted(change: Change) -> bool:
    """Whether it goes by itself, not with something else, and not at all if it is an API."""
    resource = change.resource
    if resource.kind == "grant":
        return bool(resource.properties["on"] == "project")
    return resource.kind not in ("API", "table")
