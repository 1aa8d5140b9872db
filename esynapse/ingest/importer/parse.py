"""SQL that reads raw columns (text or Parquet's types) as contract columns, with a reason
for every row that cannot be read."""

from esynapse.events import EVENT_TYPES, QUANTITY_EVENT_TYPES
from esynapse.ingest.importer.mapping import IGNORE, Mapping, Source

PRODUCT_FREE_TYPES = ("begin_checkout",)
HIGHEST_PRICE = 1e9
HIGHEST_QUANTITY = 1e6
"""Their product still fits the marts' money, decimal(18, 2)."""

NO_OFFSET = "event_timestamp has no offset and the mapping no timezone"

_OFFSET = r":\d{2}(\.\d+)? ?([Zz]|UTC|[+-]\d{2}(:?\d{2})?)$"
_MAY_HAVE_OFFSET = (
    "(contains(stamp[11:], '+') or contains(stamp[11:], '-') or stamp[-1] in ('Z', 'z', 'C'))"
)
"""Cheap: few files carry offsets, and the pattern costs as much as all the rest."""
_ENDS_IN_DIGIT = "stamp[-1] between '0' and '9'"
"""DuckDB's cast takes any word after the time for a zone and leaves it out: 10:00 PM is 10:00."""
_TRUE = "'true', 't', 'yes', 'y', '1'"
_FALSE = "'false', 'f', 'no', 'n', '0'"


def parse_sql(mapping: Mapping, names: dict[str, str], *, text_file: bool) -> str:
    """A query over the relation ``chunk`` (raw columns, line, row).

    It gives line, row, the contract's columns, those of the catalogue, and ``reason``: null for a
    good row, 'ignore' for one to leave out, else what is wrong with it.

    Args:
        names: column of the file → column of ``chunk``.
        text_file: numbers may be written with ``file.decimal``; Parquet has its own.
    """
    reader = _Reader(mapping, names, decimal_comma=text_file and mapping.file.decimal == ",")
    source = mapping.sources().get
    quantity = reader.number(source("quantity"))
    return f"""
with texts as (
    select
        line, row,
        {reader.text(source("event_timestamp"))} as stamp,
        {reader.text(source("event_type"))} as kind,
        {reader.text(source("user_id"))} as user_id,
        {reader.text(source("session_id"))} as session_id,
        {reader.text(source("product_id"))} as product_id,
        lower({reader.text(source("on_sale"))}) as sale_flag,
        {reader.text(source("sale_price"))} as price_text,
        {reader.number(source("sale_price"))} as price,
        {reader.text(source("quantity"))} as quantity_text,
        {quantity} as units,
        {reader.text(source("rating"))} as rating_text,
        {reader.number(source("rating"))} as stars,
        {reader.text(source("product_name"))} as product_name,
        {reader.text(source("category"))} as category,
        {reader.number(source("regular_price"))} as regular_price
    from chunk
),
typed as (
    select
        *,
        {_timestamp(mapping)} as event_timestamp,
        {_refund(mapping)} as is_refund
    from texts
),
kinds as (
    select * replace (case when is_refund then 'refund' else kind end as kind) from typed
),
judged as (
    select
        *,
        kind in {QUANTITY_EVENT_TYPES} as has_quantity,
        {_reason(mapping)} as reason
    from kinds
)
select
    line, row, event_timestamp, kind as event_type, user_id, session_id, product_id,
    coalesce(sale_flag in ({_TRUE}), false) as on_sale,
    abs(price) as sale_price,
    case when has_quantity then cast(abs(units) as bigint) end as quantity,
    case when kind = 'review' then cast(stars as bigint) end as rating,
    product_name, category, regular_price, reason
from judged
"""


class _Reader:
    """Expressions over the raw columns."""

    def __init__(self, mapping: Mapping, names: dict[str, str], *, decimal_comma: bool) -> None:
        self.names, self.decimal_comma = names, decimal_comma
        self.nulls = ", ".join(_literal(text) for text in ("", *mapping.file.nulls))

    def text(self, source: Source | None) -> str:
        if source is None:
            return "cast(null as varchar)"
        if source.column is None:
            return _literal(source.constant)
        parts = source.column if isinstance(source.column, list) else [source.column]
        found = " || ' ' || ".join(self._column(name) for name in parts)
        if source.values is not None:
            pairs = source.values.items()
            whens = " ".join(f"when {_literal(k)} then {_literal(v)}" for k, v in pairs)
            found = f"(case {found} {whens} else {found} end)"
        return (
            f"coalesce({found}, {_literal(source.default)})"
            if source.default is not None
            else found
        )

    def number(self, source: Source | None) -> str:
        """A finite double or null."""
        if source is None:
            return "cast(null as double)"
        if source.column is None:
            return _double(_literal(source.constant))
        [name] = source.column if isinstance(source.column, list) else [source.column]
        found = self._amount(name)
        if source.divide_by:
            found = f"{found} / nullif({self._amount(source.divide_by)}, 0)"
        if source.default is not None:
            blank = f"{self._column(name)} is null"
            found = f"case when {blank} then {_double(_literal(source.default))} else {found} end"
        return found

    def _column(self, name: str) -> str:
        trimmed = f"trim(cast({self.names[name]} as varchar))"
        return f"(case when {trimmed} not in ({self.nulls}) then {trimmed} end)"

    def _amount(self, name: str) -> str:
        text = self._column(name)
        if self.decimal_comma:
            text = f"replace(replace({text}, '.', ''), ',', '.')"
        return _double(text)


