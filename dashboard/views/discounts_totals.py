"""What all discount periods of a selection brought: the answer in a sentence, and the cards."""

import math
from dataclasses import dataclass
from datetime import date

from dashboard import formats, lift, measures, queries
from dashboard.cards import Card, show_cards
from dashboard.page import Page
from esynapse.pipeline.mart_docs import meaning


@dataclass(frozen=True)
class Totals:
    """Sums over the periods that overlap some dates, and over the price drops of these."""

    periods: int
    open_periods: int
    known_periods: int
    """With an expectation to compare with; what follows is of these."""
    paid_periods: int
    ratio: float
    """Units ÷ expected units, with its interval; NaN where nothing is known."""
    lower: float
    upper: float
    incremental_revenue: float
    drops: int
    promotions: int
    """Drops that are."""
    sale_revenue: float
    sale_share: float | None
    """Of all gross revenue of the dates."""

    @property
    def uplift(self) -> float | None:
        return None if math.isnan(self.ratio) else self.ratio - 1


def read_totals(page: Page, start: date, end: date) -> Totals:
    """Ask for them, in the categories chosen."""
    window = {"start": start, "end": end, "categories": page.selection.category_parameter}
    rows = page.connection.query(queries.DISCOUNT_TOTALS, **window)
    drops = page.connection.query(queries.DROPS_BY_DAY, **window)
    revenue = page.connection.query(queries.ON_SALE_REVENUE, **window).fillna(0.0).iloc[0]
    whole = lift.total(rows)
    periods, still_on, known, paid = (
        int(rows[name].sum())
        for name in ("periods", "open_periods", "known_periods", "paid_periods")
    )
    return Totals(
        periods=periods,
        open_periods=still_on,
        known_periods=known,
        paid_periods=paid,
        ratio=float(whole["ratio"]),
        lower=float(whole["lower"]),
        upper=float(whole["upper"]),
        incremental_revenue=float(rows["incremental_revenue"].astype(float).sum()),
        drops=int(drops["drops"].sum()),
        promotions=int(drops.loc[drops["is_promotion"], "drops"].sum()),
        sale_revenue=float(revenue["on_sale_revenue"]),
        sale_share=measures.ratio(revenue["on_sale_revenue"], revenue["gross_revenue"]),
    )


def show_answer(page: Page, totals: Totals) -> None:
    """Say what price cuts brought, as far as it is known."""
    page.answer.markdown(_answer(page, totals))


def _answer(page: Page, totals: Totals) -> str:
    if not totals.periods:
        return "No product was on sale in this selection."
    if totals.uplift is None:
        return (
            f"**{totals.periods:,} discount periods**, and none to compare yet: that takes 7 days "
            "without a promotion and in stock, before one begins."
        )
    more = "more" if totals.uplift >= 0 else "fewer"
    sentence = (
        f"**Price cuts sold {formats.percent(abs(totals.uplift), 0)} {more} units than expected**"
        + (f" ({_between(totals)})" if _between(totals) else "")
    )
    amount = formats.as_text(page.money(abs(totals.incremental_revenue)))
    paid = f"{totals.paid_periods:,} of {totals.known_periods:,} periods paid"
    if totals.incremental_revenue > 0:
        verdict = f"and **brought {amount} more revenue** than the regular price would have"
    else:
        verdict = f"and **cost {amount} of revenue** against the regular price"
    return f"{sentence} {verdict}: {paid}. What the goods cost is not in the data."


def show_key_figures(page: Page, totals: Totals) -> None:
    """Draw the cards, beside the period before where the data reach back to it."""
    selection = page.selection
    before = None
    if measures.reaches_back(selection, page.clock.first_date):
        before = read_totals(page, *selection.previous)
    known = totals.uplift is not None
    show_cards(
        [
            Card(
                "Discount periods",
                formats.compact(totals.periods),
                _change(totals.periods, before.periods) if before else None,
                note=f"{totals.open_periods:,} still on",
                about=meaning("discount_effectiveness", "discount_period_id"),
                good_up=None,
            ),
            Card(
                "Revenue on sale",
                formats.percent(totals.sale_share),
                formats.points(totals.sale_share, before.sale_share) if before else None,
                note=f"{page.money(totals.sale_revenue)} of gross revenue",
                about=meaning("daily_category_revenue", "on_sale_revenue"),
                good_up=None,
            ),
            Card(
                "Units above expected",
                formats.percent(totals.uplift),
                formats.points(totals.uplift, before.uplift) if before else None,
                note=_between(totals) or None,
                about=f"{meaning('discount_effectiveness', 'uplift')} Below: the {lift.LEVEL} "
                "interval.",
            ),
            Card(
                "Incremental revenue",
                page.money(totals.incremental_revenue if known else None),
                _change(totals.incremental_revenue, before.incremental_revenue) if before else None,
                note=f"{totals.paid_periods:,} of {totals.known_periods:,} paid" if known else None,
                about=meaning("discount_effectiveness", "incremental_revenue"),
            ),
            Card(
                "Price drops",
                formats.compact(totals.drops),
                _change(totals.drops, before.drops) if before else None,
                note=f"{totals.promotions:,} are promotions",
                about=meaning("price_drops", "drop_date"),
                good_up=None,
            ),
        ]
    )


def _change(now: float, before: float) -> str | None:
    return formats.change(formats.relative_change(now, before))


def _between(totals: Totals) -> str:
    """``▲ 83 % to ▲ 108 %``; empty without an interval."""
    if math.isnan(totals.lower):
        return ""
    ends = (formats.change(each - 1, 0) for each in (totals.lower, totals.upper))
    return " to ".join(ends)
