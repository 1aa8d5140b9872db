"""Product names read well and come once; the assortments hold together."""

import math
import re
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.shop.assortment import (
    MOST_PRODUCTS,
    Assortment,
    Spelling,
    load_assortment,
)
from esynapse.shop.figures import parse_figures
from esynapse.shop.names import product_kinds, product_names, shuffled
from tests.laws import at_most

ASSORTMENTS = ("typical", "rees46")
assortments = st.sampled_from(ASSORTMENTS).map(load_assortment)
seeds = st.integers(0, 2**63 - 1)
law = at_most(100)

A_SHOP = """
[[categories]]
name = "Tea"
share = 1.0
price = 8.0
price_log_sd = 0.5
return_rate = 0.05
elasticity = -2.6
season = 0.1
peak = 345
pattern = "{brand} {kind}, {grams} g"
editions = ["Tin"]
words.brand = ["Leafwell", "Old Pot"]
words.grams = [GRAMS]
[[categories.kinds]]
names = ["Green Tea", "Black Tea"]
[[categories.kinds]]
names = ["Tea Set"]
price_level = 2.0
""".replace("GRAMS", ", ".join(f'"{grams}"' for grams in range(125_000)))


@st.composite
def products(draw, most=200):
    """Some product numbers of a shop, dense or scattered, and a category for each."""
    assortment = draw(assortments)
    if draw(st.booleans()):
        start = draw(st.integers(0, MOST_PRODUCTS - most))
        numbers = np.arange(start, start + draw(st.integers(1, most)))
    else:
        drawn = draw(st.sets(st.integers(0, MOST_PRODUCTS - 1), min_size=1, max_size=50))
        numbers = np.array(sorted(drawn))
    chosen = draw(st.integers(-1, len(assortment.categories) - 1))
    spread = np.random.default_rng(draw(st.integers(0, 99)))
    category = spread.integers(0, len(assortment.categories), len(numbers))
    return assortment, numbers, category if chosen < 0 else np.full(len(numbers), chosen)


@law
@given(products(), seeds)
def test_no_two_products_of_a_shop_have_the_same_name(shop, seed):
    names = product_names(*_with_seed(shop, seed))
    assert names.type == pa.string()
    assert names.null_count == 0
    assert pc.count_distinct(names).as_py() == len(names) == len(shop[1])


@law
@given(products(), seeds, st.integers(0, 2**32 - 1))
def test_a_name_depends_on_no_other_product(shop, seed, order):
    assortment, numbers, category = shop
    names = product_names(assortment, seed, numbers, category)
    kinds = product_kinds(assortment, seed, numbers, category)
    rng = np.random.default_rng(order)
    some = rng.permutation(len(numbers))[: rng.integers(0, len(numbers) + 1)]
    again = product_names(assortment, seed, numbers[some], category[some])
    assert again.equals(names.take(pa.array(some)))
    again = product_kinds(assortment, seed, numbers[some], category[some])
    assert np.array_equal(again, kinds[some])


@law
@given(st.data(), assortments, seeds, seeds)
def test_the_seed_decides_the_names(data, assortment, seed, other):
    category = np.full(100, data.draw(st.integers(0, len(assortment.categories) - 1)))
    names, again, others = (
        product_names(assortment, s, np.arange(100), category) for s in (seed, seed, other)
    )
    assert names.equals(again)
    assert names.equals(others) == (seed == other)


