"""The values of JSON fields become values of columns, one column type at a time."""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def reader(kind: pa.DataType) -> Callable[[Any], Any]:
    """What reads a JSON value for a column of type ``kind``; it raises ValueError."""
    if is_time(kind):
        return _read_time
    readers = {
        pa.string(): _read_string,
        pa.bool_(): _read_bool,
        pa.float64(): _read_float,
        pa.int64(): _read_int,
        pa.binary(): _read_bytes,
    }
    return readers[kind]


def _read_string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is no string")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("is no valid Unicode")
    return value


def _read_bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is no boolean")
    return value


def _read_float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("is too large for a FLOAT")
    return number


def _read_int(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is no integer")
    number = int(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError("is too large for an INTEGER")
    return number


def _read_bytes(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("is no base64 string")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("is no base64 string") from None


def _read_time(value: Any) -> datetime:
    try:
        if isinstance(value, str) and _RFC3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        if isinstance(value, int) and not isinstance(value, bool):
            return _EPOCH + timedelta(microseconds=value)
    except (ValueError, OverflowError):
        raise ValueError("is no instant of the years 1 to 9999") from None
    raise ValueError("is no RFC 3339 time with a zone, nor integer microseconds since 1970")


def is_time(kind: pa.DataType) -> bool:
    """Whether a column is a TIMESTAMP."""
    return bool(pa.types.is_timestamp(kind))


def shown(value: Any) -> str:
    """``value`` for a reason: as JSON, cut to a readable length."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
