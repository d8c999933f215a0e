"""A Shopify and a Xero on this machine: independent, strict doubles for the demo and the tests."""
