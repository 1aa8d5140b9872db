"""Stock is settled as if every moment were played one after another."""

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from esynapse.events import EVENT_TYPES
from esynapse.shop.clock import NEVER
from esynapse.shop.lines import Lines
from esynapse.shop.settling import Shelves, settle_lines

PRODUCTS = 3
END = 100
Event = tuple[int, str, int, int, int]
"""Time, kind, session, product, quantity."""


def plays(lines: list[dict[str, int]], level: list[int]) -> tuple[Counter[Event], list[int]]:
    """The reference: moment by moment, in plain Python."""
    level, events, gone = list(level), Counter[Event](), set[int]()
    moments = [
        (line[what], line["session"], what, number)
        for number, line in enumerate(lines)
        for what in ("viewed", "carted", "removed", "bought")
        if line[what] != NEVER
    ]
    lines = [dict(line) for line in lines]
    while moments:
        moments.sort(key=lambda m: (m[0], 0 if m[2] == "bought" else 1, m[1]))
        time, session, what, number = moments.pop(0)
        line = lines[number]
        product, units = line["product"], line["quantity"]
        if number in gone:
            continue
        if what == "viewed":
            events[time, "view_item", session, product, 0] += 1
        elif what == "carted" and not level[product]:
            events[time, "out_of_stock", session, product, 0] += 1
            gone.add(number)
            if line["substitute"] >= 0:
                lines.append(
                    line
                    | {"product": line["substitute"], "substitute": -1, "removed": NEVER}
                    | {"viewed": line["substitute_viewed"], "carted": line["substitute_carted"]}
                )
                moments += [
                    (lines[-1][key], session, key, len(lines) - 1)
                    for key in ("viewed", "carted", "bought")
                    if lines[-1][key] != NEVER
                ]
        elif what == "carted":
            events[time, "add_to_cart", session, product, units] += 1
        elif what == "removed":
            events[time, "remove_from_cart", session, product, units] += 1
        else:
            sold = min(units, level[product])
            level[product] -= sold
            kind = "purchase" if sold else "out_of_stock"
            events[time, kind, session, product, sold] += 1
    return events, level


@st.composite
def shoppers(draw: st.DrawFn) -> list[dict[str, int]]:
    """Lines of sessions, all their moments at different times but for purchases."""
    lines = []
    for session in range(draw(st.integers(1, 12))):
        carted = 10 * draw(st.integers(0, 6)) + 1
        product = draw(st.integers(0, PRODUCTS - 1))
        substitute = draw(st.integers(-1, PRODUCTS - 1))
        substitute = -1 if substitute == product else substitute
        fate = draw(st.sampled_from(("bought", "removed", "left")))
        lines.append(
            {
                "session": session,
                "product": product,
                "quantity": draw(st.integers(1, 3)),
                "viewed": NEVER,
                "carted": carted,
                "removed": carted + 25 if fate == "removed" else NEVER,
                "bought": carted + draw(st.integers(12, 36)) if fate == "bought" else NEVER,
                "substitute": substitute,
                "substitute_viewed": carted + 2 if substitute >= 0 else NEVER,
                "substitute_carted": carted + 5 if substitute >= 0 else NEVER,
            }
        )
    return lines


def table(lines: list[dict[str, int]]) -> Lines:
    columns = {name: [line[name] for line in lines] for name in lines[0]}
    return Lines.make(len(lines), user=7, added=NEVER, checkout=NEVER, **columns)


@given(lines=shoppers(), level=st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_settling_at_once_is_playing_every_moment(
    lines: list[dict[str, int]], level: list[int]
) -> None:
    events, left = plays(lines, level)
    settled, shelves = settled_in([0, END], lines, level)
    assert settled == events
    assert shelves.level.tolist() == left


@given(
    lines=shoppers(),
    level=st.lists(st.integers(0, 5), min_size=3, max_size=3),
    cuts=st.lists(st.integers(1, END - 1), max_size=5, unique=True),
)
def test_settling_stretch_by_stretch_is_settling_at_once(
    lines: list[dict[str, int]], level: list[int], cuts: list[int]
) -> None:
    at_once, shelves = settled_in([0, END], lines, level)
    in_steps, stepped = settled_in([0, *sorted(cuts), END], lines, level)
    assert in_steps == at_once
    for name in ("level", "sold_out", "wanted"):
        assert (getattr(stepped, name) == getattr(shelves, name)).all()


def settled_in(
    edges: list[int], lines: list[dict[str, int]], level: list[int]
) -> tuple[Counter[Event], Shelves]:
    events = Counter[Event]()
    shelves = Shelves(
        level=np.array(level),
        sold_out=np.where(np.array(level) == 0, 0, NEVER),
        wanted=np.zeros(PRODUCTS, dtype=np.int64),
    )
    waiting = table(lines)
    for begin, end in pairwise(edges):
        settled = settle_lines(waiting, shelves, begin, end)
        waiting, shelves = settled.open, settled.shelves
        rows = settled.rows
        kinds = [EVENT_TYPES[kind] for kind in rows.kind]
        events.update(
            zip(
                rows.time.tolist(),
                kinds,
                rows.session.tolist(),
                rows.product.tolist(),
                rows.quantity.tolist(),
                strict=True,
            )
        )
    assert not len(waiting)
    return events, shelves