@law
@given(st.data(), assortments, seeds)
def test_every_kind_of_a_category_comes_once_in_so_many_products(data, assortment, seed):
    chosen = data.draw(st.integers(0, len(assortment.categories) - 1))
    kinds = len(assortment.categories[chosen].kind_names)
    first = kinds * data.draw(st.integers(0, MOST_PRODUCTS // kinds - 1))
    numbers = np.arange(first, first + kinds)
    drawn = product_kinds(assortment, seed, numbers, np.full(kinds, chosen))
    assert sorted(drawn.tolist()) == list(range(kinds))


@law
@given(products(), seeds)
def test_a_name_says_its_products_kind(shop, seed):
    assortment, _, category = shop
    names = product_names(*_with_seed(shop, seed)).to_pylist()
    kinds = product_kinds(*_with_seed(shop, seed))
    for name, chosen, kind in zip(names, category, kinds, strict=True):
        assert assortment.categories[chosen].kind_names[kind] in name


@law
@given(products(), seeds)
def test_names_are_neatly_set(shop, seed):
    for name in product_names(*_with_seed(shop, seed)).to_pylist():
        assert re.fullmatch(r"\S+( \S+)+", name)
        assert not re.search(r"[{}]|[ ,]{2}[,:]| ,|[,:]$", name)
        assert len(name) <= 100


@law
@given(st.data(), assortments, seeds)
def test_no_small_shop_needs_editions(data, assortment, seed):
    start = data.draw(st.integers(0, 400_000))
    category = np.full(100, data.draw(st.integers(0, len(assortment.categories) - 1)))
    names = product_names(assortment, seed, np.arange(start, start + 100), category)
    assert not pc.any(pc.match_substring(names, "(")).as_py()


@law
@given(st.integers(1, 3000), seeds)
def test_shuffled_is_a_permutation_of_any_size(size, key):
    keys = np.full(size, key, dtype=np.uint64)
    moved = shuffled(np.arange(size), np.full(size, size), keys)
    assert sorted(moved.tolist()) == list(range(size))


@pytest.mark.parametrize("name", ASSORTMENTS)
@pytest.mark.slow
def test_no_two_choices_of_words_spell_the_same_name(name):
    """With the bijection this makes names unique: a name gives back its words.

    Its first word is read off because none is the beginning of another, the edition because only
    editions are in brackets, and what is left between comes from one choice of words alone.
    """
    spellings = [s for category in load_assortment(name).spellings for s in category]
    heads = sorted({word for spelling in spellings for word in spelling.parts[0]})
    assert not any(b.startswith(a) for a, b in pairwise(heads))
    words = [word for spelling in spellings for part in spelling.parts for word in part]
    assert not any("(" in word for word in words)
    tails = pa.chunked_array([_tails(spelling) for spelling in spellings])
    assert pc.count_distinct(tails).as_py() == len(tails)


def test_a_number_out_of_range_is_told():
    for number in (-1, MOST_PRODUCTS):
        with pytest.raises(EsynapseError, match=f"numbers {number} to {number} are not all"):
            product_names(load_assortment("typical"), 1, np.array([number]), np.array([0]))


def test_no_products_have_no_names():
    none = np.array([], dtype=np.int64)
    assert product_names(load_assortment("typical"), 1, none, none).to_pylist() == []


@pytest.mark.parametrize("name", ASSORTMENTS)
def test_the_mean_elasticity_over_products_is_the_published_one(name):
    categories = load_assortment(name).categories
    assert sum(c.share * c.elasticity for c in categories) == pytest.approx(-2.62, abs=0.005)


@pytest.mark.parametrize("name", ASSORTMENTS)
def test_apparel_and_shoes_come_back_most(name):
    categories = sorted(load_assortment(name).categories, key=lambda c: -c.return_rate)
    sold = [c.share * c.appeal for c in categories]
    mean = sum(w * c.return_rate for w, c in zip(sold, categories, strict=True)) / sum(sold)
    assert mean == pytest.approx(0.205, abs=0.015)
    assert re.search("Cloth|Shoes|shoes", categories[0].name)


def test_the_rees46_assortment_has_the_prices_of_its_purchases():
    categories = load_assortment("rees46").categories
    sold = [c.share * c.appeal for c in categories]
    means = [c.price * math.exp(c.price_log_sd**2 / 2) for c in categories]
    mean = sum(w * m for w, m in zip(sold, means, strict=True)) / sum(sold)
    assert mean == pytest.approx(304.4, rel=0.02)
    smartphones = sold[[c.name for c in categories].index("electronics.smartphone")]
    assert smartphones / sum(sold) == pytest.approx(0.434, abs=0.01)


@pytest.mark.parametrize("name", ASSORTMENTS)
def test_price_levels_keep_a_categorys_median_and_spread(name):
    for category in load_assortment(name).categories:
        logs = np.log(category.price_levels)
        assert len(logs) == len(category.kind_names)
        assert logs.mean() == pytest.approx(0, abs=1e-9)
        spread = math.hypot(logs.std(), category.price_log_sd_within)
        assert spread == pytest.approx(category.price_log_sd)


def test_an_unknown_assortment_is_told_with_those_known():
    with pytest.raises(EsynapseError, match="'bazaar' is unknown, use one of: rees46, typical"):
        load_assortment("bazaar")


@pytest.mark.parametrize(
    ("wrong", "mended", "told"),
    [
        ("price = 8.0", "price = -8.0", r"categories\.0\.price: .*greater than 0"),
        ("price = 8.0", "", r"categories\.0\.price: Field required"),
        ("season = 0.1", "season = 0.1\nspring = 2", r"categories\.0\.spring: Extra inputs"),
        ("season = 0.1", "season =", "is no TOML, mend it"),
        ("share = 1.0", "share = 0.9", "the shares of the categories sum to 0.9, not to 1"),
        ("{brand} {kind}", "{maker} {kind}", "asks for 'maker', which has no words"),
        ("{brand} {kind}", "{brand} Tea", "must have {kind}, and no slot twice"),
        ('"Old Pot"', '"Leafwell"', "the words of 'brand' hold one twice"),
        ('"0", ', "", "make 499996 names but 500000 are needed, add words or editions"),
        (
            "price_level = 2.0",
            "price_level = 9.0",
            "Tea: the price levels .* its price_log_sd must",
        ),
    ],
)
def test_a_mistake_in_a_file_is_told_in_one_line(wrong, mended, told):
    assert wrong in A_SHOP

    def parse(text: str) -> Assortment:
        return parse_figures(
            Assortment, text, lambda f: {**f, "name": "tea"}, noun="assortment", source="tea.toml"
        )

    parse(A_SHOP)
    with pytest.raises(EsynapseError, match=told) as error:
        parse(A_SHOP.replace(wrong, mended))
    assert str(error.value).startswith("assortment: tea.toml is ")
    assert "\n" not in str(error.value)


def _with_seed(shop, seed) -> tuple[Assortment, int, np.ndarray, np.ndarray]:
    assortment, numbers, category = shop
    return assortment, seed, numbers, category


def _tails(spelling: Spelling) -> pa.StringArray:
    """Every name of a spelling without its first word, once."""
    parts = [pa.array(part) for part in spelling.parts[1:]]
    grid = np.indices([len(part) for part in parts]).reshape(len(parts), -1)
    columns = [part.take(pa.array(index)) for part, index in zip(parts, grid, strict=True)]
    return pc.binary_join_element_wise(*columns, "")
