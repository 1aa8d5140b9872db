"""Clients of the services that provisioning talks to, made when they are first needed."""

import os
import socket
from contextlib import ExitStack, closing
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from esynapse.errors import EsynapseError
from esynapse.ingest.clients import publisher_client, subscriber_client
from esynapse.provision.resources import Kind
from esynapse.settings import Settings

if TYPE_CHECKING:
    from google.cloud.bigquery import Client
    from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
SETTLE_SECONDS = 240.0
"""How long a new API, account or grant is waited for: mostly two minutes are enough
(https://cloud.google.com/iam/docs/access-change-propagation)."""
ATTEMPTS = 3
"""More of a call over REST that meets a busy service (429, 5xx) or a lost connection."""


class Connections:
    """Clients for ``settings``; a context that closes them.

    Args:
        api_endpoint: of a server that stands for Google's REST APIs of services, accounts and
            policies (http://127.0.0.1:PORT), which no emulator has; empty: Google's.
        settle_seconds: how long what was just made is waited for.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        api_endpoint: str = "",
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self.settings = settings
        self._settle_seconds = settle_seconds
        self._api_endpoint = api_endpoint
        self._apis: dict[tuple[str, str], Any] = {}
        self._opened = ExitStack()

    @cached_property
    def bigquery(self) -> "Client":
        from esynapse.warehouse.bigquery.clients import bigquery_client

        return self._opened.enter_context(closing(bigquery_client(self.settings)))

    @cached_property
    def publisher(self) -> "PublisherClient":
        return self._opened.enter_context(publisher_client(self.settings))

    @cached_property
    def subscriber(self) -> "SubscriberClient":
        return self._opened.enter_context(subscriber_client(self.settings))

    def api(self, name: str, version: str) -> Any:
        """A client of a REST API by its discovery document, which the library brings along."""
        if (name, version) not in self._apis:
            self._apis[name, version] = self._opened.enter_context(self._built(name, version))
        return self._apis[name, version]

    def _built(self, name: str, version: str) -> Any:
        from google.api_core.client_options import ClientOptions
        from google.auth.credentials import AnonymousCredentials
        from googleapiclient.discovery import build

        options: dict[str, Any] = {"static_discovery": True, "cache_discovery": False}
        if self._api_endpoint:
            path = "/bigquery/v2/" if name == "bigquery" else "/"
            options["credentials"] = AnonymousCredentials()
            options["client_options"] = ClientOptions(api_endpoint=self._api_endpoint + path)
        else:  # a person's sign-in belongs to no project that could be asked whether it may
            options["client_options"] = ClientOptions(quota_project_id=self.settings.project)
        return build(name, version, **options)

    @cached_property
    def project_number(self) -> str:
        """Of the project, as service agents have it in their names."""
        name = f"projects/{self.settings.project}/services/pubsub.googleapis.com"
        service = self.api("serviceusage", "v1").services().get(name=name)
        return str(service.execute(num_retries=ATTEMPTS)["parent"].split("/")[1])

    @property
    def settle_seconds(self) -> float:
        """How long what was just made is waited for; a server on this machine knows it at once."""
        here = self.settings.target == "local" or self.emulated
        return 0.0 if here else self._settle_seconds

    @property
    def emulated(self) -> bool:
        """Whether emulators stand for Google, so that nothing may reach Google itself."""
        if self.settings.target == "local" or self._api_endpoint:
            return False
        return bool(self.settings.bigquery_endpoint or os.environ.get("PUBSUB_EMULATOR_HOST"))

    def lacking(self) -> dict[Kind, str]:
        """Kinds that the emulators in use do not have, and what people call them."""
        if not self.emulated:
            return {}
        found: dict[Kind, str] = {
            "API": "APIs",
            "service account": "the service account",
            "grant": "grants",
        }
        if not self.settings.bigquery_endpoint:
            found |= {"dataset": "datasets", "table": "tables"}
        if not os.environ.get("PUBSUB_EMULATOR_HOST"):
            found |= {"topic": "topics", "subscription": "subscriptions"}
        return found

    def check(self) -> None:
        """Find out whether the target can be asked at all.

        Raises:
            EsynapseError: nobody is signed in, or the local target does not run.
        """
        if self.settings.target == "local":
            self._check_local_server()
        elif not self.emulated and not self._api_endpoint:
            import google.auth
            from google.auth.exceptions import GoogleAuthError

            try:
                google.auth.default(scopes=SCOPES)
            except GoogleAuthError:
                raise EsynapseError(
                    "nobody is signed in to Google Cloud: "
                    "run 'gcloud auth application-default login'"
                ) from None

    def _check_local_server(self) -> None:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex((self.settings.host, self.settings.pubsub_port)):
                raise EsynapseError(
                    f"the Pub/Sub server at {self.settings.pubsub_address} does not answer: "
                    "'esynapse up' starts it"
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()
