"""The steps of Funnel, true to scale, and what becomes of a hundred visits."""

import pandas as pd
import streamlit as st

from dashboard import charts, colours, formats, measures
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

VIEWED, CARTED, PURCHASED = "sessions_viewed", "sessions_carted", "sessions_purchased"
DIRECT = "sessions_bought_directly"
STEPS = {VIEWED: "Viewed", CARTED: "Carted", PURCHASED: "Purchased"}
PALETTE = {
    "Viewed": colours.EVENT_TYPES["view_item"],
    "Carted": colours.EVENT_TYPES["add_to_cart"],
    "Purchased": colours.EVENT_TYPES["purchase"],
}


def show_steps(page: Page, total: pd.Series, before: pd.Series) -> None:
    """Draw the funnel. ``total``, ``before``: sums of sales_funnel; 0 where none is known."""
    selection = page.selection
    with panel(
        "Where visits end", "steps", about=meaning("sales_funnel", PURCHASED), height="stretch"
    ) as card:
        rows = _steps(total, before)
        card.chart(
            charts.funnel(rows, PALETTE),
            rows[["step", "sessions", "previous"]],
            alt_text="Visits that viewed, carted and purchased, and what was lost between",
        )
        notes = []
        if direct := total[DIRECT]:
            notes.append(f"{formats.compact(direct)} sessions more bought without a cart.")
        if before[VIEWED]:
            notes.append(f"Grey ticks and ▲▼: against the {selection.days:,} days before.")
        if len(selection.categories) > 1:
            notes.append("A session counts once in each category.")
        st.caption(" ".join(notes))


def _steps(total: pd.Series, before: pd.Series) -> pd.DataFrame:
    rows = []
    for at, (column, name) in enumerate(STEPS.items()):
        sessions, share = total[column], formats.percent(total[column] / total[VIEWED], 2)
        rows.append(
            {
                "step": name,
                "sessions": int(sessions),
                "previous": int(before[column]) if before[VIEWED] else None,
                "label": f"{formats.compact(sessions)} visits"
                if column == VIEWED
                else f"{formats.compact(sessions)} · {share}",
            }
            | _onward(total, before, *list(STEPS)[at : at + 2])
        )
    return pd.DataFrame(rows)


def _onward(
    total: pd.Series, before: pd.Series, here: str, there: str | None = None
) -> dict[str, str]:
    """What is written between a step and the next."""
    if there is None:
        return {"goes_on": "", "ends": ""}
    rate = measures.ratio(total[there], total[here])
    change = formats.points(rate, measures.ratio(before[there], before[here]))
    return {
        "goes_on": f"{formats.percent(rate)} go on{f'  {change}' if change else ''}",
        "ends": f"{formats.compact(total[here] - total[there])} end here",
    }


def show_hundred(total: pd.Series) -> None:
    """Draw a hundred visits, each as it ended."""
    with panel("Of 100 visits", "hundred", height="stretch") as card:
        viewed, carted, bought = total[VIEWED], total[CARTED], total[PURCHASED]
        counts = pd.Series(
            {"only looked": viewed - carted, "left a cart": carted - bought, "bought": bought}
        )
        shares = counts / viewed
        names = [f"{formats.percent(share)} {kind}" for kind, share in shares.items()]
        rows = pd.DataFrame(
            {"kind": names, "squares": in_hundred(counts), "share": shares.to_numpy()}
        )
        card.chart(
            charts.of_hundred(rows, dict(zip(names, PALETTE.values(), strict=True))),
            rows,
            alt_text=f"Of 100 visits: {', '.join(names)}",
        )


def in_hundred(counts: pd.Series) -> list[int]:
    """Parts as whole numbers that are 100 together: the largest remainders are rounded up."""
    exact = counts / counts.sum() * 100
    whole = exact.astype(int)
    short = 100 - int(whole.sum())
    whole[(exact - whole).nlargest(short).index] += 1
    return [int(each) for each in whole]
