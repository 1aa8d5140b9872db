"""What BigQuery and its clients raise, said in one line with what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from esynapse.errors import EsynapseError

ADVICE = {
    "accessNotConfigured": "enable the API: 'esynapse provision' does",
    "SERVICE_DISABLED": "enable the API: 'esynapse provision' does",
    "accessDenied": "the account lacks the permission: 'esynapse provision' grants it to the "
    "pipeline's, docs/deploy-gcp.md lists the roles",
    "quotaExceeded": "a quota is used up: wait, or raise it in the console under IAM > Quotas",
    "rateLimitExceeded": "too much at once: wait a moment and run it again",
    "billingNotEnabled": "the project has no billing account: link one",
    "billingTierLimitExceeded": "raise the billing tier, or read less",
    "bytesBilledLimitExceeded": "raise ESYNAPSE_BIGQUERY_MAXIMUM_BYTES, or ask for less",
    "notFound": "'esynapse provision' makes what is missing",
    "responseTooLarge": "ask for fewer rows",
    "resourcesExceeded": "the statement is too large for one job: ask for less at once",
}
"""By the reason in BigQuery's answer (https://cloud.google.com/bigquery/docs/error-messages)."""

ELSEWHERE = (
    "the dataset is missing or in another location: set ESYNAPSE_LOCATION to where it is, or run "
    "'esynapse provision'"
)
AWAY = "it does not answer: look at the network, then run this again; nothing is done twice"
SIGN_IN = "run 'gcloud auth application-default login', or use target local"


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Say in one line what BigQuery could not do, why, and what to do.

    Args:
        what: completes "BigQuery could not do …".

    Raises:
        EsynapseError: for what BigQuery refused, for a network that is away, for no sign-in. Its
            cause is what the client raised.
    """
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    try:
        yield
    except (GoogleAPIError, GoogleAuthError, RequestException) as error:
        reason, advice = _first_line(error), _advice(error)
        line = f"BigQuery could not do {what}: {reason}"
        raise EsynapseError(f"{line}; {advice}" if advice else line) from error


def _advice(error: Exception) -> str:
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError, TransportError
    from requests.exceptions import RequestException

    if isinstance(error, GoogleAuthError) and not isinstance(error, TransportError):
        return SIGN_IN
    if isinstance(error, RequestException | RetryError | TransportError):
        return AWAY
    if not isinstance(error, GoogleAPICallError):
        return ""
    if error.code in (502, 503, 504):
        return AWAY
    if " in location " in str(error.message):
        return ELSEWHERE
    return next((ADVICE[reason] for reason in _reasons(error) if reason in ADVICE), "")


def _reasons(error: Exception) -> list[str]:
    entries = getattr(error, "errors", []) or []
    listed = [entry.get("reason") for entry in entries if isinstance(entry, dict)]
    return [reason for reason in (*listed, getattr(error, "reason", None)) if reason]


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "message", error)).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".;")
