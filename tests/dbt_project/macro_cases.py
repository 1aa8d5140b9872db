"""The macros, and the edge cases on which their two forms must agree.

A case is a query over rows named ``cases``; column ``n`` is their number. Values are written as
Python's and reach both engines as literals of the type named here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

NAN, INFINITY = math.nan, math.inf
ZONES = (
    *("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"),
    *("Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"),
)
"""Whole hours and not; clocks that change by half an hour, at midnight; a day that never was."""


@dataclass(frozen=True)
class Case:
    """A query that uses a macro, and the rows it reads."""

    macro: str
    select: str
    """Jinja, over ``cases``; the first column and the others tell one row from another."""
    types: dict[str, str]
    rows: Sequence[tuple[Any, ...]]
    zones: bool = False
    """Whether the shop's zone matters: then it is asked in each of ``ZONES``."""

    def duckdb_rows(self) -> str:
        return self._rows(0)

    def google_rows(self) -> str:
        return self._rows(1)

    def _rows(self, engine: int) -> str:
        def column(value: Any, name: str) -> str:
            kind = self.types[name]
            return f"cast({_literal(value, kind)} as {TYPES[kind][engine]}) as {name}"

        rows = (", ".join(map(column, row, self.types)) for row in self.rows)
        return "\nunion all ".join(f"select {n} as n, {row}" for n, row in enumerate(rows))


TYPES = {
    "instant": ("timestamptz", "timestamp"),
    "date": ("date", "date"),
    "double": ("double", "float64"),
    "whole": ("bigint", "int64"),
    "decimal": ("decimal(18, 9)", "numeric"),
    "text": ("varchar", "string"),
    "flag": ("boolean", "bool"),
}


def _literal(value: Any, kind: str) -> str:
    if value is None:
        return "null"
    if kind == "instant":
        return f"'{value:%Y-%m-%d %H:%M:%S.%f}+00'"
    return str(value) if kind in ("whole", "flag") else f"'{value}'"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


INSTANTS = [
    (instant(text),)
    for text in (
        "2026-03-08 06:59:59.999999",  # New York's clocks go forward at 07:00
        "2026-03-08 07:00:00",
        "2026-03-29 00:59:59.999999",  # Berlin's at 01:00
        "2026-03-29 01:00:00",
        "2026-10-25 00:30:00",  # Berlin's go back at 01:00: 02:30 comes twice
        "2026-10-25 01:30:00",
        "2026-04-04 14:45:00",  # Lord Howe's go back by half an hour at 15:00
        "2026-04-04 15:15:00",
        "2026-10-03 15:45:00",  # and forward at 15:30
        "2026-04-23 21:59:59",  # Cairo's midnight is left out at 22:00
        "2026-04-23 22:00:00",
        "2011-12-30 09:59:59",  # Apia's 30 December 2011 is left out at 10:00
        "2011-12-30 10:00:00",
        "2024-02-29 23:59:59.999999",
        "1990-01-01 00:00:00",
        "1969-12-31 23:59:59.999999",
        "2100-03-01 00:00:00.000001",
    )
] + [(None,)]
DATES = [
    (date.fromisoformat(text),)
    for text in (
        *("2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-04-24", "2026-04-05"),
        *("2011-12-29", "2011-12-30", "2011-12-31", "2024-02-29", "2026-01-01", "1970-01-01"),
        *("1969-12-31", "2026-02-28", "2000-02-29", "2100-03-01"),
    )
] + [(None,)]
SHIFTED = [(day, days) for (day,) in DATES for days in (-366, -1, 0, 1, 28, 31)]
WHOLES = [(value,) for value in (0.0, -0.0, 1.0, -7.0, 4e15)] + [(None,)]
"""No halves: one engine rounds them to even, the other away from zero. It is for counts."""
PRICES = [
    (value,)
    for value in (0.0, 19.99, 0.1, 1e-9, 4e-10, 6e-10, 99999999.0, -5.25, NAN, INFINITY, -INFINITY)
] + [(None,)]
DECIMALS = [
    (Decimal(text),)
    for text in ("0", "1.005", "1.015", "-1.005", "2.675", "0.004999999", "12345678.125", "0.995")
] + [(None,)]
QUOTIENTS = [
    (cents / 100, float(n)) for cents in (13_789, 1, -1_001, 99_999_999) for n in (1, 2, 8)
]
RATIOS = [
    (1.0, 3.0),
    (1.0, 0.0),
    (0.0, 0.0),
    (0.0, 5.0),
    (-7.0, 2.0),
    (None, 2.0),
    (2.0, None),
]
GROUPS = [
    *[("some", value) for value in (True, False, None)],
    *[("none", value) for value in (False, None)],
    ("unknown", None),
    *[("all", True), ("all", True)],
]
RANKED = [
    *[("ties", value) for value in (1.0, 1.0, 2.0, 3.0, 3.0, 3.0, None)],
    *[("alone", 7.0), ("two", 1.0), ("two", 2.0), ("nulls", None), ("nulls", None)],
    *[("equal", 4.0)] * 3,
    *[("five", float(value)) for value in (5, 4, 3, 2, 1)],
]
SCORES = [(r, f, m) for r in (None, 1, 2, 3, 4, 5) for f in (1, 2, 5) for m in (1, 3, 4, 5)]
PRODUCT_DAYS = [
    ("a", date(2026, 2, 27), 1),
    ("a", date(2026, 2, 28), 2),
    ("a", date(2026, 3, 1), 4),
    ("a", date(2026, 3, 5), 8),
    ("b", date(2026, 2, 28), None),
    ("b", date(2026, 3, 2), 32),
]
FORECASTS = [
    (forecast, 1.0, 0.8, forecast and forecast - 2, forecast and forecast + 2, actual)
    for forecast in (10.0, 0.0, None)
    for actual in (12.0, 12.5, 0.0, -8.0, None)
]
DISTANCES = [
    *((tenth / 10,) for tenth in range(60)),
    *[(2.5758293035489,), (10.0,), (10.5,), (1e200,), (None,)],
]
"""In standard errors."""

