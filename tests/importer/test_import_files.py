"""Formats, the catalogue, refunds, and importing the same file again."""

from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA
from esynapse.ingest.importer import import_file

SQL = duckdb.connect()
HEADER = "time,user,item,quantity,price\n"
GOOD = "2024-05-01 10:00:00,ann,mug,2,9.50\n"


def test_an_event_has_every_column_of_the_contract(import_text, events, warehouse):
    import_text(HEADER + GOOD)
    [event] = events()
    assert list(event) == EVENT_SCHEMA.names
    assert event | {"event_id": "", "session_id": ""} == {
        "event_id": "",
        "event_timestamp": datetime(2024, 5, 1, 10, tzinfo=UTC),
        "event_type": "purchase",
        "user_id": "ann",
        "session_id": "",
        "product_id": "mug",
        "on_sale": False,
        "sale_price": 9.5,
        "quantity": 2,
        "rating": None,
        "source": "import",
    }


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("a.csv", HEADER + GOOD, {}),
        ("bom.csv", "\ufeff" + HEADER + GOOD, {}),
        ("crlf.csv", (HEADER + GOOD).replace("\n", "\r\n"), {}),
        ("no_end.csv", (HEADER + GOOD).rstrip("\n"), {}),
        ("a.tsv", (HEADER + GOOD).replace(",", "\t"), {}),
        (
            "a.csv",
            (HEADER + GOOD).replace(",", ";").replace("9.50", "9,50"),
            {"delimiter": ";", "decimal": ","},
        ),
        (
            "a.txt",
            "  time   user item quantity price\n 20240501T10  ann\tmug 2   9.50 \r\n",
            {},
        ),
        (
            "a.log",
            f"# export\n{GOOD}",
            {
                "format": "csv",
                "header": False,
                "skip_lines": 1,
                "columns": ["time", "user", "item", "quantity", "price"],
            },
        ),
    ],
)
def test_text_formats_give_the_same_event(import_text, events, name, text, options):
    formats = ["iso", "%Y%m%dT%H"]
    import_text(text, name, file=options, timestamp_formats=formats)
    [event] = events()
    assert (event["user_id"], event["product_id"], event["quantity"]) == ("ann", "mug", 2)
    assert event["sale_price"] == 9.5
    assert event["event_timestamp"] == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_latin_1_text_is_read_as_stated(import_text, events):
    import_text(
        (HEADER + GOOD.replace("ann", "zoë")).encode("latin-1"), file={"encoding": "latin-1"}
    )
    assert events()[0]["user_id"] == "zoë"


def test_parquet_is_read_with_its_own_types(warehouse, tmp_path, mapping, events, dead_letters):
    path = tmp_path / "sales.parquet"
    instants = [datetime(2024, 5, 1, 10), datetime(2024, 5, 1, 11), None]
    columns = {
        "time": pa.array(instants, pa.timestamp("ns")),
        "user": pa.array([1, 2, 3]),
        "item": pa.array(["mug", "mug", "mug"]).dictionary_encode(),
        "quantity": pa.array([1.0, 2.0, 3.0]),
        "price": pa.array([Decimal("9.50"), Decimal("0.10"), Decimal("1.00")]),
    }
    pq.write_table(pa.table(columns), path)
    import_file(warehouse, path, mapping(timezone="Europe/Berlin"))
    first, second = events()
    assert first["event_timestamp"] == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert (second["user_id"], second["quantity"], second["sale_price"]) == ("2", 2, 0.1)
    [(row, reason, data)] = dead_letters()
    assert (row, reason) == (3, "event_timestamp is missing")
    assert b'"user": 3' in data


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("", "sales.csv", "is empty"),
        (HEADER, "sales.csv", "has no rows"),
        ("\n\n", "sales.csv", "has no header line"),
        ("time,user,item,quantity,Price\n" + GOOD, "sales.csv", "has no column 'price'; its"),
        (HEADER + GOOD, "sales.dat", "what format is it"),
        (HEADER + GOOD, "sales.parquet", "cannot be read as Parquet"),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_line_and_changes_nothing(
    import_text, warehouse, text, name, says
):
    with pytest.raises(EsynapseError, match=says) as caught:
        import_text(text, name)
    assert "\n" not in str(caught.value)
    assert warehouse.lake.files("live_events") == []
    assert warehouse.lake.files("dead_letter_events") == []


def test_a_missing_file_is_one_line(warehouse, tmp_path, mapping):
    with pytest.raises(EsynapseError, match=r"nothing\.csv: cannot be read"):
        import_file(warehouse, tmp_path / "nothing.csv", mapping())


def test_importing_the_same_file_again_changes_nothing(import_text, warehouse):
    text = HEADER + GOOD + GOOD + "bad\n"
    first = import_text(text)
    files = {t: warehouse.lake.files(t) for t in ("live_events", "products", "dead_letter_events")}
    second = import_text(text, "renamed.csv")
    assert (first.already_imported, first.rows_landed) == (False, 2)
    assert (second.already_imported, second.rows_landed) == (True, 0)
    assert second.products_catalogued == 0
    assert files == {t: warehouse.lake.files(t) for t in files}


