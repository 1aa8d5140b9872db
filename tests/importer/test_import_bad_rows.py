"""Rows that are no events go to dead letter with their line and reason; the others land."""

import json

import pytest

HEADER = "time,user,item,quantity,price\n"
GOOD = "2024-05-01 10:00:00,ann,mug,1,9.50\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2024-05-01 10:00:00,ann,mug,1", "has too few fields"),
        ("2024-05-01 10:00:00,ann,mug,1,2,3", "has too many fields"),
        (",ann,mug,1,9.50", "event_timestamp is missing"),
        ("2024-02-30,ann,mug,1,9.50", "event_timestamp cannot be read"),
        ("yesterday,ann,mug,1,9.50", "event_timestamp cannot be read"),
        ("2024-05-01 10:00:00 PM,ann,mug,1,9.50", "event_timestamp cannot be read"),
        ("2024-05-01 10+02,ann,mug,1,9.50", "event_timestamp cannot be read"),
        ("0024-05-01,ann,mug,1,9.50", "event_timestamp is not between the years 1900 and 2199"),
        ("2024-05-01,,mug,1,9.50", "user_id is missing"),
        ("2024-05-01,  ,mug,1,9.50", "user_id is missing"),
        ("2024-05-01,ann,,1,9.50", "product_id is missing"),
        ("2024-05-01,ann,mug,,9.50", "quantity is missing"),
        ("2024-05-01,ann,mug,0,9.50", "quantity is 0"),
        ("2024-05-01,ann,mug,1.5,9.50", "quantity is not a whole number"),
        ("2024-05-01,ann,mug,two,9.50", "quantity is not a whole number"),
        ("2024-05-01,ann,mug,-1,9.50", "quantity is negative"),
        ("2024-05-01,ann,mug,1000001,9.50", "quantity is above 10^6"),
        ("2024-05-01,ann,mug,1,", "sale_price is missing"),
        ("2024-05-01,ann,mug,1,free", "sale_price is not a number"),
        ("2024-05-01,ann,mug,1,nan", "sale_price is not a number"),
        ("2024-05-01,ann,mug,1,1e400", "sale_price is not a number"),
        ("2024-05-01,ann,mug,1,-9.50", "sale_price is negative"),
        ("2024-05-01,ann,mug,1,1e10", "sale_price is above 10^9"),
        (b"2024-05-01,a\xffn,mug,1,9.50", "is not utf-8 text"),
        ('2024-05-01,"ann,mug,1,9.50', "a quote is never closed"),
    ],
)
def test_a_bad_row_goes_to_dead_letter_with_its_line_and_bytes(
    import_text, events, dead_letters, row, reason
):
    data = row if isinstance(row, bytes) else row.encode()
    report = import_text(HEADER.encode() + GOOD.encode() + data + b"\r\n" + GOOD.encode())
    assert dead_letters() == [(3, reason, data)]
    assert [e["event_id"].rpartition("-")[2] for e in events()] == ["2", "4"]
    assert report.dead_lettered == {reason: 1}
    assert (report.rows_read, report.rows_good, report.rows_landed) == (3, 2, 2)


def test_line_numbers_count_blank_lines_and_line_breaks_inside_quotes(
    import_text, events, dead_letters
):
    quoted = '2024-05-01,"ann\nof\nYork",mug,1,9.50\n'
    import_text(HEADER + "\n" + quoted + "  \n" + "bad\n" + GOOD)
    assert dead_letters() == [(7, "has too few fields", b"bad")]
    assert [(e["event_id"].rpartition("-")[2], e["user_id"]) for e in events()] == [
        ("3", "ann\nof\nYork"),
        ("8", "ann"),
    ]


def test_a_stray_quote_is_part_of_the_text(import_text, events, dead_letters):
    import_text(HEADER + '2024-05-01,ann,12" record,1,9.50\n' + GOOD + GOOD)
    assert dead_letters() == []
    assert [e["product_id"] for e in events()] == ['12" record', "mug", "mug"]


def test_line_numbers_are_exact_across_blocks(import_text, dead_letters, monkeypatch):
    monkeypatch.setattr("esynapse.ingest.importer.records.BLOCK_BYTES", 101)
    lines = [GOOD if n % 7 else f"bad {n}\n" for n in range(2, 120)]
    report = import_text(HEADER + "".join(lines))
    expected = [n for n in range(2, 120) if n % 7 == 0]
    assert [(n, data) for n, _, data in dead_letters()] == [
        (n, f"bad {n}".encode()) for n in expected
    ]
    assert report.rows_good == 118 - len(expected)


def test_an_event_type_that_the_mapping_does_not_know_is_bad_and_an_ignored_one_is_left_out(
    import_text, dead_letters
):
    kinds = {"column": "kind", "values": {"buy": "purchase", "search": "ignore"}}
    report = import_text(
        "time,user,item,quantity,price,kind\n"
        "2024-05-01,ann,mug,1,9.50,buy\n"
        "2024-05-01,ann,,,,search\n"
        "2024-05-01,ann,mug,1,9.50,steal\n",
        events={"event_type": kinds},
    )
    assert [(line, reason) for line, reason, _ in dead_letters()] == [
        (4, "event_type is not in the mapping")
    ]
    assert (report.rows_read, report.rows_good, report.rows_ignored) == (3, 1, 1)


def test_a_review_needs_its_stars_and_on_sale_is_true_or_false(import_text, events, dead_letters):
    import_text(
        "time,user,item,quantity,price,kind,stars,promo\n"
        "2024-05-01,ann,mug,,9.50,review,5,yes\n"
        "2024-05-01,ann,mug,,9.50,review,6,no\n"
        "2024-05-01,ann,mug,,9.50,view_item,,maybe\n"
        "2024-05-01,ann,mug,3,9.50,view_item,4,\n",
        events={
            "event_type": {"column": "kind"},
            "rating": {"column": "stars"},
            "on_sale": {"column": "promo"},
        },
    )
    assert [(line, reason) for line, reason, _ in dead_letters()] == [
        (3, "rating is not 1 to 5"),
        (4, "on_sale is neither true nor false"),
    ]
    found = [(e["rating"], e["on_sale"], e["quantity"]) for e in events()]
    assert found == [(5, True, None), (None, False, None)]


def test_a_dead_letter_says_where_it_comes_from(import_text, warehouse):
    import_text(HEADER + GOOD + "bad\n")
    [row] = warehouse.query_raw("select * from dead_letter_events").to_pylist()
    assert row["subscription_name"] == "import"
    assert json.loads(row["attributes"]) == {
        "source": "import",
        "file": "sales.csv",
        "line": 3,
        "reason": "has too few fields",
    }
