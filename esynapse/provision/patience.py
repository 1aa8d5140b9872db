"""Waiting for Google to know everywhere what was just made, and saying what it refuses."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from esynapse.errors import EsynapseError
from esynapse.ingest.clients import explained as explained_by_pubsub
from esynapse.provision.resources import Resource
from esynapse.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
CONFLICT = (409, 412)
"""Another wrote to the same policy since it was read: read it again."""
CONFLICT_SECONDS = 20.0


def patiently(call: Callable[[], None], settle_seconds: float) -> None:
    """Call until it succeeds, as long as what was made a moment ago may be what it lacks.

    ``call`` must read anew what it writes, and may run twice.

    Args:
        settle_seconds: for how long; 0 if nothing was made.
    """
    began, pause = time.monotonic(), FIRST_PAUSE
    while True:
        try:
            return call()
        except Exception as error:
            waits = max(settle_seconds if _is_unsettled(error) else 0, _conflict_seconds(error))
            if time.monotonic() + pause - began > waits:
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


@contextmanager
def explained(settings: Settings, doing: str, resource: Resource) -> Iterator[None]:
    """Say in one line what could not be done, why, and what to do.

    Args:
        doing: completes "could not …", before the resource's kind and name.

    Raises:
        EsynapseError: for whatever the clients raise.
    """
    if settings.target == "local":
        with explained_by_pubsub(settings):
            yield
        return
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from googleapiclient.errors import Error
    from httplib2 import HttpLib2Error
    from requests.exceptions import RequestException

    try:
        yield
    except (GoogleAPIError, GoogleAuthError, RequestException, Error, HttpLib2Error, OSError) as e:
        line = f"could not {doing} {resource.kind} {resource.name}: {_first_line(e)}"
        raise EsynapseError(f"{line}; {_advice(e)}") from e


def status_of(error: Exception) -> int | None:
    """The HTTP status of what a client raised; None: it has none."""
    code = getattr(error, "status_code", None) or getattr(error, "code", None)
    return int(code) if isinstance(code, int) else None


def _is_unsettled(error: Exception) -> bool:
    """An API that is not on yet, an account not known yet, a grant not in force yet."""
    code = status_of(error)
    if code == 400:
        return "does not exist" in _first_line(error)
    return code in (403, 404)


def _conflict_seconds(error: Exception) -> float:
    return CONFLICT_SECONDS if status_of(error) in CONFLICT else 0.0


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "message", None) or getattr(error, "reason", None) or error)
    return (text.strip().splitlines() or [type(error).__name__])[0].rstrip(".;")


def _advice(error: Exception) -> str:
    from google.auth.exceptions import GoogleAuthError, TransportError

    code, text = status_of(error), str(error)
    if isinstance(error, GoogleAuthError) and not isinstance(error, TransportError):
        return "run 'gcloud auth application-default login'"
    if "illing" in text and code in (400, 403):
        return "link a billing account to the project, then run this again"
    if code == 403 and ("SERVICE_DISABLED" in text or "has not been used" in text):
        return "'gcloud services enable' enables it; a few minutes later run this again"
    if code == 403:
        return "your account needs the role owner, or those that docs/deploy-gcp.md lists"
    if code in (None, 429, 500, 502, 503, 504):
        return "look at the network, then run this again; nothing is done twice"
    return "'esynapse provision --plan' shows what is there; mend that, then run this again"