def _double(text: str) -> str:
    value = f"try_cast({text} as double)"
    return f"(case when isfinite({value}) then {value} end)"


def _literal(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + text.replace("'", "''") + "'"


def _timestamp(mapping: Mapping) -> str:
    """The first format that fits; null where none does."""
    return (
        f"coalesce({', '.join(_by_format(f, mapping.timezone) for f in mapping.timestamp_formats)})"
    )


def _by_format(text: str, zone: str | None) -> str:
    local = f"timezone({_literal(zone)}, %s)" if zone else "cast(null as timestamptz)"
    if text in ("unix_s", "unix_ms"):
        scale = 1e6 if text == "unix_s" else 1e3
        micros = f"try_cast(round(try_cast(stamp as double) * {scale}) as bigint)"
        return f"case when abs({micros}) < 1e16 then make_timestamptz({micros}) end"
    if text == "iso":
        naive = local.replace("%s", "try_cast(stamp as timestamp)")
        aware = "try_cast(stamp as timestamptz)"
        return (
            f"case when {_MAY_HAVE_OFFSET} then"
            f" case when regexp_matches(stamp, '{_OFFSET}') then {aware} end"
            f" when {_ENDS_IN_DIGIT} then {naive} end"
        )
    parsed = f"try_strptime(stamp, {_literal(text)})"
    return parsed if "%z" in text or "%Z" in text else local.replace("%s", parsed)


def _refund(mapping: Mapping) -> str:
    rules = {"units": mapping.negative_quantity, "price": mapping.negative_price}
    turned = [f"coalesce({name} < 0, false)" for name, rule in rules.items() if rule == "refund"]
    return f"kind = 'purchase' and ({' or '.join(turned)})" if turned else "false"


def _reason(mapping: Mapping) -> str:
    """A case expression; the first rule broken is the reason."""
    price_sign = "false" if mapping.negative_price == "refund" else "price < 0"
    unit_sign = "false" if mapping.negative_quantity == "refund" else "units < 0"
    no_offset = (
        f"{_ENDS_IN_DIGIT} and try_cast(stamp as timestamp) is not null"
        if mapping.timezone is None
        else "false"
    )
    whole = "units is not null and units = floor(units)"
    moved = "('purchase', 'refund')"
    rules = {
        IGNORE: f"kind = '{IGNORE}'",
        "event_type is missing": "kind is null",
        "event_type is not in the mapping": f"kind not in {EVENT_TYPES}",
        "event_timestamp is missing": "stamp is null",
        NO_OFFSET: f"event_timestamp is null and {no_offset}",
        "event_timestamp cannot be read": (
            "event_timestamp is null or not isfinite(event_timestamp)"
        ),
        "event_timestamp is not between the years 1900 and 2199": (
            "event_timestamp not between timestamptz '1900-01-01 00:00:00+00'"
            " and timestamptz '2199-12-31 23:59:59+00'"
        ),
        "user_id is missing": "user_id is null",
        "product_id is missing": f"product_id is null and kind not in {PRODUCT_FREE_TYPES}",
        "quantity is missing": f"kind in {QUANTITY_EVENT_TYPES} and quantity_text is null",
        "quantity is not a whole number": f"kind in {QUANTITY_EVENT_TYPES} and not ({whole})",
        "quantity is 0": f"kind in {QUANTITY_EVENT_TYPES} and units = 0",
        "quantity is negative": (
            f"kind in {QUANTITY_EVENT_TYPES}"
            f" and (({unit_sign}) or (units < 0 and kind not in {moved}))"
        ),
        "quantity is above 10^6": (
            f"kind in {QUANTITY_EVENT_TYPES} and abs(units) > {HIGHEST_QUANTITY}"
        ),
        "sale_price is missing": "price_text is null",
        "sale_price is not a number": "price is null",
        "sale_price is negative": f"({price_sign}) or (price < 0 and kind not in {moved})",
        "sale_price is above 10^9": f"abs(price) > {HIGHEST_PRICE}",
        "on_sale is neither true nor false": f"sale_flag not in ({_TRUE}, {_FALSE})",
        "rating is not 1 to 5": (
            "kind = 'review' and (stars is null or stars not in (1, 2, 3, 4, 5))"
        ),
    }
    whens = " ".join(f"when {broken} then {_literal(why)}" for why, broken in rules.items())
    return f"case {whens} end"