EVENT = {
    "event_id": "e1",
    "event_timestamp": instant("2026-01-05 12:00:00"),
    "user_id": "u1",
    "session_id": "s1",
    "product_id": "p1",
    "event_type": "view_item",
    "sale_price": 9.5,
    "quantity": 1,
    "rating": 4,
}
EVENT_TYPES = {
    "event_id": "text",
    "event_timestamp": "instant",
    "user_id": "text",
    "session_id": "text",
    "product_id": "text",
    "event_type": "text",
    "sale_price": "double",
    "quantity": "whole",
    "rating": "whole",
}
CHANGES: list[dict[str, Any]] = [
    {},
    *[{name: None} for name in EVENT],
    *[{name: ""} for name in ("event_id", "user_id", "session_id", "product_id", "event_type")],
    *[{"event_type": kind, "product_id": ""} for kind in ("begin_checkout", "purchase")],
    *[{"event_type": kind, "quantity": None} for kind in ("purchase", "refund", "review")],
    {"event_type": "review", "rating": None},
    {"event_type": "page_view"},
    {"event_type": "View_Item"},
    *[{"rating": rating} for rating in (0, 1, 5, 6, -1)],
    *[{"quantity": quantity} for quantity in (0, -1, 1_000_000, 1_000_001)],
    *[{"sale_price": price} for (price,) in PRICES],
    {"sale_price": 99_999_999.01},
    *[
        {"event_timestamp": instant(text)}
        for text in ("1989-12-31 23:59:59.999999", "1990-01-01 00:00:00", "2200-01-01 00:00:00")
    ],
]
EVENTS = [tuple((EVENT | change).values()) for change in CHANGES]

