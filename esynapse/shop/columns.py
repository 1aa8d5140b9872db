"""Tables of equally long numpy columns, as dataclasses: no Python object per row."""

from collections.abc import Iterable
from dataclasses import Field, fields
from typing import Any, ClassVar, Self, get_type_hints

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SmallInts = NDArray[np.int32]
SmallFloats = NDArray[np.float32]
Codes = NDArray[np.int8]

_DTYPES = {
    Ints: np.int64,
    Floats: np.float64,
    Bools: np.bool_,
    SmallInts: np.int32,
    SmallFloats: np.float32,
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
        return type(self)(**{name: values[rows] for name, values in self.arrays().items()})

    @classmethod
    def make(cls, size: int, **columns: Any) -> Self:
        """``size`` rows; a column may be given as one value, and is zero where it is not given."""
        arrays = {}
        for name, kind in get_type_hints(cls).items():
            if name not in cls.__dataclass_fields__:
                continue
            values: NDArray[Any] = np.asarray(columns.pop(name, 0), dtype=_DTYPES[kind])
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
