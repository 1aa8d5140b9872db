"""Tables of equally long numpy columns, as dataclasses: no Python object per row."""

from collections.abc import Iterable
from dataclasses import Field, field, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def column(dtype: str) -> Any:
    """A dataclass field that holds one column of ``dtype``."""
    return field(metadata={"dtype": dtype})


class Columns:
    """Base of the dataclasses whose every field is a :func:`column`."""

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
        for f in fields(cls):
            values = np.asarray(columns.pop(f.name, 0), dtype=f.metadata["dtype"])
            arrays[f.name] = np.full(size, values) if values.ndim == 0 else values
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
