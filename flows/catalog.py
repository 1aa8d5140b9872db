"""Catalog: the shop's products, as they stand today, in the warehouse."""

from prefect import flow, task

from esynapse.pipeline.backfill import load_catalog
from esynapse.settings import Settings, load_settings
from flows.common import FLOW_RETRIES, NETWORK_RETRIES, publish_result


@task(name="load-products", **NETWORK_RETRIES)
def load_products(settings: Settings) -> int:
    return load_catalog(settings)


@flow(name="catalog", **FLOW_RETRIES)
def catalog_flow() -> int:
    """Replace the table `products` with the catalogue of today: prices, ratings, stock.

    Returns the number of products.
    """
    settings = load_settings()
    products = load_products(settings)
    publish_result("catalog", "Catalogue", {"products": products, "profile": settings.profile})
    return products
