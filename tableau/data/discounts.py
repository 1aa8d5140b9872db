"""Price drops, discount periods and elasticities."""

from dashboard.colours import ACTUAL, PROMOTION
from tableau.data.calculations import period
from tableau.fields import CHANGE, COUNT, TWO_DIGITS, Field
from tableau.sources import Source

JUDGED_FROM = 5
_KINDS = (("Promotion", PROMOTION), ("New price", ACTUAL))
PRICE_DROPS = Source(
    "Price drops",
    "price_drops",
    calculations=(
        *period("drop_date", "{MAX([drop_date])}"),
        Field(
            "kind",
            "Kind of drop",
            "string",
            formula="IF [is_promotion] THEN 'Promotion' ELSE 'New price' END",
        ),
        Field(
            "drops",
            "Price drops",
            "integer",
            COUNT,
            formula="COUNT([product_id])",
            is_aggregate=True,
        ),
    ),
    colours=(("kind", _KINDS),),
)

_STATES = (("Running", PROMOTION), ("Ended", ACTUAL))
DISCOUNT_PERIODS = Source(
    "Discount periods",
    "discount_effectiveness",
    calculations=(
        Field(
            "state",
            "Discount period",
            "string",
            formula="IF [is_open] THEN 'Running' ELSE 'Ended' END",
        ),
        Field(
            "is_judged",
            "Enough to judge",
            "boolean",
            meaning=f"At least {JUDGED_FROM} units were to be expected: of fewer, chance decides.",
            formula=f"[expected_units] >= {JUDGED_FROM}",
        ),
        Field(
            "known_units",
            "Units sold where an expectation is known",
            "integer",
            COUNT,
            formula="IF NOT ISNULL([uplift]) THEN [selling_units] END",
        ),
        Field(
            "known_expected_units",
            "Units expected where known",
            "real",
            COUNT,
            formula="IF NOT ISNULL([uplift]) THEN [expected_units] END",
        ),
        Field(
            "uplift_of_all",
            "Uplift of all",
            "real",
            CHANGE,
            meaning="Units of all periods ÷ the units to be expected without them − 1.",
            formula="IF SUM([known_expected_units]) > 0 "
            "THEN SUM([known_units]) / SUM([known_expected_units]) - 1 END",
            is_aggregate=True,
        ),
        Field(
            "periods",
            "Discount periods",
            "integer",
            COUNT,
            formula="COUNT([discount_period_id])",
            is_aggregate=True,
        ),
    ),
    colours=(("state", _STATES),),
)

ELASTICITY = Source(
    "Elasticity",
    "category_elasticity",
    calculations=(
        Field(
            "interval",
            "Interval",
            "real",
            TWO_DIGITS,
            formula="[elasticity_upper] - [elasticity_lower]",
        ),
    ),
)
