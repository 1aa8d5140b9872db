"""Tables of equally long numpy columns, as dataclasses: no Python object per row."""

from collections.abc import Iterable, Iterator
from dataclasses import Field, fields
from typing import Any, ClassVar, Self, get_type_hints

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SmallInts = NDArray[np.int32]
Numbers = NDArray[np.uint32]
Codes = NDArray[np.int8]

_DTYPES = {
    Ints: np.int64,
    Floats: np.float64,
    Bools: np.bool_,
    SmallInts: np.int32,
    Numbers: np.uint32,
    Codes: np.int8,
}


class Columns:
    """Base of the dataclasses whose every field is one of the array types above."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The columns by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def take(self, rows: NDArray[Any] | slice) -> Self:
        """The rows that a mask, an index or a slice picks."""
        if isinstance(rows, np.ndarray) and rows.dtype == np.bool_:
            rows = np.flatnonzero(rows)
        return type(self)(**{name: values[rows] for name, values in self.arrays().items()})

    def with_columns(self, **columns: NDArray[Any]) -> Self:
        """The same rows with some columns replaced."""
        return type(self)(**self.arrays() | columns)

    @classmethod
    def make(cls, size: int, **columns: Any) -> Self:
        """``size`` rows; a column may be given as one value, and is zero where it is not given."""
        arrays = {}
        for name, dtype in _dtypes(cls).items():
            values: NDArray[Any] = np.asarray(columns.pop(name, 0), dtype=dtype)
            arrays[name] = np.full(size, values) if values.ndim == 0 else values
        if columns:
            raise TypeError(f"{cls.__name__} has no column {', '.join(columns)}")
        return cls(**arrays)

    @classmethod
    def empty(cls) -> Self:
        """No rows, typed."""
        return cls.make(0)

    @classmethod
    def concat(cls, parts: Iterable[Self]) -> Self:
        """The rows of ``parts``, one after another."""
        tables = list(parts)
        return cls(
            **{f.name: np.concatenate([getattr(t, f.name) for t in tables]) for f in fields(cls)}
        )


def blocks(size: int, length: int) -> Iterator[slice]:
    """Slices of at most ``length`` rows that together are ``size`` rows."""
    for begin in range(0, size, length):
        yield slice(begin, min(begin + length, size))


def _dtypes(kind: type[Columns]) -> dict[str, Any]:
    if kind not in _KNOWN:
        hints = get_type_hints(kind)
        _KNOWN[kind] = {name: _DTYPES[hints[name]] for name in kind.__dataclass_fields__}
    return _KNOWN[kind]


_KNOWN: dict[type[Columns], dict[str, Any]] = {}
