"""Events without a session_id: thirty minutes without an event of the user end a session."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from esynapse.home import open_home
from esynapse.ingest.importer import Mapping, import_file
from esynapse.warehouse.local import LocalWarehouse

HEADER = "time,user,item,quantity,price\n"
START = datetime(2024, 5, 1, tzinfo=UTC)
GAP = 30 * 60

clicks = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from([0, 1, GAP - 1, GAP, GAP + 1, 5 * GAP])),
    min_size=1,
    max_size=25,
)


def sessions_by_hand(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """(user, second of the session's first event) of each row."""
    begun: dict[int, int] = {}
    for user in {user for user, _ in rows}:
        last = start = None
        for second, index in sorted((s, i) for i, (u, s) in enumerate(rows) if u == user):
            if last is None or second - last > GAP:
                start = second
            last, begun[index] = second, start
    return [(user, begun[index]) for index, (user, _) in enumerate(rows)]


@settings(max_examples=12, deadline=None)
@given(clicks, st.randoms(use_true_random=False))
def test_sessions_are_those_of_the_thirty_minute_rule_in_any_order_of_lines(gaps, random):
    clock, rows = {"a": 0, "b": 7}, []
    for user, gap in gaps:
        clock[user] += gap
        rows.append((user, clock[user]))
    random.shuffle(rows)
    stamps = [(START + timedelta(seconds=s)).isoformat() for _, s in rows]
    text = "".join(f"{at},{u},mug,1,5\n" for at, (u, _) in zip(stamps, rows, strict=True))
    mapping = Mapping.model_validate(
        {
            "events": {
                name: {"column": column}
                for name, column in {
                    "event_timestamp": "time",
                    "user_id": "user",
                    "product_id": "item",
                    "quantity": "quantity",
                    "sale_price": "price",
                }.items()
            }
            | {"event_type": {"constant": "purchase"}}
        }
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sales.csv"
        path.write_text(HEADER + text)
        warehouse = LocalWarehouse(open_home(Path(folder) / "home"))
        import_file(warehouse, path, mapping)
        found = warehouse.query_raw(
            "select session_id from live_events"
            " order by cast(split_part(event_id, '-', 2) as integer)"
        )["session_id"].to_pylist()
    expected = sessions_by_hand(rows)
    assert len(set(zip(found, expected, strict=True))) == len(set(found)) == len(set(expected))


def test_lines_of_one_user_on_one_day_are_one_session_where_there_are_no_hours(import_text, events):
    import_text(HEADER + "".join(f"2024-05-0{d},ann,mug,1,5\n" for d in (1, 1, 2)))
    one, two, three = [e["session_id"] for e in events()]
    assert one == two != three


def test_a_session_of_the_file_is_kept_and_a_missing_one_is_made(import_text, events):
    import_text(
        "time,user,item,quantity,price,visit\n"
        "2024-05-01 10:00,ann,mug,1,5,v1\n"
        "2024-05-01 10:05,ann,mug,1,5,\n"
        "2024-05-01 10:10,ann,mug,1,5,\n",
        events={"session_id": {"column": "visit"}},
    )
    given_id, made, also_made = [e["session_id"] for e in events()]
    assert given_id == "v1"
    assert made == also_made != "v1"
