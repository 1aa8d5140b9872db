"""Field masks: what an update changes (https://google.aip.dev/134)."""

from collections.abc import Collection
from typing import Any

from esynapse.ingest.pubsub.refusal import invalid


def merge(wanted: Any, found: Any, mask: Any, mutable: Collection[str]) -> None:
    """Copy the fields of ``wanted`` that ``mask`` names into ``found``; unset ones are cleared.

    Raises:
        RefusalError: the mask is empty, or names a field that is unknown or not in ``mutable``.
    """
    kind = found.DESCRIPTOR.name
    if not mask.paths:
        raise invalid(
            f"The update_mask in the Update{kind}Request must be set, and must contain a "
            "non-empty paths list."
        )
    for path in mask.paths:
        if not type(mask)(paths=[path]).IsValidForDescriptor(found.DESCRIPTOR):
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: "
                f"'{path}' is not a known {kind} field."
            )
        if path.partition(".")[0] not in mutable:
            raise invalid(
                f"Invalid update_mask provided in the Update{kind}Request: "
                f"the '{path}' field in the {kind} is not mutable."
            )
    mask.MergeMessage(wanted, found, replace_message_field=True, replace_repeated_field=True)
