"""The mapping: which column or constant of a file becomes which column of the contract.

docs/import.md describes the format for people.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_TYPES

IGNORE = "ignore"
"""Value of event_type for lines that are left out without being an error."""

NAMED_FORMATS = ("iso", "unix_s", "unix_ms")
ENCODINGS = {"utf-8": "utf-8", "latin-1": "latin-1", "cp1252": "cp1252"}
SUFFIX_FORMATS = {".csv": "csv", ".tsv": "tsv", ".txt": "whitespace", ".parquet": "parquet"}
DELIMITERS = {"csv": ",", "tsv": "\t", "whitespace": " "}

Action = Literal["refund", "reject"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileOptions(_Model):
    """How the file is written."""

    format: Literal["csv", "tsv", "whitespace", "parquet"] | None = None
    """Default: by the file's suffix."""
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    quote: Literal['"', "'", ""] = '"'
    header: bool = True
    columns: list[str] | None = None
    """Names of the columns where the file has no header."""
    skip_lines: int = Field(default=0, ge=0)
    """Lines before the header or, without one, before the first row."""
    encoding: Literal["utf-8", "latin-1", "cp1252"] = "utf-8"
    decimal: Literal[".", ","] = "."
    """With ',' dots are thousands separators: 1.234,56."""
    nulls: list[str] = []
    """Texts that mean "no value", besides the empty one."""

    @model_validator(mode="after")
    def _consistent(self) -> "FileOptions":
        if self.header == bool(self.columns) and self.format != "parquet":
            raise ValueError("give either 'header: true' or 'header: false' with 'columns'")
        if self.columns and len(set(self.columns)) < len(self.columns):
            raise ValueError("'columns' names a column twice")
        if self.delimiter and self.format in ("tsv", "whitespace", "parquet"):
            raise ValueError(f"format {self.format} takes no 'delimiter'")
        return self


class Source(_Model):
    """Where the values of one column come from."""

    column: str | list[str] | None = None
    """A list (a date and a time, say) is joined by a space."""
    constant: str | int | float | bool | None = None
    default: str | int | float | bool | None = None
    """Stands in where the column has no value."""
    divide_by: str | None = None
    values: dict[str, str] | None = None
    """Value in the file → value in the contract."""

    @field_validator("values", mode="before")
    @classmethod
    def _text_keys(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        for key, item in value.items():
            if isinstance(key, bool) or key is None:
                raise ValueError(f"YAML reads a key as {key}: put quotes around it")
            if isinstance(item, bool) or not isinstance(item, str | int | float):
                raise ValueError(f"the value of {key!r} must be a text: put quotes around it")
        return {str(key): str(item) for key, item in value.items()}

    @model_validator(mode="after")
    def _one_origin(self) -> "Source":
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either 'column' or 'constant'")
        extras = [n for n in ("default", "divide_by", "values") if getattr(self, n) is not None]
        if extras and self.column is None:
            raise ValueError(f"'{extras[0]}' needs 'column'")
        if self.column == []:
            raise ValueError("'column' is an empty list")
        return self

    def columns(self) -> list[str]:
        """Columns of the file that it reads."""
        named = [self.column] if isinstance(self.column, str) else self.column or []
        return [*named, self.divide_by] if self.divide_by else named


class EventColumns(_Model):
    """Sources of the columns of ``live_events``; source is always 'import'."""

    event_timestamp: Source
    event_type: Source
    user_id: Source
    product_id: Source
    sale_price: Source
    session_id: Source | None = None
    """Absent: 30 minutes without an event of the user end a session."""
    quantity: Source | None = None
    on_sale: Source | None = None
    rating: Source | None = None


class ProductColumns(_Model):
    """Sources of what the catalogue says about products that it does not know yet."""

    product_name: Source | None = None
    category: Source | None = None
    regular_price: Source | None = None


class Mapping(_Model):
    """A whole mapping file."""

    file: FileOptions = FileOptions()
    timezone: str | None = None
    """IANA zone of timestamps that carry no offset."""
    timestamp_formats: list[str] = Field(default=["iso"], min_length=1)
    negative_quantity: Action = "reject"
    negative_price: Action = "reject"
    events: EventColumns
    products: ProductColumns = ProductColumns()

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(f"{value!r} is no IANA time zone (for example Europe/Berlin)")
        return value

    @field_validator("timestamp_formats")
    @classmethod
    def _formats_parse(cls, value: list[str]) -> list[str]:
        for text in value:
            if text not in NAMED_FORMATS:
                _check_format(text)
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Mapping":
        sources = self.sources()
        for name, source in sources.items():
            if source.divide_by and name not in ("sale_price", "regular_price"):
                raise ValueError(f"{name}: 'divide_by' is for sale_price and regular_price")
            if source.values and name in ("sale_price", "quantity", "rating", "regular_price"):
                raise ValueError(f"{name}: 'values' is for columns of text")
        kinds = self.events.event_type
        named = list((kinds.values or {}).values())
        named += [str(v) for v in (kinds.constant, kinds.default) if v is not None]
        for kind in named:
            if kind not in (*EVENT_TYPES, IGNORE):
                allowed = ", ".join((*EVENT_TYPES, IGNORE))
                raise ValueError(f"event_type: {kind!r} is none of {allowed}")
        if self.timezone is None and any(_is_zoneless(f) for f in self.timestamp_formats):
            raise ValueError("'timezone' is missing: the timestamp formats have no offset (%z)")
        return self

    def sources(self) -> dict[str, Source]:
        """The sources given, by the name of the contract's column."""
        parts = (self.events, self.products)
        found = {name: getattr(part, name) for part in parts for name in type(part).model_fields}
        return {name: source for name, source in found.items() if source is not None}

    def digest(self) -> str:
        """Changes with the meaning of the mapping, not with comments or layout."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def load_mapping(path: Path) -> Mapping:
    """The mapping in the YAML file at ``path``.

    Raises:
        EsynapseError: it cannot be read or is wrong; the message names the key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EsynapseError(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EsynapseError(f"{path}: is no YAML ({' '.join(str(error).split())})") from None
    if not isinstance(content, dict):
        raise EsynapseError(f"{path}: is no mapping: see docs/import.md for one to start from")
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise EsynapseError(f"{path}: {_first_problem(error)}") from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    parts = [str(part) for part in first["loc"] if part not in ("str", "list[str]")]
    where = ".".join(parts)
    if first["type"] == "extra_forbidden":
        return f"unknown key {where!r}; allowed here: {', '.join(_fields_at(parts[:-1]))}"
    if first["type"] == "missing":
        return f"{where} is missing: give it a column or a constant"
    message = " ".join(first["msg"].removeprefix("Value error, ").split())
    return f"{where}: {message}" if where else message


def _fields_at(parts: list[str]) -> list[str]:
    places: dict[str, type[BaseModel]] = {
        "": Mapping,
        "file": FileOptions,
        "events": EventColumns,
        "products": ProductColumns,
    }
    return list(places.get(".".join(parts), Source).model_fields)


def _is_zoneless(text: str) -> bool:
    return text not in NAMED_FORMATS and "%z" not in text and "%Z" not in text


def _check_format(text: str) -> None:
    try:
        with duckdb.connect() as connection:
            connection.execute("select try_strptime('', $format)", {"format": text})
    except duckdb.Error:
        named = ", ".join(NAMED_FORMATS)
        raise ValueError(f"{text!r} is neither {named} nor a pattern like %Y-%m-%d") from None
    if "%" not in text:
        raise ValueError(f"{text!r} is neither {', '.join(NAMED_FORMATS)} nor a pattern")
