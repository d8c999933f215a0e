"""Shopify's own HTTP headers, under either of their names, and the store domain they carry."""

from __future__ import annotations

import re
from collections.abc import Mapping

# The permanent domain of a store. Stricter than ShopifyAPI's sanitize_shop_domain, which removes "https://" anywhere
# in the text ("evhttps://il.myshopify.com" becomes a valid domain) and refuses names of one letter.
_SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_LONGEST_DOMAIN = 255  # DNS


def shopify_header(headers: Mapping[str, str], name: str) -> str | None:
    """The value of X-Shopify-{name}, or of Shopify-{name} as newer events call it; None when absent or empty.

    Header names are compared without regard to case.
    """
    newer = f"shopify-{name}".lower()
    older = f"x-{newer}"
    found = {lower: value.strip() for key, value in headers.items() if (lower := key.lower()) in (older, newer)}
    return found.get(older) or found.get(newer) or None


def shop_domain(text: str | None) -> str | None:
    """The store's permanent domain in lower case, or None if the text is not one."""
    domain = (text or "").strip().lower()
    if len(domain) > _LONGEST_DOMAIN or not _SHOP_DOMAIN.fullmatch(domain):
        return None
    return domain
