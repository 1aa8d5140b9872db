"""Refusals: what the service answers to a request that it will not carry out.

Codes and wording follow the real service, because people search for the wording.
"""

import grpc


class RefusalError(Exception):
    """Ends a request with a gRPC status."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> RefusalError:
    return RefusalError(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(name: str) -> RefusalError:
    return RefusalError(
        grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name.rsplit('/', 1)[-1]})."
    )


def already_exists(name: str) -> RefusalError:
    return RefusalError(
        grpc.StatusCode.ALREADY_EXISTS,
        f"Resource already exists in the project (resource={name.rsplit('/', 1)[-1]}).",
    )


def unsupported(what: str) -> RefusalError:
    return RefusalError(
        grpc.StatusCode.UNIMPLEMENTED, f"The embedded Pub/Sub server does not support {what}."
    )


def storage_failed(error: Exception) -> RefusalError:
    """The disk does not play along; clients try again by themselves."""
    return RefusalError(grpc.StatusCode.UNAVAILABLE, f"The message store failed: {error}.")
