"""A Shopify store on this machine: its Admin API, its webhooks, and a counter at which tests and the demo sell."""

from embedded_app.sandbox.shopify.app import create_shopify
from embedded_app.sandbox.shopify.buyers import Buyer, Company, Presentment, Terms
from embedded_app.sandbox.shopify.goods import GB_VAT, Extra, Product, TaxRate
from embedded_app.sandbox.shopify.scenario import OrderHandle
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.shopify.totals import store_totals
from embedded_app.sandbox.shopify.webhooks import Sent
from embedded_app.sandbox.shopify.world import App, World

__all__ = [
    "App",
    "Buyer",
    "Company",
    "Extra",
    "GB_VAT",
    "OrderHandle",
    "Presentment",
    "Product",
    "Sent",
    "Shop",
    "TaxRate",
    "Terms",
    "World",
    "create_shopify",
    "store_totals",
]