CASES = [
    Case(
        "shop_date",
        "select n, {{ shop_date('a') }} as found from cases",
        {"a": "instant"},
        INSTANTS,
        True,
    ),
    Case(
        "shop_hour",
        "select n, {{ shop_hour('a') }} as found from cases",
        {"a": "instant"},
        INSTANTS,
        True,
    ),
    Case(
        "shop_midnight",
        "select n, {{ shop_midnight('a') }} as found from cases",
        {"a": "date"},
        DATES,
        True,
    ),
    Case(
        "utc_date", "select n, {{ utc_date('a') }} as found from cases", {"a": "instant"}, INSTANTS
    ),
    Case(
        "seconds_between",
        "select one.n, two.n as other, {{ seconds_between('one.a', 'two.a') }} as found"
        " from cases as one cross join cases as two",
        {"a": "instant"},
        INSTANTS,
    ),
    *[
        Case(
            "add_hours",
            f"select n, {{{{ add_hours('a', {hours}) }}}} as found from cases",
            {"a": "instant"},
            INSTANTS,
        )
        for hours in (-25, 0, 24)
    ],
    Case(
        "add_days",
        "select n, {{ add_days('a', 'b') }} as found from cases",
        {"a": "date", "b": "whole"},
        SHIFTED,
    ),
    Case(
        "days_between",
        "select one.n, two.n as other, {{ days_between('one.a', 'two.a') }} as found"
        " from cases as one cross join cases as two",
        {"a": "date"},
        DATES,
    ),
    Case("week_start", "select n, {{ week_start('a') }} as found from cases", {"a": "date"}, DATES),
    Case("weekday", "select n, {{ weekday('a') }} as found from cases", {"a": "date"}, DATES),
    *[
        Case(
            "over_days",
            f"select n, {{{{ over_days('sum(a)', {first}, {last}) }}}} as found from cases",
            {"product_id": "text", "shop_date": "date", "a": "whole"},
            PRODUCT_DAYS,
        )
        for first, last in ((-2, -1), (-1, 0), (-28, 0), (1, 4))
    ],
    Case(
        "date_series",
        "select n, cast(item as date) as found from cases cross join {{ date_series('a', 'b') }}",
        {"a": "date", "b": "date"},
        [
            (date(2026, 2, 27), date(2026, 3, 2)),
            (date(2026, 3, 2), date(2026, 3, 2)),
            (date(2026, 3, 2), date(2026, 3, 1)),
            (None, date(2026, 3, 1)),
        ],
    ),
    Case(
        "hour_series",
        "select n, item as found from cases cross join {{ hour_series('a', 'b') }}",
        {"a": "instant", "b": "instant"},
        [
            (instant("2026-03-29 00:30:00"), instant("2026-03-29 03:29:59")),
            (instant("2026-03-29 00:30:00"), instant("2026-03-29 00:30:00")),
            (instant("2026-03-29 00:30:00"), instant("2026-03-29 00:00:00")),
            (instant("2026-03-29 00:30:00"), None),
        ],
    ),
    Case(
        "number_series",
        "select n, item as found from cases cross join {{ number_series('a', 'b') }}",
        {"a": "whole", "b": "whole"},
        [(-1, 2), (3, 3), (3, 2), (None, 1)],
    ),
    Case(
        "any_true",
        "select g, {{ any_true('a') }} as found from cases group by g",
        {"g": "text", "a": "flag"},
        GROUPS,
    ),
    Case(
        "count_where",
        "select g, {{ count_where('a') }} as found from cases group by g",
        {"g": "text", "a": "flag"},
        GROUPS,
    ),
    Case(
        "count_where",
        "select 0 as n, {{ count_where('a') }} as found from cases where n < 0",
        {"a": "flag"},
        [(True,)],
    ),
    Case(
        "any_true",
        "select 0 as n, {{ any_true('a') }} as found from cases where n < 0",
        {"a": "flag"},
        [(True,)],
    ),
    Case(
        "value_of_last",
        "select g, {{ value_of_last('a', 'b') }} as found from cases group by g",
        {"g": "text", "a": "whole", "b": "whole"},
        [
            *[("rising", 1, 1), ("rising", 2, 2), ("falling", 2, -2), ("falling", 1, -1)],
            *[("null is last", 1, 1), ("null is last", None, 2), ("last is null", 1, 1)],
            *[("last is null", 2, None), ("never", 1, None), ("never", 2, None), (None, 3, 0)],
        ],
    ),
    Case(
        "as_double",
        "select n, {{ as_double('a') }} as found from cases",
        {"a": "decimal"},
        DECIMALS,
    ),
    Case("whole", "select n, {{ whole('a') }} as found from cases", {"a": "double"}, WHOLES),
    Case("whole", "select n, {{ whole('a') }} as found from cases", {"a": "decimal"}, DECIMALS),
    Case(
        "money_from_double",
        "select n, {{ money_from_double('a / b') }} as found from cases",
        {"a": "double", "b": "double"},
        QUOTIENTS,
    ),
    Case("money", "select n, {{ money('a') }} as found from cases", {"a": "decimal"}, DECIMALS),
    Case(
        "unit_price", "select n, {{ unit_price('a') }} as found from cases", {"a": "double"}, PRICES
    ),
    Case(
        "ratio",
        "select n, {{ ratio('a', 'b') }} as found from cases",
        {"a": "double", "b": "double"},
        RATIOS,
    ),
    *[
        Case(
            macro,
            f"select n, {{{{ {macro}('a', best='{best}') }}}} from cases",
            {"category": "text", "a": "double"},
            RANKED,
        )
        for macro in ("percentile", "quintile")
        for best in ("high", "low")
    ],
    Case(
        "rfm_segment",
        "select n, {{ rfm_segment('r', 'f', 'm') }} as found from cases",
        {"r": "whole", "f": "whole", "m": "whole"},
        SCORES,
    ),
    Case(
        "repeat_windows",
        "select window_days as found from {{ repeat_windows() }} as windows",
        {"a": "whole"},
        [(1,)],
    ),
    Case(
        "forecast_errors",
        "select n, {{ forecast_errors() }} from (select *, actual_value as actual from cases)",
        {
            "forecast_value": "double",
            "standard_error": "double",
            "confidence_level": "double",
            "prediction_interval_lower_bound": "double",
            "prediction_interval_upper_bound": "double",
            "actual_value": "double",
        },
        FORECASTS,
    ),
    Case(
        "series_category",
        "select n, {{ series_category() }} as found from cases",
        {"series_id": "text"},
        [("total",), ("category:Toys",), ("category:",), ("category:a:b",), ("category:Möbel",)],
    ),
    Case(
        "lead_classes",
        "select granularity, lead, lead_from, lead_to from {{ lead_classes() }} as classes",
        {"a": "whole"},
        [(1,)],
    ),
    Case(
        "normal_probability",
        "select n, {{ normal_probability('a') }} as found from cases",
        {"a": "double"},
        DISTANCES,
    ),
    Case("broken_rule", "select n, {{ broken_rule() }} as found from cases", EVENT_TYPES, EVENTS),
    Case(
        "earliest_instant",
        "select n, {{ earliest_instant() }} as found from cases",
        {"a": "whole"},
        [(1,)],
    ),
    Case(
        "now",
        "select n, abs({{ seconds_between(now(), 'a') }}) < 1e10 as found from cases",
        {"a": "instant"},
        [(instant("2026-01-01 00:00:00"),)],
    ),
    Case(
        "fingerprint",
        "select count(distinct {{ fingerprint('a') }}) as found from cases",
        {"a": "text"},
        [("",), ("a",), ("A",), ("ä",), ("a ",), ("a",)],
    ),
]

ONE_FORM = {
    "changed_dates": "reads variables",
    "is_changed_day": "add_days and date literals; the law of incremental builds covers it",
    "widened_dates": "date literals",
    "is_replaced_day": "is_changed_day, widened",
    "get_incremental_changed_days_sql": "DuckDB's strategy; the law covers it",
    "bq_insert_overwrite_sql": "BigQuery's strategy; the emulator's parity covers it",
    "partition_by_day": "configuration of BigQuery",
    "and_in_partitions_since": "BigQuery wants a literal, DuckDB does not",
    "in_order_of_days": "the order of rows in DuckDB's files",
    "generate_schema_name": "names",
    "is_incremental": "dbt's own but for compiling",
    "all_partitions": "BigQuery wants the condition, DuckDB does not",
    "raw_event_date": "the same column in each engine's own layout",
    "shop_timezone": "reads variables",
    "currency": "reads variables",
    "_days_bound": "part of over_days",
}
"""Macros that give no expression to compare, and why."""