def test_identical_lines_are_distinct_events(import_text, events):
    import_text(HEADER + GOOD * 3)
    assert len({event["event_id"] for event in events()}) == 3


@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_an_import_that_was_cut_off_is_completed_by_the_next_one(
    import_text, warehouse, events, dead_letters, monkeypatch, calls
):
    monkeypatch.setattr("esynapse.ingest.importer.staging.BATCH_ROWS", 2)
    text = HEADER + "bad\n" + GOOD * 5
    append, done = warehouse.lake.append, []

    def cut_off(table, rows, **options):
        if len(done) == calls:
            raise KeyboardInterrupt
        done.append(table)
        return append(table, rows, **options)

    monkeypatch.setattr(warehouse.lake, "append", cut_off)
    with pytest.raises(KeyboardInterrupt):
        import_text(text)
    monkeypatch.setattr(warehouse.lake, "append", append)
    report = import_text(text)
    assert not report.already_imported
    assert len(events()) == 5
    assert len(dead_letters()) == 1
    assert warehouse.query_raw("select * from products").num_rows == 1


def test_a_file_of_many_days_in_many_batches_makes_few_files(import_text, warehouse, monkeypatch):
    monkeypatch.setattr("esynapse.ingest.importer.staging.BATCH_ROWS", 40)
    days = [f"2024-05-{day:02},ann,mug,1,5\n" for day in range(1, 31)] * 10
    import_text(HEADER + "".join(days))
    files = warehouse.lake.files("live_events")
    assert sum(file.rows for file in files) == 300
    assert len(files) <= 30 + 300 // 40 + 1


def test_products_unknown_so_far_are_catalogued_and_known_ones_stay(import_text, warehouse):
    known = {
        "product_id": ["mug"],
        "product_name": ["The mug"],
        "category": ["Kitchen"],
        "regular_price": [12.0],
        "avg_rating": [4.5],
        "review_count": [3],
        "in_stock": [False],
    }
    warehouse.load_products(pa.table(known, schema=PRODUCT_SCHEMA))
    report = import_text(
        "time,user,item,quantity,price,name,group\n"
        "2024-05-01,ann,mug,1,99,Another mug,Other\n"
        "2024-05-01,ann,pot,1,20,Pot,Kitchen\n"
        "2024-05-02,ann,pot,1,25,A pot,\n"
        "2024-05-02,ann,pan,1,0,,\n",
        products={"product_name": {"column": "name"}, "category": {"column": "group"}},
    )
    rows = warehouse.query_raw("select * from products order by product_id").to_pylist()
    assert report.products_catalogued == 2
    assert [tuple(row.values()) for row in rows] == [
        ("mug", "The mug", "Kitchen", 12.0, 4.5, 3, False),
        ("pan", "pan", "Unknown", 0.0, None, 0, True),
        ("pot", "A pot", "Kitchen", 25.0, None, 0, True),
    ]


def test_negative_quantities_and_amounts_become_refunds_of_the_order_before(
    import_text, events, dead_letters
):
    import_text(
        "time,user,item,quantity,total\n"
        "2024-05-01,ann,mug,2,19\n"
        "2024-05-09,ann,mug,-1,-9.50\n"
        "2024-05-10,ann,mug,1,-9.50\n"
        "2024-05-10,bob,mug,-1,-9.50\n",
        negative_quantity="refund",
        negative_price="refund",
        events={"sale_price": {"column": "total", "divide_by": "quantity"}},
    )
    found = events()
    assert dead_letters() == []
    assert [e["event_type"] for e in found] == ["purchase", "refund", "refund", "refund"]
    assert [(e["sale_price"], e["quantity"]) for e in found] == [(9.5, 2)] + [(9.5, 1)] * 3
    sessions = [e["session_id"] for e in found]
    assert sessions[0] == sessions[1] == sessions[2] != sessions[3]


def test_defaults_stand_in_for_missing_values_and_nulls_are_named(import_text, events):
    import_text(
        HEADER + "2024-05-01,NULL,mug,,9.50\n",
        file={"nulls": ["NULL"]},
        events={
            "user_id": {"column": "user", "default": "guest"},
            "quantity": {"column": "quantity", "default": 1},
        },
    )
    [event] = events()
    assert (event["user_id"], event["quantity"]) == ("guest", 1)


def test_progress_ends_at_the_end(warehouse, tmp_path, mapping):
    path, steps = tmp_path / "sales.csv", []
    path.write_text(HEADER + GOOD * 10)
    import_file(warehouse, path, mapping(), progress=lambda *step: steps.append(step))
    size = path.stat().st_size
    assert steps == [(size, size, "bytes read"), (10, 10, "events written")]


@given(st.integers(0, 10**8), st.integers(1, 10**4))
def test_a_unit_price_made_by_division_gives_the_amount_back_to_the_cent(cents, quantity):
    amount = Decimal(cents) / 100
    [(back,)] = SQL.execute(
        "select cast(round(cast($price as decimal(28, 9)) * $quantity, 2) as decimal(18, 2))",
        {"price": float(amount) / quantity, "quantity": quantity},
    ).fetchall()
    assert back == amount
