"""A category keeps its colour, however many there are."""

import pandas as pd

from dashboard import colours


def test_every_category_has_a_colour_of_its_own_while_they_last() -> None:
    names = [f"c{n}" for n in range(12)]
    palette = colours.of_categories(names)
    assert len({palette[name] for name in names}) == 12
    assert colours.folded(pd.Series(names), palette).tolist() == names


def test_the_least_of_many_categories_become_other() -> None:
    names = [f"c{n}" for n in range(100)]
    palette = colours.of_categories(names)
    folded = colours.folded(pd.Series(names), palette)
    assert folded.nunique() == 12
    assert folded.tolist()[:11] == names[:11]
    assert set(folded[11:]) == {colours.OTHER}
